import { startOidcProvider, type OidcProvider } from '@treff/testing/oidc';
import fastify from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Identity } from '../src/access/identity.ts';
import { oidcRoutes } from '../src/access/oidc.ts';
import { createOidcClient, type OidcClient, type OidcConfig } from '../src/access/oidc-client.ts';
import { createFlowCookies } from '../src/access/oidc-flow.ts';
import { Browser } from './oidc-browser.ts';

const SECRET = new TextEncoder().encode('only tests know this');

let provider: OidcProvider;
beforeEach(async () => {
  provider = await startOidcProvider();
});
afterEach(() => provider.stop());

interface Setting {
  readonly config?: Partial<OidcConfig>;
  readonly publicUrl?: string;
}

/** A server that has nothing but these routes, and what it did. */
async function startTreff({ config = {}, publicUrl }: Setting = {}) {
  const client = createOidcClient({
    issuer: provider.issuer,
    clientId: provider.client.id,
    clientSecret: provider.client.secret,
    scopes: 'openid profile',
    label: undefined,
    claims: { name: 'name', moderator: undefined },
    ...config,
  });
  const issued: { identity: Identity; idToken: string | undefined }[] = [];
  const logged: { level: string; line: string }[] = [];
  const log = (level: string) => (facts: object, message: string) =>
    void logged.push({ level, line: `${message} ${JSON.stringify(facts)}` });
  const clock = { now: 1_000_000 };
  const app = fastify();
  oidcRoutes({
    client,
    issue(identity, extra) {
      issued.push({ identity, idToken: extra?.idToken });
      return 'session=ann; Path=/; HttpOnly';
    },
    secret: SECRET,
    publicUrl,
    logger: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    wallClock: () => clock.now,
  })(app);
  app.get('/*', async () => 'a page');
  await app.listen({ port: 0, host: '127.0.0.1' });
  const address = app.server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port');
  const origin = `http://localhost:${address.port}`;
  provider.allow(origin);
  return { origin, client, issued, logged, clock, [Symbol.asyncDispose]: () => app.close() };
}

/** As far as the address that the provider sends the person back to, which is not opened yet. */
async function signInAtProvider(browser: Browser, origin: string, path = '/lesson7'): Promise<URL> {
  const form = await browser.open(`${origin}/login/oidc?return=${encodeURIComponent(path)}`, provider.issuer);
  expect(form.status).toBe(200);
  const { login, password } = provider.person;
  const { url } = await browser.submit(form.url, { login, password }, provider.issuer);
  expect(url.origin).toBe(origin);
  return url;
}

const refusal = (code: string, path = '/lesson7') =>
  `/login?${new URLSearchParams({ return: path, error: `auth/${code}` }).toString()}`;
const pathOf = (url: URL) => `${url.pathname}${url.search}`;

