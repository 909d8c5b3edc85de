import { Buffer } from 'node:buffer';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createdInvitation, LIMITS, type Command } from '@treff/protocol';
import { FakeBridge } from '@treff/testing';
import { SignJWT } from 'jose';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAccounts } from '../src/access/accounts.ts';
import { readConfig, startServer, type RunningServer } from '../src/index.ts';
import { createMemoryStore } from '../src/store/memory-store.ts';
import { BrowserSession } from './browser-session.ts';
import { TestClient, until, webSocketLine } from './test-client.ts';

/** Each in words that stand nowhere else. What people know, are called, and say; where they are and come from. */
const SECRET = {
  accountName: 'zx-account-name',
  accountPassword: 'zx "account" pässword',
  wrongPassword: 'zx wrong password',
  brokenLogin: 'zx-broken-login',
  displayName: 'Zx Display Name',
  otherName: 'Zx Other Name',
  renamed: 'Zx Renamed Person',
  knocker: 'Zx Knocking Name',
  room: 'zx-room-name',
  ownedRoom: 'zx-owned-room',
  roomPassword: 'zx room password',
  wrongRoomPassword: 'zx wrong room password',
  subject: 'zx subject of it',
  publicMessage: 'zx public message',
  privateMessage: 'zx private message',
  lobbyQuestion: 'zx lobby question',
  lobbyAnswer: 'zx lobby answer',
  kickReason: 'zx kick reason',
  jwtKey: 'zx-secret-that-signs-all-the-tokens-of-this-test',
  jwtUser: 'zx-jwt-user',
  jwtName: 'Zx Jwt Name',
  forgedJwt: 'eyJhbGciOiJIUzI1NiJ9.eyJyb29tIjoiengtZm9yZ2VkIn0.zx-forged-signature',
  badInvitation: 'zx-bad-invitation',
  badToken: 'zx-bad-token',
  oidcSecret: 'zx-oidc-client-secret',
  oidcCode: 'zx-oidc-code',
  oidcState: 'zx-oidc-state',
  oidcAnswer: 'zx-answer-of-the-provider',
  turnSecret: 'zx-turn-secret-zx-turn-secret',
  malformed: 'zx malformed message',
  nonsense: 'zx nonsense, and no JSON',
  sdp: 'zx-session-description',
  query: 'zx-query-of-a-page',
  address: '203.0.113.201',
};

let folder: string;
let provider: Server;
let lines: string[];
let server: RunningServer;
/** What came up during the test, such as tokens that were given out. */
let learned: Record<string, string>;
const bridge = () => new FakeBridge();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treff-log-'));
  lines = [];
  learned = {};
  // A provider that is broken in a talkative way.
  provider = createServer((_request, response) => {
    response.writeHead(500, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: 'server_error', error_description: SECRET.oidcAnswer }));
  }).listen(0, '127.0.0.1');
  await once(provider, 'listening');
});

afterEach(async () => {
  await server.stop();
  provider.close();
  await rm(folder, { recursive: true });
});

/** In all the ways in which it might be written. */
function* spellings(secret: string): Generator<string> {
  const bytes = Buffer.from(secret);
  yield secret;
  yield JSON.stringify(secret).slice(1, -1);
  yield JSON.stringify(JSON.stringify(secret)).slice(3, -3);
  yield encodeURIComponent(secret);
  yield bytes.toString('hex');
  for (const encoding of ['base64', 'base64url'] as const) {
    // Wherever it begins within what was encoded; its edges depend on what is beside it.
    for (const offset of [0, 1, 2]) {
      const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString(encoding);
      yield text.slice(offset === 0 ? 0 : 4, -4);
    }
  }
}

function found(log: string, secrets: Record<string, string>): string[] {
  const all = log.toLowerCase();
  return Object.entries(secrets).flatMap(([what, secret]) =>
    [...spellings(secret)].some((text) => all.includes(text.toLowerCase())) ? [what] : [],
  );
}

async function at(room: string, cookie = ''): Promise<TestClient> {
  const headers = { 'x-forwarded-for': SECRET.address, ...(cookie === '' ? {} : { cookie }) };
  const client = new TestClient(await webSocketLine(`ws://localhost:${server.port}/ws`, headers));
  client.hello(room);
  await until(() => client.room !== '', 'welcome');
  return client;
}

async function does(client: TestClient, command: Command): Promise<void> {
  const id = client.command(command);
  await until(() => client.results.has(id), command.type);
}

async function refused(client: TestClient, act: () => void): Promise<void> {
  const { length } = client.errors;
  act();
  await until(() => client.errors.length > length, 'a refusal');
}

