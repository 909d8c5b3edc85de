import { randomBytes } from 'node:crypto';
import { cleanDisplayName } from '@treff/conference';
import { LIMITS, TreffError } from '@treff/protocol';
import type { AccountRecord, AccountRecords } from '../store/store.ts';
import { hashPassword, verifyPassword } from './password-hash.ts';

/** A local account: a name and a password that the operator gave somebody. */
export interface Account extends Omit<AccountRecord, 'passwordHash'> {
  /** The {@link Identity} of who signed in with it. */
  readonly id: string;
}

/** Local accounts, for whoever manages them and for signing in. Names are taken as people type them; refusals are {@link TreffError}s. */
export interface Accounts {
  /** Throws `account/taken`, `account/invalid-name`, `account/password-unfit`, `participant/invalid-name`. Without a display name it is the name. */
  add(account: { name: string; displayName?: string | undefined; password: string }): Promise<Account>;
  /** In the order of their names. */
  list(): Promise<readonly Account[]>;
  find(name: string): Promise<Account | undefined>;
  /** Signs its person out everywhere; their rooms become the operator's. Throws `account/unknown`. */
  remove(name: string): Promise<void>;
  /** Sets another password and signs its person out everywhere. Throws `account/unknown`, `account/password-unfit`. */
  reset(name: string, password: string): Promise<void>;
  /** The account of this name and password. Takes as long whether there is such an account or not. */
  verify(name: string, password: string): Promise<Account | undefined>;
}

/** `now`: milliseconds since the epoch. `hash` and `verify` are handed in so that tests can count. */
export function createAccounts(
  records: AccountRecords,
  now: () => number,
  { hash, verify } = { hash: hashPassword, verify: verifyPassword },
): Accounts {
  /** What the passwords of accounts that are not there are compared with. */
  let decoy: Promise<string> | undefined;

  return {
    async add({ name: typed, displayName: wanted, password }) {
      const name = normaliseAccountName(typed);
      if (name === undefined) throw new TreffError('account/invalid-name');
      // A long name is no reason to ask for another.
      const displayName = cleanDisplayName(wanted ?? name.slice(0, LIMITS.displayNameLength));
      if (displayName === undefined || displayName === '') throw new TreffError('participant/invalid-name');
      checkPassword(password);
      const createdAt = Math.floor(now());
      // Later than those of any account that had the name before, so that who was signed in with that one is not.
      const version = createdAt;
      const account = { name, displayName, passwordHash: await hash(password), version, createdAt };
      if (!(await records.add(account))) throw new TreffError('account/taken');
      return withoutHash(account);
    },

    list: async () => (await records.all()).map(withoutHash),

    async find(typed) {
      const name = normaliseAccountName(typed);
      const account = name === undefined ? undefined : await records.get(name);
      return account === undefined ? undefined : withoutHash(account);
    },

    async remove(typed) {
      const name = normaliseAccountName(typed);
      if (name === undefined || !(await records.remove(name, idOfAccount(name))))
        throw new TreffError('account/unknown');
    },

    async reset(typed, password) {
      checkPassword(password);
      const name = normaliseAccountName(typed);
      if (name === undefined || !(await records.reset(name, await hash(password), Math.floor(now()))))
        throw new TreffError('account/unknown');
    },

    async verify(typed, password) {
      if (password.length > LIMITS.accountPasswordLongest) return undefined;
      decoy ??= hash(randomBytes(16).toString('hex'));
      const standIn = await decoy;
      const name = normaliseAccountName(typed);
      const account = name === undefined ? undefined : await records.get(name);
      const fits = await verify(password, account?.passwordHash ?? standIn);
      return fits && account !== undefined ? withoutHash(account) : undefined;
    },
  };
}

/**
 * The name that one signs in with: NFKC, lower case, trimmed; letters and digits of every script and `. _ - @`, at most
 * `LIMITS.accountNameLength` characters. `undefined` if it is none. Idempotent.
 */
export function normaliseAccountName(typed: string): string | undefined {
  if (typed.length > 4 * LIMITS.accountNameLength) return undefined;
  // As with rooms: lower-casing may leave NFKC, and the reverse.
  let name = typed;
  for (let round = 0; round < 3; round++) name = name.normalize('NFKC').toLowerCase().trim();
  return name.length <= LIMITS.accountNameLength && /^[\p{L}\p{M}\p{N}._@-]+$/u.test(name) ? name : undefined;
}

/** The identity of who signed in with the account of this name. */
export function idOfAccount(name: string): string {
  return `account:${name}`;
}

function withoutHash({ name, displayName, version, createdAt }: AccountRecord): Account {
  return { id: idOfAccount(name), name, displayName, version, createdAt };
}

function checkPassword(password: string): void {
  const { length } = password;
  if (length < LIMITS.accountPasswordShortest || length > LIMITS.accountPasswordLongest)
    throw new TreffError('account/password-unfit');
}
