import { LIMITS, participantId, type ParticipantId } from '@treff/protocol';
import { describe, expect, test } from 'vitest';
import {
  createConference,
  decide,
  evolve,
  isOver,
  OPEN_POLICY,
  project,
  roleOf,
  rulesOf,
  type AccessPolicy,
  type Applicant,
  type ConferenceState,
} from '../../index.ts';
import { after, as, EMPTY } from '../../../test/model.ts';
import { access } from './access.ts';

const [ann, ben, cem, dan] = ['aaaaaaaa', 'bbbbbbbb', 'cccccccc', 'dddddddd'].map((id) =>
  participantId.parse(id),
) as [ParticipantId, ParticipantId, ParticipantId, ParticipantId];

const join = (id: ParticipantId, applicant: Applicant = {}, formerly?: ParticipantId) =>
  ({ type: 'join', participant: id, displayName: id.slice(0, 1), p2p: true, formerly, applicant }) as const;
const account = (name: string, more: { moderator?: boolean; named?: boolean } = {}) => ({
  identity: { id: `account:${name}`, named: false, ...more },
});
const knock = { knocks: true };

/** What becomes of somebody at the door. */
function outcome(
  state: ConferenceState,
  applicant: Applicant = {},
  formerly?: ParticipantId,
  now = 0,
): string {
  const decision = decide(state, join(dan, applicant, formerly), { kind: 'system' }, { now });
  if (!decision.ok) return decision.code;
  return decision.events[0]?.type === 'knocked' ? 'knocks' : 'enters';
}

function ruled(policy: Partial<AccessPolicy>, doors: { password?: string; lobby?: boolean } = {}) {
  return createConference({
    epoch: EMPTY.epoch,
    room: 'test',
    p2p: true,
    access: { ...OPEN_POLICY, ...policy },
    doors,
  });
}

const two = after(EMPTY, [join(ann)], [join(ben)]);
const withPassword = after(two, [{ type: 'set-password-hash', hash: 'hash' }, as(ann)]);
const withLobby = after(two, [{ type: 'set-lobby', on: true }, as(ann)]);
const withBoth = after(withLobby, [{ type: 'set-password-hash', hash: 'hash' }, as(ann)]);
const locked = after(two, [{ type: 'set-lock', on: true }, as(ann)]);
const waiting = after(withLobby, [join(dan, knock)]);

