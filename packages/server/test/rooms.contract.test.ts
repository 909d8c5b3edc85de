import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createdInvitation,
  invitationList,
  LIMITS,
  roomList,
  type RoomRequest,
  type RoomSettings,
} from '@treff/protocol';
import { FakeBridge } from '@treff/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAccounts } from '../src/access/accounts.ts';
import { createInvitations, type Invitations } from '../src/access/invitations.ts';
import { verifyPassword } from '../src/access/password-hash.ts';
import { createOwnedRooms, type OwnedRooms } from '../src/access/rooms.ts';
import { readConfig, startServer, type RunningServer } from '../src/index.ts';
import { createMemoryStore } from '../src/store/memory-store.ts';
import type { Store } from '../src/store/store.ts';
import { BrowserSession } from './browser-session.ts';
import { ManualClock } from './manual-clock.ts';
import { TestLogger } from './meeting.ts';

const PASSWORD = 'correct horse';
const SETTINGS: RoomSettings = {
  lobby: true,
  moderators: 'owner',
  startMuted: { microphone: true, camera: false },
  maxParticipants: 30,
  resolution: 480,
  videoBitrate: 800_000,
  notBefore: 1_000,
  notAfter: 2_000,
};
const PLAIN: RoomSettings = {
  lobby: false,
  moderators: 'first',
  startMuted: { microphone: false, camera: false },
};
const REQUEST: RoomRequest = { settings: SETTINGS };

let folder: string;
let clock: ManualClock;
let store: Store;
let rooms: OwnedRooms;
let invitations: Invitations;
let logger: TestLogger;
let server: RunningServer;
let ann: BrowserSession;
let bo: BrowserSession;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treff-rooms-'));
  clock = new ManualClock();
  const now = () => clock.now();
  store = createMemoryStore(now);
  const accounts = createAccounts(store.accounts, now);
  rooms = createOwnedRooms(store.rooms, now);
  invitations = createInvitations(store.invitations, now);
  logger = new TestLogger();
  server = await startServer(
    readConfig({ HTTP_PORT: '0', STUN_PORT: 'off', DATA_DIR: folder, ENABLE_ACCOUNTS: 'on' }),
    { bridge: new FakeBridge(), logger, webRoot: join(folder, 'none'), clock, store },
  );
  ann = new BrowserSession(server);
  bo = new BrowserSession(server);
  for (const [name, browser] of [
    ['ann', ann],
    ['bo', bo],
  ] as const) {
    await accounts.add({ name, password: PASSWORD });
    await browser.signIn(name, PASSWORD);
  }
});

afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
  logger.assertNoErrors();
});

async function invited(role: 'moderator' | 'participant', expiresAt = clock.now() + 60_000): Promise<string> {
  const { body } = await ann.send('POST', '/api/rooms/choir/invitations', { role, expiresAt });
  return createdInvitation.parse(body).path;
}

const secretOf = (path: string) => new URLSearchParams(path.split('?')[1]).get('invitation') ?? '';

