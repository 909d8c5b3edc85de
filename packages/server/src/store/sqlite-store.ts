import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Kysely, sql, SqliteDialect } from 'kysely';
import { checkConferenceRecord } from './memory-store.ts';
import { MIGRATIONS } from './migrations.ts';
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

interface Tables {
  conferences: ConferenceRecord;
  accounts: AccountRecord;
  rooms: RoomRecord;
  invitations: InvitationRecord;
}

const FILE = 'treff.sqlite';
/**
 * Milliseconds to wait for another process that is writing; all that write here do so for a few milliseconds. It is
 * granted to a transaction's first statement alone, so each begins with a write.
 */
const BUSY_MS = 5_000;

/**
 * The store in the file `treff.sqlite` of the data folder; made if it is not there, readable only by its owner. Rejects when the
 * folder is not usable, or when a later Treff has written there. `now`: milliseconds since the epoch.
 */
export async function openStore(dataDir: string, now: () => number = Date.now): Promise<Store> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, FILE);
  // SQLite gives the files beside it (-wal, -shm) the same mode.
  await (await open(path, 'a', 0o600)).close();
  const database = new Database(path, { timeout: BUSY_MS });
  try {
    prepare(database, path);
  } catch (error) {
    database.close();
    throw error;
  }
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database }) });
  const inOrder = createQueue();
  return {
    conferences: conferenceRecords(db, inOrder, now),
    accounts: accountRecords(db),
    rooms: roomRecords(db),
    invitations: invitationRecords(db),
    async close() {
      await inOrder(() => Promise.resolve());
      await db.destroy();
      // Kysely does not close what it never used.
      database.close();
    },
  };
}

function prepare(database: Database.Database, path: string): void {
  // Readers and a writer don't wait for each other, and nothing is lost with the process.
  database.pragma('journal_mode = WAL');
  // What was written in the last moments may be lost with the machine's power, but not torn; a disk is not waited for in the middle of a meeting.
  database.pragma('synchronous = NORMAL');
  database.pragma('foreign_keys = ON');
  // One process at a time: the other then finds it done.
  const migrate = database.transaction(() => {
    const done = Number(database.pragma('user_version', { simple: true }));
    if (done > MIGRATIONS.length) throw new Error(`${path} was written by a later version of Treff.`);
    for (const migration of MIGRATIONS.slice(done)) database.exec(migration);
    database.pragma(`user_version = ${MIGRATIONS.length}`);
  });
  migrate.immediate();
}

/** Runs a task when all that were given before are done, whether they failed or not. */
type Queue = <T>(task: () => Promise<T>) => Promise<T>;

function createQueue(): Queue {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const result = last.then(task, task);
    last = result;
    return result;
  };
}

/** Kysely promises no order among those who wait for the connection; `inOrder` does. */
function conferenceRecords(db: Kysely<Tables>, inOrder: Queue, now: () => number): ConferenceRecords {
  return {
    async put(room, record) {
      checkConferenceRecord(record);
      const row = { room, record, at: Math.floor(now()) };
      await inOrder(() =>
        db
          .insertInto('conferences')
          .values(row)
          .onConflict((conflict) => conflict.column('room').doUpdateSet(row))
          .execute(),
      );
    },
    async delete(room) {
      await inOrder(() => db.deleteFrom('conferences').where('room', '=', room).execute());
    },
    all: () => inOrder(() => db.selectFrom('conferences').selectAll().orderBy('room').execute()),
  };
}

function accountRecords(db: Kysely<Tables>): AccountRecords {
  return {
    async add(account) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('accounts')
        .values(account)
        .onConflict((conflict) => conflict.column('name').doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },
    get: (name) => db.selectFrom('accounts').selectAll().where('name', '=', name).executeTakeFirst(),
    all: () => db.selectFrom('accounts').selectAll().orderBy('name').execute(),
    async reset(name, passwordHash, now) {
      const { numUpdatedRows } = await db
        .updateTable('accounts')
        .set({ passwordHash, version: sql<number>`max(version + 1, ${now})` })
        .where('name', '=', name)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },
    remove: (name, owner) =>
      db.transaction().execute(async (transaction) => {
        const { numDeletedRows } = await transaction
          .deleteFrom('accounts')
          .where('name', '=', name)
          .executeTakeFirstOrThrow();
        if (numDeletedRows === 0n) return false;
        await transaction.updateTable('rooms').set({ owner: null }).where('owner', '=', owner).execute();
        return true;
      }),
  };
}

function roomRecords(db: Kysely<Tables>): RoomRecords {
  return {
    add: (room, limit) =>
      db.transaction().execute(async (transaction) => {
        const { numInsertedOrUpdatedRows } = await transaction
          .insertInto('rooms')
          .values(room)
          .onConflict((conflict) => conflict.column('name').doNothing())
          .executeTakeFirstOrThrow();
        if (numInsertedOrUpdatedRows === 0n) return 'taken';
        if (room.owner === null) return 'added';
        const { count } = await transaction
          .selectFrom('rooms')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .where('owner', '=', room.owner)
          .executeTakeFirstOrThrow();
        if (count <= limit) return 'added';
        await transaction.deleteFrom('rooms').where('name', '=', room.name).execute();
        return 'too-many';
      }),
    get: (name) => db.selectFrom('rooms').selectAll().where('name', '=', name).executeTakeFirst(),
    all: (owner) =>
      db
        .selectFrom('rooms')
        .selectAll()
        .$if(owner !== undefined, (query) => query.where('owner', '=', owner ?? null))
        .orderBy('name')
        .execute(),
    async update(name, change, owner) {
      const { numUpdatedRows } = await db
        .updateTable('rooms')
        // Something has to be set, so that the answer says whether it is there.
        .set({ name, ...change })
        .where('name', '=', name)
        .$if(owner !== undefined, (query) => query.where('owner', '=', owner ?? null))
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },
    async remove(name, owner) {
      const { numDeletedRows } = await db
        .deleteFrom('rooms')
        .where('name', '=', name)
        .$if(owner !== undefined, (query) => query.where('owner', '=', owner ?? null))
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },
  };
}

function invitationRecords(db: Kysely<Tables>): InvitationRecords {
  return {
    add: (invitation, limit) =>
      db.transaction().execute(async (transaction) => {
        const { room, createdAt } = invitation;
        await transaction
          .deleteFrom('invitations')
          .where('room', '=', room)
          .where('expiresAt', '<=', createdAt)
          .execute();
        const known = await transaction
          .selectFrom('rooms')
          .select('name')
          .where('name', '=', room)
          .executeTakeFirst();
        if (known === undefined) return 'unknown-room';
        const { count } = await transaction
          .selectFrom('invitations')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .where('room', '=', room)
          .executeTakeFirstOrThrow();
        if (count >= limit) return 'too-many';
        await transaction.insertInto('invitations').values(invitation).execute();
        return 'added';
      }),
    ofRoom: (room) =>
      db
        .selectFrom('invitations')
        .selectAll()
        .where('room', '=', room)
        .orderBy('createdAt')
        .orderBy('id')
        .execute(),
    async remove(room, id) {
      const { numDeletedRows } = await db
        .deleteFrom('invitations')
        .where('room', '=', room)
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },
  };
}
