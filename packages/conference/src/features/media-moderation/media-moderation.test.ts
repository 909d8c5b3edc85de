import {
  makeSourceId,
  participantId,
  type Mutable,
  type ParticipantId,
  type SourceKind,
} from '@treff/protocol';
import { describe, expect, test } from 'vitest';
import { EMPTY, after, as } from '../../../test/model.ts';
import {
  decide,
  maySend,
  mediaPlan,
  project,
  type Actor,
  type ConferenceCommand,
  type ConferenceState,
} from '../../index.ts';

const [ann, ben, cem] = ['aaaaaaaa', 'bbbbbbbb', 'cccccccc'].map((id) => participantId.parse(id)) as [
  ParticipantId,
  ParticipantId,
  ParticipantId,
];
type Step = [ConferenceCommand, Actor?];

const join = (participant: ParticipantId): Step => [
  { type: 'join', participant, displayName: '', p2p: true },
];
const publish = (owner: ParticipantId, kind: SourceKind, index: number, muted = false): Step => [
  { type: 'add-source', source: { id: makeSourceId(owner, kind, index), kind, muted } },
  as(owner),
];
const mute = (owner: ParticipantId, muted: boolean, index = 0): Step => [
  { type: 'mute-source', source: makeSourceId(owner, 'microphone', index), muted },
  as(owner),
];
const moderate = (kind: Mutable, on = true): Step => [{ type: 'moderate-media', kind, on }, as(ann)];
const allow = (participant: ParticipantId, kind: Mutable): Step => [
  { type: 'allow-media', participant, kind },
  as(ann),
];
const disallow = (participant: ParticipantId, kind: Mutable): Step => [
  { type: 'disallow-media', participant, kind },
  as(ann),
];

/** Ann moderates, Ben speaks, Cem is muted. */
const meeting = after(
  EMPTY,
  join(ann),
  join(ben),
  join(cem),
  publish(ann, 'microphone', 0),
  publish(ben, 'microphone', 0),
  publish(cem, 'microphone', 0, true),
);
const forbidden = after(meeting, moderate('microphone'));

/** Who may not unmute, and who is not forwarded, by their sources. */
const blocked = (state: ConferenceState) =>
  project(state, ann).sources.flatMap((source) => (source.blocked ? [source.id] : []));
const paused = (state: ConferenceState) =>
  [...mediaPlan(state).endpoints.values()].flatMap(({ sources }) =>
    sources.flatMap((source) => (source.paused ? [source.id] : [])),
  );

function refusal(state: ConferenceState, ...[command, actor = as(ann)]: Step): string | undefined {
  const decision = decide(state, command, actor, { now: 0 });
  return decision.ok ? undefined : decision.code;
}

describe('while sound is moderated', () => {
  test('whoever is muted stays so, and whoever speaks goes on until they mute', () => {
    expect(blocked(forbidden)).toEqual([`${cem}-a0`]);
    expect(refusal(forbidden, ...mute(cem, false))).toBe('moderation/blocked');
    expect(paused(forbidden)).toEqual([`${cem}-a0`]);
    const muted = after(forbidden, mute(ben, true));
    expect(refusal(muted, ...mute(ben, false))).toBe('moderation/blocked');
  });

  test('whoever a moderator mutes needs leave, too', () => {
    const quiet = after(forbidden, [{ type: 'mute-everyone', kind: 'microphone' }, as(ann)]);
    expect(blocked(quiet)).toEqual([`${ben}-a0`, `${cem}-a0`]);
  });

  test('moderators unmute as they like', () => {
    const own = after(forbidden, mute(ann, true));
    expect(blocked(own)).toEqual([`${cem}-a0`]);
    expect(paused(after(own, mute(ann, false)))).toEqual([`${cem}-a0`]);
  });

  test('what is published anew is blocked at once, whatever it says of itself', () => {
    const again = after(
      forbidden,
      [{ type: 'remove-source', source: makeSourceId(ben, 'microphone', 0) }, as(ben)],
      publish(ben, 'microphone', 1),
    );
    expect(blocked(again)).toEqual([`${cem}-a0`, `${ben}-a1`]);
    expect(project(again, cem).sources.at(-1)).toMatchObject({ muted: true, blocked: true });
    expect(paused(again)).toContain(`${ben}-a1`);
  });

  test('a picture that is only encoded anew goes on, and stays blocked if it was', () => {
    const renew = (state: ConferenceState, from: number): ConferenceState =>
      after(state, [
        {
          type: 'add-source',
          source: { id: makeSourceId(ben, 'camera', from + 1), kind: 'camera', muted: false },
          replaces: makeSourceId(ben, 'camera', from),
        },
        as(ben),
      ]);
    const sends = after(meeting, publish(ben, 'camera', 7), moderate('camera'));
    expect(blocked(renew(sends, 7))).not.toContain(makeSourceId(ben, 'camera', 8));
    const stopped = after(sends, [
      { type: 'mute-source', source: makeSourceId(ben, 'camera', 7), muted: true },
      as(ben),
    ]);
    const again = renew(stopped, 7);
    expect(blocked(again)).toContain(makeSourceId(ben, 'camera', 8));
    expect(again.sources.live.get(makeSourceId(ben, 'camera', 8))?.muted).toBe(true);
  });

  test('other kinds are free', () => {
    expect(blocked(after(forbidden, publish(ben, 'camera', 1, true)))).toEqual([`${cem}-a0`]);
  });

  test('a screen is meant with its sound', () => {
    const state = after(
      meeting,
      moderate('screen'),
      publish(ben, 'screen', 1),
      publish(ben, 'screenAudio', 2),
    );
    expect(blocked(state)).toEqual([`${ben}-v1`, `${ben}-a2`]);
  });
});