describe('who comes in', () => {
  const right = { password: { fits: 'hash' } };
  const wrong = { password: { fits: undefined } };
  const stale = { password: { fits: 'the one before' } };
  const invited = { invited: 'participant' } as const;
  const host = account('host', { moderator: true });
  test.each<[string, ConferenceState, Applicant, string]>([
    ['an open room, anybody', two, {}, 'enters'],
    ['a password, none given', withPassword, {}, 'room/password-required'],
    ['a password, a wrong one', withPassword, wrong, 'room/password-wrong'],
    ['a password, the right one', withPassword, right, 'enters'],
    ['a password that was changed while somebody was on the way', withPassword, stale, 'room/password-wrong'],
    ['a password, and a knock where no lobby is', withPassword, knock, 'room/password-required'],
    ['a password, somebody invited', withPassword, invited, 'enters'],
    ['a password, a moderator by right', withPassword, host, 'enters'],
    ['a lobby, nothing asked', withLobby, {}, 'room/knock-required'],
    ['a lobby, asked', withLobby, knock, 'knocks'],
    ['a lobby, somebody invited', withLobby, { ...invited, ...knock }, 'enters'],
    ['a lobby, a moderator by right', withLobby, host, 'enters'],
    ['a lobby, somebody signed in who moderates nothing', withLobby, account('x'), 'room/knock-required'],
    ['lobby and password, the right one passes both', withBoth, right, 'enters'],
    ['lobby and password, nothing', withBoth, {}, 'room/password-required'],
    ['lobby and password, a wrong one', withBoth, wrong, 'room/password-wrong'],
    ['lobby and password, asked', withBoth, knock, 'knocks'],
    ['a locked room, anybody', locked, {}, 'room/locked'],
    ['a locked room, somebody invited', locked, invited, 'room/locked'],
    ['a locked room, a moderator by right', locked, host, 'enters'],
    ['a locked room, back after a crash', locked, { known: true }, 'enters'],
    ['no guests, a guest', ruled({ guests: false }), {}, 'room/sign-in-required'],
    ['no guests, somebody signed in', ruled({ guests: false }), account('x'), 'enters'],
    ['no guests, an invited one', ruled({ guests: false }), invited, 'enters'],
    [
      'a room that hosts open, a guest before them',
      ruled({ opens: 'authenticated' }),
      {},
      'room/host-required',
    ],
    ['a room that hosts open, a host', ruled({ opens: 'authenticated' }), account('x'), 'enters'],
    ['a lobby from the start, nobody inside yet', ruled({}, { lobby: true }), knock, 'knocks'],
    ['too early', ruled({ notBefore: 1 }), {}, 'room/not-yet'],
    ['too early, the owner', ruled({ notBefore: 1, owner: 'account:o' }), account('o'), 'enters'],
    ['too late', ruled({ notAfter: 0 }), {}, 'room/no-longer'],
    ['in time', ruled({ notBefore: 0, notAfter: 1 }), {}, 'enters'],
  ])('%s: %s', (_case, state, applicant, expected) => {
    expect(outcome(state, applicant)).toBe(expected);
  });

  test('nobody comes in beyond the maximum, not even by right', () => {
    const full = after(ruled({ maxParticipants: 2 }), [join(ann)], [join(ben)]);
    expect(outcome(full, host)).toBe('room/full');
  });

  test('a guest comes in once a host is there', () => {
    const open = after(ruled({ opens: 'authenticated' }), [join(ann, account('ann'))]);
    expect(outcome(open)).toBe('enters');
  });

  test('a name is asked for where the operator wants one', () => {
    const strict = ruled({ nameRequired: true });
    const nameless = { ...join(ann), displayName: ' ' };
    expect(decide(strict, nameless, { kind: 'system' }, { now: 0 })).toMatchObject({
      code: 'participant/name-required',
    });
    const inside = after(strict, [join(ann)]);
    expect(decide(inside, { type: 'rename', displayName: '' }, as(ann), { now: 0 })).toMatchObject({
      code: 'participant/name-required',
    });
  });

  test('the name of an account is not changed in the meeting', () => {
    const inside = after(EMPTY, [join(ann, account('ann', { named: true }))]);
    expect(decide(inside, { type: 'rename', displayName: 'Eve' }, as(ann), { now: 0 })).toMatchObject({
      code: 'participant/name-fixed',
    });
    expect(project(inside, ann).participants[0]?.verified).toBe(true);
  });
});

describe('whoever was inside', () => {
  const gone = (state: ConferenceState, reason: 'left' | 'closed' | 'timeout') =>
    after(state, [{ type: 'leave', participant: ben, reason }]);

  test.each(['closed', 'timeout'] as const)('and did not mean to go (%s) comes back in', (reason) => {
    for (const state of [withPassword, withLobby, locked])
      expect(outcome(gone(state, reason), {}, ben)).toBe('enters');
  });

  test('and left on purpose meets the rules', () => {
    expect(outcome(gone(withPassword, 'left'), {}, ben)).toBe('room/password-required');
  });

  test('meets rules that were tightened meanwhile', () => {
    const away = gone(two, 'timeout');
    const change = (command: Parameters<typeof after>[1][0]) =>
      outcome(after(away, [command, as(ann)]), {}, ben);
    expect(change({ type: 'set-password-hash', hash: 'hash' })).toBe('room/password-required');
    expect(change({ type: 'set-lobby', on: true })).toBe('room/knock-required');
    expect(change({ type: 'set-lock', on: true })).toBe('room/locked');
  });

  test('stays when a password is set, and sees only that there is one', () => {
    expect(withPassword.participants.has(ben)).toBe(true);
    expect(project(withPassword, ben).access).toEqual({ password: true, lobby: false, locked: false });
    expect(JSON.stringify(project(withPassword, ann))).not.toContain('hash');
  });
});

