import { OPEN_POLICY, type AccessPolicy } from '@treff/conference';
import { LIMITS } from '@treff/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Door } from '../src/access/door.ts';
import type { ConferencesOptions } from '../src/conferences.ts';
import { ask, cheapHash, come as comeTo, restarted, rule, where, type Wishes } from './at-the-door.ts';
import { settle, TestMeetings, type Visitor } from './meeting.ts';

let meetings: TestMeetings;

beforeEach(() => {
  meetings = new TestMeetings();
});
afterEach(() => meetings.logger.assertNoErrors());

/** Comes to the door, and is inside, waits, or was told why not. */
const come = (name: string, wishes?: Wishes, who?: Visitor) => comeTo(meetings, name, wishes, who);

describe('a room that only hosts open', () => {
  const secure: Partial<AccessPolicy> = { opens: 'authenticated' };
  const host = { identity: { id: 'account:ann', displayName: 'Ann', moderator: undefined } };

  it('lets guests wait, and in by themselves when a host has come', async () => {
    meetings = new TestMeetings({ access: { ...OPEN_POLICY, ...secure } });
    const guests = [await come('Bo'), await come('Cy')];
    expect(guests.map(where)).toEqual(['host', 'host']);
    expect(meetings.conferences.count.conferences).toBe(0);
    const ann = await come('', {}, host);
    await settle();
    expect(guests.map(({ names }) => names)).toEqual([
      ['Ann', 'Bo', 'Cy'],
      ['Ann', 'Bo', 'Cy'],
    ]);
    expect(ann.names).toEqual(['Ann', 'Bo', 'Cy']);
  });

  it('asks those who waited for what the host has made a condition', async () => {
    const owned: ConferencesOptions['ownedRoom'] = async () => ({
      access: { owner: 'account:ann', notBefore: undefined, notAfter: undefined },
      moderators: 'token',
      maxParticipants: undefined,
      startMuted: { microphone: false, camera: false },
      doors: { password: await cheapHash('right'), lobby: true },
    });
    meetings = new TestMeetings({ access: { ...OPEN_POLICY, ...secure }, ownedRoom: owned });
    const bo = await come('Bo');
    const cy = await come('Cy', { knock: true });
    expect([bo, cy].map(where)).toEqual(['host', 'host']);
    const ann = await come('', {}, host);
    await settle();
    expect(bo.errors).toEqual(['room/password-required']);
    expect(bo.lastError?.canKnock).toBe(true);
    expect(ann.view?.knocking).toMatchObject([{ displayName: 'Cy' }]);
    expect(ann.view?.participants).toMatchObject([{ role: 'moderator' }]);
    await ask(bo, 'Bo', { password: 'right' });
    expect(where(bo)).toBe('inside');
  });

  it('forgets who stops waiting', async () => {
    meetings = new TestMeetings({ access: { ...OPEN_POLICY, ...secure } });
    const [bo, cy] = [await come('Bo'), await come('Cy')];
    bo.send({ type: 'leave' });
    cy.line.close(1006);
    await settle();
    const ann = await come('', {}, host);
    expect(ann.names).toEqual(['Ann']);
  });

  it('where guests are not wanted, sends them to sign in', async () => {
    meetings = new TestMeetings({ access: { ...OPEN_POLICY, guests: false } });
    expect((await come('Bo')).errors).toEqual(['room/sign-in-required']);
    expect(where(await come('', {}, host))).toBe('inside');
  });
});

