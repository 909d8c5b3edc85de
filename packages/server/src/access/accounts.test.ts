import { LIMITS } from '@treff/protocol';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryStore } from '../store/memory-store.ts';
import type { Store } from '../store/store.ts';
import { createAccounts, normaliseAccountName, type Accounts } from './accounts.ts';
import { hashPassword, verifyPassword } from './password-hash.ts';

const PASSWORD = 'correct horse';

let now: number;
let store: Store;
let accounts: Accounts;

beforeEach(() => {
  now = 5_000.5;
  store = createMemoryStore(() => now);
  accounts = createAccounts(store.accounts, () => now);
});

describe('an account', () => {
  it('lets in whoever has its name, as typed, and its password', async () => {
    await accounts.add({ name: ' Ann@Example.org ', displayName: ' Ann  Lee', password: PASSWORD });
    expect(await accounts.verify('ANN@example.ORG', PASSWORD)).toEqual({
      id: 'account:ann@example.org',
      name: 'ann@example.org',
      displayName: 'Ann Lee',
      version: 5_000,
      createdAt: 5_000,
    });
    expect(await accounts.verify('ann@example.org', 'Correct horse')).toBeUndefined();
    expect(await accounts.verify('bo', PASSWORD)).toBeUndefined();
    expect(await accounts.verify('no name', PASSWORD)).toBeUndefined();
    expect(await accounts.verify('ann@example.org', '')).toBeUndefined();
  });

  it('is kept without its password, and listed without what is kept of it', async () => {
    await accounts.add({ name: 'ann', password: PASSWORD });
    expect(JSON.stringify(await store.accounts.all())).not.toContain('horse');
    const [listed] = await accounts.list();
    expect(listed).toEqual(await accounts.find('Ann'));
    expect(JSON.stringify(listed)).not.toContain('argon2');
  });

  it('is called by its name if nothing else is given, and by a part of it if that is too long', async () => {
    expect(await accounts.add({ name: 'Bo', password: PASSWORD })).toMatchObject({ displayName: 'bo' });
    const name = 'x'.repeat(LIMITS.accountNameLength);
    const { displayName } = await accounts.add({ name, password: PASSWORD });
    expect(displayName).toBe('x'.repeat(LIMITS.displayNameLength));
  });

  it.each([
    [{ name: 'ann', password: PASSWORD }, 'account/taken'],
    [{ name: 'ＡＮＮ', password: PASSWORD }, 'account/taken'],
    [{ name: '', password: PASSWORD }, 'account/invalid-name'],
    [{ name: 'ann lee', password: PASSWORD }, 'account/invalid-name'],
    [{ name: 'a/b', password: PASSWORD }, 'account/invalid-name'],
    [{ name: 'account:ann', password: PASSWORD }, 'account/invalid-name'],
    [{ name: 'a\u200bnn', password: PASSWORD }, 'account/invalid-name'],
    [{ name: 'x'.repeat(LIMITS.accountNameLength + 1), password: PASSWORD }, 'account/invalid-name'],
    [{ name: 'bo', password: 'seven77' }, 'account/password-unfit'],
    [{ name: 'bo', password: 'x'.repeat(LIMITS.accountPasswordLongest + 1) }, 'account/password-unfit'],
    [{ name: 'bo', displayName: '   ', password: PASSWORD }, 'participant/invalid-name'],
    [{ name: 'bo', displayName: 'x'.repeat(51), password: PASSWORD }, 'participant/invalid-name'],
  ])('is not made as %o', async (account, code) => {
    await accounts.add({ name: 'ann', password: PASSWORD });
    await expect(accounts.add(account)).rejects.toMatchObject({ code });
    expect(await accounts.list()).toHaveLength(1);
  });

  it('that is reset has the new password only, and a greater version', async () => {
    const { version } = await accounts.add({ name: 'ann', password: PASSWORD });
    await accounts.reset('Ann', 'battery staple');
    expect(await accounts.verify('ann', PASSWORD)).toBeUndefined();
    expect((await accounts.verify('ann', 'battery staple'))?.version).toBeGreaterThan(version);
    await expect(accounts.reset('ann', 'short')).rejects.toMatchObject({ code: 'account/password-unfit' });
    await expect(accounts.reset('bo', PASSWORD)).rejects.toMatchObject({ code: 'account/unknown' });
    expect(await accounts.verify('ann', 'battery staple')).toBeDefined();
  });

  it('that is removed lets nobody in, and another one of its name has a greater version', async () => {
    const before = await accounts.add({ name: 'ann', password: PASSWORD });
    await accounts.remove('ANN');
    expect(await accounts.verify('ann', PASSWORD)).toBeUndefined();
    await expect(accounts.remove('ann')).rejects.toMatchObject({ code: 'account/unknown' });
    now += 60_000;
    const after = await accounts.add({ name: 'ann', password: PASSWORD });
    expect(after.version).toBeGreaterThan(before.version);
  });

  it('that is removed leaves its rooms to the operator, not to the next one of that name', async () => {
    await accounts.add({ name: 'ann', password: PASSWORD });
    await store.rooms.add(
      { name: 'choir', owner: 'account:ann', settings: '{}', passwordHash: null, createdAt: 0 },
      9,
    );
    await accounts.remove('ann');
    expect((await store.rooms.get('choir'))?.owner).toBeNull();
  });
});

describe('an attempt to sign in', () => {
  it('costs one look at a real hash, whether there is such an account or not', async () => {
    await accounts.add({ name: 'ann', password: PASSWORD });
    const hashes: string[] = [];
    const counted = createAccounts(store.accounts, () => now, {
      hash: hashPassword,
      verify: (password, hash) => {
        hashes.push(hash);
        return verifyPassword(password, hash);
      },
    });
    for (const name of ['bo', 'ann', 'no name']) {
      expect(await counted.verify(name, 'wrong password')).toBeUndefined();
      expect(hashes.pop()).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
      expect(hashes).toEqual([]);
    }
  });

  it('with a password that nobody can have costs nothing, whether there is such an account or not', async () => {
    await accounts.add({ name: 'ann', password: PASSWORD });
    const refuse = () => Promise.reject(new Error('looked at'));
    const lazy = createAccounts(store.accounts, () => now, { hash: refuse, verify: refuse });
    const password = 'x'.repeat(LIMITS.accountPasswordLongest + 1);
    for (const name of ['bo', 'ann']) expect(await lazy.verify(name, password)).toBeUndefined();
  });
});

describe('normaliseAccountName', () => {
  it('takes letters and digits of every script', () => {
    for (const name of ['ann', 'a.b_c-d@e.org', 'größe', '會議', 'हिन्दी', '007'])
      expect(normaliseAccountName(name)).toBe(name);
  });

  it('gives what it gives again, whatever was typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (typed) => {
        const name = normaliseAccountName(typed);
        if (name === undefined) return;
        expect(normaliseAccountName(name)).toBe(name);
        expect(name.length).toBeLessThanOrEqual(LIMITS.accountNameLength);
      }),
    );
  });
});