async function start(store = createMemoryStore()): Promise<void> {
  const address = provider.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const accounts = createAccounts(store.accounts, Date.now);
  await accounts.add({
    name: SECRET.accountName,
    displayName: SECRET.displayName,
    password: SECRET.accountPassword,
  });
  const logger = pino({ level: 'trace', base: null }, { write: (line: string) => void lines.push(line) });
  const config = readConfig({
    HTTP_PORT: '0',
    STUN_PORT: 'off',
    DATA_DIR: folder,
    LOG_LEVEL: 'trace',
    ENABLE_ACCOUNTS: 'on',
    JWT_APP_SECRET: SECRET.jwtKey,
    JWT_APP_ID: 'school',
    OIDC_ISSUER: `http://127.0.0.1:${address.port}`,
    OIDC_CLIENT_ID: 'treff',
    OIDC_CLIENT_SECRET: SECRET.oidcSecret,
    TURN_URLS: 'turn:turn.example.org',
    TURN_SECRET: SECRET.turnSecret,
  });
  server = await startServer(config, { bridge: bridge(), logger, webRoot: join(folder, 'none'), store });
}

/** Somebody signs in, in all ways that fail and one that does not, and reserves a room. Their invitation to it. */
async function signIn(): Promise<{ browser: BrowserSession; invitation: string }> {
  const browser = new BrowserSession(server);
  const from = { 'x-forwarded-for': SECRET.address };
  await browser.signIn(SECRET.accountName, SECRET.wrongPassword, from);
  await browser.send(
    'POST',
    '/api/login',
    `{"name":"${SECRET.brokenLogin}","password":"${SECRET.brokenLogin}`,
  );
  await browser.send('POST', '/api/login', { name: SECRET.brokenLogin });
  await browser.send('GET', '/api/session', undefined, {
    cookie: `treff_session=${SECRET.badToken}.${'x'.repeat(43)}`,
  });
  const signedIn = await browser.signIn(SECRET.accountName, SECRET.accountPassword, from);
  expect(signedIn.status).toBe(204);
  learned['cookie'] = browser.cookie.split('=')[1] ?? '';
  const settings = { lobby: true, moderators: 'owner', startMuted: { microphone: false, camera: false } };
  const password = SECRET.roomPassword;
  const reserved = await browser.send('PUT', `/api/rooms/${SECRET.ownedRoom}`, { settings, password });
  expect(reserved.status).toBe(200);
  const made = await browser.send('POST', `/api/rooms/${SECRET.ownedRoom}/invitations`, {
    role: 'participant',
    expiresAt: Date.now() + 60_000,
  });
  const { path } = createdInvitation.parse(made.body);
  const invitation = new URLSearchParams(path.split('?')[1]).get('invitation') ?? '';
  learned['invitation'] = invitation;
  for (const page of [
    path,
    `/${SECRET.room}?jwt=${SECRET.forgedJwt}&x=${SECRET.query}`,
    `/login/oidc?return=/${SECRET.room}`,
    `/login/oidc/callback?code=${SECRET.oidcCode}&state=${SECRET.oidcState}`,
    `/%E0%A4%A${SECRET.query}`,
  ])
    await fetch(`http://localhost:${server.port}${page}`, { redirect: 'manual' });
  return { browser, invitation };
}

async function jwt(seconds: number): Promise<string> {
  const user = { id: SECRET.jwtUser, name: SECRET.jwtName, moderator: true };
  const token = await new SignJWT({ room: SECRET.room, context: { user } })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('school')
    .setAudience('school')
    .setExpirationTime(Math.floor(Date.now() / 1_000) + seconds)
    .sign(new TextEncoder().encode(SECRET.jwtKey));
  learned[`jwt ${seconds}`] = token;
  return token;
}