describe('a room', () => {
  it('is one’s own from the first PUT on, and lists as it was saved', async () => {
    expect((await ann.get('/api/rooms')).body).toEqual({ rooms: [] });
    const saved = await ann.send('PUT', '/api/rooms/Ann%27s%20Choir', REQUEST);
    expect([saved.status, saved.body]).toEqual([
      200,
      { room: 'annschoir', settings: SETTINGS, hasPassword: false },
    ]);
    await ann.send('PUT', '/api/rooms/b', { settings: PLAIN });
    expect(roomList.parse((await ann.get('/api/rooms')).body).rooms).toEqual([
      { room: 'annschoir', settings: SETTINGS, hasPassword: false },
      { room: 'b', settings: PLAIN, hasPassword: false },
    ]);
    expect((await bo.get('/api/rooms')).body).toEqual({ rooms: [] });
    expect(await rooms.roomOf('annschoir')).toEqual({
      room: 'annschoir',
      owner: 'account:ann',
      settings: SETTINGS,
      passwordHash: null,
    });
    expect(await rooms.roomOf('other')).toBeUndefined();
  });

  it('is changed by its owner as a whole; what was left out is gone', async () => {
    await ann.send('PUT', '/api/rooms/choir', REQUEST);
    const { body } = await ann.send('PUT', '/api/rooms/choir', { settings: PLAIN });
    expect(body).toEqual({ room: 'choir', settings: PLAIN, hasPassword: false });
    expect((await ann.get('/api/rooms')).body).toEqual({ rooms: [body] });
  });

  it('keeps its password until it gets another or none, and tells it to nobody', async () => {
    const put = (password?: string | null) => ann.send('PUT', '/api/rooms/choir', { ...REQUEST, password });
    expect((await put('Käse 7')).body).toMatchObject({ hasPassword: true });
    const first = (await rooms.roomOf('choir'))?.passwordHash ?? '';
    expect(await verifyPassword('Käse 7', first)).toBe(true);
    const { body } = await put();
    expect(body).toEqual({ room: 'choir', settings: SETTINGS, hasPassword: true });
    expect((await rooms.roomOf('choir'))?.passwordHash).toBe(first);
    await put('tea');
    expect(await verifyPassword('tea', (await rooms.roomOf('choir'))?.passwordHash ?? '')).toBe(true);
    expect((await put(null)).body).toMatchObject({ hasPassword: false });
    expect((await rooms.roomOf('choir'))?.passwordHash).toBeNull();
    for (const unfit of ['', 'x'.repeat(LIMITS.roomPasswordLength + 1)])
      expect((await put(unfit)).body).toEqual({ code: 'room/password-unfit' });
  });

  it('may have the longest name of all', async () => {
    const name = '會'.repeat(LIMITS.roomNameLength);
    const { body } = await ann.send('PUT', `/api/rooms/${encodeURIComponent(name)}`, { settings: PLAIN });
    expect(body).toMatchObject({ room: name });
    const request = { role: 'participant', expiresAt: clock.now() + 1 };
    const answer = await ann.send('POST', `/api/rooms/${encodeURIComponent(name)}/invitations`, request);
    expect(answer.status).toBe(201);
  });

  it('of somebody else can’t be changed, released or looked into', async () => {
    await ann.send('PUT', '/api/rooms/choir', REQUEST);
    await invited('participant');
    const [invitation] = await invitations.list('choir');
    const foreign = [
      ['PUT', '/api/rooms/choir', REQUEST, 409, 'room/taken'],
      ['PUT', '/api/rooms/CHOIR', { ...REQUEST, password: 'mine' }, 409, 'room/taken'],
      ['DELETE', '/api/rooms/choir', undefined, 404, 'room/not-owned'],
      ['GET', '/api/rooms/choir/invitations', undefined, 404, 'room/not-owned'],
      [
        'POST',
        '/api/rooms/choir/invitations',
        { role: 'moderator', expiresAt: clock.now() + 1_000 },
        404,
        'room/not-owned',
      ],
      ['DELETE', `/api/rooms/choir/invitations/${invitation?.id}`, undefined, 404, 'room/not-owned'],
    ] as const;
    for (const [method, path, body, status, code] of foreign) {
      const answer = await bo.send(method, path, body);
      expect([method, answer.status, answer.body]).toEqual([method, status, { code }]);
    }
    expect(await rooms.roomOf('choir')).toMatchObject({ owner: 'account:ann', passwordHash: null });
    expect(await invitations.list('choir')).toEqual([invitation]);
  });

  it('of the operator is nobody’s to change', async () => {
    await rooms.save('assembly', REQUEST, null);
    expect((await ann.send('PUT', '/api/rooms/assembly', { settings: PLAIN })).body).toEqual({
      code: 'room/taken',
    });
    expect((await ann.send('DELETE', '/api/rooms/assembly')).status).toBe(404);
    await expect(rooms.save('assembly', { settings: PLAIN }, null)).rejects.toMatchObject({
      code: 'room/taken',
    });
    await rooms.change('assembly', { settings: PLAIN, owner: 'account:ann' });
    expect((await ann.get('/api/rooms')).body).toMatchObject({ rooms: [{ room: 'assembly' }] });
    await expect(rooms.change('other', {})).rejects.toMatchObject({ code: 'room/not-owned' });
  });

  it('that is released is free for others, and no invitation to it is left', async () => {
    await ann.send('PUT', '/api/rooms/choir', REQUEST);
    const secret = secretOf(await invited('moderator'));
    const released = await ann.send('DELETE', '/api/rooms/choir');
    expect([released.status, released.body]).toEqual([204, undefined]);
    expect((await ann.send('DELETE', '/api/rooms/choir')).body).toEqual({ code: 'room/not-owned' });
    expect((await bo.send('PUT', '/api/rooms/choir', REQUEST)).status).toBe(200);
    expect(await invitations.redeem('choir', secret, clock.now())).toBeUndefined();
  });

  it('is refused beyond so many of one owner', async () => {
    for (let index = 0; index < LIMITS.ownedRooms; index++)
      expect((await ann.send('PUT', `/api/rooms/room${index}`, { settings: PLAIN })).status).toBe(200);
    const { status, body } = await ann.send('PUT', '/api/rooms/more', { settings: PLAIN });
    expect([status, body]).toEqual([409, { code: 'room/too-many' }]);
    expect((await ann.send('PUT', '/api/rooms/room0', REQUEST)).status).toBe(200);
    expect((await bo.send('PUT', '/api/rooms/more', { settings: PLAIN })).status).toBe(200);
  });

  it.each(['api', 'account', '%3F', 'x'.repeat(LIMITS.roomNameLength + 1)])(
    'can’t be called %s',
    async (name) => {
      const { status, body } = await ann.send('PUT', `/api/rooms/${name}`, REQUEST);
      expect([status, body]).toEqual([400, { code: 'room/invalid-name' }]);
      expect(await rooms.list()).toEqual([]);
    },
  );

  it.each([
    ['nothing', {}],
    ['a lobby that is perhaps', { settings: { ...PLAIN, lobby: 'perhaps' } }],
    ['moderators of another kind', { settings: { ...PLAIN, moderators: 'token' } }],
    ['nobody at most', { settings: { ...PLAIN, maxParticipants: 0 } }],
    ['too many at most', { settings: { ...PLAIN, maxParticipants: LIMITS.participants + 1 } }],
    ['cameras of no height', { settings: { ...PLAIN, resolution: 0 } }],
    ['cameras of more bits than anybody has', { settings: { ...PLAIN, videoBitrate: 1e9 } }],
    ['an end before its beginning', { settings: { ...PLAIN, notBefore: 2, notAfter: 2 } }],
    ['a moment that is none', { settings: { ...PLAIN, notBefore: -1 } }],
    ['a password that is a number', { settings: PLAIN, password: 7 }],
  ])('with %s is malformed', async (_, request) => {
    const { status, body } = await ann.send('PUT', '/api/rooms/choir', request);
    expect([status, body]).toEqual([400, { code: 'protocol/malformed' }]);
    expect(await rooms.list()).toEqual([]);
  });
});

