import { LIMITS, makeSourceId, participantId, type ParticipantId, type SourceKind } from '@treff/protocol';
import { describe, expect, test } from 'vitest';
import { EMPTY, after, as } from '../../../test/model.ts';
import {
  decide,
  endOf,
  evolve,
  kickOf,
  mediaPlan,
  project,
  projectEvent,
  type Actor,
  type ConferenceCommand,
  type ConferenceState,
} from '../../index.ts';

const [ann, ben, cem] = ['aaaaaaaa', 'bbbbbbbb', 'cccccccc'].map((id) => participantId.parse(id)) as [
  ParticipantId,
  ParticipantId,
  ParticipantId,
];
const join = (participant: ParticipantId, displayName: string): [ConferenceCommand] => [
  { type: 'join', participant, displayName, p2p: false },
];
const publish = (owner: ParticipantId, kind: SourceKind, index: number): [ConferenceCommand, Actor] => [
  { type: 'add-source', source: { id: makeSourceId(owner, kind, index), kind, muted: false } },
  as(owner),
];
const meeting = after(
  EMPTY,
  join(ann, 'Ann'),
  join(ben, 'Ben'),
  join(cem, 'Cem'),
  ...[ann, ben, cem].map((owner) => publish(owner, 'microphone', 0)),
  publish(ben, 'screen', 1),
  publish(ben, 'screenAudio', 2),
);

/** Who cannot be heard or seen, by the last part of their sources' ids; the bridge forwards none of it. */
function paused(state: ConferenceState): readonly string[] {
  const { sources } = project(state, ann);
  const muted = sources.filter((source) => source.muted).map(({ id }) => id);
  const planned = [...mediaPlan(state).endpoints.values()].flatMap((endpoint) => endpoint.sources);
  expect(planned.filter((source) => source.paused).map(({ id }) => id)).toEqual(muted);
  return muted;
}

describe('what a moderator mutes', () => {
  test('is heard by nobody, and only its owner makes it heard again', () => {
    const muted = after(meeting, [
      { type: 'mute-participant', participant: ben, kind: 'microphone' },
      as(ann),
    ]);
    expect(paused(muted)).toEqual([`${ben}-a0`]);
    const source = makeSourceId(ben, 'microphone', 0);
    const unmute = { type: 'mute-source', source, muted: false } as const;
    expect(decide(muted, unmute, as(ann), { now: 0 })).toEqual({ ok: false, code: 'permission/denied' });
    expect(paused(after(muted, [unmute, as(ben)]))).toEqual([]);
  });

  test('is a screen together with its sound', () => {
    const stopped = after(meeting, [{ type: 'mute-participant', participant: ben, kind: 'screen' }, as(ann)]);
    expect(paused(stopped)).toEqual([`${ben}-v1`, `${ben}-a2`]);
  });

  test('is everybody but the moderator', () => {
    const quiet = after(meeting, [{ type: 'mute-everyone', kind: 'microphone' }, as(ann)]);
    expect(paused(quiet)).toEqual([`${ben}-a0`, `${cem}-a0`]);
  });

  test('says who did it', () => {
    const command = { type: 'mute-participant', participant: ben, kind: 'microphone' } as const;
    const decision = decide(meeting, command, as(ann), { now: 0 });
    expect(decision).toMatchObject({ ok: true, events: [{ type: 'source-muted', muted: true, by: ann }] });
  });
});

test('a wish to hear somebody is told to them alone, and changes nothing', () => {
  const decision = decide(meeting, { type: 'ask-to-unmute', participant: ben }, as(ann), { now: 0 });
  const [event] = decision.ok ? decision.events : [];
  if (event === undefined) throw new Error('nothing happened');
  const next = evolve(meeting, event);
  expect([ann, ben, cem].map((viewer) => projectEvent(meeting, event, next, viewer))).toEqual([
    [],
    [{ type: 'unmute-asked', by: ann }],
    [],
  ]);
  expect(project(next, ben)).toEqual(project(meeting, ben));
});

describe('who is removed', () => {
  const kick = { type: 'kick', participant: ben, reason: ' too\n loud\u202e ' } as const;

  test('is gone for everybody, and it is known by whom and why', () => {
    const without = after(meeting, [kick, as(ann)]);
    expect(project(without, cem).participants.map(({ id }) => id)).toEqual([ann, cem]);
    expect(kickOf(without, ben)).toEqual({ by: 'Ann', reason: 'too loud' });
    expect(kickOf(without, cem)).toBeUndefined();
    const long = { ...kick, reason: 'x'.repeat(LIMITS.kickReasonLength + 1) };
    expect(kickOf(after(meeting, [long, as(ann)]), ben)?.reason).toHaveLength(LIMITS.kickReasonLength);
  });

  test('does not come back by the seat that was theirs', () => {
    const both = after(meeting, [{ type: 'grant-moderator', participant: ben }, as(ann)], [kick, as(ann)]);
    const back = { type: 'join', participant: ben, displayName: '', p2p: false, formerly: ben } as const;
    expect(decide(both, back, { kind: 'system' }, { now: 0 })).toEqual({ ok: false, code: 'session/kicked' });
    const anew = after(both, [{ ...back, formerly: undefined }]);
    expect(project(anew, ann).participants.find(({ id }) => id === ben)?.role).toBe('participant');
  });

  test('is never oneself', () => {
    expect(decide(meeting, { type: 'kick', participant: ann }, as(ann), { now: 0 })).toEqual({
      ok: false,
      code: 'permission/denied',
    });
  });
});

test('a meeting that is ended says who did it', () => {
  expect(endOf(meeting)).toBeUndefined();
  expect(endOf(after(meeting, [{ type: 'end-meeting' }, as(ann)]))).toEqual({ by: 'Ann' });
});
