import { Buffer } from 'node:buffer';
import { LIMITS } from '@treff/protocol';
import type {
  AccountRecord,
  AccountRecords,
  ConferenceRecord,
  ConferenceRecords,
  InvitationRecord,
  InvitationRecords,
  RoomRecord,
  RoomRecords,
  Store,
} from './store.ts';

/** Lives as long as the process: for tests. `now`: milliseconds since the epoch. */
export function createMemoryStore(now: () => number = Date.now): Store {
  const rooms = new Map<string, RoomRecord>();
  const invitations = new Map<string, InvitationRecord>();
  return {
    conferences: conferenceRecords(now),
    accounts: accountRecords(rooms),
    rooms: roomRecords(rooms, invitations),
    invitations: invitationRecords(rooms, invitations),
    close: () => Promise.resolve(),
  };
}

/** Rejects what {@link ConferenceRecords.put} does not take. */
export function checkConferenceRecord(record: string): void {
  if (Buffer.byteLength(record) > LIMITS.conferenceRecordBytes)
    throw new RangeError("the record of a conference's rules is too long");
}

function conferenceRecords(now: () => number): ConferenceRecords {
  const records = new Map<string, ConferenceRecord>();
  return {
    async put(room, record) {
      checkConferenceRecord(record);
      records.set(room, { room, record, at: Math.floor(now()) });
    },
    async delete(room) {
      records.delete(room);
    },
    all: async () => sorted(records.values(), ({ room }) => room),
  };
}

function accountRecords(rooms: Map<string, RoomRecord>): AccountRecords {
  const accounts = new Map<string, AccountRecord>();
  return {
    async add(account) {
      if (accounts.has(account.name)) return false;
      accounts.set(account.name, account);
      return true;
    },
    get: async (name) => accounts.get(name),
    all: async () => sorted(accounts.values(), ({ name }) => name),
    async reset(name, passwordHash, now) {
      const account = accounts.get(name);
      if (account === undefined) return false;
      accounts.set(name, { ...account, passwordHash, version: Math.max(account.version + 1, now) });
      return true;
    },
    async remove(name, owner) {
      if (!accounts.delete(name)) return false;
      for (const room of rooms.values())
        if (room.owner === owner) rooms.set(room.name, { ...room, owner: null });
      return true;
    },
  };
}

function roomRecords(
  rooms: Map<string, RoomRecord>,
  invitations: Map<string, InvitationRecord>,
): RoomRecords {
  /** The room, if it is `owner`'s or that does not matter. */
  function find(name: string, owner: string | undefined): RoomRecord | undefined {
    const room = rooms.get(name);
    return owner === undefined || room?.owner === owner ? room : undefined;
  }

  const all = (owner?: string) =>
    sorted(rooms.values(), ({ name }) => name).filter((room) => owner === undefined || room.owner === owner);

  return {
    async add(room, limit) {
      if (rooms.has(room.name)) return 'taken';
      if (room.owner !== null && all(room.owner).length >= limit) return 'too-many';
      rooms.set(room.name, room);
      return 'added';
    },
    get: async (name) => rooms.get(name),
    all: async (owner) => all(owner),
    async update(name, change, owner) {
      const room = find(name, owner);
      if (room === undefined) return false;
      rooms.set(name, { ...room, ...change });
      return true;
    },
    async remove(name, owner) {
      if (find(name, owner) === undefined) return false;
      for (const { id, room } of invitations.values()) if (room === name) invitations.delete(id);
      return rooms.delete(name);
    },
  };
}

function invitationRecords(
  rooms: ReadonlyMap<string, RoomRecord>,
  invitations: Map<string, InvitationRecord>,
): InvitationRecords {
  const ofRoom = (room: string) =>
    sorted(invitations.values(), ({ id }) => id)
      .filter((invitation) => invitation.room === room)
      .toSorted((one, other) => one.createdAt - other.createdAt);
  return {
    async add(invitation, limit) {
      if (!rooms.has(invitation.room)) return 'unknown-room';
      for (const { id, expiresAt } of ofRoom(invitation.room))
        if (expiresAt <= invitation.createdAt) invitations.delete(id);
      if (ofRoom(invitation.room).length >= limit) return 'too-many';
      invitations.set(invitation.id, invitation);
      return 'added';
    },
    ofRoom: async (room) => ofRoom(room),
    remove: async (room, id) => invitations.get(id)?.room === room && invitations.delete(id),
  };
}

/** As SQLite sorts texts: by their bytes. */
function sorted<T>(values: Iterable<T>, key: (value: T) => string): T[] {
  return [...values].toSorted((one, other) => Buffer.compare(Buffer.from(key(one)), Buffer.from(key(other))));
}
