import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createdInvitation, logoutResult, type RoomSettings } from '@treff/protocol';
import { FakeBridge } from '@treff/testing';
import { startOidcProvider, type OidcProvider } from '@treff/testing/oidc';
import { SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAccounts } from '../src/access/accounts.ts';
import { readConfig, startServer, type RunningServer } from '../src/index.ts';
import { createMemoryStore } from '../src/store/memory-store.ts';
import type { Store } from '../src/store/store.ts';
import { BrowserSession } from './browser-session.ts';
import { TestLogger } from './meeting.ts';
import { Browser } from './oidc-browser.ts';
import { TestClient, until, webSocketLine } from './test-client.ts';

const PASSWORD = 'correct horse';
const JWT_SECRET = 'a secret of no less than 32 bytes';
const SETTINGS: RoomSettings = {
  lobby: true,
  moderators: 'owner',
  startMuted: { microphone: true, camera: false },
  maxParticipants: 3,
};

let folder: string;
let store: Store;
let logger: TestLogger;
let server: RunningServer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treff-access-'));
  store = createMemoryStore();
  logger = new TestLogger();
  const accounts = createAccounts(store.accounts, Date.now);
  await accounts.add({ name: 'ann', displayName: 'Ann Lee', password: PASSWORD });
});

afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
  logger.assertNoErrors();
});

async function start(environment: Record<string, string> = {}): Promise<void> {
  server = await startServer(
    readConfig({ HTTP_PORT: '0', STUN_PORT: 'off', DATA_DIR: folder, ENABLE_ACCOUNTS: 'on', ...environment }),
    { bridge: new FakeBridge(), logger, webRoot: join(folder, 'none'), store },
  );
}

/** Ann, signed in, with a room of her own. */
async function annWithRoom(): Promise<BrowserSession> {
  const ann = new BrowserSession(server);
  await ann.signIn('ann', PASSWORD);
  await ann.send('PUT', '/api/rooms/choir', { settings: SETTINGS });
  return ann;
}

/** Somebody on a room's prejoin page, whose browser has these cookies. */
async function at(room: string, cookie = ''): Promise<TestClient> {
  const headers: Record<string, string> = cookie === '' ? {} : { cookie };
  const client = new TestClient(await webSocketLine(`ws://localhost:${server.port}/ws`, headers));
  client.hello(room);
  await until(() => client.room !== '');
  return client;
}

const me = ({ view }: TestClient) => view?.participants.find(({ id }) => id === view.self);

describe('whoever is signed in', () => {
  it('comes in under the account’s name, and moderates the room that is theirs', async () => {
    await start();
    const ann = await annWithRoom();
    const client = await at('choir', ann.cookie);
    client.join('Somebody Else');
    await until(() => client.view !== undefined);
    expect(me(client)).toMatchObject({ displayName: 'Ann Lee', verified: true, role: 'moderator' });
    expect(client.view?.access).toMatchObject({ lobby: true, password: false });
    expect(client.view?.startMuted).toEqual({ microphone: true, camera: false });
  });

  it('is nobody special with a cookie of an account that was removed meanwhile', async () => {
    await start();
    const ann = await annWithRoom();
    await createAccounts(store.accounts, Date.now).remove('ann');
    const client = await at('choir', ann.cookie);
    client.join('Ann');
    await until(() => client.errors.length > 0);
    expect(client.errors).toEqual(['room/knock-required']);
  });
});

describe('an invitation', () => {
  it('lets in past the lobby, in its role, until it is revoked', async () => {
    await start();
    const ann = await annWithRoom();
    const { body } = await ann.send('POST', '/api/rooms/choir/invitations', {
      role: 'moderator',
      expiresAt: Date.now() + 60_000,
    });
    const { id, path } = createdInvitation.parse(body);
    const invitation = new URLSearchParams(path.split('?')[1]).get('invitation') ?? '';
    const bo = await at('choir');
    bo.ask('Bo', { invitation });
    await until(() => bo.view !== undefined);
    expect(me(bo)).toMatchObject({ displayName: 'Bo', verified: false, role: 'moderator' });
    await ann.send('DELETE', `/api/rooms/choir/invitations/${id}`);
    const carl = await at('choir');
    carl.ask('Carl', { invitation });
    await until(() => carl.errors.length > 0);
    expect(carl.errors).toEqual(['room/invitation-invalid']);
  });
});