describe('who waits', () => {
  test('is seen by moderators alone', () => {
    expect(project(waiting, ann).knocking).toMatchObject([{ id: dan, displayName: 'd' }]);
    expect(project(waiting, ben).knocking).toEqual([]);
  });

  test('comes in when a moderator lets them, with the id under which they knocked', () => {
    const inside = after(waiting, [{ type: 'admit', knocker: dan }, as(ann)]);
    expect([...inside.participants.keys()]).toEqual([ann, ben, dan]);
    expect(inside.access.knocking.size).toBe(0);
    expect(roleOf(inside, dan)).toBe('participant');
  });

  test('is still there for whoever moderates next', () => {
    const alone = after(waiting, [{ type: 'leave', participant: ann, reason: 'left' }]);
    expect(roleOf(alone, ben)).toBe('moderator');
    expect(project(alone, ben).knocking).toMatchObject([{ id: dan }]);
  });

  test('is no longer shown to who gave moderating up', () => {
    const changed = after(
      waiting,
      [{ type: 'grant-moderator', participant: ben }, as(ann)],
      [{ type: 'revoke-moderator', participant: ann }, as(ann)],
    );
    expect(project(changed, ann).knocking).toEqual([]);
    expect(project(changed, ben).knocking).toHaveLength(1);
  });

  test('comes in with all others when the lobby is switched off', () => {
    const more = after(waiting, [join(cem, knock)], [{ type: 'set-lobby', on: false }, as(ann)]);
    expect([...more.participants.keys()]).toEqual([ann, ben, dan, cem]);
  });

  test('is let in as far as there is room', () => {
    const small = after(
      ruled({ maxParticipants: 2 }, { lobby: true }),
      [join(ann, account('ann', { moderator: true }))],
      [join(ben, knock)],
      [join(cem, knock)],
      [{ type: 'admit-all' }, as(ann)],
    );
    expect([...small.participants.keys()]).toEqual([ann, ben]);
    expect(project(small, ann).knocking).toMatchObject([{ id: cem }]);
    expect(decide(small, { type: 'admit', knocker: cem }, as(ann), { now: 0 })).toMatchObject({
      code: 'room/full',
    });
  });

  test('is kept for a while when the connection is lost, and comes in on being back if let in meanwhile', () => {
    const away = after(waiting, [{ type: 'interrupt-knock', knocker: dan }]);
    expect(access.nextDeadline(away)).toBe(LIMITS.resumeMs);
    const granted = after(away, [{ type: 'admit', knocker: dan }, as(ann)]);
    expect(granted.participants.has(dan)).toBe(false);
    expect(project(granted, ann).knocking).toEqual([]);
    expect(after(granted, [{ type: 'resume-knock', knocker: dan }]).participants.has(dan)).toBe(true);
    const late = decide(away, { type: 'tick' }, { kind: 'system' }, { now: LIMITS.resumeMs });
    if (!late.ok) throw new Error(late.code);
    expect(late.events).toContainEqual(expect.objectContaining({ type: 'knock-ended', outcome: 'timeout' }));
  });

  test('talks with the moderators, who see both sides, and nobody else does', () => {
    const talk = after(
      waiting,
      [{ type: 'send-lobby-message', knocker: dan, text: 'Who are you? ' }, as(ann)],
      [{ type: 'answer-in-lobby', knocker: dan, text: 'Dan' }],
    );
    expect(project(talk, ann).knocking[0]?.messages).toMatchObject([
      { fromKnocker: false, name: 'a', text: 'Who are you?' },
      { fromKnocker: true, name: 'd', text: 'Dan' },
    ]);
    expect(JSON.stringify(project(talk, ben))).not.toContain('Who are you');
  });

  test('can write so many messages and not more in a while', () => {
    let state = waiting;
    for (let count = 0; count < LIMITS.messagePace; count++)
      state = after(state, [{ type: 'answer-in-lobby', knocker: dan, text: 'Let me in' }]);
    const more = { type: 'answer-in-lobby', knocker: dan, text: 'Please' } as const;
    expect(decide(state, more, { kind: 'system' }, { now: 1 })).toMatchObject({ code: 'chat/too-fast' });
    expect(decide(state, more, { kind: 'system' }, { now: LIMITS.messagePaceMs }).ok).toBe(true);
  });

  test('cannot fill the lobby beyond its limit', () => {
    let state = withLobby;
    for (let index = 0; index < LIMITS.knocking; index++)
      state = after(state, [join(participantId.parse((0x20000000 + index).toString(16)), knock)]);
    expect(outcome(state, knock)).toBe('room/lobby-full');
  });
});

