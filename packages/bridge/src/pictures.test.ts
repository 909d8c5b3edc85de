import { describe, expect, it } from 'vitest';
import { ManualClock } from '@treff/testing';
import { type SourceId, LIMITS, makeSourceId, participantId } from '@treff/protocol';
import type { Allocation } from './allocation.ts';
import { Pictures } from './pictures.ts';

const camera = (index: number): SourceId =>
  makeSourceId(participantId.parse((index + 1).toString(16).padStart(8, '0')), 'camera', 0);

/** A conference with so many pictures. */
function world(size: number) {
  const clock = new ManualClock();
  const looks: number[] = [];
  const pictures = new Pictures(clock, () => looks.push(clock.now()));
  for (let index = 0; index < size; index++) pictures.add(camera(index));
  return { clock, looks, pictures };
}

const NOTHING: Allocation = { forwarded: new Map(), withheld: new Map() };
const FORWARDED: Allocation = { ...NOTHING, forwarded: new Map([[camera(0), { layer: 0, priority: 1 }]]) };
const WITHHELD: Allocation = { ...NOTHING, withheld: new Map([[camera(0), 'last-n']]) };

describe('pictures', () => {
  it('PI1 are due to everybody, shown or not, while they are few', () => {
    const { pictures, clock, looks } = world(LIMITS.pictures);
    for (const allocation of [undefined, NOTHING, FORWARDED])
      expect(pictures.isDue(camera(0), allocation)).toBe(true);
    clock.advance(600_000);
    expect(looks).toEqual([]);
  });

  it('PI2 are due to who shows them when they are many, be they withheld', () => {
    const { pictures } = world(LIMITS.pictures + 1);
    const due = [undefined, NOTHING, FORWARDED, WITHHELD].map((each) => pictures.isDue(camera(0), each));
    expect(due).toEqual([false, false, true, true]);
  });

  it('PI3 are kept for a minute after they were shown', () => {
    const { pictures, clock } = world(LIMITS.pictures + 1);
    const shownAt = clock.now();
    clock.advance(59_999);
    expect(pictures.isKept(shownAt)).toBe(true);
    clock.advance(1);
    expect(pictures.isKept(shownAt)).toBe(false);
  });

  it('PI3 are looked through for those that are kept no longer, as long as they are many', () => {
    const { pictures, clock, looks } = world(LIMITS.pictures + 1);
    for (let quarter = 0; quarter < 4; quarter++) clock.advance(15_000);
    expect(looks).toHaveLength(4);
    pictures.remove([camera(0)]);
    looks.length = 0;
    clock.advance(600_000);
    expect(looks).toEqual([]);
  });

  it('PI4 are due to everybody, and looked for, when they are few again', () => {
    const { pictures, looks } = world(LIMITS.pictures + 2);
    pictures.remove([camera(1)]);
    expect(looks).toEqual([]);
    pictures.remove([camera(2)]);
    expect(looks).toHaveLength(1);
    expect(pictures.isDue(camera(0), NOTHING)).toBe(true);
  });

  it('are left alone at the end of their conference', () => {
    const { pictures, clock, looks } = world(LIMITS.pictures + 1);
    pictures.close();
    pictures.remove([camera(0)]);
    clock.advance(600_000);
    expect(looks).toEqual([]);
  });
});
