import { expect, test } from 'vitest';
import { hashPassword, verifyPassword } from './password-hash.ts';

test('a password fits its own hash and no other does', async () => {
  const hash = await hashPassword('Käse 7');
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(hash).not.toContain('Käse');
  expect(await verifyPassword('Käse 7', hash)).toBe(true);
  expect(await verifyPassword('käse 7', hash)).toBe(false);
  expect(await verifyPassword('', hash)).toBe(false);
});

test('the same letters fit however a keyboard composes them', async () => {
  const hash = await hashPassword('K\u00e4se');
  expect(await verifyPassword('Ka\u0308se', hash)).toBe(true);
});

test('two hashes of one password differ, because each has its own salt', async () => {
  expect(await hashPassword('tea')).not.toBe(await hashPassword('tea'));
});

test('what is no hash of ours fits nothing', async () => {
  await expect(verifyPassword('tea', 'tea')).rejects.toThrow('not a password hash');
});
