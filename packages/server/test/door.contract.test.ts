import { OPEN_POLICY } from '@treff/conference';
import { CLOSE, LIMITS } from '@treff/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Door } from '../src/access/door.ts';
import { ask, cheapHash, come as comeTo, restarted, rule, where, type Wishes } from './at-the-door.ts';
import { settle, TestMeetings, type Visitor } from './meeting.ts';
import { until } from './test-client.ts';

let meetings: TestMeetings;

beforeEach(() => {
  meetings = new TestMeetings();
});
afterEach(() => meetings.logger.assertNoErrors());

/** Comes to the door, and is inside, waits, or was told why not. */
const come = (name: string, wishes?: Wishes, who?: Visitor) => comeTo(meetings, name, wishes, who);

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
    meetings = new TestMeetings({ hashPassword: cheapHash });
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
    meetings = new TestMeetings({ hashPassword: cheapHash });
    const ann = await meetings.joined('Ann');
    await rule(ann, { type: 'set-password', password: 'right' });
    for (let count = 0; count < LIMITS.passwordAttemptsOfRoom; count++)
      await come('Eve', { password: 'wrong' }, { address: `203.0.113.${count}` });
    const last = await come('Bo', { password: 'right' }, { address: '198.51.100.1' });
    expect(last.errors).toEqual(['room/too-many-attempts']);
  });

  it('costs nobody anything who knows the password', async () => {
    meetings = new TestMeetings({ hashPassword: cheapHash });
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
    meetings = await restarted(meetings, false);
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
    meetings = await restarted(meetings, false);
    await come('Ann', { restore: ann.token });
    expect((await come('Bo', { restore: bo.token })).errors).toEqual(['session/kicked']);
    expect((await come('Bo', {}, { address: '203.0.113.7' })).errors).toEqual(['session/kicked']);
  });
});
