import { describe, expect, it } from 'vitest';
import type { Session } from '../account/session.ts';
import { identityOf, nameInToken } from './identity.ts';

function token(payload: unknown): string {
  const bytes = new TextEncoder().encode(JSON.stringify(payload));
  const base64 = btoa(String.fromCharCode(...bytes));
  return `x.${base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}.x`;
}
const named = (name: unknown) => token({ context: { user: { name } } });

const SESSION: Session = {
  account: null,
  signIn: { password: true, oidc: null },
  displayName: 'optional',
  mayReserveRooms: false,
};

describe('the name in a token', () => {
  it('is the one in the claims of Jitsi, in any script, cut to its limit', () => {
    expect(nameInToken(named('Ann'))).toBe('Ann');
    expect(nameInToken(named(' Grażyna 李小龙 👋 '))).toBe('Grażyna 李小龙 👋');
    expect(nameInToken(named('x'.repeat(200)))).toHaveLength(50);
  });

  it.each([
    ['', 'a', 'a.b', 'a.!!!.c', `a.${btoa('{')}.c`],
    [token({}), token(null), named(''), named('  '), named(7), token({ context: { user: 'Ann' } })],
  ])('is none where there is none', (...tokens) => {
    for (const one of tokens) expect(nameInToken(one)).toBeUndefined();
  });
});

describe('who somebody is', () => {
  it('is free while the server says nothing', () => {
    expect(identityOf(undefined, undefined)).toEqual({
      name: { from: 'free' },
      nameRequired: false,
      canSignIn: false,
    });
  });

  it('is the account when signed in, and the token before that', () => {
    const signedIn = { ...SESSION, account: { id: 'account:ann', name: 'ann', displayName: 'Ann' } };
    expect(identityOf(signedIn, undefined)).toMatchObject({
      name: { from: 'account', displayName: 'Ann' },
      canSignIn: false,
    });
    expect(identityOf(signedIn, named('Ben')).name).toEqual({ from: 'token', displayName: 'Ben' });
    expect(identityOf(signedIn, token({})).name).toEqual({ from: 'account', displayName: 'Ann' });
  });

  it('can be said by signing in where that is offered', () => {
    const nowhere = { password: false, oidc: null };
    expect(identityOf(SESSION, undefined).canSignIn).toBe(true);
    expect(identityOf({ ...SESSION, signIn: nowhere }, undefined).canSignIn).toBe(false);
    const provider = { password: false, oidc: { label: 'School' } };
    expect(identityOf({ ...SESSION, signIn: provider }, undefined).canSignIn).toBe(true);
    expect(identityOf(SESSION, named('Ben')).canSignIn).toBe(false);
  });

  it('has to be said where the operator wants it', () => {
    expect(identityOf({ ...SESSION, displayName: 'required' }, undefined).nameRequired).toBe(true);
  });
});
