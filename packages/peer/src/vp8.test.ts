import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  readVp8Descriptor,
  vp8KeyFrameSize,
  writeVp8Descriptor,
  writeVp8FrameHeader,
  VP8_DESCRIPTOR_MAX,
  type Vp8Descriptor,
} from './vp8.ts';

const descriptor: fc.Arbitrary<Vp8Descriptor> = fc.record(
  {
    start: fc.boolean(),
    pictureId: fc.integer({ min: 0, max: 0x7fff }),
    tl0PictureIndex: fc.integer({ min: 0, max: 0xff }),
    temporalLayer: fc.record({ id: fc.integer({ min: 0, max: 3 }), layerSync: fc.boolean() }),
  },
  { requiredKeys: ['start'] },
);

describe('VP8 payload', () => {
  it('reads the descriptor that was written', () => {
    fc.assert(
      fc.property(descriptor, (given) => {
        const buffer = Buffer.alloc(VP8_DESCRIPTOR_MAX);
        const length = writeVp8Descriptor(buffer, 0, given);
        expect(readVp8Descriptor(buffer)).toEqual({ ...given, length });
        expect(readVp8Descriptor(buffer.subarray(0, length - 1))).toBeUndefined();
      }),
    );
  });

  it('writes a descriptor as RFC 7741 draws it', () => {
    const buffer = Buffer.alloc(VP8_DESCRIPTOR_MAX);
    writeVp8Descriptor(buffer, 0, {
      start: true,
      pictureId: 0x1234,
      tl0PictureIndex: 7,
      temporalLayer: { id: 2, layerSync: true },
    });
    expect(buffer.toString('hex')).toBe('90e0923407a0');
  });

  it('tells the size of key frames, and of nothing else', () => {
    const size = fc.record({
      width: fc.integer({ min: 1, max: 0x3fff }),
      height: fc.integer({ min: 1, max: 0x3fff }),
    });
    fc.assert(
      fc.property(descriptor, size, fc.boolean(), (given, picture, key) => {
        const buffer = Buffer.alloc(64);
        const length = writeVp8Descriptor(buffer, 3, given);
        writeVp8FrameHeader(buffer, 3 + length, { keySize: key ? picture : undefined, partition: 20 });
        const expected = key && given.start ? picture : undefined;
        expect(vp8KeyFrameSize(buffer, 3, 40)).toEqual(expected);
        expect(vp8KeyFrameSize(buffer, 3, length + 9)).toBeUndefined();
      }),
    );
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
        const payload = Buffer.from(bytes);
        vp8KeyFrameSize(payload, 0, payload.length);
        expect(readVp8Descriptor(payload)?.length ?? 0).toBeLessThanOrEqual(payload.length);
      }),
      { numRuns: 1_000 },
    );
  });
});