describe('who is allowed', () => {
  test('may unmute, and is not unmuted by that', () => {
    const allowed = after(forbidden, allow(cem, 'microphone'));
    expect(blocked(allowed)).toEqual([]);
    expect(paused(allowed)).toEqual([`${cem}-a0`]);
    expect(paused(after(allowed, mute(cem, false)))).toEqual([]);
  });

  test('is not heard without a word of their own, also if their client never said that it was muted', () => {
    const defiant = after(meeting, moderate('camera'), publish(ben, 'camera', 1));
    expect(paused(after(defiant, allow(ben, 'camera')))).toContain(`${ben}-v1`);
  });

  test('may do so again and again, until it is taken back, which mutes', () => {
    const allowed = after(
      forbidden,
      allow(cem, 'microphone'),
      mute(cem, false),
      mute(cem, true),
      mute(cem, false),
    );
    const revoked = after(allowed, disallow(cem, 'microphone'));
    expect(paused(revoked)).toEqual([`${cem}-a0`]);
    expect(refusal(revoked, ...mute(cem, false))).toBe('moderation/blocked');
  });

  test('is named to everybody, and no more once they have left', () => {
    const allowed = after(forbidden, allow(cem, 'microphone'), allow(ben, 'microphone'));
    expect(project(allowed, ben).mediaModeration).toEqual([{ kind: 'microphone', allowed: [cem, ben] }]);
    const left = after(allowed, [{ type: 'leave', participant: cem, reason: 'left' }]);
    expect(project(left, ben).mediaModeration).toEqual([{ kind: 'microphone', allowed: [ben] }]);
    expect(maySend(project(left, ben), ben, 'microphone')).toBe(true);
  });

  test('is nobody by an earlier time', () => {
    const again = after(
      forbidden,
      allow(cem, 'microphone'),
      moderate('microphone', false),
      moderate('microphone'),
    );
    expect(blocked(again)).toEqual([`${cem}-a0`]);
  });

  test('is a moderator in any case, whose leave nobody takes back', () => {
    expect(refusal(forbidden, ...disallow(ann, 'microphone'))).toBe('permission/denied');
  });
});

test('who spoke before it was moderated is stopped like anybody else', () => {
  const stopped = after(forbidden, disallow(ben, 'microphone'));
  expect(paused(stopped)).toEqual([`${ben}-a0`, `${cem}-a0`]);
  const decision = decide(forbidden, disallow(ben, 'microphone')[0], as(ann), { now: 0 });
  expect(decision).toMatchObject({
    ok: true,
    events: [{ type: 'source-muted', by: ann }, { blocked: true }],
  });
});

test('the role frees, and blocks again what is muted when it goes', () => {
  const both = after(forbidden, [{ type: 'grant-moderator', participant: cem }, as(ann)]);
  expect(blocked(both)).toEqual([]);
  expect(blocked(after(both, [{ type: 'revoke-moderator', participant: cem }, as(ann)]))).toEqual([
    `${cem}-a0`,
  ]);
});

test('it outlives the moderator who began it, and the next one is free of it', () => {
  const left = after(forbidden, [{ type: 'leave', participant: ann, reason: 'left' }]);
  expect(project(left, cem).mediaModeration).toEqual([{ kind: 'microphone', allowed: [] }]);
  expect(project(left, cem).participants.find(({ id }) => id === ben)?.role).toBe('moderator');
  expect(blocked(left)).toEqual([`${cem}-a0`]);
});

test('all are free again when it ends, and nobody is switched on', () => {
  const free = after(forbidden, moderate('microphone', false));
  expect(blocked(free)).toEqual([]);
  expect(paused(free)).toEqual([`${cem}-a0`]);
});

test('two who talk directly move to the bridge, where it can be enforced', () => {
  const pair = after(EMPTY, join(ann), join(ben));
  expect(project(pair, ann).route.mode).toBe('p2p');
  expect(project(after(pair, moderate('camera')), ann).route).toMatchObject({ mode: 'bridge', bridge: true });
});
