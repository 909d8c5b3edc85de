import { ERROR_CODES } from '@treff/protocol';
import { describe, expect, it } from 'vitest';
import { keyTo } from './door.ts';

describe('the door', () => {
  it('asks for what is missing', () => {
    expect(keyTo('room/password-required')).toBe('password');
    expect(keyTo('room/knock-required')).toBe('knock');
    expect(keyTo('participant/name-required')).toBe('name');
    expect(keyTo('room/sign-in-required')).toBe('signIn');
    expect(keyTo('room/invitation-invalid')).toBe('asGuest');
    expect(keyTo('auth/token-expired')).toBe('asGuest');
  });

  it('still takes a password after a wrong one, and after too many', () => {
    expect([keyTo('room/password-wrong'), keyTo('room/too-many-attempts')]).toEqual(['password', 'password']);
  });

  it('can always be tried again', () => {
    const others = ERROR_CODES.filter((code) => keyTo(code) === 'patience');
    expect(others).toEqual(expect.arrayContaining(['room/locked', 'room/not-yet', 'room/full']));
  });
});
