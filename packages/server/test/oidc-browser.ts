/** Where somebody ended up. */
export interface Arrival {
  readonly url: URL;
  readonly status: number;
  readonly body: string;
}

/** Redirects in a row; more are a circle. */
const REDIRECTS = 20;

/** As much of a browser as signing in needs: it follows redirects and keeps cookies, each for its host, port and path. */
export class Browser {
  readonly #cookies = new Map<string, { origin: string; path: string; pair: string }>();

  /** Another browser with the same cookies. */
  copy(): Browser {
    const copy = new Browser();
    for (const [key, cookie] of this.#cookies) copy.#cookies.set(key, cookie);
    return copy;
  }

  /** Goes to an address and on to where that leads; if `within` is given, not beyond that origin: the last address is not opened then. */
  open(address: string, within?: string): Promise<Arrival> {
    return this.#go(new URL(address), undefined, within);
  }

  /** Posts a form, then as above. */
  submit(address: string | URL, fields: Record<string, string>, within?: string): Promise<Arrival> {
    return this.#go(new URL(address), new URLSearchParams(fields), within);
  }

  /** The cookies of an origin, `name=value`. */
  cookies(origin: string): string[] {
    return [...this.#cookies.values()].filter((cookie) => cookie.origin === origin).map(({ pair }) => pair);
  }

  /** Takes values of `Set-Cookie`. */
  accept(origin: string, setCookies: readonly string[]): void {
    for (const setCookie of setCookies) {
      const [pair = '', ...attributes] = setCookie.split(/; */);
      const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice(5) ?? '/';
      const key = `${origin} ${path} ${pair.split('=')[0]}`;
      const gone = attributes.some((attribute) => /^(max-age=0|expires=thu, 01 jan 1970)/i.test(attribute));
      if (gone) this.#cookies.delete(key);
      else this.#cookies.set(key, { origin, path, pair });
    }
  }

  async #go(start: URL, form: URLSearchParams | undefined, within: string | undefined): Promise<Arrival> {
    let url = start;
    let body = form;
    for (let redirects = 0; redirects < REDIRECTS; redirects++) {
      const sent = [...this.#cookies.values()]
        .filter(({ origin, path }) => origin === url.origin && url.pathname.startsWith(path))
        .map(({ pair }) => pair);
      const response = await fetch(url, {
        redirect: 'manual',
        headers: { cookie: sent.join('; ') },
        ...(body === undefined ? {} : { method: 'POST', body }),
      });
      this.accept(url.origin, response.headers.getSetCookie());
      const location = response.headers.get('location');
      if (location === null) return { url, status: response.status, body: await response.text() };
      const from = url;
      url = new URL(location, url);
      body = undefined;
      // Leaving the origin that it was to stay in.
      if (from.origin === within && url.origin !== within) return { url, status: response.status, body: '' };
    }
    throw new Error('Redirects go round in circles');
  }
}
