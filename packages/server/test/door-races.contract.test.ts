import { OPEN_POLICY } from '@treff/conference';
import { LIMITS, TreffError } from '@treff/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { Door } from '../src/access/door.ts';
import type { Identity } from '../src/access/identity.ts';
import { hashPassword } from '../src/access/password-hash.ts';
import { ManualClock } from './manual-clock.ts';
import { settle, TestMeetings } from './meeting.ts';
import { until, type TestClient } from './test-client.ts';

let meetings: TestMeetings;
afterEach(() => meetings.logger.assertNoErrors());

const HOST: Identity = { id: 'account:ann', displayName: 'Ann', moderator: undefined };

/** Tokens are looked at for as long as a test likes. */
function slowTokens() {
  const { promise, resolve, reject } = Promise.withResolvers<Identity>();
  return { verifyJwt: () => promise, resolve, reject };
}

const doorWith = ({ verifyJwt }: ReturnType<typeof slowTokens>) =>
  new Door({ clock: new ManualClock(), verifyJwt });
const joinedCount = ({ messages }: TestClient) => messages.filter(({ type }) => type === 'joined').length;

describe('somebody who gets a place while something else that they brought is looked at', () => {
  /** Bo knocks, and then asks again with a token; meanwhile Ann lets him in. */
  async function admittedMeanwhile() {
    const tokens = slowTokens();
    meetings = new TestMeetings({ door: doorWith(tokens) });
    const ann = await meetings.joined('Ann');
    ann.command({ type: 'set-lobby', on: true });
    const bo = await meetings.greeted();
    bo.ask('Bo', { knock: true });
    await until(() => bo.waitsFor === 'admission' && ann.view?.knocking.length === 1);
    bo.ask('Bo', { jwt: 'slow', knock: true });
    await settle();
    // His place is there, and its transports are not yet.
    meetings.bridge.fail('endpoint', 'media/bridge-unavailable', 1);
    for (const { id } of ann.seatView.knocking) ann.command({ type: 'admit', knocker: id });
    await until(() => ann.names.length === 2, 'Bo');
    const arrive = async () => {
      await settle();
      meetings.clock.advance(2_000);
      await until(() => bo.view !== undefined, 'joined');
    };
    return { ann, bo, tokens, arrive };
  }

  it('has that one alone, and it goes with them', async () => {
    const { ann, bo, tokens, arrive } = await admittedMeanwhile();
    tokens.resolve({ id: 'jwt:bo', displayName: 'Bo', moderator: true });
    await arrive();
    expect([ann.names, joinedCount(bo), bo.failure]).toEqual([['Ann', 'Bo'], 1, undefined]);
    bo.line.close(1000);
    await settle();
    expect(ann.names).toEqual(['Ann']);
    ann.line.close(1000);
    await settle();
    expect(meetings.conferences.count).toEqual({ conferences: 0, seats: 0, outboxBytes: 0 });
  });

  it('does not lose it when that is refused', async () => {
    const { ann, bo, tokens, arrive } = await admittedMeanwhile();
    tokens.reject(new TreffError('auth/token-invalid'));
    await arrive();
    expect(bo.errors).toEqual([]);
    const id = bo.command({ type: 'raise-hand' });
    await until(() => bo.results.has(id), 'a result');
    expect(ann.view?.hands).toEqual([bo.id]);
  });

  it('has one seat when the host came, too, for whom they had waited', async () => {
    const tokens = slowTokens();
    meetings = new TestMeetings({
      access: { ...OPEN_POLICY, opens: 'authenticated' },
      door: doorWith(tokens),
    });
    const bo = await meetings.greeted();
    bo.ask('Bo', {});
    await until(() => bo.waitsFor === 'host');
    bo.ask('Bo', { jwt: 'slow' });
    const ann = await meetings.greeted('room', { identity: HOST });
    ann.ask('Ann', {});
    await until(() => bo.view !== undefined && ann.view !== undefined, 'joined');
    tokens.resolve({ id: 'jwt:bo', displayName: 'Bo', moderator: undefined });
    await settle();
    expect([ann.names, joinedCount(bo)]).toEqual([['Ann', 'Bo'], 1]);
    bo.line.close(1000);
    await settle();
    expect(ann.names).toEqual(['Ann']);
  });
});

describe('nobody is left behind', () => {
  it('in the lobby, when who waited shows the token of a seat from which they were removed', async () => {
    meetings = new TestMeetings();
    const ann = await meetings.joined('Ann');
    const bo = await meetings.joined('Bo');
    ann.command({ type: 'kick', participant: bo.id });
    ann.command({ type: 'set-lobby', on: true });
    await settle();
    const again = await meetings.greeted();
    again.ask('Bo', { knock: true });
    await until(() => ann.view?.knocking.length === 1);
    again.ask('Bo', { knock: true, restore: bo.token });
    await until(() => again.closeCode !== undefined, 'closed');
    await settle();
    expect(again.errors).toEqual(['session/kicked']);
    expect(ann.view?.knocking).toEqual([]);
  });

  it('in a conference that nobody entered, when guessing its password was stopped', async () => {
    const password = await hashPassword('the right one');
    meetings = new TestMeetings({
      ownedRoom: async () => ({
        access: { owner: undefined, notBefore: undefined, notAfter: undefined },
        maxParticipants: undefined,
        moderators: 'first',
        doors: { password, lobby: false },
        startMuted: { microphone: false, camera: false },
      }),
    });
    const eve = await meetings.greeted();
    for (let attempt = 1; attempt <= LIMITS.passwordAttempts + 1; attempt++) {
      eve.ask('Eve', { password: `guess ${attempt}` });
      await until(() => eve.errors.length === attempt, 'an answer');
      expect(meetings.conferences.count.conferences).toBe(0);
    }
    expect(eve.errors.at(-1)).toBe('room/too-many-attempts');
  });
});

describe('somebody who sets one password after another', () => {
  it('keeps the machine busy with a few of them, and others set theirs', async () => {
    let hashed = 0;
    meetings = new TestMeetings({
      hashPassword: async () => `hash ${++hashed}`,
    });
    const ann = await meetings.joined('Ann');
    const ids = Array.from({ length: 3 * LIMITS.passwordChanges }, (_, index) =>
      ann.command({ type: 'set-password', password: `password ${index}` }),
    );
    await until(() => ids.every((id) => ann.results.has(id)), 'results');
    expect(hashed).toBe(LIMITS.passwordChanges);
    expect(ann.results.get(ids.at(-1) ?? '')).toBe('protocol/rate-limited');
    // To take it away costs nothing.
    const none = ann.command({ type: 'set-password' });
    await until(() => ann.results.has(none));
    expect([ann.results.get(none), ann.view?.access.password]).toEqual([undefined, false]);
    const bo = await meetings.joined('Bo', 'other');
    bo.command({ type: 'set-password', password: 'a secret' });
    await until(() => bo.view?.access.password === true);
    meetings.clock.advance(LIMITS.passwordChangePaceMs);
    ann.command({ type: 'set-password', password: 'later' });
    await until(() => ann.view?.access.password === true);
  });
});
