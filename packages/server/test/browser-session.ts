import type { RunningServer } from '../src/index.ts';

/** A browser as the server's HTTP side sees it: it keeps cookies, and says which page asks. */
export class BrowserSession {
  readonly #server: RunningServer;
  readonly #cookies = new Map<string, string>();
  /** Of the page that asks; absent: it is no browser. */
  origin: string | undefined;

  constructor(server: RunningServer) {
    this.#server = server;
    this.origin = `http://localhost:${server.port}`;
  }

  get cookie(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(`http://localhost:${this.#server.port}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(this.origin === undefined ? {} : { origin: this.origin }),
        ...(this.cookie === '' ? {} : { cookie: this.cookie }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    for (const setCookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(setCookie) ?? [];
      if (setCookie.includes('Max-Age=0')) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
    };
  }

  get(path: string): Promise<Answer> {
    return this.send('GET', path);
  }

  signIn(name: string, password: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('POST', '/api/login', { name, password }, headers);
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}
