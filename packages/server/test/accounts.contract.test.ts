import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LIMITS, sessionView } from '@treff/protocol';
import { FakeBridge } from '@treff/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAccounts, type Accounts } from '../src/access/accounts.ts';
import { readConfig, startServer, type RunningServer } from '../src/index.ts';
import { createMemoryStore } from '../src/store/memory-store.ts';
import type { Store } from '../src/store/store.ts';
import { BrowserSession } from './browser-session.ts';
import { ManualClock } from './manual-clock.ts';
import { TestLogger } from './meeting.ts';

const PASSWORD = 'correct horse';

let folder: string;
let clock: ManualClock;
let store: Store;
let accounts: Accounts;
let logger: LoggedLogger;
const servers: RunningServer[] = [];

/** Keeps every word. */
class LoggedLogger extends TestLogger {
  readonly lines: string[] = [];
  override debug(...line: unknown[]): void {
    this.lines.push(JSON.stringify(line));
  }
  override info(...line: unknown[]): void {
    this.lines.push(JSON.stringify(line));
  }
  override warn(facts: object, message: string): void {
    this.lines.push(JSON.stringify([facts, message]));
  }
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treff-accounts-'));
  clock = new ManualClock();
  store = createMemoryStore(() => clock.now());
  accounts = createAccounts(store.accounts, () => clock.now());
  logger = new LoggedLogger();
  await accounts.add({ name: 'ann', displayName: 'Ann Lee', password: PASSWORD });
});

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
  await rm(folder, { recursive: true });
  logger.assertNoErrors();
});

async function started(
  environment: Record<string, string> = { ENABLE_ACCOUNTS: 'on' },
): Promise<RunningServer> {
  const config = readConfig({ HTTP_PORT: '0', STUN_PORT: 'off', DATA_DIR: folder, ...environment });
  const server = await startServer(config, {
    bridge: new FakeBridge(),
    logger,
    webRoot: join(folder, 'none'),
    clock,
    store,
  });
  servers.push(server);
  return server;
}

const browser = async (environment?: Record<string, string>) =>
  new BrowserSession(await started(environment));

describe('signing in', () => {
  it('with name and password lasts until one signs out', async () => {
    const ann = await browser();
    expect((await ann.get('/api/session')).body).toEqual({
      account: null,
      signIn: { password: true, oidc: null },
      displayName: 'optional',
      mayReserveRooms: false,
    });
    const answer = await ann.signIn(' Ann ', PASSWORD);
    expect([answer.status, answer.body]).toEqual([204, undefined]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const session = await ann.get('/api/session');
    expect(session.headers.get('cache-control')).toBe('no-store');
    expect(sessionView.parse(session.body)).toEqual({
      account: { id: 'account:ann', name: 'ann', displayName: 'Ann Lee' },
      signIn: { password: true, oidc: null },
      displayName: 'optional',
      mayReserveRooms: true,
    });
    const goodbye = await ann.send('POST', '/api/logout');
    expect([goodbye.status, goodbye.body]).toEqual([200, { redirect: null }]);
    expect(ann.cookie).toBe('');
    expect((await ann.get('/api/session')).body).toMatchObject({ account: null });
  });

  it('survives a restart of the server', async () => {
    const ann = await browser();
    await ann.signIn('ann', PASSWORD);
    const later = new BrowserSession(await started());
    expect((await later.send('GET', '/api/session', undefined, { cookie: ann.cookie })).body).toMatchObject({
      account: { name: 'ann' },
    });
  });

  it('ends everywhere when the operator resets or removes the account', async () => {
    const ann = await browser();
    await ann.signIn('ann', PASSWORD);
    await accounts.reset('ann', 'battery staple');
    expect((await ann.get('/api/session')).body).toMatchObject({ account: null });
    expect((await ann.get('/api/rooms')).status).toBe(401);
    await ann.signIn('ann', 'battery staple');
    expect((await ann.get('/api/rooms')).status).toBe(200);
    await accounts.remove('ann');
    expect((await ann.get('/api/rooms')).status).toBe(401);
  });

  it.each([
    ['ann', 'wrong password'],
    ['ann', ''],
    ['bo', PASSWORD],
    ['', PASSWORD],
    ['ann', 'x'.repeat(LIMITS.accountPasswordLongest + 1)],
  ])('as %s with %s is refused, and nobody learns why', async (name, password) => {
    const stranger = await browser();
    const { status, body, headers } = await stranger.signIn(name, password);
    expect([status, body]).toEqual([401, { code: 'auth/wrong-credentials' }]);
    expect(headers.getSetCookie()).toEqual([]);
  });

  it.each([
    ['no JSON', '{"name":'],
    ['another shape', '{"name":"ann"}'],
    ['a list', '["ann"]'],
    ['a number for a name', '{"name":7,"password":"correct horse"}'],
    ['a name that is far too long', JSON.stringify({ name: 'x'.repeat(500), password: PASSWORD })],
    ['a prototype', '{"name":"ann","password":"correct horse","__proto__":{"x":1}}'],
  ])('with %s is malformed', async (_, body) => {
    const stranger = await browser();
    const answer = await stranger.send('POST', '/api/login', body);
    expect([answer.status, answer.body]).toEqual([400, { code: 'protocol/malformed' }]);
  });

  it('takes a small body of JSON and nothing else', async () => {
    const ann = await browser();
    const text = JSON.stringify({ name: 'ann', password: PASSWORD });
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const { status } = await ann.send('POST', '/api/login', text, { 'content-type': type });
      expect([type, status]).toEqual([type, 415]);
    }
    const large = await ann.send('POST', '/api/login', { name: 'ann', password: 'x'.repeat(5_000) });
    expect([large.status, large.body]).toEqual([413, { code: 'protocol/too-large' }]);
    expect((await ann.send('GET', '/api/login')).status).toBe(404);
    expect(ann.cookie).toBe('');
  });

  it('is for pages of this host and of the public address only', async () => {
    const ann = await browser({ ENABLE_ACCOUNTS: 'on', PUBLIC_URL: 'https://meet.example.org' });
    const own = ann.origin;
    for (const origin of [
      undefined,
      'null',
      'https://evil.example',
      'https://meet.example.org.evil.example',
    ]) {
      ann.origin = origin;
      for (const path of ['/api/login', '/api/logout']) {
        const { status, body } = await ann.send('POST', path, { name: 'ann', password: PASSWORD });
        expect([origin, status, body]).toEqual([origin, 403, { code: 'auth/foreign-page' }]);
      }
    }
    for (const origin of [own, 'https://meet.example.org']) {
      ann.origin = origin;
      const { status, headers } = await ann.signIn('ann', PASSWORD);
      expect(status).toBe(204);
      expect(headers.getSetCookie()).toEqual([expect.stringMatching(/^__Host-treff_session=.*; Secure$/)]);
    }
  });

  it('is not there unless the operator switched it on', async () => {
    const ann = await browser({});
    expect((await ann.signIn('ann', PASSWORD)).status).toBe(405);
    expect((await ann.get('/api/session')).body).toEqual({
      account: null,
      signIn: { password: false, oidc: null },
      displayName: 'optional',
      mayReserveRooms: false,
    });
    // Not even for who was signed in before it was switched off.
    const before = await browser();
    await before.signIn('ann', PASSWORD);
    const { body } = await ann.send('GET', '/api/session', undefined, { cookie: before.cookie });
    expect(body).toMatchObject({ account: null });
  });

  it('leaves no password and no cookie in the log', async () => {
    const ann = await browser({ ENABLE_ACCOUNTS: 'on', LOG_LEVEL: 'trace' });
    await ann.signIn('ann', 'a wrong secret');
    await ann.signIn('ann', PASSWORD);
    const { cookie } = ann;
    await ann.send('POST', '/api/login', '{"password":"half a secret"');
    await ann.send('POST', '/api/logout');
    const log = logger.lines.join('\n');
    for (const secret of [PASSWORD, 'a wrong secret', 'half a secret', cookie])
      expect(log).not.toContain(secret);
  });
});

