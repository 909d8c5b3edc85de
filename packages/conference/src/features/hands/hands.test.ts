import { LIMITS, participantId, type ParticipantId } from '@treff/protocol';
import { describe, expect, test } from 'vitest';
import { EMPTY, after, as } from '../../../test/model.ts';
import { decide, evolve, project, type ConferenceCommand, type ConferenceState } from '../../index.ts';

const [ann, ben, cem] = ['aaaaaaaa', 'bbbbbbbb', 'cccccccc'].map((id) => participantId.parse(id)) as [
  ParticipantId,
  ParticipantId,
  ParticipantId,
];
const join = (participant: ParticipantId): [ConferenceCommand] => [
  { type: 'join', participant, displayName: '', p2p: false },
];
const raise: ConferenceCommand = { type: 'raise-hand' };
const two = after(EMPTY, join(ann), join(ben), join(cem), [raise, as(cem)], [raise, as(ben)]);

const hands = (state: ConferenceState) => project(state, ann).hands;

function at(state: ConferenceState, now: number, command: ConferenceCommand): ConferenceState {
  const decision = decide(state, command, { kind: 'system' }, { now });
  if (!decision.ok) throw new Error(decision.code);
  return decision.events.reduce(evolve, state);
}

describe('raised hands', () => {
  test('stand in the order in which they went up, each once', () => {
    expect(hands(two)).toEqual([cem, ben]);
    expect(hands(after(two, [raise, as(cem)]))).toEqual([cem, ben]);
    const lowered = after(two, [{ type: 'lower-hand', participant: cem }, as(cem)]);
    expect(hands(after(lowered, [raise, as(cem)]))).toEqual([ben, cem]);
  });

  test('are lowered by their owners and by moderators, one or all', () => {
    expect(decide(two, { type: 'lower-hand', participant: cem }, as(ben), { now: 0 })).toEqual({
      ok: false,
      code: 'permission/denied',
    });
    expect(hands(after(two, [{ type: 'lower-hand', participant: cem }, as(ann)]))).toEqual([ben]);
    expect(hands(after(two, [{ type: 'lower-all-hands' }, as(ann)]))).toEqual([]);
  });

  test('go with their owners', () => {
    expect(hands(after(two, [{ type: 'leave', participant: cem, reason: 'left' }]))).toEqual([ben]);
  });

  test('are lowered when their owner has spoken for a while, not by a word', () => {
    const speaks = at(two, 1_000, { type: 'speaking', participant: cem });
    const due = 1_000 + LIMITS.handSpeakingMs;
    expect(hands(at(speaks, due - 1, { type: 'tick' }))).toEqual([cem, ben]);
    expect(hands(at(speaks, due, { type: 'tick' }))).toEqual([ben]);
    const interrupted = at(speaks, due - 1, { type: 'speaking', participant: ann });
    expect(hands(at(interrupted, due, { type: 'tick' }))).toEqual([cem, ben]);
  });
});
