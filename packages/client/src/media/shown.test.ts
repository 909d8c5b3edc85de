import { LIMITS, sourceId, type ReceiverConstraints } from '@treff/protocol';
import { expect, test } from 'vitest';
import { FakeClock } from '../../test/fake-clock.ts';
import { Shown } from './shown.ts';

const ONE = sourceId.parse('0000000b-v0');
const TWO = sourceId.parse('0000000c-v0');

function start() {
  const clock = new FakeClock();
  const said: ReceiverConstraints['maxHeights'][] = [];
  const shown = new Shown(clock, ({ maxHeights }) => said.push(maxHeights));
  return { clock, said, shown };
}

test('says the first change at once, and those right after it together', () => {
  const { clock, said, shown } = start();
  shown.set(new Map([[ONE, 100]]));
  expect(said).toEqual([{ [ONE]: 100 }]);
  for (let height = 101; height <= 200; height++) {
    shown.set(new Map([[ONE, height]]));
    clock.advance(0.5);
  }
  clock.advance(50);
  expect(said).toEqual([{ [ONE]: 100 }, { [ONE]: 200 }]);
});

test('says the last change even if nothing follows', () => {
  const { clock, said, shown } = start();
  shown.set(new Map([[ONE, 100]]));
  shown.set(new Map([[TWO, 100]]));
  clock.advance(100);
  expect(said.at(-1)).toEqual({ [TWO]: 100 });
});

test('says nothing that was said already', () => {
  const { clock, said, shown } = start();
  shown.set(new Map([[ONE, 100], [TWO, 50]])); // prettier-ignore
  shown.set(new Map([[TWO, 50], [ONE, 100]])); // prettier-ignore
  clock.advance(1_000);
  shown.set(new Map([[ONE, 99.2], [TWO, 50]])); // prettier-ignore
  clock.advance(1_000);
  expect(said).toHaveLength(1);
});

test('a change and its reverse in one breath are no change', () => {
  const { clock, said, shown } = start();
  shown.set(new Map([[ONE, 100]]));
  shown.set(new Map());
  shown.set(new Map([[ONE, 100]]));
  clock.advance(1_000);
  expect(said).toHaveLength(1);
});

test('an empty screen is something to say, but not before the first word', () => {
  const { said, shown } = start();
  shown.again();
  expect(said).toEqual([]);
  shown.set(new Map());
  expect(said).toEqual([{}]);
});

test('says it all again to another listener', () => {
  const { said, shown } = start();
  shown.set(new Map([[ONE, 100]]));
  shown.again();
  expect(said).toEqual([{ [ONE]: 100 }, { [ONE]: 100 }]);
});

test('never says more than the server takes', () => {
  const { said, shown } = start();
  const many = Array.from({ length: 600 }, (_, index) => sourceId.parse(`0000000b-v${index}`));
  shown.set(new Map(many.map((id, index) => [id, index * 100])));
  const heights = Object.values(said[0] ?? {});
  expect(heights).toHaveLength(LIMITS.constraintSources);
  expect(Math.max(...heights)).toBe(LIMITS.maxHeight);
  expect(Math.min(...heights)).toBeGreaterThan(0);
});

test('says what matters most of it, and again when only that is different', () => {
  const clock = new FakeClock();
  const said: ReceiverConstraints[] = [];
  const shown = new Shown(clock, (constraints) => said.push(constraints), 5);
  const heights = new Map([[ONE, 720], [TWO, 180]]); // prettier-ignore
  const maxHeights = { [ONE]: 720, [TWO]: 180 };
  const all = { defaultMaxHeight: 0, maxHeights, lastN: 5 };
  shown.set(heights, { onStage: [ONE], selected: [] });
  clock.advance(100);
  shown.set(heights, { onStage: [ONE], selected: [] });
  clock.advance(100);
  shown.set(heights, { onStage: [ONE], selected: [TWO] });
  clock.advance(100);
  shown.set(heights);
  expect(said).toEqual([
    { ...all, onStageSources: [ONE] },
    { ...all, onStageSources: [ONE], selectedSources: [TWO] },
    all,
  ]);
});
