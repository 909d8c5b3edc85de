import { expect, test } from 'vitest';
import { identityOf } from './oidc-claims.ts';

const CLAIMS = {
  iss: 'https://id.example.org/realms/treff',
  sub: '0815',
  name: 'Ann Lee',
  preferred_username: 'ann',
  groups: ['staff', 'teachers'],
  realm_access: { roles: ['moderator'] },
  verified: true,
  'https://example.org/role': 'host',
  nickname: { first: 'A' },
};
const BY_NAME = { name: 'name', moderator: undefined };

test('somebody is known by issuer and subject, and shown by name', () => {
  expect(identityOf(CLAIMS, BY_NAME)).toEqual({
    id: 'oidc:https%3A%2F%2Fid.example.org%2Frealms%2Ftreff:0815',
    displayName: 'Ann Lee',
    moderator: undefined,
  });
});

test('a long subject is hashed, and stays somebody of its own', () => {
  const idOf = (sub: string) => identityOf({ ...CLAIMS, sub }, BY_NAME).id;
  expect(idOf('x'.repeat(300))).toMatch(/^oidc:[\w-]{43}$/);
  expect(idOf('x'.repeat(300))).not.toBe(idOf('x'.repeat(301)));
});

test.each([
  ['preferred_username', 'ann'],
  ['nickname', 'ann'],
  ['nickname.first', 'A'],
  ['missing', 'ann'],
])('the name comes from the claim %s, or else is the user name', (name, shown) => {
  expect(identityOf(CLAIMS, { name, moderator: undefined }).displayName).toBe(shown);
});

test('without any name the person chooses one', () => {
  expect(identityOf({ iss: 'i', sub: 's', name: 7 }, BY_NAME).displayName).toBeUndefined();
});

test.each([
  ['groups', 'teachers', true],
  ['groups', 'teacher', false],
  ['groups', 'staff,teachers', false],
  ['realm_access.roles', 'moderator', true],
  ['realm_access.roles.0', 'moderator', false],
  ['realm_access', 'moderator', false],
  ['verified', 'true', true],
  ['verified', 'false', false],
  ['name', 'Ann Lee', true],
  ['https://example.org/role', 'host', true],
  ['missing', 'undefined', false],
  ['constructor', 'Object', false],
  ['groups.length', '2', false],
])('who has %s=%s moderates: %s', (claim, value, moderator) => {
  expect(identityOf(CLAIMS, { name: 'name', moderator: { claim, value } }).moderator).toBe(moderator);
});