describe('an invitation', () => {
  beforeEach(async () => {
    await ann.send('PUT', '/api/rooms/choir', REQUEST);
  });

  it('lets whoever has the link in, in its role, into its room only', async () => {
    const path = await invited('moderator');
    expect(path).toMatch(/^\/choir\?invitation=[\w-]{32}$/);
    const secret = secretOf(path);
    expect(secret.length).toBeLessThanOrEqual(LIMITS.invitationLength);
    expect(await invitations.redeem('choir', secret, clock.now())).toEqual({ role: 'moderator' });
    const other = secretOf(await invited('participant'));
    expect(await invitations.redeem('choir', other, clock.now())).toEqual({ role: 'participant' });
    await ann.send('PUT', '/api/rooms/other', REQUEST);
    for (const [room, given] of [
      ['other', secret],
      ['choir', secret.slice(1)],
      ['choir', `${secret}x`],
      ['choir', ''],
      ['nowhere', secret],
    ] as const)
      expect(await invitations.redeem(room, given, clock.now())).toBeUndefined();
  });

  it('has a secret that is shown once and kept nowhere', async () => {
    const secret = secretOf(await invited('participant'));
    const { body } = await ann.get('/api/rooms/choir/invitations');
    expect(JSON.stringify(body)).not.toContain(secret);
    const kept = await store.invitations.ofRoom('choir');
    expect(kept).toHaveLength(1);
    expect(JSON.stringify(kept)).not.toContain(secret);
  });

  it('is good until it expires', async () => {
    const expiresAt = clock.now() + 60_000;
    const secret = secretOf(await invited('participant', expiresAt));
    expect(await invitations.redeem('choir', secret, expiresAt - 1)).toBeDefined();
    expect(await invitations.redeem('choir', secret, expiresAt)).toBeUndefined();
    clock.advance(60_000);
    expect((await ann.get('/api/rooms/choir/invitations')).body).toEqual({ invitations: [] });
  });

  it('is good until it is revoked, and then those of others still are', async () => {
    const first = secretOf(await invited('participant'));
    const second = secretOf(await invited('moderator'));
    const { invitations: listed } = invitationList.parse(
      (await ann.get('/api/rooms/choir/invitations')).body,
    );
    const participant = listed.find(({ role }) => role === 'participant');
    expect(listed).toHaveLength(2);
    const path = `/api/rooms/choir/invitations/${participant?.id}`;
    expect((await ann.send('DELETE', path)).status).toBe(204);
    const again = await ann.send('DELETE', path);
    expect([again.status, again.body]).toEqual([404, { code: 'invitation/unknown' }]);
    expect(await invitations.redeem('choir', first, clock.now())).toBeUndefined();
    expect(await invitations.redeem('choir', second, clock.now())).toBeDefined();
  });

  it('of one room can’t be revoked through another', async () => {
    const secret = secretOf(await invited('participant'));
    const [invitation] = await invitations.list('choir');
    await bo.send('PUT', '/api/rooms/bos', REQUEST);
    const { body } = await bo.send('DELETE', `/api/rooms/bos/invitations/${invitation?.id}`);
    expect(body).toEqual({ code: 'invitation/unknown' });
    expect(await invitations.redeem('choir', secret, clock.now())).toBeDefined();
  });

  it('has to expire, in the future and not too far away', async () => {
    const make = (expiresAt: unknown) =>
      ann.send('POST', '/api/rooms/choir/invitations', { role: 'participant', expiresAt });
    for (const expiresAt of [clock.now(), 0, clock.now() + LIMITS.invitationMs + 1])
      expect((await make(expiresAt)).body).toEqual({ code: 'invitation/expiry-unfit' });
    for (const expiresAt of [undefined, null, 'tomorrow', 1e300])
      expect((await make(expiresAt)).body).toEqual({ code: 'protocol/malformed' });
    expect((await make(clock.now() + LIMITS.invitationMs)).status).toBe(201);
  });

  it('is refused beyond so many of one room', async () => {
    for (let index = 0; index < LIMITS.invitations; index++)
      await invitations.add('choir', { role: 'participant', expiresAt: clock.now() + 60_000 });
    const request = { role: 'participant', expiresAt: clock.now() + 90_000 };
    const { status, body } = await ann.send('POST', '/api/rooms/choir/invitations', request);
    expect([status, body]).toEqual([409, { code: 'invitation/too-many' }]);
  });
});

