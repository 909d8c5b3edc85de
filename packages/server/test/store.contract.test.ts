import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LIMITS } from '@treff/protocol';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryStore } from '../src/store/memory-store.ts';
import { openStore } from '../src/store/sqlite-store.ts';
import type { AccountRecord, InvitationRecord, RoomRecord, Store } from '../src/store/store.ts';

const run = promisify(execFile);

let folder: string;
let now: number;
let store: Store;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treff-store-'));
  now = 1_790_000_000_000;
});

afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const ann: AccountRecord = {
  name: 'ann',
  displayName: 'Ann Lee',
  passwordHash: '$argon2id$…',
  version: 1_000,
  createdAt: 1_000,
};
const choir: RoomRecord = {
  name: 'choir',
  owner: 'account:ann',
  settings: '{"lobby":true}',
  passwordHash: null,
  createdAt: 1_000,
};
const invitation: InvitationRecord = {
  id: 'i1',
  room: 'choir',
  role: 'participant',
  secretHash: 'abc',
  expiresAt: 9_000,
  createdAt: 1_000,
};

describe.each([
  { kind: 'in memory', make: () => Promise.resolve(createMemoryStore(() => now)) },
  { kind: 'in SQLite', make: () => openStore(folder, () => now) },
])('a store $kind', ({ make }) => {
  beforeEach(async () => {
    store = await make();
  });

  describe('keeps conferences', () => {
    it('until they are deleted, the last record of each with its time', async () => {
      const { conferences } = store;
      expect(await conferences.all()).toEqual([]);
      await conferences.put('b', '{"lock":1}');
      now += 5.5;
      await conferences.put('a', '{}');
      now += 5;
      await conferences.put('b', '{"lock":"größe 會"}');
      expect(await conferences.all()).toEqual([
        { room: 'a', record: '{}', at: 1_790_000_000_005 },
        { room: 'b', record: '{"lock":"größe 會"}', at: 1_790_000_000_010 },
      ]);
      await conferences.delete('b');
      await conferences.delete('never there');
      expect((await conferences.all()).map(({ room }) => room)).toEqual(['a']);
    });

    it('in the order in which they were told, though nobody waits', async () => {
      const { conferences } = store;
      const writes = Array.from({ length: 50 }, (_, turn) => [
        conferences.put('kept', String(turn)),
        turn % 2 === 0 ? conferences.put('gone', String(turn)) : conferences.delete('gone'),
        // Something else that wants the connection meanwhile.
        store.rooms.get('choir'),
      ]);
      const seen = conferences.all();
      const later = conferences.put('kept', 'later');
      expect(await seen).toMatchObject([{ room: 'kept', record: '49' }]);
      await Promise.all([...writes.flat(), later]);
      expect(await conferences.all()).toMatchObject([{ room: 'kept', record: 'later' }]);
    });

    it('up to a size, and is none the worse for one that is larger', async () => {
      const { conferences } = store;
      const largest = 'é'.repeat(LIMITS.conferenceRecordBytes / 2);
      await conferences.put('a', largest);
      await expect(conferences.put('a', `${largest}x`)).rejects.toThrow(RangeError);
      expect((await conferences.all())[0]?.record).toBe(largest);
    });
  });

  describe('keeps accounts', () => {
    it('one of each name', async () => {
      const { accounts } = store;
      expect(await accounts.get('ann')).toBeUndefined();
      expect(await accounts.add(ann)).toBe(true);
      expect(await accounts.add({ ...ann, displayName: 'Another' })).toBe(false);
      expect(await accounts.get('ann')).toEqual(ann);
      await accounts.add({ ...ann, name: 'ÿves' });
      await accounts.add({ ...ann, name: 'al' });
      expect((await accounts.all()).map(({ name }) => name)).toEqual(['al', 'ann', 'ÿves']);
    });

    it('whose version grows with each reset, even if time does not', async () => {
      const { accounts } = store;
      expect(await accounts.reset('ann', 'other', 5_000)).toBe(false);
      await accounts.add(ann);
      expect(await accounts.reset('ann', 'second', 5_000)).toBe(true);
      expect(await accounts.get('ann')).toEqual({ ...ann, passwordHash: 'second', version: 5_000 });
      await accounts.reset('ann', 'third', 4_000);
      expect(await accounts.get('ann')).toEqual({ ...ann, passwordHash: 'third', version: 5_001 });
    });

    it('until they are removed; their rooms are the operator’s then', async () => {
      const { accounts, rooms } = store;
      await accounts.add(ann);
      await rooms.add(choir, 9);
      await rooms.add({ ...choir, name: 'bos', owner: 'account:bo' }, 9);
      expect(await accounts.remove('bo', 'account:bo')).toBe(false);
      expect((await rooms.get('bos'))?.owner).toBe('account:bo');
      expect(await accounts.remove('ann', 'account:ann')).toBe(true);
      expect(await accounts.all()).toEqual([]);
      expect(await rooms.get('choir')).toEqual({ ...choir, owner: null });
      expect((await rooms.get('bos'))?.owner).toBe('account:bo');
    });
  });

  describe('keeps rooms', () => {
    it('one of each name, and so many of an owner', async () => {
      const { rooms } = store;
      expect(await rooms.get('choir')).toBeUndefined();
      expect(await rooms.add(choir, 2)).toBe('added');
      expect(await rooms.add({ ...choir, owner: 'account:bo' }, 2)).toBe('taken');
      expect(await rooms.add(choir, 2)).toBe('taken');
      expect(await rooms.add({ ...choir, name: 'b' }, 2)).toBe('added');
      expect(await rooms.add({ ...choir, name: 'c' }, 2)).toBe('too-many');
      expect(await rooms.get('c')).toBeUndefined();
      for (const name of ['x', 'y', 'z'])
        expect(await rooms.add({ ...choir, name, owner: null, passwordHash: 'hash' }, 2)).toBe('added');
      expect(await rooms.get('choir')).toEqual(choir);
      expect((await rooms.all()).map(({ name }) => name)).toEqual(['b', 'choir', 'x', 'y', 'z']);
      expect((await rooms.all('account:ann')).map(({ name }) => name)).toEqual(['b', 'choir']);
      expect(await rooms.all('account:bo')).toEqual([]);
    });

    it('and changes what is named of them, for their owner or whoever asks', async () => {
      const { rooms } = store;
      await rooms.add(choir, 9);
      expect(await rooms.update('other', { settings: '{}' })).toBe(false);
      expect(await rooms.update('choir', { settings: '{}' }, 'account:bo')).toBe(false);
      expect(await rooms.get('choir')).toEqual(choir);
      expect(await rooms.update('choir', { passwordHash: 'hash' }, 'account:ann')).toBe(true);
      expect(await rooms.get('choir')).toEqual({ ...choir, passwordHash: 'hash' });
      expect(await rooms.update('choir', { settings: '{}' })).toBe(true);
      expect(await rooms.get('choir')).toEqual({ ...choir, passwordHash: 'hash', settings: '{}' });
      expect(await rooms.update('choir', {})).toBe(true);
      expect(await rooms.update('choir', { passwordHash: null })).toBe(true);
      expect((await rooms.get('choir'))?.passwordHash).toBeNull();
      expect(await rooms.update('choir', { owner: null }, 'account:ann')).toBe(true);
      expect(await rooms.update('choir', {}, 'account:ann')).toBe(false);
      expect((await rooms.get('choir'))?.owner).toBeNull();
    });

    it('until they are removed, with their invitations', async () => {
      const { rooms, invitations } = store;
      await rooms.add(choir, 9);
      await rooms.add({ ...choir, name: 'other' }, 9);
      await invitations.add(invitation, 9);
      await invitations.add({ ...invitation, id: 'i2', room: 'other' }, 9);
      expect(await rooms.remove('choir', 'account:bo')).toBe(false);
      expect(await rooms.remove('choir', 'account:ann')).toBe(true);
      expect(await rooms.remove('choir')).toBe(false);
      // Whoever takes the name later inherits nothing.
      await rooms.add({ ...choir, owner: 'account:bo' }, 9);
      expect(await invitations.ofRoom('choir')).toEqual([]);
      expect(await invitations.ofRoom('other')).toHaveLength(1);
    });
  });

  describe('keeps invitations', () => {
    it('to rooms that are there, from the oldest to the newest', async () => {
      const { rooms, invitations } = store;
      expect(await invitations.add(invitation, 9)).toBe('unknown-room');
      await rooms.add(choir, 9);
      expect(await invitations.add({ ...invitation, id: 'late', createdAt: 2_000 }, 9)).toBe('added');
      expect(await invitations.add(invitation, 9)).toBe('added');
      expect(await invitations.ofRoom('choir')).toEqual([
        invitation,
        { ...invitation, id: 'late', createdAt: 2_000 },
      ]);
      expect(await invitations.ofRoom('other')).toEqual([]);
    });

    it('until they are removed', async () => {
      const { rooms, invitations } = store;
      await rooms.add(choir, 9);
      await rooms.add({ ...choir, name: 'other' }, 9);
      await invitations.add(invitation, 9);
      expect(await invitations.remove('other', 'i1')).toBe(false);
      expect(await invitations.remove('choir', 'i1')).toBe(true);
      expect(await invitations.remove('choir', 'i1')).toBe(false);
      expect(await invitations.ofRoom('choir')).toEqual([]);
    });

    it('so many of a room, where those that expired make way', async () => {
      const { rooms, invitations } = store;
      await rooms.add(choir, 9);
      await invitations.add({ ...invitation, expiresAt: 2_000 }, 2);
      expect(await invitations.add({ ...invitation, id: 'i2' }, 2)).toBe('added');
      expect(await invitations.add({ ...invitation, id: 'i3', createdAt: 1_999 }, 2)).toBe('too-many');
      expect(await invitations.add({ ...invitation, id: 'i4', createdAt: 2_000 }, 2)).toBe('added');
      expect((await invitations.ofRoom('choir')).map(({ id }) => id)).toEqual(['i2', 'i4']);
    });
  });

  it('finishes what it was asked for before it closes, and closes once', async () => {
    const writes = [store.conferences.put('a', '1'), store.conferences.put('a', '2')];
    await Promise.all([store.close(), store.close()]);
    await expect(Promise.all(writes)).resolves.toBeDefined();
    await store.close();
  });
});

