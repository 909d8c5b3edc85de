import { USUAL_SETTINGS } from '@treff/protocol';
import { expect, test } from 'vitest';
import { createMemoryStore } from '../store/memory-store.ts';
import { createOwnedRooms } from './rooms.ts';

test('the password of an owned room is made as the operator wants passwords to be', async () => {
  const save = (password: string, digits: number | undefined) =>
    createOwnedRooms(createMemoryStore(() => 0).rooms, () => 0, digits)
      .save('room', { settings: USUAL_SETTINGS, password }, 'account:ann')
      .then(({ passwordHash }) => passwordHash !== null);
  await expect(save('harvest', undefined)).resolves.toBe(true);
  await expect(save('harvest', 4)).rejects.toMatchObject({ code: 'room/password-unfit' });
  await expect(save('0042', 4)).resolves.toBe(true);
});