describe('whoever is not signed in', () => {
  it('has no rooms and no invitations', async () => {
    await ann.send('PUT', '/api/rooms/choir', REQUEST);
    const stranger = new BrowserSession(server);
    for (const [method, path, body] of [
      ['GET', '/api/rooms', undefined],
      ['PUT', '/api/rooms/choir', REQUEST],
      ['PUT', '/api/rooms/free', REQUEST],
      ['DELETE', '/api/rooms/choir', undefined],
      ['GET', '/api/rooms/choir/invitations', undefined],
      ['POST', '/api/rooms/choir/invitations', { role: 'moderator', expiresAt: clock.now() + 1 }],
      ['DELETE', '/api/rooms/choir/invitations/x', undefined],
    ] as const) {
      const answer = await stranger.send(method, path, body);
      expect([method, path, answer.status, answer.body]).toEqual([
        method,
        path,
        401,
        { code: 'auth/required' },
      ]);
    }
    expect((await rooms.list()).map(({ room }) => room)).toEqual(['choir']);
  });
});

describe('requests', () => {
  it('of pages of other origins change nothing, though the browser is signed in', async () => {
    await ann.send('PUT', '/api/rooms/choir', REQUEST);
    ann.origin = 'https://evil.example';
    for (const [method, path, body] of [
      ['PUT', '/api/rooms/choir', { settings: PLAIN }],
      ['DELETE', '/api/rooms/choir', undefined],
      ['POST', '/api/rooms/choir/invitations', { role: 'moderator', expiresAt: clock.now() + 1 }],
    ] as const) {
      const answer = await ann.send(method, path, body);
      expect([method, answer.status, answer.body]).toEqual([method, 403, { code: 'auth/foreign-page' }]);
    }
    expect(await rooms.roomOf('choir')).toMatchObject({ settings: SETTINGS });
  });

  it('of one person are so many, and others are not hindered', async () => {
    for (let count = 0; count < LIMITS.requestBurst; count++)
      expect((await ann.get('/api/rooms')).status).toBe(200);
    const { status, body } = await ann.get('/api/rooms');
    expect([status, body]).toEqual([429, { code: 'protocol/rate-limited', retryAfterMs: 500 }]);
    expect((await bo.get('/api/rooms')).status).toBe(200);
    clock.advance(500);
    expect((await ann.get('/api/rooms')).status).toBe(200);
  });
});
