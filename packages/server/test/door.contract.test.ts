import { OPEN_POLICY, type AccessPolicy } from '@treff/conference';
import { CLOSE, incarnation, LIMITS, participantId, type ClientMessage } from '@treff/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Door } from '../src/access/door.ts';
import type { ConferencesOptions } from '../src/conferences.ts';
import { settle, TestMeetings, type Visitor } from './meeting.ts';
import { until, type TestClient } from './test-client.ts';

let meetings: TestMeetings;

beforeEach(() => {
  meetings = new TestMeetings();
});
afterEach(() => meetings.logger.assertNoErrors());

type Wishes = Partial<Extract<ClientMessage, { type: 'join' }>>;

/** Comes to the door, and is inside, waits, or was told why not. */
async function come(name: string, wishes: Wishes = {}, who: Visitor = {}): Promise<TestClient> {
  const client = await meetings.greeted('room', who);
  await ask(client, name, wishes);
  return client;
}

async function ask(client: TestClient, name: string, wishes: Wishes = {}): Promise<void> {
  const { messages } = client;
  const before = messages.length;
  client.ask(name, wishes);
  await until(() => messages.length > before, 'an answer');
  await settle();
}

/** A moderator's doing, done. */
async function rule(client: TestClient, command: Parameters<TestClient['command']>[0]): Promise<void> {
  const id = client.command(command);
  await until(() => client.results.has(id), 'a result');
  expect(client.results.get(id)).toBeUndefined();
}

function where(client: TestClient): string {
  if (client.view !== undefined) return 'inside';
  return client.waitsFor ?? client.errors.at(-1) ?? 'nowhere';
}

/** The same rules and key, another process. `orderly`: the one before had time to say goodbye. */
async function restart(orderly: boolean): Promise<void> {
  if (orderly) meetings.conferences.close(CLOSE.goingAway, 'server/stopping');
  const { clock, store } = meetings;
  let ids = 0;
  const next = (digits: number) => (++ids).toString(16).padStart(digits, '0');
  const makers = {
    makeIncarnation: () => incarnation.parse(`f${next(31)}`),
    makeParticipantId: () => participantId.parse(`f${next(7)}`),
  };
  meetings = new TestMeetings(makers, await store.all(), store);
  meetings.clock.advance(clock.now() + 1_000 - meetings.clock.now());
}