describe('who was removed', () => {
  const removed = (where: { ben?: string; ann?: string; identity?: string }) =>
    after(
      EMPTY,
      [join(ann, { address: where.ann })],
      [join(ben, { address: where.ben, ...(where.identity === undefined ? {} : account(where.identity)) })],
      [{ type: 'kick', participant: ben, reason: '' }, as(ann)],
    );

  test('does not come back by the seat, by the account, or from the same address', () => {
    const state = removed({ ann: '192.0.2.1', ben: '192.0.2.2', identity: 'ben' });
    expect(outcome(state, {}, ben)).toBe('session/kicked');
    expect(outcome(state, account('ben'))).toBe('session/kicked');
    expect(outcome(state, { address: '192.0.2.2' })).toBe('session/kicked');
    expect(outcome(state, { address: '192.0.2.3' })).toBe('enters');
  });

  test('takes nobody along who shows who they are', () => {
    const state = removed({ ann: '192.0.2.1', ben: '192.0.2.2' });
    expect(outcome(state, { ...account('cem'), address: '192.0.2.2' })).toBe('enters');
    expect(outcome(state, { address: '192.0.2.2' }, cem)).toBe('enters');
  });

  test('does not shut out a school that has one address', () => {
    expect(outcome(removed({ ann: '192.0.2.1', ben: '192.0.2.1' }), { address: '192.0.2.1' })).toBe('enters');
  });

  test('does not come back by an invitation either', () => {
    expect(outcome(removed({ identity: 'ben' }), { ...account('ben'), invited: 'moderator' })).toBe(
      'session/kicked',
    );
  });
});

describe('the rules', () => {
  test('are kept for a moment when the last page goes, so that a reload finds them', () => {
    const alone = after(EMPTY, [join(ann)], [{ type: 'set-password-hash', hash: 'hash' }, as(ann)]);
    const empty = after(alone, [{ type: 'leave', participant: ann, reason: 'closed' }]);
    expect(isOver(empty)).toBe(false);
    expect(outcome(empty)).toBe('room/password-required');
    expect(outcome(empty, {}, ann)).toBe('enters');
    const later = decide(empty, { type: 'tick' }, { kind: 'system' }, { now: LIMITS.resumeMs });
    if (!later.ok) throw new Error(later.code);
    expect(isOver(later.events.reduce(evolve, empty))).toBe(true);
  });

  test('make nobody a moderator who comes while the one who moderated loads the page again', () => {
    const alone = after(EMPTY, [join(ann)], [{ type: 'set-password-hash', hash: 'hash' }, as(ann)]);
    const empty = after(alone, [{ type: 'leave', participant: ann, reason: 'closed' }]);
    const other = after(empty, [join(ben, { password: { fits: 'hash' } })]);
    expect(roleOf(other, ben)).toBe('participant');
    expect(roleOf(after(other, [join(cem, {}, ann)]), cem)).toBe('moderator');
    const late = decide(other, { type: 'tick' }, { kind: 'system' }, { now: LIMITS.resumeMs });
    if (!late.ok) throw new Error(late.code);
    expect(roleOf(late.events.reduce(evolve, other), ben)).toBe('moderator');
  });

  test('end with the meeting when its last one leaves', () => {
    const alone = after(EMPTY, [join(ann)], [{ type: 'set-lobby', on: true }, as(ann)]);
    expect(isOver(after(alone, [{ type: 'leave', participant: ann, reason: 'left' }]))).toBe(true);
  });

  test('outlive a crash, and nobody moderates in their shadow', () => {
    const before = after(
      withBoth,
      [{ type: 'set-lock', on: true }, as(ann)],
      [{ type: 'kick', participant: ben, reason: 'noise' }, as(ann)],
    );
    const restored = JSON.parse(JSON.stringify(rulesOf(before))) as ReturnType<typeof rulesOf>;
    const anew = createConference({ epoch: EMPTY.epoch, room: 'test', p2p: true, restored, now: 0 });
    expect(rulesOf(anew)).toEqual(rulesOf(before));
    expect(outcome(anew)).toBe('room/locked');
    expect(outcome(anew, {}, ben)).toBe('session/kicked');
    const open = createConference({
      epoch: EMPTY.epoch,
      room: 'test',
      p2p: true,
      restored: { ...restored, doors: { password: undefined, lobby: false, locked: false } },
      now: 0,
    });
    expect(roleOf(after(open, [join(cem)]), cem)).toBe('participant');
    expect(roleOf(after(open, [{ ...join(cem, { known: true }), role: 'moderator' }]), cem)).toBe(
      'moderator',
    );
  });
});

