import { expect, test } from 'vitest';
import {
  allMeet,
  attend,
  hears,
  isInside,
  join,
  leave,
  persona,
  sees,
  setStage,
  tryToJoin,
  until,
  type Attendee,
  type Visitor,
} from '@treff/testing/browser';

const stage = setStage();

/** Opens the dialog in which moderators decide who comes in. */
async function openSecurity({ page }: Attendee) {
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Security options' }).click();
  return page.getByRole('dialog', { name: 'Security options' });
}

async function givePassword({ page }: Visitor, password: string): Promise<void> {
  await page.getByRole('heading', { name: 'This meeting has a password' }).waitFor();
  await page.getByRole('textbox', { name: 'Password', exact: true }).fill(password);
  await page.keyboard.press('Enter');
}

/** The reason why it did not open, while the cursor stays in the field. */
async function isRefused({ page }: Visitor, reason: string): Promise<void> {
  await page.getByRole('alert').filter({ hasText: reason }).waitFor();
  const field = page.getByRole('textbox', { name: 'Password', exact: true });
  await until(() => field.evaluate((element) => element === document.activeElement), 'focus', 5_000);
}

test('a password keeps out who lacks it, tells them nothing else, and leaves those inside in peace', async () => {
  const ann = await stage.attend('password', 0);
  await ann.page.getByRole('button', { name: 'Add a password or a lobby' }).click();
  const dialog = ann.page.getByRole('dialog', { name: 'Security options' });
  await dialog.getByRole('textbox', { name: 'New password' }).fill('tea time');
  await ann.page.keyboard.press('Enter');
  await dialog.getByText('tea time').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();

  const visitor = await stage.approach('password', 1);
  await givePassword(visitor, 'Tea time');
  await isRefused(visitor, 'This is not the password');
  expect(await visitor.page.locator('body').innerText()).not.toContain(ann.who.name);
  await givePassword(visitor, 'tea time');
  const ben = await isInside(visitor);
  await allMeet([ann, ben]);

  // Changed while somebody is inside: it is told, and only newcomers need it.
  await openSecurity(ann);
  await dialog.getByRole('button', { name: 'Change' }).click();
  await dialog.getByRole('textbox', { name: 'New password' }).fill('coffee');
  await dialog.getByRole('button', { name: 'Set password' }).click();
  await ben.page.getByText(`${ann.who.name} set a password`).waitFor();
  await dialog.getByText('coffee').waitFor();
  await sees(ben.page, ann.id, ann.who);

  const newcomer = await stage.approach('password', 2);
  await givePassword(newcomer, 'tea time');
  await isRefused(newcomer, 'This is not the password');
  await givePassword(newcomer, 'coffee');
  const cem = await isInside(newcomer);
  await allMeet([ann, ben, cem]);

  // Removed: the next one walks in.
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await ben.page.getByText(`${ann.who.name} removed the password`).waitFor();
  await newcomer.page.getByRole('button', { name: 'Leave the meeting' }).click();
  await newcomer.page.getByRole('button', { name: 'Rejoin' }).click();
  const again = await isInside(newcomer);
  await sees(ann.page, again.id, again.who);
});

