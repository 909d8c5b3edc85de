import { describe, expect, it } from 'vitest';
import type { Barred, Waiting } from '../core/index.ts';
import { Doorway } from './doorway.ts';

const barred = (code: Barred['code']): Barred => ({
  name: 'barred',
  code,
  canKnock: true,
  retryAfterMs: undefined,
});
const waiting = (more: Partial<Waiting> = {}): Waiting => ({
  name: 'waiting',
  for: 'admission',
  connection: 'connected',
  messages: [],
  refusal: undefined,
  ...more,
});

describe('what somebody brings to the door', () => {
  it('is what they came with and what they have said since', () => {
    const doorway = new Doorway({ jwt: 'token', invitation: 'secret' });
    expect(doorway.brings).toEqual({ jwt: 'token', invitation: 'secret', password: undefined, knock: false });
    doorway.shut(barred('room/password-required'));
    doorway.say({ password: 'right' });
    doorway.say({ knock: true });
    expect(doorway.brings).toMatchObject({ password: 'right', knock: true });
  });

  it('is no password that was wrong, and no invitation that is none', () => {
    const doorway = new Doorway({ invitation: 'secret' });
    doorway.shut(barred('room/password-required'));
    doorway.say({ password: 'wrong' });
    doorway.shut(waiting({ refusal: 'room/password-wrong' }));
    expect(doorway.brings.password).toBeUndefined();
    doorway.shut(barred('room/invitation-invalid'));
    doorway.say({});
    expect(doorway.brings.invitation).toBeUndefined();
  });

  it('is a password still after it opened the door, for the next seat', () => {
    const doorway = new Doorway({});
    doorway.shut(barred('room/password-required'));
    doorway.say({ password: 'right' });
    doorway.open();
    expect(doorway.isShut).toBe(false);
    expect(doorway.brings.password).toBe('right');
  });

  it('is no knock in another attempt: whoever was refused has to mean it', () => {
    const doorway = new Doorway({});
    doorway.shut(barred('room/knock-required'));
    doorway.say({ knock: true });
    doorway.beginAnew();
    expect(doorway.brings.knock).toBe(false);
  });
});

describe('what is shown of the door', () => {
  it('is nothing while the server is asked, but for who waits meanwhile', () => {
    const doorway = new Doorway({});
    expect(doorway.phase(false)).toBeUndefined();
    doorway.shut(barred('room/locked'));
    expect(doorway.phase(true)).toBeUndefined();
    expect(doorway.phase(false)).toMatchObject({ name: 'barred', code: 'room/locked' });
    doorway.shut(waiting({ connection: 'reconnecting' }));
    expect(doorway.phase(true)).toMatchObject({ name: 'waiting', session: 'reconnecting' });
  });
});
