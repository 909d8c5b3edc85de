import { LIMITS, participantId, type ParticipantId } from '@treff/protocol';
import { describe, expect, test } from 'vitest';
import { EMPTY, after, as } from '../../../test/model.ts';
import {
  createConference,
  decide,
  evolve,
  nextDeadline,
  project,
  type ConferenceCommand,
  type ConferenceState,
} from '../../index.ts';
import type { LeaveReason } from '../participants/participants.ts';

const [ann, ben, cem] = ['aaaaaaaa', 'bbbbbbbb', 'cccccccc'].map((id) => participantId.parse(id)) as [
  ParticipantId,
  ParticipantId,
  ParticipantId,
];
const system = { kind: 'system' } as const;
const join = (
  participant: ParticipantId,
  more: Partial<Extract<ConferenceCommand, { type: 'join' }>> = {},
): [ConferenceCommand] => [{ type: 'join', participant, displayName: '', p2p: true, ...more }];
const leave = (participant: ParticipantId, reason: LeaveReason = 'left'): [ConferenceCommand] => [
  { type: 'leave', participant, reason },
];

/** Who moderates, as everybody sees it. */
function moderators(state: ConferenceState): readonly ParticipantId[] {
  const [viewer] = state.participants.keys();
  if (viewer === undefined) return [];
  return project(state, viewer).participants.flatMap(({ id, role }) => (role === 'moderator' ? id : []));
}

function tick(state: ConferenceState, now: number): ConferenceState {
  const decision = decide(state, { type: 'tick' }, system, { now });
  return decision.ok ? decision.events.reduce(evolve, state) : state;
}

const three = after(EMPTY, join(ann), join(ben), join(cem));

describe('moderators', () => {
  test('are whoever came first, or everybody, as the operator says', () => {
    expect(moderators(three)).toEqual([ann]);
    const { epoch, room } = EMPTY;
    const everyone = createConference({
      epoch,
      room,
      p2p: true,
      roles: { moderators: 'everyone', promotes: true },
    });
    expect(moderators(after(everyone, join(ann), join(ben)))).toEqual([ann, ben]);
  });

  test('make others moderators and take it back, but the last one stays', () => {
    const two = after(three, [{ type: 'grant-moderator', participant: cem }, as(ann)]);
    expect(moderators(two)).toEqual([ann, cem]);
    const one = after(two, [{ type: 'revoke-moderator', participant: ann }, as(ann)]);
    expect(moderators(one)).toEqual([cem]);
    expect(decide(one, { type: 'revoke-moderator', participant: cem }, as(cem), { now: 0 })).toEqual({
      ok: false,
      code: 'role/last-moderator',
    });
    expect(decide(one, { type: 'grant-moderator', participant: ann }, as(ann), { now: 0 })).toEqual({
      ok: false,
      code: 'permission/denied',
    });
  });

  test('remain so while their connection is interrupted', () => {
    const interrupted = after(three, [{ type: 'interrupt', participant: ann }]);
    expect(moderators(interrupted)).toEqual([ann]);
    expect(moderators(after(interrupted, [{ type: 'resume', participant: ann }]))).toEqual([ann]);
  });
});

describe('when the last moderator leaves', () => {
  test('whoever was there longest is promoted at once, one who is connected first', () => {
    expect(moderators(after(three, leave(ann)))).toEqual([ben]);
    expect(moderators(after(three, leave(ann, 'timeout')))).toEqual([ben]);
    const away = after(three, [{ type: 'interrupt', participant: ben }]);
    expect(moderators(after(away, leave(ann)))).toEqual([cem]);
  });

  test('nobody is promoted while there is another, nor where the operator forbids it', () => {
    const two = after(three, [{ type: 'grant-moderator', participant: cem }, as(ann)]);
    expect(moderators(after(two, leave(ann)))).toEqual([cem]);
    const { epoch, room } = EMPTY;
    const strict = createConference({
      epoch,
      room,
      p2p: true,
      roles: { moderators: 'first', promotes: false },
    });
    const left = after(strict, join(ann), join(ben), leave(ann));
    expect([moderators(left), nextDeadline(left)]).toEqual([[], undefined]);
    expect(moderators(after(left, join(cem)))).toEqual([]);
  });

  test('a page that is loaded again finds its role as it was, and nobody promoted', () => {
    const reloading = after(three, leave(ann, 'closed'));
    expect(moderators(reloading)).toEqual([]);
    const back = after(reloading, join(ann, { formerly: ann }));
    expect(moderators(back)).toEqual([ann]);
    expect(moderators(tick(back, LIMITS.resumeMs))).toEqual([ann]);
    // Who they were opens that door once.
    expect(moderators(after(back, join(participantId.parse('dddddddd'), { formerly: ann })))).toEqual([ann]);
  });

  test('and does not come back, somebody else is promoted after a while', () => {
    const reloading = after(three, leave(ann, 'closed'));
    expect(moderators(tick(reloading, LIMITS.resumeMs - 1))).toEqual([]);
    const promoted = tick(reloading, LIMITS.resumeMs);
    expect(moderators(promoted)).toEqual([ben]);
    // Late is better than never: nobody loses their rights to a slow reload.
    expect(moderators(after(promoted, join(ann, { formerly: ann })))).toEqual([ben, ann]);
  });
});

describe('after a restart of the server', () => {
  test('everybody is what they were, in whatever order they come', () => {
    const back = after(EMPTY, join(ben, { role: 'participant' }), join(ann, { role: 'moderator' }));
    expect(moderators(back)).toEqual([ann]);
    expect(moderators(tick(back, LIMITS.resumeMs))).toEqual([ann]);
  });

  test('without a moderator among those who came, somebody is promoted after a while', () => {
    const back = after(EMPTY, join(ben, { role: 'participant' }), join(cem, { role: 'participant' }));
    expect(moderators(back)).toEqual([]);
    expect(moderators(tick(back, LIMITS.resumeMs))).toEqual([ben]);
  });
});