describe('a password', () => {
  it('lets in who knows it, tells others only that there is one, and leaves those inside in peace', async () => {
    const ann = await meetings.joined('Ann');
    const bo = await meetings.joined('Bo');
    await rule(ann, { type: 'set-password', password: 'Käse 7' });
    expect(where(bo)).toBe('inside');
    expect(bo.view?.access.password).toBe(true);

    const without = await come('Cy');
    expect(without.errors).toEqual(['room/password-required']);
    const wrong = await come('Cy', { password: 'Kaese 7' });
    expect(wrong.errors).toEqual(['room/password-wrong']);
    for (const outside of [without, wrong])
      expect(JSON.stringify(outside.messages)).not.toMatch(/Ann|Bo|argon2|Käse/);
    expect(where(await come('Cy', { password: 'Käse 7' }))).toBe('inside');
    // The same door again, with the right word.
    await ask(wrong, 'Dee', { password: 'Käse 7' });
    expect(where(wrong)).toBe('inside');
  });

  it('is told to nobody inside, neither in words nor as what is kept of it', async () => {
    const ann = await meetings.joined('Ann');
    const bo = await meetings.joined('Bo');
    await rule(ann, { type: 'set-password', password: 'Käse 7' });
    for (const inside of [ann, bo]) expect(JSON.stringify(inside.messages)).not.toMatch(/argon2|Käse/);
  });

  it('that is set while somebody is on the way has to be given', async () => {
    const ann = await meetings.joined('Ann');
    const late = await meetings.greeted();
    await rule(ann, { type: 'set-password', password: 'first' });
    await ask(late, 'Bo', { password: 'first' });
    expect(where(late)).toBe('inside');
    const later = await meetings.greeted();
    await rule(ann, { type: 'set-password', password: 'second' });
    await ask(later, 'Cy', { password: 'first' });
    expect(later.errors).toEqual(['room/password-wrong']);
  });

  it('that changes while one is being checked does not let in who knew the one before', async () => {
    const ann = await meetings.joined('Ann');
    await rule(ann, { type: 'set-password', password: 'first' });
    const bo = await meetings.greeted();
    bo.ask('Bo', { password: 'first' });
    ann.command({ type: 'set-password', password: 'second' });
    await until(() => bo.errors.length > 0 || bo.view !== undefined, 'an answer');
    await settle();
    // Whichever came first: Bo is inside only if the first was still the password then.
    const cy = await come('Cy', { password: 'first' });
    expect(cy.errors).toEqual(['room/password-wrong']);
  });

  it('is removed, and nobody is asked any more', async () => {
    const ann = await meetings.joined('Ann');
    await rule(ann, { type: 'set-password', password: 'first' });
    await rule(ann, { type: 'set-password' });
    expect(where(await come('Bo'))).toBe('inside');
  });

  it('is set by moderators alone, and refused when it does not fit', async () => {
    const ann = await meetings.joined('Ann');
    const bo = await meetings.joined('Bo');
    const denied = bo.command({ type: 'set-password', password: 'mine' });
    const empty = ann.command({ type: 'set-password', password: '' });
    const long = ann.command({ type: 'set-password', password: 'x'.repeat(LIMITS.roomPasswordLength + 1) });
    await settle();
    expect(bo.results.get(denied)).toBe('permission/denied');
    expect(ann.results.get(empty)).toBe('room/password-unfit');
    expect(ann.results.get(long)).toBe('room/password-unfit');
  });

  it('is so many digits where the operator wants that', async () => {
    meetings = new TestMeetings({ access: { ...OPEN_POLICY, passwordDigits: 4 } });
    const ann = await meetings.joined('Ann');
    expect(ann.view?.access.passwordDigits).toBe(4);
    const words = ann.command({ type: 'set-password', password: 'abcd' });
    await settle();
    expect(ann.results.get(words)).toBe('room/password-unfit');
    await rule(ann, { type: 'set-password', password: '0042' });
  });

  it('of two that are set in a row is the second', async () => {
    const ann = await meetings.joined('Ann');
    const [first, second] = [
      ann.command({ type: 'set-password', password: 'first' }),
      ann.command({ type: 'set-password', password: 'second' }),
    ];
    await until(() => ann.results.has(first) && ann.results.has(second), 'both');
    expect((await come('Bo', { password: 'first' })).errors).toEqual(['room/password-wrong']);
    expect(where(await come('Bo', { password: 'second' }))).toBe('inside');
  });

  it('is not set by somebody who moderated when they began, and no more when it is ready', async () => {
    const ann = await meetings.joined('Ann');
    const bo = await meetings.joined('Bo');
    await rule(ann, { type: 'grant-moderator', participant: bo.id });
    const set = bo.command({ type: 'set-password', password: 'mine' });
    await rule(ann, { type: 'revoke-moderator', participant: bo.id });
    await until(() => bo.results.has(set), 'a result');
    expect(bo.results.get(set)).toBe('permission/denied');
    expect(where(await come('Cy'))).toBe('inside');
  });
});

describe('guessing', () => {
  it('is stopped after a few wrong passwords from one address, for this room alone, and for a while', async () => {
    // Cheap, because it is done so often here.
    meetings = new TestMeetings({ hashPassword: cheap });
    const ann = await meetings.joined('Ann');
    await rule(ann, { type: 'set-password', password: 'right' });
    const eve = { address: '203.0.113.1' };
    for (let count = 0; count < LIMITS.passwordAttempts; count++)
      expect((await come('Eve', { password: `${count}` }, eve)).errors).toEqual(['room/password-wrong']);
    const stopped = await come('Eve', { password: 'right' }, eve);
    expect(stopped.errors).toEqual(['room/too-many-attempts']);
    expect(stopped.lastError?.retryAfterMs).toBe(LIMITS.passwordPaceMs);
    // Others don't suffer from it.
    expect(where(await come('Bo', { password: 'right' }, { address: '203.0.113.2' }))).toBe('inside');
    meetings.clock.advance(LIMITS.passwordPaceMs);
    await ask(stopped, 'Eve', { password: 'right' });
    expect(where(stopped)).toBe('inside');
  });

  it('from many addresses is slowed for the room', async () => {
    meetings = new TestMeetings({ hashPassword: cheap });
    const ann = await meetings.joined('Ann');
    await rule(ann, { type: 'set-password', password: 'right' });
    for (let count = 0; count < LIMITS.passwordAttemptsOfRoom; count++)
      await come('Eve', { password: 'wrong' }, { address: `203.0.113.${count}` });
    const last = await come('Bo', { password: 'right' }, { address: '198.51.100.1' });
    expect(last.errors).toEqual(['room/too-many-attempts']);
  });

  it('costs nobody anything who knows the password', async () => {
    meetings = new TestMeetings({ hashPassword: cheap });
    const ann = await meetings.joined('Ann');
    await rule(ann, { type: 'set-password', password: 'right' });
    for (let count = 0; count < 3 * LIMITS.passwordAttempts; count++)
      expect(where(await come('Bo', { password: 'right' }))).toBe('inside');
  });
});

