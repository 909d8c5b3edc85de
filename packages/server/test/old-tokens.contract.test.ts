import { CLOSE, incarnation, LIMITS, participantId, type Command, type ErrorCode } from '@treff/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settle, TestMeetings } from './meeting.ts';
import { until, type TestClient } from './test-client.ts';

let meetings: TestMeetings;
beforeEach(() => {
  meetings = new TestMeetings();
});
afterEach(() => meetings.logger.assertNoErrors());

let ids = 0;
/** None of any life before. */
const freshId = (length: number) => `f${(++ids).toString(16).padStart(length - 1, '0')}`;

/** The server is gone without a word; the next one has its key and what it had stored. */
async function crash(): Promise<void> {
  const { clock, store } = meetings;
  meetings = new TestMeetings(
    {
      makeIncarnation: () => incarnation.parse(freshId(32)),
      makeParticipantId: () => participantId.parse(freshId(8)),
    },
    await store.all(),
  );
  meetings.clock.advance(clock.now() + 5_000 - meetings.clock.now());
}

/** Asks for a place with a token as what was lost. Resolves with the answer. */
async function back(name: string, restore: string, room = 'room'): Promise<TestClient> {
  const client = await meetings.greeted(room);
  client.join(name, undefined, restore);
  await until(() => client.view !== undefined || client.errors.length > 0, 'an answer');
  return client;
}

async function does(client: TestClient, command: Command): Promise<ErrorCode | undefined> {
  const id = client.command(command);
  await until(() => client.results.has(id), command.type);
  return client.results.get(id);
}

const roleOf = ({ view }: TestClient) => view?.participants.find(({ id }) => id === view.self)?.role;

/** Somebody who waits to be let in by Ann. */
async function waiting() {
  const ann = await meetings.joined('Ann');
  await does(ann, { type: 'set-lobby', on: true });
  const bo = await meetings.greeted();
  bo.ask('Bo', { knock: true });
  await until(() => bo.waitingToken !== undefined, 'waiting');
  return { ann, bo, token: bo.waitingToken ?? '' };
}

describe('a token that was overtaken by a later one', () => {
  it('opens nothing, neither in a resume nor as that of a seat that was lost', async () => {
    const ann = await meetings.joined('Ann');
    const bo = await meetings.joined('Bo');
    await does(ann, { type: 'set-password', password: 'a secret' });
    const stolen = ann.token;
    await meetings.resumed(ann);
    await meetings.resumed(ann);
    const thief = await meetings.greeted();
    thief.send({ type: 'resume', token: stolen, epoch: ann.epoch, seq: 0 });
    await until(() => thief.errors.length > 0);
    expect(thief.errors).toEqual(['session/resume-refused']);

    ann.line.close(CLOSE.goingAway);
    await until(() => bo.names.length === 1, 'Ann to be gone');
    expect((await back('Ann', stolen)).errors).toEqual(['room/password-required']);
    // Hers brings her back, as a moderator.
    expect(roleOf(await back('Ann', ann.token))).toBe('moderator');
  });
});

describe('a token of another room', () => {
  it('opens nothing here', async () => {
    const ann = await meetings.joined('Ann');
    const bo = await meetings.joined('Bo', 'elsewhere');
    await does(ann, { type: 'set-lock', on: true });
    expect((await back('Bo', bo.token)).errors).toEqual(['room/locked']);
    const client = await meetings.greeted();
    client.send({ type: 'resume', token: bo.token, epoch: bo.epoch, seq: 0 });
    await until(() => client.errors.length > 0);
    expect(client.errors).toEqual(['session/resume-refused']);
    expect(ann.names).toEqual(['Ann']);
  });
});

