import { describe, expect, it } from 'vitest';
import { codeIn, problemOf, waitOf } from './signInProblem.ts';

describe('a problem with signing in', () => {
  it('is known by its code', () => {
    expect(problemOf('auth/too-many-attempts', 5000)).toEqual({
      name: 'tooMany',
      retryAfterMs: 5000,
    });
  });

  it('of another kind keeps its code, which has words everywhere', () => {
    expect(problemOf('auth/oidc-denied')).toEqual({ name: 'other', code: 'auth/oidc-denied' });
  });

  it('comes in the address, where nothing else is taken from', () => {
    expect(codeIn('?return=/tea&error=auth/oidc-denied')).toBe('auth/oidc-denied');
    expect(codeIn('?return=/tea')).toBeUndefined();
    expect(codeIn('?error=Call+this+number:+0900')).toBe('server/internal');
    for (const code of ['auth/new', 'constructor', ''])
      expect(codeIn(`?error=${code}`)).toBe('server/internal');
  });

  it('says how long to wait, and rather longer than shorter', () => {
    expect(waitOf(undefined)).toBeUndefined();
    expect(waitOf(0)).toBeUndefined();
    expect(waitOf(1)).toEqual({ unit: 'seconds', count: 1 });
    expect(waitOf(60_000)).toEqual({ unit: 'seconds', count: 60 });
    expect(waitOf(60_001)).toEqual({ unit: 'minutes', count: 2 });
  });
});