describe('trying passwords', () => {
  it('with one name is slow, from wherever, and others still sign in', async () => {
    const proxied = await browser();
    const attempt = (name: string, password: string, from: number) =>
      proxied.signIn(name, password, { 'x-forwarded-for': `203.0.113.${from}` });
    for (let count = 0; count < LIMITS.signInBurstOfName; count++)
      expect((await attempt('ann', 'wrong password', count)).status).toBe(401);
    const refused = await attempt(' ANN', PASSWORD, 200);
    expect([refused.status, refused.body]).toEqual([
      429,
      { code: 'auth/too-many-attempts', retryAfterMs: LIMITS.signInPaceOfNameMs },
    ]);
    expect(refused.headers.get('retry-after')).toBe(String(LIMITS.signInPaceOfNameMs / 1_000));
    expect((await attempt('bo', PASSWORD, 1)).status).toBe(401);
    clock.advance(LIMITS.signInPaceOfNameMs);
    expect((await attempt('ann', PASSWORD, 200)).status).toBe(204);
  });

  it('from one address is slow, whatever it claims to be, and other addresses still sign in', async () => {
    const proxied = await browser();
    const attempt = (name: string, forwarded: string) =>
      proxied.signIn(name, PASSWORD, { 'x-forwarded-for': forwarded });
    for (let count = 0; count < LIMITS.signInBurst; count++)
      expect((await attempt(`name${count}`, `10.0.0.${count}, 203.0.113.7`)).status).toBe(401);
    expect((await attempt('ann', '10.9.9.9, 203.0.113.7')).status).toBe(429);
    expect((await attempt('ann', '203.0.113.8')).status).toBe(204);
  });

  it('by everybody together is no faster than the machine bears', async () => {
    const proxied = await browser();
    const statuses = new Map<number, number>();
    for (let count = 0; count <= LIMITS.signInBurstOfAll; count++) {
      const { status } = await proxied.signIn(`name${count}`, PASSWORD, {
        'x-forwarded-for': `10.0.${count}.1`,
      });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect([...statuses]).toEqual([
      [401, LIMITS.signInBurstOfAll],
      [429, 1],
    ]);
  });
});

describe('what the operator wants of names', () => {
  it('is told', async () => {
    const guest = await browser({ REQUIRE_DISPLAY_NAME: 'on' });
    expect((await guest.get('/api/session')).body).toMatchObject({ displayName: 'required' });
  });
});