describe('the token of who waits to be let in', () => {
  it('opens no seat', async () => {
    const { ann, token } = await waiting();
    const client = await meetings.greeted();
    client.send({ type: 'resume', token, epoch: ann.epoch, seq: 0 });
    await until(() => client.errors.length > 0);
    expect(client.errors).toEqual(['session/resume-refused']);
  });

  it('is nothing in another room', async () => {
    const { token } = await waiting();
    const cy = await meetings.joined('Cy', 'elsewhere');
    await does(cy, { type: 'set-lobby', on: true });
    expect((await back('Bo', token, 'elsewhere')).errors).toEqual(['room/knock-required']);
  });

  it('passes no lobby after a crash', async () => {
    const { ann, token } = await waiting();
    await crash();
    expect((await back('Bo', token)).errors).toEqual(['room/knock-required']);
    expect(roleOf(await back('Ann', ann.token))).toBe('moderator');
    expect((await back('Bo', token)).errors).toEqual(['room/knock-required']);
  });

  it('is worth nothing once its person was let in, whether they are there or gone', async () => {
    const { ann, bo, token } = await waiting();
    const [knocker] = ann.seatView.knocking;
    await does(ann, { type: 'admit', knocker: knocker?.id ?? ann.id });
    await until(() => bo.view !== undefined, 'joined');
    // The id is the same, and the place is another.
    expect(bo.id).toBe(knocker?.id);
    const thief = await meetings.greeted();
    thief.send({ type: 'resume', token, epoch: ann.epoch, seq: 0 });
    await until(() => thief.errors.length > 0);
    expect(thief.errors).toEqual(['session/resume-refused']);
    const { token: own } = bo;
    bo.line.close(CLOSE.goingAway);
    await until(() => ann.names.length === 1);
    expect((await back('Bo', token)).errors).toEqual(['room/knock-required']);
    expect((await back('Bo', own)).view).toBeDefined();
  });

  it('keeps one place, for one session: a second one takes it over, and the first is sent away', async () => {
    const { ann, bo, token } = await waiting();
    const other = await meetings.greeted();
    other.ask('Bo', { knock: true, restore: token });
    await until(() => other.waitsFor !== undefined && bo.closeCode !== undefined);
    expect([bo.closeCode, ann.view?.knocking.length]).toEqual([CLOSE.replaced, 1]);
    // What the first one held is overtaken as soon as the second one comes again.
    const third = await meetings.greeted();
    third.ask('Bo', { knock: true, restore: other.waitingToken ?? '' });
    await until(() => third.waitsFor !== undefined);
    const thief = await meetings.greeted();
    thief.ask('Eve', { restore: token });
    await until(() => thief.errors.length > 0);
    expect(thief.errors).toEqual(['room/knock-required']);
  });
});

describe('who returns after a crash of the server', () => {
  it('is what they were, and not what a token from before a revocation says', async () => {
    const ann = await meetings.joined('Ann');
    const bo = await meetings.joined('Bo');
    await does(ann, { type: 'grant-moderator', participant: bo.id });
    await until(() => roleOf(bo) === 'moderator');
    const { token } = bo;
    await does(ann, { type: 'revoke-moderator', participant: bo.id });
    await until(() => roleOf(bo) === 'participant');
    await crash();
    const again = await back('Bo', token);
    expect([again.id, roleOf(again)]).toEqual([bo.id, 'participant']);
    expect(roleOf(await back('Ann', ann.token))).toBe('moderator');
  });

  it('and had left on purpose meets the rules like everybody else', async () => {
    const ann = await meetings.joined('Ann');
    const bo = await meetings.joined('Bo');
    bo.send({ type: 'leave' });
    await until(() => ann.names.length === 1);
    await does(ann, { type: 'set-lock', on: true });
    await crash();
    expect((await back('Bo', bo.token)).errors).toEqual(['room/locked']);
    expect(roleOf(await back('Ann', ann.token))).toBe('moderator');
  });

  it('and was removed is told so', async () => {
    const ann = await meetings.joined('Ann');
    const bo = await meetings.joined('Bo');
    await does(ann, { type: 'kick', participant: bo.id, reason: 'noise' });
    await crash();
    const again = await back('Bo', bo.token);
    expect(again.lastError).toEqual({
      type: 'error',
      code: 'session/kicked',
      fatal: true,
      by: 'Ann',
      reason: 'noise',
    });
  });

  it('may have missed another crash', async () => {
    const ann = await meetings.joined('Ann');
    const bo = await meetings.joined('Bo');
    await does(ann, { type: 'grant-moderator', participant: bo.id });
    await does(ann, { type: 'set-lock', on: true });
    await crash();
    const second = await back('Ann', ann.token);
    await crash();
    const third = await back('Bo', bo.token);
    expect([third.id, roleOf(third)]).toEqual([bo.id, 'moderator']);
    expect((await back('Ann', second.token)).id).toBe(ann.id);
  });
});

describe('a permission', () => {
  it('that was taken back while its owner was away is not there on their return', async () => {
    const ann = await meetings.joined('Ann');
    const bo = await meetings.joined('Bo');
    await does(ann, { type: 'grant-moderator', participant: bo.id });
    bo.line.close(1006);
    await until(() => ann.view?.participants[1]?.connection === 'interrupted');
    await does(ann, { type: 'revoke-moderator', participant: bo.id });
    await meetings.resumed(bo);
    expect(roleOf(bo)).toBe('participant');
    expect(await does(bo, { type: 'set-lock', on: true })).toBe('permission/denied');
    // Nor does a page that is loaded again bring it back.
    bo.line.close(CLOSE.goingAway);
    await until(() => ann.names.length === 1);
    expect(roleOf(await back('Bo', bo.token))).toBe('participant');
  });

  it('to be here is gone when the rules were tightened after the seat was given up', async () => {
    const ann = await meetings.joined('Ann');
    const bo = await meetings.joined('Bo');
    bo.line.close(1006);
    await until(() => ann.view?.participants[1]?.connection === 'interrupted');
    meetings.clock.advance(LIMITS.resumeMs);
    await until(() => ann.names.length === 1);
    await does(ann, { type: 'set-lock', on: true });
    await settle();
    expect((await back('Bo', bo.token)).errors).toEqual(['room/locked']);
  });
});
