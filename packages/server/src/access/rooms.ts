import {
  LIMITS,
  roomSettings,
  TreffError,
  type RoomRequest,
  type RoomSettings,
  type RoomView,
} from '@treff/protocol';
import type { RoomRecord, RoomRecords } from '../store/store.ts';
import { hashPassword } from './password-hash.ts';
import { unfitPassword } from './room-password.ts';

/** A room that belongs to somebody, with what they decided for all of its conferences. */
export interface OwnedRoom {
  /** Normalised. */
  readonly room: string;
  /** An identity; `null`: the operator. */
  readonly owner: string | null;
  readonly settings: RoomSettings;
  /** `null`: none. */
  readonly passwordHash: string | null;
}

/** Owned rooms. Names are normalised already; refusals are {@link TreffError}s. */
export interface OwnedRooms {
  /** `undefined`: the room belongs to nobody. */
  roomOf(room: string): Promise<OwnedRoom | undefined>;
  /** In the order of their names; with `owner` only theirs. */
  list(owner?: string): Promise<readonly OwnedRoom[]>;
  /**
   * Makes the room `owner`'s, or changes it if it is already; `null` is the operator. Throws `room/taken`, `room/too-many`, `room/password-unfit`.
   */
  save(room: string, request: RoomRequest, owner: string | null): Promise<OwnedRoom>;
  /** Changes what is named of a room, whosever it is. Throws `room/not-owned`, `room/password-unfit`. */
  change(room: string, change: RoomChange): Promise<OwnedRoom>;
  /** The room is anybody's then, and its invitations are gone. With `owner` only if it is theirs. Throws `room/not-owned`. */
  release(room: string, owner?: string): Promise<void>;
}

export interface RoomChange extends Partial<RoomRequest> {
  /** `null`: the operator. */
  readonly owner?: string | null;
}

/** `now`: milliseconds since the epoch; `passwordDigits`: how many digits, and nothing else, the operator wants passwords to be. */
export function createOwnedRooms(
  records: RoomRecords,
  now: () => number,
  passwordDigits?: number,
): OwnedRooms {
  async function roomOf(room: string): Promise<OwnedRoom | undefined> {
    const record = await records.get(room);
    return record === undefined ? undefined : readRecord(record);
  }

  /** As it is after a change. */
  async function changed(room: string): Promise<OwnedRoom> {
    const after = await roomOf(room);
    if (after === undefined) throw new TreffError('room/not-owned');
    return after;
  }

  return {
    roomOf,
    list: async (owner) => (await records.all(owner)).map(readRecord),

    async save(room, { settings, password }, owner) {
      const passwordHash = await hashOf(password, passwordDigits);
      const change = {
        settings: JSON.stringify(settings),
        ...(passwordHash === undefined ? {} : { passwordHash }),
      };
      const update = async () => owner !== null && (await records.update(room, change, owner));
      if (await update()) return changed(room);
      const outcome = await records.add(
        { passwordHash: null, ...change, name: room, owner, createdAt: Math.floor(now()) },
        LIMITS.ownedRooms,
      );
      if (outcome === 'too-many') throw new TreffError('room/too-many');
      // Perhaps by the same person, a moment ago.
      if (outcome === 'taken' && !(await update())) throw new TreffError('room/taken');
      return changed(room);
    },

    async change(room, { settings, password, owner }) {
      const passwordHash = await hashOf(password, passwordDigits);
      const found = await records.update(room, {
        ...(settings === undefined ? {} : { settings: JSON.stringify(settings) }),
        ...(passwordHash === undefined ? {} : { passwordHash }),
        ...(owner === undefined ? {} : { owner }),
      });
      if (!found) throw new TreffError('room/not-owned');
      return changed(room);
    },

    async release(room, owner) {
      if (!(await records.remove(room, owner))) throw new TreffError('room/not-owned');
    },
  };
}

/** The room as its owner sees it. */
export function viewOfRoom({ room, settings, passwordHash }: OwnedRoom): RoomView {
  return { room, settings, hasPassword: passwordHash !== null };
}

function readRecord({ name, owner, settings, passwordHash }: RoomRecord): OwnedRoom {
  return { room: name, owner, settings: roomSettings.parse(JSON.parse(settings)), passwordHash };
}

/** `undefined`: it stays as it is; `null`: none. Throws `room/password-unfit`. */
async function hashOf(
  password: string | null | undefined,
  digits: number | undefined,
): Promise<string | null | undefined> {
  if (password === undefined || password === null) return password;
  const unfit = unfitPassword(password, digits);
  if (unfit !== undefined) throw new TreffError(unfit);
  return hashPassword(password);
}