describe.each([
  ['crashes', false],
  ['is restarted', true],
])('when the server %s', (_how, orderly) => {
  it('doors stay as they were, and those inside come back', async () => {
    const ann = await meetings.joined('Ann');
    const bo = await meetings.joined('Bo');
    await rule(ann, { type: 'set-password', password: 'right' });
    await rule(ann, { type: 'set-lobby', on: true });
    await rule(ann, { type: 'moderate-media', kind: 'microphone', on: true });
    await rule(ann, { type: 'set-subject', subject: 'Harvest' });
    await settle();
    meetings = await restarted(meetings, orderly);
    const eve = await come('Eve');
    expect(eve.errors).toEqual(['room/password-required']);
    // Nobody is inside, and whoever waits waits for them.
    await ask(eve, 'Eve', { knock: true });
    expect(where(eve)).toBe('admission');
    const back = await come('Bo', { restore: bo.token });
    expect(back.view).toMatchObject({
      access: { password: true, lobby: true, locked: false },
      mediaModeration: [{ kind: 'microphone', allowed: [] }],
      subject: 'Harvest',
      participants: [{ id: bo.id, role: 'participant' }],
    });
    const host = await come('Ann', { restore: ann.token });
    expect(host.view?.knocking).toMatchObject([{ displayName: 'Eve' }]);
    expect(where(await come('Cy', { password: 'right' }))).toBe('inside');
  });

  it('a stranger who is first does not moderate, and who moderated does', async () => {
    const ann = await meetings.joined('Ann');
    await settle();
    meetings = await restarted(meetings, orderly);
    const eve = await come('Eve');
    expect(eve.view?.participants).toMatchObject([{ role: 'participant' }]);
    const back = await come('Ann', { restore: ann.token });
    expect(back.view?.participants).toMatchObject([{ role: 'participant' }, { role: 'moderator' }]);
  });

  it('nothing is left of it after ten minutes without anybody', async () => {
    const ann = await meetings.joined('Ann');
    await rule(ann, { type: 'set-password', password: 'right' });
    await settle();
    meetings = await restarted(meetings, orderly);
    meetings.clock.advance(LIMITS.rulesMs);
    await settle();
    expect(await meetings.store.all()).toEqual([]);
    const bo = await come('Bo', { restore: ann.token });
    expect(bo.view).toMatchObject({ access: { password: false }, participants: [{ role: 'moderator' }] });
    expect(bo.id).not.toBe(ann.id);
  });
});

it('a meeting that ended by itself leaves no rules behind', async () => {
  const ann = await meetings.joined('Ann');
  await rule(ann, { type: 'set-password', password: 'right' });
  expect(await meetings.store.all()).toHaveLength(1);
  ann.send({ type: 'leave' });
  await settle();
  expect(await meetings.store.all()).toEqual([]);
  expect(where(await come('Bo'))).toBe('inside');
});

it('who is only refused at the door of a restarted room takes nothing of its rules away', async () => {
  const ann = await meetings.joined('Ann');
  await rule(ann, { type: 'set-lock', on: true });
  meetings = await restarted(meetings, false);
  for (let count = 0; count < 3; count++) expect((await come('Eve')).errors).toEqual(['room/locked']);
  expect(await meetings.store.all()).toHaveLength(1);
  expect(where(await come('Ann', { restore: ann.token }))).toBe('inside');
});

it('somebody who is gone before the door has looked at their password takes no seat', async () => {
  const ann = await meetings.joined('Ann');
  await rule(ann, { type: 'set-password', password: 'right' });
  const bo = await meetings.greeted();
  bo.ask('Bo', { password: 'right' });
  bo.send({ type: 'leave' });
  const cy = await come('Cy', { password: 'right' });
  expect(cy.names).toEqual(['Ann', 'Cy']);
  expect(JSON.stringify(ann.messages)).not.toContain('"Bo"');
});

it('an invitation that is none is said so', async () => {
  const door = new Door({
    clock: meetings.clock,
    redeemInvitation: async (_room, secret) => (secret === 'good' ? { role: 'moderator' } : undefined),
  });
  meetings = new TestMeetings({ door });
  await meetings.joined('Ann');
  expect((await come('Bo', { invitation: 'bad' })).errors).toEqual(['room/invitation-invalid']);
  const bo = await come('Bo', { invitation: 'good' });
  expect(bo.view?.participants[1]).toMatchObject({ role: 'moderator' });
});
