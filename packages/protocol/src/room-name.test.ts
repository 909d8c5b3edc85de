import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LIMITS } from './limits.ts';
import { RESERVED_PATHS, normaliseRoomName } from './room-name.ts';

describe('room names are normalised as Jitsi does', () => {
  test.each([
    ['MyRoom', 'myroom'],
    ['my%20room', 'myroom'],
    ['Größe', 'größe'],
    ['会議', '会議'],
    ['%E4%BC%9A%E8%AD%B0', '会議'],
    ['a<b>"c"&d', 'abcd'],
    ['Team-Meeting_1.2~x', 'team-meeting_1.2~x'],
    ['Ａｂｃ', 'abc'],
    ['a\u200bb\u202ec', 'abc'],
    ['%zz', 'zz'],
    ['a%2Fb', 'ab'],
  ])('%s is %s', (written, name) => {
    expect(normaliseRoomName(written)).toBe(name);
  });

  test.each(['', '%20', '...', '<>', '%00', ...RESERVED_PATHS])('%j names no room', (written) => {
    expect(normaliseRoomName(written)).toBeUndefined();
  });

  test('a name at the limit is taken, one above is not', () => {
    expect(normaliseRoomName('x'.repeat(LIMITS.roomNameLength))).toHaveLength(LIMITS.roomNameLength);
    expect(normaliseRoomName('x'.repeat(LIMITS.roomNameLength + 1))).toBeUndefined();
  });

  test('a normalised name is its own normal form, also when it went through a URL', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (written) => {
        const name = normaliseRoomName(written);
        if (name === undefined) return;
        expect(normaliseRoomName(name)).toBe(name);
        expect(normaliseRoomName(encodeURIComponent(name))).toBe(name);
      }),
      { numRuns: 5_000 },
    );
  });
});