describe('joins of one address', () => {
  it('are limited beyond what a school needs, and not for those who show a seat', async () => {
    const { door, clock } = { door: new Door({ clock: meetings.clock }), clock: meetings.clock };
    meetings = new TestMeetings({ door });
    const ann = await meetings.joined('Ann');
    for (let count = 1; count < LIMITS.joinBurst; count++) {
      const client = await meetings.greeted();
      client.ask('x'.repeat(LIMITS.displayNameLength), {});
      client.send({ type: 'leave' });
    }
    await settle();
    const stopped = await come('Bo');
    expect(stopped.errors).toEqual(['room/too-many-joins']);
    expect(where(await come('Ann', { restore: ann.token }))).toBe('inside');
    expect(where(await come('Cy', {}, { address: '203.0.113.9' }))).toBe('inside');
    clock.advance(1_000);
    await ask(stopped, 'Bo');
    expect(where(stopped)).toBe('inside');
  });
});

describe('the lobby', () => {
  async function withLobby() {
    const ann = await meetings.joined('Ann');
    const bo = await meetings.joined('Bo');
    await rule(ann, { type: 'set-lobby', on: true });
    return [ann, bo] as const;
  }

  it('is told to who comes, who may ask to be let in', async () => {
    const [ann, bo] = await withLobby();
    const cy = await come('Cy');
    expect(cy.errors).toEqual(['room/knock-required']);
    expect(cy.lastError?.canKnock).toBe(true);
    expect(ann.view?.knocking).toEqual([]);
    await ask(cy, 'Cy', { knock: true });
    expect(where(cy)).toBe('admission');
    expect(ann.view?.knocking).toMatchObject([{ displayName: 'Cy', connection: 'connected' }]);
    expect(bo.view?.knocking).toEqual([]);
    expect(JSON.stringify(bo.messages)).not.toContain('Cy');
    expect(JSON.stringify(cy.messages)).not.toMatch(/Ann|Bo/);
  });

  it('lets in whom a moderator lets in, with everything a meeting has', async () => {
    const [ann] = await withLobby();
    const cy = await come('Cy', { knock: true });
    const [knocker] = ann.view?.knocking ?? [];
    if (knocker === undefined) throw new Error('nobody knocks');
    await rule(ann, { type: 'admit', knocker: knocker.id });
    await until(() => cy.view !== undefined, 'joined');
    expect(cy.id).toBe(knocker.id);
    expect(cy.names).toEqual(['Ann', 'Bo', 'Cy']);
    const camera = cy.publish('camera');
    await settle();
    expect(ann.view?.sources.map(({ id }) => id)).toEqual([camera]);
  });

  it('tells who is refused by whom, and ends the conversation', async () => {
    const [ann] = await withLobby();
    const cy = await come('Cy', { knock: true });
    await rule(ann, { type: 'reject', knocker: ann.view?.knocking[0]?.id ?? ann.id });
    expect(cy.lastError).toMatchObject({ code: 'lobby/rejected', fatal: true, by: 'Ann' });
    expect(cy.closeCode).toBe(CLOSE.refused);
    expect(ann.view?.knocking).toEqual([]);
  });

  it('lets all in at once, and also when it is switched off', async () => {
    const [ann] = await withLobby();
    const all = [await come('Cy', { knock: true }), await come('Dee', { knock: true })];
    await rule(ann, { type: 'admit-all' });
    await settle();
    expect(all.map(where)).toEqual(['inside', 'inside']);
    const more = [await come('Eve', { knock: true }), await come('Fay', { knock: true })];
    await rule(ann, { type: 'set-lobby', on: false });
    await settle();
    expect(more.map(where)).toEqual(['inside', 'inside']);
    expect(where(await come('Guy'))).toBe('inside');
  });

  it('is passed by who knows the password, also while they wait; a wrong one leaves them waiting', async () => {
    const [ann] = await withLobby();
    await rule(ann, { type: 'set-password', password: 'right' });
    expect(where(await come('Cy', { password: 'right' }))).toBe('inside');
    const dee = await come('Dee', { knock: true });
    await ask(dee, 'Dee', { password: 'wrong', knock: false, restore: dee.waitingToken ?? '' });
    expect(dee.errors).toEqual(['room/password-wrong']);
    expect(ann.view?.knocking).toMatchObject([{ displayName: 'Dee' }]);
    await ask(dee, 'Dee', { password: 'right', restore: dee.waitingToken ?? '' });
    await until(() => dee.view !== undefined, 'joined');
    await settle();
    expect(ann.view?.knocking).toEqual([]);
    expect(ann.names).toEqual(['Ann', 'Bo', 'Cy', 'Dee']);
  });

  it('carries words both ways, and what was said is there after a lost connection', async () => {
    const [ann] = await withLobby();
    const cy = await come('Cy', { knock: true });
    const knocker = ann.view?.knocking[0]?.id ?? ann.id;
    await rule(ann, { type: 'send-lobby-message', knocker, text: 'Who are you?' });
    cy.send({ type: 'lobby-message', text: 'Cy, of the choir' });
    await settle();
    expect(cy.lobby.map(({ text }) => text)).toEqual(['Who are you?', 'Cy, of the choir']);
    expect(ann.view?.knocking[0]?.messages).toEqual(cy.lobby);
    cy.line.close(1006);
    await settle();
    expect(ann.view?.knocking).toMatchObject([{ connection: 'interrupted' }]);
    const again = await come('Cy', { knock: true, restore: cy.waitingToken ?? '' });
    expect(again.lobby).toEqual(cy.lobby);
    expect(ann.view?.knocking).toMatchObject([{ id: knocker, connection: 'connected' }]);
  });

  it('lets in whom a moderator let in while they were away', async () => {
    const [ann] = await withLobby();
    const cy = await come('Cy', { knock: true });
    cy.line.close(1006);
    await settle();
    await rule(ann, { type: 'admit-all' });
    expect(ann.names).toEqual(['Ann', 'Bo']);
    const again = await come('Cy', { knock: true, restore: cy.waitingToken ?? '' });
    await until(() => again.view !== undefined, 'joined');
    expect(ann.names).toEqual(['Ann', 'Bo', 'Cy']);
  });

  it('forgets who does not come back, or leaves', async () => {
    const [ann] = await withLobby();
    const cy = await come('Cy', { knock: true });
    const dee = await come('Dee', { knock: true });
    dee.send({ type: 'leave' });
    cy.line.close(1006);
    await settle();
    expect(ann.view?.knocking).toMatchObject([{ displayName: 'Cy' }]);
    meetings.clock.advance(LIMITS.resumeMs);
    await settle();
    expect(ann.view?.knocking).toEqual([]);
    // Their place is gone: they knock anew.
    const again = await come('Cy', { knock: true, restore: cy.waitingToken ?? '' });
    expect(where(again)).toBe('admission');
    expect(again.lobby).toEqual([]);
  });

  it('outlives its moderator: whoever is next sees who waits', async () => {
    const [ann, bo] = await withLobby();
    const cy = await come('Cy', { knock: true });
    ann.send({ type: 'leave' });
    await settle();
    expect(bo.view?.knocking).toMatchObject([{ displayName: 'Cy' }]);
    await rule(bo, { type: 'admit-all' });
    await settle();
    expect(where(cy)).toBe('inside');
  });

  it('outlives a reload of the only one inside, and tells who waits when the meeting ends', async () => {
    const ann = await meetings.joined('Ann');
    await rule(ann, { type: 'set-lobby', on: true });
    const cy = await come('Cy', { knock: true });
    ann.send({ type: 'leave', unload: true });
    await settle();
    const back = await come('Ann', { restore: ann.token });
    expect(back.view?.knocking).toMatchObject([{ displayName: 'Cy' }]);
    back.send({ type: 'leave' });
    await settle();
    expect(cy.errors).toEqual(['room/gone']);
  });

  it('takes one place with one token, however many come with it', async () => {
    const [ann] = await withLobby();
    const cy = await come('Cy', { knock: true });
    const twin = await come('Twin', { knock: true, restore: cy.waitingToken ?? '' });
    expect(cy.errors).toEqual(['session/replaced']);
    expect(where(twin)).toBe('admission');
    expect(ann.view?.knocking).toHaveLength(1);
  });

  it('opens nothing with the token of who only waits', async () => {
    const [ann] = await withLobby();
    const cy = await come('Cy', { knock: true });
    const eve = await meetings.greeted();
    eve.send({ type: 'resume', token: cy.waitingToken ?? '', epoch: ann.epoch, seq: 0 });
    await settle();
    expect(eve.errors).toEqual(['session/resume-refused']);
    await restart(false);
    const back = await come('Cy', { restore: cy.waitingToken ?? '' });
    expect(back.errors).toEqual(['room/knock-required']);
  });

  it('hears nobody who does not wait', async () => {
    const [ann] = await withLobby();
    const cy = await come('Cy');
    cy.send({ type: 'lobby-message', text: 'let me in' });
    ann.send({ type: 'lobby-message', text: 'hello' });
    await settle();
    expect(cy.errors).toEqual(['room/knock-required', 'protocol/unexpected']);
    expect(ann.errors).toEqual(['protocol/unexpected']);
  });
});

