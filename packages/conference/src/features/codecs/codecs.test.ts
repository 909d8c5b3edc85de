import {
  participantId,
  VIDEO_CODECS,
  type AgreedCodecs,
  type ParticipantId,
  type VideoCodec,
} from '@treff/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EMPTY } from '../../../test/model.ts';
import {
  decide,
  evolve,
  nextDeadline,
  project,
  type ConferenceCommand,
  type ConferenceState,
} from '../../index.ts';
import { nextCodecs } from './agreement.ts';
import { codecsFor } from './codecs.ts';

const [ann, ben, cem] = ['aaaaaaaa', 'bbbbbbbb', 'cccccccc'].map((id) => participantId.parse(id)) as [
  ParticipantId,
  ParticipantId,
  ParticipantId,
];
const CALM_MS = 30_000;
const preferred: AgreedCodecs = { camera: ['VP9', 'VP8', 'H264'], screen: ['AV1', 'VP9', 'VP8'] };
const empty: ConferenceState = { ...EMPTY, codecs: codecsFor(preferred) };
const ALL: readonly VideoCodec[] = VIDEO_CODECS;

function at(state: ConferenceState, now: number, command: ConferenceCommand): ConferenceState {
  const decision = decide(state, command, { kind: 'system' }, { now });
  if (!decision.ok) throw new Error(decision.code);
  return decision.events.reduce(evolve, state);
}

const join = (state: ConferenceState, participant: ParticipantId, decodes: readonly VideoCodec[], now = 0) =>
  at(state, now, { type: 'join', participant, displayName: '', p2p: false, decodes });
const leave = (state: ConferenceState, participant: ParticipantId, now: number) =>
  at(state, now, { type: 'leave', participant, reason: 'left' });
const tick = (state: ConferenceState, now: number) => at(state, now, { type: 'tick' });
const seen = (state: ConferenceState) => project(state, ann).codecs;

describe('the codecs of a conference', () => {
  test.each<[string, (readonly VideoCodec[])[], AgreedCodecs]>([
    ['all that the operator names, where everybody decodes everything', [ALL, ALL], preferred],
    [
      'what everybody decodes, in the operator’s order',
      [ALL, ['VP8', 'H264', 'AV1']],
      { camera: ['VP8', 'H264'], screen: ['AV1', 'VP8'] },
    ],
    ['nothing less for somebody who decodes no pictures at all', [ALL, []], preferred],
    [
      'what most decode, where nothing is common',
      [['VP8'], ['VP8'], ['H264']],
      { camera: ['VP8'], screen: ['VP8'] },
    ],
    [
      'never what the operator does not name',
      [['AV1'], ['AV1']],
      { camera: ['VP9', 'VP8', 'H264'], screen: ['AV1'] },
    ],
  ])('are %s', (_title, seats, expected) => {
    const state = seats.reduce(
      (before, decodes, index) => join(before, participantId.parse(`0000000${index}`), decodes),
      empty,
    );
    expect(state.codecs.agreed).toEqual(expected);
  });

  test('become fewer as soon as somebody comes who decodes less', () => {
    const two = join(join(empty, ann, ALL), ben, ALL);
    expect(seen(two)).toEqual(preferred);
    expect(seen(join(two, cem, ['VP8'], 5_000))).toEqual({ camera: ['VP8'], screen: ['VP8'] });
  });

  test('become more when that has been possible for half a minute', () => {
    const gone = leave(join(join(join(empty, ann, ALL), ben, ALL), cem, ['VP8']), cem, 1_000);
    expect(nextDeadline(gone)).toBe(1_000 + CALM_MS);
    expect(seen(tick(gone, 999 + CALM_MS)).camera).toEqual(['VP8']);
    expect(seen(tick(gone, 1_000 + CALM_MS))).toEqual(preferred);
    expect(nextDeadline(tick(gone, 1_000 + CALM_MS))).toBeUndefined();
  });

  test('stay as they are while somebody comes and goes', () => {
    let state = join(join(join(empty, ann, ALL), ben, ALL), cem, ['VP8']);
    for (let round = 0; round < 5; round++) {
      const now = round * 40_000;
      state = leave(state, cem, now);
      state = join(tick(state, now + CALM_MS - 1), cem, ['VP8'], now + CALM_MS - 1);
      state = tick(state, now + CALM_MS);
      expect(seen(state).camera).toEqual(['VP8']);
    }
  });

  test('wait anew when yet more becomes possible', () => {
    const four = ['VP8', 'VP9'].reduce<ConferenceState>(
      (state, codec, index) =>
        join(state, participantId.parse(`0000000${index}`), codec === 'VP8' ? ['VP8'] : ['VP9', 'VP8']),
      join(join(empty, ann, ALL), ben, ALL),
    );
    const one = leave(four, participantId.parse('00000000'), 0);
    const both = leave(one, participantId.parse('00000001'), 20_000);
    expect(seen(tick(both, CALM_MS)).screen).toEqual(['VP8']);
    expect(seen(tick(both, 20_000 + CALM_MS))).toEqual(preferred);
  });

  test('are at once what is best when one is alone', () => {
    expect(seen(leave(join(join(empty, ann, ALL), ben, ['VP8']), ben, 1_000))).toEqual(preferred);
  });
});

const decodes = fc.subarray([...VIDEO_CODECS]);
const people = [ann, ben, cem, participantId.parse('dddddddd')] as const;
const step = fc.record({ who: fc.constantFrom(...people), decodes, elapsed: fc.nat(20_000) });

test('whoever comes and goes, everybody decodes what is agreed on if anything is common, and what was decided is final', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let state = empty;
      let now = 0;
      for (const { who, decodes: theirs, elapsed } of steps) {
        now += elapsed;
        state = state.participants.has(who) ? leave(state, who, now) : join(state, who, theirs, now);
        expect(nextCodecs(state, now)).toEqual([]);
        const voters = [...state.participants.values()].filter((seat) => seat.decodes.length > 0);
        for (const kind of ['camera', 'screen'] as const) {
          const agreed = state.codecs.agreed[kind];
          expect(agreed.length).toBeGreaterThan(0);
          const common = preferred[kind].filter((codec) =>
            voters.every((seat) => seat.decodes.includes(codec)),
          );
          if (common.length > 0) expect(common).toEqual(expect.arrayContaining(agreed));
          if (state.codecs.rise === undefined && common.length > 0) expect(agreed).toEqual(common);
        }
      }
    }),
  );
});
