import { LIMITS } from '@treff/protocol';
import { expect, test } from 'vitest';
import { FakeClock } from '../../test/fake-clock.ts';
import { Starts } from './starts.ts';

function world() {
  const clock = new FakeClock();
  const said: { at: number; consumers: string[] }[] = [];
  const starts = new Starts(clock, (consumers) => said.push({ at: Math.round(clock.now()), consumers }));
  return { clock, said, starts };
}

test('what is set up is said at once', () => {
  const { clock, said, starts } = world();
  starts.add(['a', 'b']);
  starts.add([]);
  starts.add(['c']);
  expect(said.map(({ consumers }) => consumers)).toEqual([['a', 'b'], ['c']]);
  expect(clock.waiting).toBe(0);
});

test('when many come in short order they are said together, none is left out, and the server’s limit is far', () => {
  const { clock, said, starts } = world();
  const all = Array.from({ length: 200 }, (_, index) => `${index}`);
  for (const id of all) {
    starts.add([id]);
    clock.advance(10);
  }
  clock.advance(1_000);
  expect(said.flatMap(({ consumers }) => consumers)).toEqual(all);
  const inOneSecond = said.filter(({ at }) => at < 1_000).length;
  expect(inOneSecond).toBeLessThan(LIMITS.messagesPerSecond / 2);
  expect(said.every(({ consumers }) => consumers.length > 0)).toBe(true);
});

test('no message names more than the server takes', () => {
  const { said, starts } = world();
  starts.add(Array.from({ length: LIMITS.constraintSources + 1 }, (_, index) => `${index}`));
  expect(said.map(({ consumers }) => consumers.length)).toEqual([LIMITS.constraintSources, 1]);
});

test('what has gone meanwhile is not said, and nothing is after the end', () => {
  const { clock, said, starts } = world();
  for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) starts.add([id]);
  starts.remove('e');
  clock.advance(100);
  expect(said.at(-1)?.consumers).toEqual(['f']);
  starts.add(['g']);
  starts.clear();
  clock.advance(1_000);
  starts.add(['h', 'i']);
  starts.close();
  expect(said.flatMap(({ consumers }) => consumers)).not.toContain('g');
});
