import { expect, test } from 'vitest';
import { createFlowCookies } from './oidc-flow.ts';

const SECRET = new TextEncoder().encode('only tests know this');
const cookies = createFlowCookies(SECRET, { secure: true });
const FLOW = {
  checks: { state: 'state', nonce: 'nonce', verifier: 'verifier' },
  returnTo: '/lesson7',
  expiresAt: 1_000,
};
const pairOf = (setCookie: string) => setCookie.split(';')[0] ?? '';

test('a sign-in is kept where only these addresses and no script see it, for ten minutes', () => {
  expect(cookies.keep(FLOW)).toMatch(
    /^treff-oidc=[\w.-]+; Max-Age=600; Path=\/login\/oidc; HttpOnly; SameSite=Lax; Secure$/,
  );
  expect(createFlowCookies(SECRET, { secure: false }).keep(FLOW)).not.toContain('Secure');
});

test('what was kept is read again among other cookies', () => {
  const pair = pairOf(cookies.keep(FLOW));
  for (const header of [pair, `a=b; ${pair}`, `${pair}; c=d`, `xtreff-oidc=e.f; ${pair}`])
    expect(cookies.read(header, 999)).toEqual(FLOW);
});

test('it is gone when its time is over', () => {
  expect(cookies.read(pairOf(cookies.keep(FLOW)), 1_000)).toBeUndefined();
});

test('what was not signed with this key is nothing', () => {
  const pair = pairOf(cookies.keep(FLOW));
  const stranger = createFlowCookies(new TextEncoder().encode('another'), { secure: true });
  const [name, signature] = pair.split('.');
  const forged = Buffer.from(JSON.stringify({ ...FLOW, returnTo: '/other' })).toString('base64url');
  for (const header of [
    undefined,
    '',
    'treff-oidc=',
    `${name}.`,
    `treff-oidc=${forged}.${signature}`,
    `x${pair}`,
  ])
    expect(cookies.read(header, 0)).toBeUndefined();
  expect(cookies.read(pairOf(stranger.keep(FLOW)), 0)).toBeUndefined();
  expect(cookies.read(pairOf(cookies.drop), 0)).toBeUndefined();
});

test('the longest path fits into a cookie', () => {
  const random = 'x'.repeat(43);
  const flow = {
    ...FLOW,
    checks: { state: random, nonce: random, verifier: random },
    returnTo: `/${'x'.repeat(2_047)}`,
  };
  expect(cookies.keep(flow).length).toBeLessThan(4_096);
});
