import { incarnation, LIMITS, participantId } from '@treff/protocol';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../test/manual-clock.ts';
import { TestMeetings } from '../../test/meeting.ts';
import { Door } from './door.ts';

const claim = (participant: string) => ({
  incarnation: incarnation.parse('0'.repeat(32)),
  participant: participantId.parse(participant),
  rotation: 1,
  room: 'room',
  at: 0,
  waits: false,
});

/** How many of so many joins the door lets through before it refuses one. */
function joins(door: Door, count: number, lost?: ReturnType<typeof claim>): number {
  const { session } = new TestMeetings().line();
  for (let join = 0; join < count; join++) {
    try {
      door.count(session, lost);
    } catch {
      return join;
    }
  }
  return count;
}

describe('joins of one address', () => {
  it('are so many at once, and more with time', () => {
    const clock = new ManualClock();
    const door = new Door({ clock });
    expect(joins(door, LIMITS.joinBurst + 1)).toBe(LIMITS.joinBurst);
    clock.advance(1_000);
    expect(joins(door, LIMITS.joinsPerSecond + 1)).toBe(LIMITS.joinsPerSecond);
  });

  it('are not counted for who has the token of a seat, so that everybody behind it comes back', () => {
    const door = new Door({ clock: new ManualClock() });
    joins(door, LIMITS.joinBurst);
    for (let seat = 0; seat < LIMITS.participants; seat++)
      expect(joins(door, 1, claim((0x10000000 + seat).toString(16)))).toBe(1);
  });

  it('are counted for who shows the same token again and again', () => {
    const door = new Door({ clock: new ManualClock() });
    const all = LIMITS.joinBurst + LIMITS.returnBurst;
    expect(joins(door, all + 1, claim('aaaaaaaa'))).toBe(all);
    expect(joins(door, 1, claim('bbbbbbbb'))).toBe(1);
  });
});
