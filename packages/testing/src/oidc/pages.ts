/** A whole page that asks nobody else for anything. */
export function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>${title}</title><h1>${title}</h1>${body}</html>`;
}

/** Posts to its own address. */
export function loginPage(message: string): string {
  return page(
    'Test provider',
    `<p role="alert">${message}</p>
<form method="post">
<label>Name <input name="login" autocomplete="username"></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label>
<button>Sign in</button> <button name="cancel" value="yes">Cancel</button>
</form>`,
  );
}