describe('a locked conference', () => {
  it('takes nobody new, and everybody back', async () => {
    const ann = await meetings.joined('Ann');
    const bo = await meetings.joined('Bo');
    await rule(ann, { type: 'set-lock', on: true });
    expect((await come('Cy')).errors).toEqual(['room/locked']);
    bo.line.close(1006);
    await settle();
    await meetings.resumed(bo);
    expect(bo.errors).toEqual([]);
    bo.send({ type: 'leave', unload: true });
    await settle();
    expect(where(await come('Bo', { restore: bo.token }))).toBe('inside');
    await rule(ann, { type: 'set-lock', on: false });
    expect(where(await come('Cy'))).toBe('inside');
  });
});

describe('who was removed', () => {
  it('stays outside by the account, by the seat, and from the address, and is told by whom and why', async () => {
    const ann = await meetings.joined('Ann');
    const ben = {
      address: '203.0.113.7',
      identity: { id: 'account:ben', displayName: 'Ben', moderator: undefined },
    };
    const bo = await come('Bo', {}, ben);
    expect(ann.view?.participants).toMatchObject([
      { verified: false },
      { displayName: 'Ben', verified: true },
    ]);
    await rule(ann, { type: 'kick', participant: bo.id, reason: 'noise' });
    const elsewhere = { ...ben, address: '198.51.100.1' };
    const tries = [
      await come('Bo', {}, elsewhere),
      await come('Bo', { restore: bo.token }, { address: '198.51.100.2' }),
      await come('Bo', {}, { address: '203.0.113.7' }),
    ];
    for (const client of tries)
      expect(client.lastError).toMatchObject({
        code: 'session/kicked',
        fatal: true,
        by: 'Ann',
        reason: 'noise',
      });
    expect(where(await come('Cy', {}, { address: '198.51.100.3' }))).toBe('inside');
  });

  it('does not come back in the shadow of a restart either', async () => {
    const ann = await meetings.joined('Ann');
    const bo = await come('Bo', {}, { address: '203.0.113.7' });
    await rule(ann, { type: 'kick', participant: bo.id });
    await restart(false);
    await come('Ann', { restore: ann.token });
    expect((await come('Bo', { restore: bo.token })).errors).toEqual(['session/kicked']);
    expect((await come('Bo', {}, { address: '203.0.113.7' })).errors).toEqual(['session/kicked']);
  });
});

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
      doors: { password: await cheap('right'), lobby: true },
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
    await restart(orderly);
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
    await restart(orderly);
    const eve = await come('Eve');
    expect(eve.view?.participants).toMatchObject([{ role: 'participant' }]);
    const back = await come('Ann', { restore: ann.token });
    expect(back.view?.participants).toMatchObject([{ role: 'participant' }, { role: 'moderator' }]);
  });

  it('nothing is left of it after ten minutes without anybody', async () => {
    const ann = await meetings.joined('Ann');
    await rule(ann, { type: 'set-password', password: 'right' });
    await settle();
    await restart(orderly);
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
  await restart(false);
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

/** As the real one, at less cost: for tests that hash a hundred times. */
async function cheap(password: string): Promise<string> {
  const { argon2Sync } = await import('node:crypto');
  const nonce = Buffer.alloc(16, 1);
  const tag = argon2Sync('argon2id', {
    memory: 8,
    passes: 1,
    parallelism: 1,
    nonce,
    message: password,
    tagLength: 32,
  });
  const encode = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
  return `$argon2id$v=19$m=8,t=1,p=1$${encode(nonce)}$${encode(tag)}`;
}
