import { describe, expect, it } from 'vitest';
import { FrameClock } from './frame-clock.ts';

/** Frames at these times, in milliseconds; each its own timestamp. */
function clockOf(times: readonly number[]): FrameClock {
  const clock = new FrameClock();
  for (const time of times) clock.frame(time * 90, time);
  return clock;
}

const steady = Array.from({ length: 40 }, (_, index) => index * 33);
const [last = 0] = steady.slice(-1);

describe('FrameClock', () => {
  it('takes a late picture for late, and a very late one for a freeze', () => {
    expect(clockOf([...steady, last + 180])).toMatchObject({ freezes: 0, frames: 41 });
    expect(clockOf([...steady, last + 190])).toMatchObject({ freezes: 1, frozenMs: 190 });
  });

  it('at five pictures a second expects one within three times as long', () => {
    const slow = Array.from({ length: 40 }, (_, index) => index * 200);
    const [end = 0] = slow.slice(-1);
    expect(clockOf([...slow, end + 590]).freezes).toBe(0);
    expect(clockOf([...slow, end + 610]).freezes).toBe(1);
  });

  it('knows no freeze before it knows the pace', () => {
    expect(clockOf([0, 33, 1_000]).freezes).toBe(0);
  });

  it('counts a picture once, though its end may come twice', () => {
    const clock = new FrameClock();
    clock.frame(90, 1);
    clock.frame(90, 2);
    expect(clock.frames).toBe(1);
  });

  it('tells of a freeze that is not over', () => {
    const clock = clockOf(steady);
    expect(clock.frozenFor(last + 100)).toBe(0);
    expect(clock.frozenFor(last + 1_000)).toBe(1_000);
    expect(clock.freezes).toBe(0);
  });
});