describe('the file', () => {
  const path = () => join(folder, 'data', 'treff.sqlite');
  beforeEach(async () => {
    store = await openStore(join(folder, 'data'), () => now);
  });

  it('can be read by its owner only, as can those beside it', async () => {
    await store.conferences.put('room', '{}');
    for (const suffix of ['', '-wal', '-shm'])
      expect((await stat(`${path()}${suffix}`)).mode & 0o777).toBe(0o600);
  });

  it('has everything after another start', async () => {
    await store.accounts.add(ann);
    await store.rooms.add(choir, 9);
    await store.invitations.add(invitation, 9);
    await store.conferences.put('room', '{}');
    // Not closed: as after a crash.
    const next = await openStore(join(folder, 'data'), () => now);
    expect(await next.accounts.all()).toEqual([ann]);
    expect(await next.rooms.all()).toEqual([choir]);
    expect(await next.invitations.ofRoom('choir')).toEqual([invitation]);
    expect(await next.conferences.all()).toEqual([{ room: 'room', record: '{}', at: now }]);
    await next.close();
  });

  it('may be used by several processes at the same time, from the first moment on', async () => {
    const module = new URL('../src/store/sqlite-store.ts', import.meta.url).href;
    const script = `
      const { openStore } = await import(process.argv[1]);
      const store = await openStore(process.argv[2]);
      const outcomes = [];
      for (let index = 0; index < 20; index++) {
        const name = process.argv[3] + index;
        outcomes.push(
          await store.rooms.add({ name, owner: 'account:ann', settings: '{}', passwordHash: null, createdAt: 0 }, 30),
        );
      }
      await store.close();
      process.stdout.write(JSON.stringify(outcomes));`;
    const fresh = join(folder, 'fresh');
    const outputs = await Promise.all(
      ['a', 'b', 'c'].map((letter) =>
        run(process.execPath, ['--input-type=module', '-e', script, module, fresh, letter]),
      ),
    );
    const outcomes = outputs.flatMap(({ stdout }) => JSON.parse(stdout) as string[]);
    expect(outcomes.filter((outcome) => outcome === 'added')).toHaveLength(30);
    expect(outcomes.filter((outcome) => outcome === 'too-many')).toHaveLength(30);
    const seen = await openStore(fresh);
    expect(await seen.rooms.all()).toHaveLength(30);
    await seen.close();
  });

  it('of a later version is left alone', async () => {
    await store.close();
    const database = new Database(path());
    database.pragma('user_version = 1000');
    database.close();
    await expect(openStore(join(folder, 'data'))).rejects.toThrow('later version of Treff');
  });
});
