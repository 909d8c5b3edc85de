import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readVp9Descriptor, VP9_DESCRIPTOR, writeVp9Descriptor, type Vp9Descriptor } from './vp9.ts';

const descriptor: fc.Arbitrary<Vp9Descriptor> = fc.record({
  predicted: fc.boolean(),
  start: fc.boolean(),
  end: fc.boolean(),
  pictureId: fc.integer({ min: 0, max: 0x7fff }),
  spatialLayer: fc.integer({ min: 0, max: 7 }),
  temporalLayer: fc.integer({ min: 0, max: 7 }),
  switchingUp: fc.boolean(),
  interLayer: fc.boolean(),
  tl0PictureIndex: fc.integer({ min: 0, max: 0xff }),
});

describe('VP9 payload', () => {
  it('reads the descriptor that was written', () => {
    fc.assert(
      fc.property(descriptor, (given) => {
        const buffer = Buffer.alloc(VP9_DESCRIPTOR);
        expect(writeVp9Descriptor(buffer, 0, given)).toBe(VP9_DESCRIPTOR);
        expect(readVp9Descriptor(buffer)).toEqual(given);
        expect(readVp9Descriptor(buffer.subarray(1))).toBeUndefined();
      }),
    );
  });

  it('writes a descriptor as RFC 9628 draws it', () => {
    const buffer = Buffer.alloc(VP9_DESCRIPTOR);
    writeVp9Descriptor(buffer, 0, {
      predicted: true,
      start: true,
      end: false,
      pictureId: 0x1234,
      spatialLayer: 2,
      temporalLayer: 1,
      switchingUp: true,
      interLayer: false,
      tl0PictureIndex: 7,
    });
    expect(buffer.toString('hex')).toBe('e892343407');
  });
});