test('whoever is inside comes back after a reload, and whoever was about to enter has to give the new password', async () => {
  const [ann, ben] = await Promise.all([stage.attend('reload', 0), stage.attend('reload', 1)]);
  const visitor = await stage.visit('reload', 2);
  const dialog = await openSecurity(ann);
  await dialog.getByRole('textbox', { name: 'New password' }).fill('tea time');
  await dialog.getByRole('button', { name: 'Set password' }).click();
  await dialog.getByText('tea time').waitFor();
  await tryToJoin(visitor.page, visitor.who.name);
  await visitor.page.getByRole('heading', { name: 'This meeting has a password' }).waitFor();

  await ben.page.reload();
  await join(ben.page, ben.who.name);
  const back = await isInside(ben);
  await allMeet([ann, back]);

  // The moderator keeps role, password and lobby, which nobody shows them any more.
  await dialog.getByRole('switch', { name: 'Lobby' }).click();
  await ben.page.getByText(`${ann.who.name} turned the lobby on`).waitFor();
  await ann.page.reload();
  await join(ann.page, ann.who.name);
  const moderator = await isInside(ann);
  await openSecurity(moderator);
  await dialog.getByText('It is shown only to whoever set it.').waitFor();
  expect(await dialog.getByText('tea time').count()).toBe(0);
  expect(await dialog.getByRole('switch', { name: 'Lobby' }).isChecked()).toBe(true);
  await allMeet([moderator, back]);

  // Locked: not even the password opens.
  await dialog.getByRole('switch', { name: 'Lock the meeting' }).click();
  await ben.page.getByText(`${ann.who.name} locked the meeting`).waitFor();
  await givePassword(visitor, 'tea time');
  await visitor.page.getByRole('heading', { name: 'This meeting is locked' }).waitFor();
  await dialog.getByRole('switch', { name: 'Lock the meeting' }).click();
  await ben.page.getByText(`${ann.who.name} unlocked the meeting`).waitFor();
  await visitor.page.getByRole('button', { name: 'Try again' }).click();
  const cem = await isInside(visitor);
  await hears(moderator.page, cem.id, cem.who);
});

test('the password goes with the meeting, when the last one has left', async () => {
  const ann = await stage.attend('last', 0);
  const dialog = await openSecurity(ann);
  await dialog.getByRole('textbox', { name: 'New password' }).fill('tea time');
  await dialog.getByRole('button', { name: 'Set password' }).click();
  await dialog.getByText('tea time').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await leave(ann);
  stage.present.splice(0);
  const ben = await isInside(await stage.approach('last', 1));
  await ben.page.getByRole('button', { name: 'Add a password or a lobby' }).waitFor();
});

test('who was removed does not come back from the same network, and from another one only past the lobby', async () => {
  const { port } = new URL(stage.server.origin);
  const ann = await attend(stage.browser, `http://[::1]:${port}/kick`, persona(0));
  stage.present.push(ann);
  const ben = await attend(stage.browser, `http://127.0.0.1:${port}/kick`, persona(1));
  stage.present.push(ben);
  await allMeet([ann, ben]);
  await ann.page.getByRole('button', { name: 'Open participants' }).click();
  const panel = ann.page.getByRole('complementary');
  await panel.getByRole('button', { name: `Actions for ${ben.who.name}` }).click();
  await ann.page.getByRole('menuitem', { name: 'Kick out' }).click();
  const kick = ann.page.getByRole('dialog');
  await kick.getByText('can come back from another network').waitFor();
  await kick.getByRole('checkbox', { name: 'Turn on the lobby' }).check();
  await kick.getByRole('button', { name: 'Kick out' }).click();
  const removed = ben.page.getByRole('heading', { name: 'You were removed from the meeting' });
  await removed.waitFor();

  await ben.page.reload();
  await ben.page.getByRole('button', { name: 'Join meeting' }).click();
  await removed.waitFor();
  await ben.page.getByText(`It was ${ann.who.name}.`).waitFor();
  await panel.getByRole('list', { name: 'Who comes in' }).getByText('Lobby').waitFor();

  await ben.page.goto(`http://[::1]:${port}/kick`);
  await ben.page.getByRole('textbox', { name: 'Enter your name' }).fill(ben.who.name);
  await ben.page.getByRole('button', { name: 'Join meeting' }).click();
  await ben.page.getByRole('button', { name: 'Ask to join' }).click();
  await panel.getByRole('button', { name: `Refuse ${ben.who.name}` }).click();
  await ben.page.getByRole('heading', { name: 'You were not let in' }).waitFor();
  for (const { problems } of [ann, ben]) {
    // Chromium takes no IPv6 address in a Content-Security-Policy, and goes by the 'self' beside it.
    const others = problems.filter((problem) => !/invalid source: 'wss?:..\[::1\]/.test(problem));
    problems.splice(0, Infinity, ...others);
  }
});
