import { LIMITS } from '@treff/protocol';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryStore } from '../store/memory-store.ts';
import { createAccounts, type Account, type Accounts } from './accounts.ts';
import { createSignIn, type SignIn, type SignInOptions } from './sign-in.ts';

const PASSWORD = 'correct horse';
const OIDC = { id: 'oidc:issuer:7', displayName: 'Olga', moderator: true };

let now: number;
let accounts: Accounts;
let ann: Account;
let signIn: SignIn;

const make = (changes: Partial<SignInOptions> = {}) =>
  createSignIn({
    secret: Buffer.alloc(32, 1),
    accounts,
    oidc: true,
    publicUrl: 'https://meet.example.org',
    now: () => now,
    ...changes,
  });

/** What a browser sends back of a Set-Cookie header. */
const sentBack = (setCookie: string) => setCookie.split(';')[0] ?? '';

beforeEach(async () => {
  now = 1_790_000_000_000;
  accounts = createAccounts(createMemoryStore().accounts, () => now);
  ann = await accounts.add({ name: 'ann', displayName: 'Ann Lee', password: PASSWORD });
  signIn = make();
});

describe('a cookie', () => {
  it('says who signed in, to this server only', async () => {
    const cookie = sentBack(signIn.issue({ kind: 'account', account: ann }));
    const identity = { id: 'account:ann', displayName: 'Ann Lee', moderator: undefined };
    expect(await signIn.read(cookie)).toEqual(identity);
    expect(await signIn.read(`other=1; ${cookie}; last=2`)).toEqual(identity);
    expect(await make({ secret: Buffer.alloc(32, 2) }).read(cookie)).toBeUndefined();
    expect(await signIn.inspect(cookie)).toEqual({
      kind: 'account',
      identity,
      name: 'ann',
      idToken: undefined,
    });
  });

  it('keeps what the provider said', async () => {
    const cookie = sentBack(signIn.issue({ kind: 'oidc', identity: OIDC, idToken: 'a.b.c' }));
    expect(await signIn.inspect(cookie)).toEqual({
      kind: 'oidc',
      identity: OIDC,
      name: 'Olga',
      idToken: 'a.b.c',
    });
    const nameless = { id: 'oidc:issuer:8', displayName: undefined, moderator: undefined };
    const other = sentBack(signIn.issue({ kind: 'oidc', identity: nameless }));
    expect(await signIn.inspect(other)).toEqual({
      kind: 'oidc',
      identity: nameless,
      name: 'oidc:issuer:8',
      idToken: undefined,
    });
  });

  it('is small enough for every browser, if need be without what only signing out needs', async () => {
    const identity = { ...OIDC, id: 'x'.repeat(LIMITS.identityIdLength), displayName: '會'.repeat(50) };
    const setCookie = signIn.issue({ kind: 'oidc', identity, idToken: 'x'.repeat(4_000) });
    expect(setCookie.length).toBeLessThan(4_096);
    expect(await signIn.inspect(sentBack(setCookie))).toMatchObject({ identity, idToken: undefined });
  });

  it('is out of reach of scripts and of other sites, and of plain HTTP where there is TLS', () => {
    const account = { kind: 'account', account: ann } as const;
    expect(signIn.issue(account)).toMatch(
      /^__Host-treff_session=[\w.-]+; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    );
    expect(signIn.clear()).toBe('__Host-treff_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure');
    for (const publicUrl of [undefined, 'http://meet.local'])
      expect(make({ publicUrl }).issue(account)).toMatch(
        /^treff_session=[\w.-]+; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/,
      );
  });

  it('that another host of the domain may have set counts for nothing', async () => {
    const cookie = sentBack(signIn.issue({ kind: 'account', account: ann })).replace('__Host-', '');
    expect(await signIn.read(cookie)).toBeUndefined();
    expect(await make({ publicUrl: undefined }).read(cookie)).toBeDefined();
  });

  it('holds no password and no hash', () => {
    const [, text = ''] = /=([\w-]+)\./.exec(signIn.issue({ kind: 'account', account: ann })) ?? [];
    expect(Object.keys(JSON.parse(Buffer.from(text, 'base64url').toString()) as object)).toEqual([
      'kind',
      'name',
      'version',
      'at',
    ]);
  });

  it('ends after a while', async () => {
    const cookie = sentBack(signIn.issue({ kind: 'account', account: ann }));
    now += LIMITS.signedInMs - 1;
    expect(await signIn.read(cookie)).toBeDefined();
    now += 1;
    expect(await signIn.read(cookie)).toBeUndefined();
  });

  it('ends when its account is reset or removed, also if another one gets the name', async () => {
    const first = sentBack(signIn.issue({ kind: 'account', account: ann }));
    await accounts.reset('ann', 'battery staple');
    expect(await signIn.read(first)).toBeUndefined();
    const account = await accounts.find('ann');
    if (account === undefined) throw new Error('no account');
    const second = sentBack(signIn.issue({ kind: 'account', account }));
    expect(await signIn.read(second)).toBeDefined();
    await accounts.remove('ann');
    expect(await signIn.read(second)).toBeUndefined();
    now += 1_000;
    await accounts.add({ name: 'ann', password: PASSWORD });
    expect(await signIn.read(first)).toBeUndefined();
    expect(await signIn.read(second)).toBeUndefined();
  });

  it('ends when the operator switches that way to sign in off', async () => {
    const local = sentBack(signIn.issue({ kind: 'account', account: ann }));
    const foreign = sentBack(signIn.issue({ kind: 'oidc', identity: OIDC }));
    expect(await make({ accounts: undefined }).read(local)).toBeUndefined();
    expect(await make({ oidc: false }).read(foreign)).toBeUndefined();
    expect(await make({ accounts: undefined }).read(foreign)).toBeDefined();
  });

  it('can’t be made up', async () => {
    const cookie = sentBack(signIn.issue({ kind: 'oidc', identity: OIDC }));
    const start = cookie.indexOf('=') + 1;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: start, max: cookie.length - 2 }),
        fc.base64String(),
        async (at, text) => {
          const character = /[\w-]/.exec(text)?.[0] ?? 'A';
          fc.pre(cookie[at] !== character);
          expect(await signIn.read(cookie.slice(0, at) + character + cookie.slice(at + 1))).toBeUndefined();
        },
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        expect(await signIn.read(text)).toBeUndefined();
        expect(await signIn.read(`__Host-treff_session=${text}`)).toBeUndefined();
      }),
    );
    expect(await signIn.read(undefined)).toBeUndefined();
  });
});