describe('signing in', () => {
  test('leads to the provider and back to the room, as who the provider says one is', async () => {
    await using treff = await startTreff();
    const browser = new Browser();
    const back = await signInAtProvider(browser, treff.origin, '/lesson7?lang=de');
    const { url } = await browser.open(back.href);
    expect(url.href).toBe(`${treff.origin}/lesson7?lang=de`);
    expect(browser.cookies(treff.origin)).toEqual(['session=ann']);
    expect(treff.issued.map(({ identity }) => identity)).toEqual([
      {
        id: `oidc:${encodeURIComponent(provider.issuer)}:0815`,
        displayName: 'Ann Lee',
        moderator: undefined,
      },
    ]);
    expect(treff.issued[0]?.idToken).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  test('works without a secret too, because PKCE protects it', async () => {
    await using treff = await startTreff({
      config: { clientId: provider.publicClient.id, clientSecret: undefined },
    });
    const browser = new Browser();
    await browser.open((await signInAtProvider(browser, treff.origin)).href);
    expect(treff.issued).toHaveLength(1);
  });

  test.each([
    ['groups', 'teachers', true],
    ['realm_access.roles', 'moderator', true],
    ['groups', 'principals', false],
  ])('with %s=%s for moderators says of Ann: %s', async (claim, value, moderator) => {
    await using treff = await startTreff({
      config: { claims: { name: 'name', moderator: { claim, value } } },
    });
    const browser = new Browser();
    await browser.open((await signInAtProvider(browser, treff.origin)).href);
    expect(treff.issued[0]?.identity.moderator).toBe(moderator);
  });

  test.each(['//example.org', '/\\example.org', 'https://example.org', '/.//example.org'])(
    'never leads to another site: %s',
    async (path) => {
      await using treff = await startTreff();
      const browser = new Browser();
      const { url } = await browser.open((await signInAtProvider(browser, treff.origin, path)).href);
      expect(url.href).toBe(`${treff.origin}/`);
    },
  );

  test('tells the provider the address people open', async () => {
    await using treff = await startTreff({ publicUrl: 'https://meet.example.org' });
    const response = await fetch(`${treff.origin}/login/oidc`, { redirect: 'manual' });
    const address = new URL(response.headers.get('location') ?? '');
    expect(address.searchParams.get('redirect_uri')).toBe('https://meet.example.org/login/oidc/callback');
    expect(address.searchParams.get('code_challenge_method')).toBe('S256');
    expect(response.headers.getSetCookie().join()).toMatch(/; HttpOnly; SameSite=Lax; Secure$/);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });
});

describe('a sign-in is refused', () => {
  test('when the person says no', async () => {
    await using treff = await startTreff();
    const browser = new Browser();
    const form = await browser.open(`${treff.origin}/login/oidc?return=/lesson7`);
    const { url } = await browser.submit(form.url, { cancel: 'yes' });
    expect(pathOf(url)).toBe(refusal('oidc-denied'));
    expect(treff.issued).toEqual([]);
    expect(treff.logged.map(({ level }) => level)).toEqual(['debug']);
  });

  test('with another state', async () => {
    await using treff = await startTreff();
    const browser = new Browser();
    const back = await signInAtProvider(browser, treff.origin);
    back.searchParams.set('state', 'x'.repeat(43));
    expect(pathOf((await browser.open(back.href)).url)).toBe(refusal('oidc-failed'));
    expect(treff.issued).toEqual([]);
  });

  test('when it pretends that the person said no, in another state', async () => {
    await using treff = await startTreff();
    const browser = new Browser();
    await browser.open(`${treff.origin}/login/oidc?return=/lesson7`, provider.issuer);
    const { url } = await browser.open(`${treff.origin}/login/oidc/callback?error=access_denied&state=x`);
    expect(pathOf(url)).toBe(refusal('oidc-failed'));
  });

  test('in another browser than it began in', async () => {
    await using treff = await startTreff();
    const back = await signInAtProvider(new Browser(), treff.origin);
    expect(pathOf((await new Browser().open(back.href)).url)).toBe(refusal('oidc-failed', '/'));
    const other = new Browser();
    await signInAtProvider(other, treff.origin);
    expect(pathOf((await other.open(back.href)).url)).toBe(refusal('oidc-failed'));
    expect(treff.issued).toEqual([]);
  });

  test('the second time, also by one who kept the cookie', async () => {
    await using treff = await startTreff();
    const browser = new Browser();
    const back = await signInAtProvider(browser, treff.origin);
    const kept = browser.copy();
    await browser.open(back.href);
    expect(treff.issued).toHaveLength(1);
    expect(pathOf((await browser.open(back.href)).url)).toBe(refusal('oidc-failed', '/'));
    expect(pathOf((await kept.open(back.href)).url)).toBe(refusal('oidc-failed'));
    expect(treff.issued).toHaveLength(1);
  });

  test('after ten minutes', async () => {
    await using treff = await startTreff();
    const browser = new Browser();
    const back = await signInAtProvider(browser, treff.origin);
    treff.clock.now += 10 * 60_000;
    expect(pathOf((await browser.open(back.href)).url)).toBe(refusal('oidc-failed', '/'));
  });

  test.each(['nonce', 'verifier'] as const)('when the %s is another', async (check) => {
    await using treff = await startTreff();
    const browser = new Browser();
    const back = await signInAtProvider(browser, treff.origin);
    const cookies = createFlowCookies(SECRET, { secure: false });
    const flow = cookies.read(browser.cookies(treff.origin).join('; '), treff.clock.now);
    if (flow === undefined) throw new Error('The sign-in is in the browser');
    const changed = { ...flow, checks: { ...flow.checks, [check]: 'x'.repeat(43) } };
    browser.accept(treff.origin, [cookies.keep(changed)]);
    expect(pathOf((await browser.open(back.href)).url)).toBe(refusal('oidc-failed'));
    expect(treff.issued).toEqual([]);
  });

  test('when the provider does not take the secret, and the log says so', async () => {
    await using treff = await startTreff({ config: { clientSecret: 'wrong' } });
    const browser = new Browser();
    const back = await signInAtProvider(browser, treff.origin);
    expect(pathOf((await browser.open(back.href)).url)).toBe(refusal('oidc-failed'));
    expect(treff.logged.map(({ level }) => level)).toEqual(['warn']);
    expect(treff.logged[0]?.line).toContain('invalid_client');
  });

  test('without a code, a state or a sign-in, and one address twice', async () => {
    await using treff = await startTreff();
    for (const query of ['', '?code=x', '?state=x', '?code=x&state=y', '?code=x&code=y&state=z&state=z']) {
      const { url } = await new Browser().open(`${treff.origin}/login/oidc/callback${query}`);
      expect(pathOf(url)).toBe(refusal('oidc-failed', '/'));
    }
  });
});

describe('a provider', () => {
  test('that is down is said to be, and asked again by the next one', async () => {
    await provider.stop();
    await using treff = await startTreff();
    const browser = new Browser();
    const begin = () => browser.open(`${treff.origin}/login/oidc?return=/lesson7`, provider.issuer);
    expect(pathOf((await begin()).url)).toBe(refusal('oidc-unavailable'));
    expect(pathOf((await begin()).url)).toBe(refusal('oidc-unavailable'));
    expect(treff.logged.map(({ level }) => level)).toEqual(['warn', 'debug']);
    expect(treff.logged[0]?.line).toContain('ECONNREFUSED');
    await provider.restart();
    await browser.open((await signInAtProvider(browser, treff.origin)).href);
    expect(treff.issued).toHaveLength(1);
  });

  test('that goes down meanwhile is said to be', async () => {
    await using treff = await startTreff();
    const browser = new Browser();
    const back = await signInAtProvider(browser, treff.origin);
    await provider.stop();
    expect(pathOf((await browser.open(back.href)).url)).toBe(refusal('oidc-unavailable'));
  });

  test('that is another one than it should be is not used', async () => {
    await using treff = await startTreff({
      config: { issuer: provider.issuer.replace('127.0.0.1', 'localhost') },
    });
    const { url } = await new Browser().open(`${treff.origin}/login/oidc`);
    expect(pathOf(url)).toBe(refusal('oidc-unavailable', '/'));
  });

  test('signs people out and sends them back', async () => {
    await using treff = await startTreff();
    const browser = new Browser();
    await browser.open((await signInAtProvider(browser, treff.origin)).href);
    const address = await signOutAddress(treff.client, treff.issued[0]?.idToken, treff.origin);
    const asked = await browser.open(address);
    const xsrf = /name="xsrf" value="(\w+)"/.exec(asked.body)?.[1] ?? '';
    const { url } = await browser.submit(`${provider.issuer}/session/end/confirm`, { xsrf, logout: 'yes' });
    expect(url.href).toBe(`${treff.origin}/`);
    // It asks again who one is.
    const form = await browser.open(`${treff.origin}/login/oidc`, provider.issuer);
    expect(form.body).toContain('name="password"');
  });

  test('that is down signs nobody out', async () => {
    await using treff = await startTreff();
    await provider.stop();
    expect(await treff.client.endSessionUrl(undefined, `${treff.origin}/`)).toBeUndefined();
  });
});

async function signOutAddress(
  client: OidcClient,
  idToken: string | undefined,
  origin: string,
): Promise<string> {
  const address = await client.endSessionUrl(idToken, `${origin}/`);
  if (address === undefined) throw new Error('This provider signs out');
  return address;
}

test('nothing of a code, a token or a person is logged', async () => {
  await using treff = await startTreff({ config: { clientSecret: 'wrong-secret' } });
  const browser = new Browser();
  const back = await signInAtProvider(browser, treff.origin, '/secret-room');
  await browser.open(back.href);
  await browser.open(
    `${treff.origin}/login/oidc/callback?error=whisper&error_description=whisper&state=whisper`,
  );
  const other = new Browser();
  const changed = await signInAtProvider(other, treff.origin, '/secret-room');
  changed.searchParams.set('state', 'whisper');
  await other.open(changed.href);
  expect(treff.logged.length).toBeGreaterThanOrEqual(3);
  const lines = treff.logged.map(({ line }) => line).join('\n');
  const secrets = [
    'wrong-secret',
    'whisper',
    'secret-room',
    'Ann',
    '0815',
    back.searchParams.get('code') ?? 'no code',
  ];
  for (const secret of secrets) expect(lines).not.toContain(secret);
});