describe('a JSON Web Token', () => {
  it('says who somebody is, whatever their cookie says', async () => {
    await start({ JWT_APP_SECRET: JWT_SECRET, JWT_APP_ID: 'school' });
    const ann = await annWithRoom();
    const jwt = await new SignJWT({
      room: 'lesson',
      context: { user: { id: '7', name: 'Tea Cher', moderator: true } },
    })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('school')
      .setAudience('school')
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(JWT_SECRET));
    const client = await at('lesson', ann.cookie);
    client.ask('Somebody Else', { jwt });
    await until(() => client.view !== undefined);
    expect(me(client)).toMatchObject({ displayName: 'Tea Cher', verified: true, role: 'moderator' });
    const other = await at('other');
    other.ask('Tea', { jwt });
    await until(() => other.errors.length > 0);
    expect(other.errors).toEqual(['auth/token-wrong-room']);
  });
});

describe('what the operator wants of names', () => {
  it('is asked of those whom nobody knows by name', async () => {
    await start({ REQUIRE_DISPLAY_NAME: 'on' });
    const guest = await at('room');
    guest.join('  ');
    await until(() => guest.errors.length > 0);
    expect(guest.errors).toEqual(['participant/name-required']);
    const ann = await annWithRoom();
    const client = await at('room', ann.cookie);
    client.join('');
    await until(() => client.view !== undefined);
    expect(me(client)?.displayName).toBe('Ann Lee');
  });
});

describe('an OpenID provider', () => {
  let provider: OidcProvider;
  beforeEach(async () => {
    provider = await startOidcProvider();
  });
  afterEach(() => provider.stop());

  it('says who somebody is, until they sign out here and there', async () => {
    await start(provider.environment());
    const origin = `http://localhost:${server.port}`;
    provider.allow(origin);
    const browser = new Browser();
    const form = await browser.open(`${origin}/login/oidc?return=/`, provider.issuer);
    const { login, password } = provider.person;
    const back = await browser.submit(form.url, { login, password }, provider.issuer);
    await browser.open(back.url.href);

    const olga = new BrowserSession(server);
    const cookie = browser.cookies(origin).find((pair) => pair.startsWith('treff_session=')) ?? '';
    const headers = { cookie };
    const session = await olga.send('GET', '/api/session', undefined, headers);
    expect(session.body).toEqual({
      account: {
        id: `oidc:${encodeURIComponent(provider.issuer)}:0815`,
        name: 'Ann Lee',
        displayName: 'Ann Lee',
      },
      signIn: { password: true, oidc: { label: '127.0.0.1' } },
      displayName: 'optional',
      mayReserveRooms: true,
    });
    const client = await at('room', cookie);
    client.join('Somebody Else');
    await until(() => client.view !== undefined);
    expect(me(client)).toMatchObject({ displayName: 'Ann Lee', verified: true });

    const goodbye = await olga.send('POST', '/api/logout', undefined, headers);
    const redirect = new URL(logoutResult.parse(goodbye.body).redirect ?? '');
    expect(redirect.origin).toBe(provider.issuer);
    expect(redirect.searchParams.get('post_logout_redirect_uri')).toBe(`${origin}/`);
    expect(redirect.searchParams.get('id_token_hint')).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(goodbye.headers.getSetCookie()).toEqual([expect.stringMatching(/^treff_session=; Max-Age=0/)]);
  });

  it('is not where somebody with a local account signs out', async () => {
    await start({ ...provider.environment(), OIDC_LABEL: 'School' });
    const ann = new BrowserSession(server);
    await ann.signIn('ann', PASSWORD);
    expect((await ann.get('/api/session')).body).toMatchObject({ signIn: { oidc: { label: 'School' } } });
    expect((await ann.send('POST', '/api/logout')).body).toEqual({ redirect: null });
  });
});

describe('the rules of a conference', () => {
  it('outlive a server that goes', async () => {
    await start();
    const ann = await at('room');
    ann.join('Ann');
    await until(() => ann.view !== undefined);
    ann.command({ type: 'set-lock', on: true });
    await until(() => ann.view?.access.locked === true);
    await server.stop();
    const [kept] = await store.conferences.all();
    expect(kept?.room).toBe('room');
    await start();
    const bo = await at('room');
    bo.join('Bo');
    await until(() => bo.errors.length > 0 || bo.view !== undefined);
    expect(bo.errors).toEqual(['room/locked']);
  });
});