/** A meeting in which everything is said and done that there is. */
async function meet({ browser, invitation }: Awaited<ReturnType<typeof signIn>>): Promise<void> {
  const ann = await at(SECRET.ownedRoom, browser.cookie);
  ann.ask('', {});
  await until(() => ann.view !== undefined, 'joined');
  const bo = await at(SECRET.ownedRoom);
  await refused(bo, () => bo.ask(SECRET.otherName, { password: SECRET.wrongRoomPassword }));
  await refused(bo, () => bo.ask(SECRET.otherName, { invitation: SECRET.badInvitation }));
  await refused(bo, () => bo.ask(SECRET.otherName, { jwt: SECRET.forgedJwt }));
  await refused(bo, () => bo.ask(SECRET.otherName, { restore: SECRET.badToken }));
  bo.ask(SECRET.otherName, { password: SECRET.roomPassword });
  await until(() => bo.view !== undefined, 'joined');
  const invited = await at(SECRET.ownedRoom);
  invited.ask(SECRET.otherName, { invitation });
  await until(() => invited.view !== undefined, 'joined');

  const dan = await at(SECRET.ownedRoom);
  dan.ask(SECRET.knocker, { knock: true });
  await until(() => ann.view?.knocking.length === 1, 'a knock');
  learned['waiting token'] = dan.waitingToken ?? '';
  const knocker = ann.seatView.knocking[0]?.id ?? ann.id;
  await does(ann, { type: 'send-lobby-message', knocker, text: SECRET.lobbyQuestion });
  dan.send({ type: 'lobby-message', text: SECRET.lobbyAnswer });
  await until(() => dan.lobby.length === 2, 'the answer');
  await does(ann, { type: 'reject', knocker });

  await does(ann, { type: 'set-subject', subject: SECRET.subject });
  await does(ann, { type: 'send-message', text: SECRET.publicMessage });
  await does(ann, { type: 'send-message', text: SECRET.privateMessage, to: bo.id });
  await does(bo, { type: 'rename', displayName: SECRET.renamed });
  await does(ann, { type: 'set-password', password: SECRET.wrongRoomPassword });
  await does(ann, {
    type: 'set-password',
    password: SECRET.roomPassword.repeat(LIMITS.roomPasswordLength / 16 + 1),
  });
  bo.send({
    type: 'p2p',
    generation: ann.offer?.generation ?? 1,
    body: { action: 'offer', attempt: 1, sdp: SECRET.sdp },
  });
  for (const text of [
    SECRET.nonsense,
    `{"type":"command","id":"x","command":{"type":"${SECRET.malformed}"}}`,
    `{"type":"join","password":"${SECRET.malformed}"}`,
    `{"type":"command","id":"${SECRET.malformed}","pad":"${'x'.repeat(LIMITS.messageBytes)}"}`,
  ])
    await refused(bo, () => bo.line.send(text));
  learned['seat token'] = bo.token;
  bo.line.close(1006);
  await until(() => ann.view?.participants[1]?.connection === 'interrupted', 'a loss');
  bo.attach(await webSocketLine(`ws://localhost:${server.port}/ws`));
  bo.hello(SECRET.ownedRoom);
  bo.resume();
  await until(() => bo.resumed === 1, 'resumed');
  learned['next seat token'] = bo.token;
  await does(ann, { type: 'kick', participant: bo.id, reason: SECRET.kickReason });

  const expired = await at(SECRET.room);
  await refused(expired, () => void jwt(-600).then((token) => expired.ask('', { jwt: token })));
  const cem = await at(SECRET.room);
  cem.ask('', { jwt: await jwt(600) });
  await until(() => cem.view !== undefined, 'joined');
  learned['turn credential'] = String(cem.iceServers?.servers[0]?.credential);
  // A frame that is none, from somebody who means no good.
  const broken = await at(SECRET.room);
  broken.line.send(`"${SECRET.nonsense.repeat(8_000)}"`);
  await until(() => broken.closeCode !== undefined, 'closed');
}

describe('the log, with everything in it that there is', () => {
  it('holds nothing of what people know, are called, and say, nor where they are', async () => {
    await start();
    await meet(await signIn());
    await server.stop();
    const log = lines.join('');
    // It did log: conferences, a provider that fails, a socket that was broken.
    for (const text of [
      'a conference began',
      'a conference ended',
      'OpenID provider failed',
      'a socket failed',
    ])
      expect(log).toContain(text);
    for (const [what, secret] of Object.entries(learned))
      expect([what, secret.length > 8]).toEqual([what, true]);
    expect(found(log, { ...SECRET, ...learned })).toEqual([]);
    // Or this would find nothing whatever was there.
    expect(found(`${log}${Buffer.from(`x${SECRET.sdp}`).toString('base64')}`, SECRET)).toEqual(['sdp']);
  });

  it('holds no more when something breaks', async () => {
    const store = createMemoryStore();
    await start(store);
    const signedIn = await signIn();
    const full = async (): Promise<never> => {
      throw new Error('the disk is full');
    };
    Object.assign(store.rooms, { get: full });
    Object.assign(store.conferences, { put: full });
    const { browser } = signedIn;
    const failed = await browser.send('PUT', `/api/rooms/${SECRET.room}`, {
      settings: { lobby: false, moderators: 'owner', startMuted: { microphone: false, camera: false } },
      password: SECRET.roomPassword,
    });
    const client = await at(SECRET.room, browser.cookie);
    await refused(client, () => client.ask(SECRET.otherName, { password: SECRET.wrongRoomPassword }));
    expect([failed.status, client.errors]).toEqual([500, ['server/internal']]);
    await server.stop();
    const log = lines.join('');
    expect(log).toContain('the disk is full');
    expect(found(log, { ...SECRET, ...learned })).toEqual([]);
  });
});