describe('who moderates', () => {
  const by = (moderators: 'first' | 'everyone' | 'authenticated' | 'token', applicant: Applicant) => {
    const roles = { moderators, promotes: true };
    const state = createConference({ epoch: EMPTY.epoch, room: 'test', p2p: true, roles });
    return roleOf(after(state, [join(ann, applicant)]), ann);
  };
  test.each<[Parameters<typeof by>[0], Applicant, string]>([
    ['first', {}, 'moderator'],
    ['first', account('x', { moderator: false }), 'participant'],
    ['everyone', {}, 'moderator'],
    ['everyone', account('x', { moderator: false }), 'participant'],
    ['authenticated', {}, 'participant'],
    ['authenticated', account('x'), 'moderator'],
    ['token', account('x'), 'participant'],
    ['token', account('x', { moderator: true }), 'moderator'],
    ['token', { invited: 'moderator' }, 'moderator'],
    ['token', { invited: 'participant' }, 'participant'],
  ])('by the policy %s: %j is a %s', (policy, applicant, role) => {
    expect(by(policy, applicant)).toBe(role);
  });

  test('an account keeps it on another device, until somebody takes it back or removes the person', () => {
    const state = after(
      EMPTY,
      [join(ann)],
      [join(ben, account('ben'))],
      [{ type: 'grant-moderator', participant: ben }, as(ann)],
    );
    const elsewhere = (before: ConferenceState) => after(before, [join(cem, account('ben'))]);
    expect(roleOf(elsewhere(state), cem)).toBe('moderator');
    const left = after(state, [{ type: 'leave', participant: ben, reason: 'left' }]);
    expect(roleOf(elsewhere(left), cem)).toBe('moderator');
    const revoked = after(state, [{ type: 'revoke-moderator', participant: ben }, as(ann)]);
    expect(roleOf(elsewhere(revoked), cem)).toBe('participant');
    expect(roleOf(after(state, [join(cem, account('other'))]), cem)).toBe('participant');
  });

  test('only somebody signed in is promoted where only those may moderate', () => {
    const roles = { moderators: 'authenticated', promotes: true } as const;
    const state = after(
      createConference({ epoch: EMPTY.epoch, room: 'test', p2p: true, roles }),
      [join(ann, account('ann'))],
      [join(ben)],
      [join(dan, account('dan', { moderator: false }))],
      [join(cem, account('cem'))],
      [{ type: 'leave', participant: ann, reason: 'left' }],
    );
    expect([ben, dan].map((id) => roleOf(state, id))).toEqual(['participant', 'participant']);
    expect(roleOf(state, cem)).toBe('moderator');
  });
});
