/**
 * What outlives the process. Everything is asynchronous, so that it may come to lie on another machine. What is written has reached
 * the operating system when the promise is fulfilled, and outlives a crash of the process. Methods reject when the storage fails.
 *
 * Other processes (the command line) write at the same time: what has to be checked and changed together is one method.
 */
export interface Store {
  readonly conferences: ConferenceRecords;
  readonly accounts: AccountRecords;
  readonly rooms: RoomRecords;
  readonly invitations: InvitationRecords;
  /** Waits for what was asked for until now. Nothing may be asked afterwards. Idempotent. */
  close(): Promise<void>;
}

/** The rules of conferences that are running, so that a crash loses none. Rooms are normalised names. */
export interface ConferenceRecords {
  /**
   * Writes of one room take effect in the order of the calls, awaited or not. `record` is a text of at most
   * `LIMITS.conferenceRecordBytes` in UTF-8, which means nothing to the store; a longer one is rejected with a RangeError.
   */
  put(room: string, record: string): Promise<void>;
  /** It need not be there. */
  delete(room: string): Promise<void>;
  /** In the order of the rooms' names. `at`: milliseconds since the epoch of the last `put`. */
  all(): Promise<readonly ConferenceRecord[]>;
}

export interface ConferenceRecord {
  readonly room: string;
  readonly record: string;
  readonly at: number;
}

/** Local accounts. Names are normalised. */
export interface AccountRecords {
  /** `false`: the name is taken. */
  add(account: AccountRecord): Promise<boolean>;
  get(name: string): Promise<AccountRecord | undefined>;
  /** In the order of their names. */
  all(): Promise<readonly AccountRecord[]>;
  /** Sets another password and a greater version, `now` or the next one. `false`: no such account. */
  reset(name: string, passwordHash: string, now: number): Promise<boolean>;
  /** With it the rooms of `owner`, its identity, become the operator's. `false`: no such account. */
  remove(name: string, owner: string): Promise<boolean>;
}

export interface AccountRecord {
  /** What one signs in with. */
  readonly name: string;
  readonly displayName: string;
  readonly passwordHash: string;
  /** Grows with each reset, and a later account of the same name has a greater one: who signed in under a smaller one is signed out. */
  readonly version: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** Rooms that belong to somebody. */
export interface RoomRecords {
  /** `too-many`: its owner has `limit` of them. The operator's have no limit. */
  add(room: RoomRecord, limit: number): Promise<'added' | 'taken' | 'too-many'>;
  get(name: string): Promise<RoomRecord | undefined>;
  /** In the order of their names; with `owner` only theirs. */
  all(owner?: string): Promise<readonly RoomRecord[]>;
  /** What is absent stays. `false`: no such room, or it is not `owner`'s; without `owner` it may be anybody's. */
  update(name: string, change: RoomChange, owner?: string): Promise<boolean>;
  /** With its invitations. `false` as in `update`. */
  remove(name: string, owner?: string): Promise<boolean>;
}

export interface RoomRecord {
  /** Normalised. */
  readonly name: string;
  /** An identity; `null`: the operator. */
  readonly owner: string | null;
  /** JSON, which means nothing to the store. */
  readonly settings: string;
  /** `null`: none. */
  readonly passwordHash: string | null;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export type RoomChange = Partial<Pick<RoomRecord, 'owner' | 'settings' | 'passwordHash'>>;

/** Invitations to rooms that belong to somebody. */
export interface InvitationRecords {
  /** Those of the room that have expired by `invitation.createdAt` go first. `too-many`: `limit` are left. */
  add(invitation: InvitationRecord, limit: number): Promise<'added' | 'unknown-room' | 'too-many'>;
  /** From the oldest to the newest. */
  ofRoom(room: string): Promise<readonly InvitationRecord[]>;
  /** It is as if it had never been. `false`: no such invitation of this room. */
  remove(room: string, id: string): Promise<boolean>;
}

export interface InvitationRecord {
  readonly id: string;
  readonly room: string;
  readonly role: 'moderator' | 'participant';
  /** SHA-256 of the secret in the link, base64url. */
  readonly secretHash: string;
  /** Milliseconds since the epoch; from then on it is worth nothing. */
  readonly expiresAt: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}
