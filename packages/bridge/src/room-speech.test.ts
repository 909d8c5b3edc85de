import { participantId } from '@treff/protocol';
import { describe, expect, it } from 'vitest';
import { RoomSpeech } from './room-speech.ts';

const [ANN, BEN, CEM] = ['0000000a', '0000000b', '0000000c'].map((id) => participantId.parse(id)) as [
  ReturnType<typeof participantId.parse>,
  ReturnType<typeof participantId.parse>,
  ReturnType<typeof participantId.parse>,
];

/** A conference on two workers, `a` and `b`. */
const speech = () => new RoomSpeech<'a' | 'b'>();

describe('who speaks on several workers', () => {
  it('SV1 is heard, wherever it is', () => {
    const room = speech();
    room.hear('a', { [ANN]: -20 });
    room.hear('b', { [BEN]: -30 });
    expect(room.levels).toEqual({ [ANN]: -20, [BEN]: -30 });
    room.hear('a', {});
    expect(room.levels).toEqual({ [BEN]: -30 });
  });

  it('SV2 on one worker is whom that chooses, at once and each time', () => {
    const room = speech();
    expect(room.choose('a', ANN)).toBe(ANN);
    room.hear('a', { [ANN]: -20, [BEN]: -10 });
    expect(room.choose('a', BEN)).toBe(BEN);
    // The same person with another microphone.
    expect(room.choose('a', BEN)).toBe(BEN);
  });

  it('SV3 is the other worker’s choice as soon as the first can’t be heard any more', () => {
    const room = speech();
    room.choose('a', ANN);
    room.hear('a', { [ANN]: -20 });
    room.hear('b', { [BEN]: -30 });
    expect(room.choose('b', BEN)).toBeUndefined();
    expect(room.hear('b', { [BEN]: -30 })).toBeUndefined();
    expect(room.hear('a', {})).toBe(BEN);
    expect(room.choose('a', CEM)).toBeUndefined();
  });

  it('SV4 is the louder one of two who are heard, when that lasts', () => {
    const room = speech();
    room.choose('a', ANN);
    room.hear('a', { [ANN]: -40 });
    room.hear('b', { [BEN]: -20 });
    room.choose('b', BEN);
    const looks = [1, 2, 3].map(() => [room.hear('b', { [BEN]: -20 }), room.hear('a', { [ANN]: -40 })]);
    expect(looks).toEqual([
      [undefined, undefined],
      [undefined, undefined],
      [BEN, undefined],
    ]);
  });

  it('SV4 is not one who was louder for a syllable', () => {
    const room = speech();
    room.choose('a', ANN);
    room.hear('b', { [BEN]: -20 });
    room.choose('b', BEN);
    for (let syllable = 0; syllable < 5; syllable++) {
      room.hear('a', { [ANN]: -40 });
      expect(room.hear('b', { [BEN]: -20 })).toBeUndefined();
      room.hear('a', { [ANN]: -10 });
      expect(room.hear('b', { [BEN]: -20 })).toBeUndefined();
    }
  });

  it('PT4 is the louder one after three looks at that one, whatever else that worker looks at', () => {
    const room = speech();
    room.choose('a', ANN);
    room.hear('a', { [ANN]: -40 });
    room.choose('b', BEN);
    const heard = { [BEN]: -20, [CEM]: -50 };
    const looks = [BEN, CEM, BEN, CEM, CEM, BEN].map((at) => room.hear('b', heard, new Set([at])));
    expect(looks).toEqual([undefined, undefined, undefined, undefined, undefined, BEN]);
  });

  it('SV5 is nobody of a worker that died', () => {
    const room = speech();
    room.choose('a', ANN);
    room.hear('a', { [ANN]: -10 });
    room.hear('b', { [BEN]: -30 });
    room.choose('b', BEN);
    room.forget('a');
    expect(room.levels).toEqual({ [BEN]: -30 });
    expect(room.hear('b', { [BEN]: -30 })).toBe(BEN);
    expect(room.hear('b', { [BEN]: -30 })).toBeUndefined();
  });
});
