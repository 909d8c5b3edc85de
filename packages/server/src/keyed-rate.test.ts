import { expect, test } from 'vitest';
import { KeyedRate } from './keyed-rate.ts';

test('each key has tokens of its own', () => {
  const rate = new KeyedRate({ burst: 1, perSecond: 1, keys: 10 });
  expect(rate.take('a', 0)).toBe(true);
  expect(rate.take('a', 0)).toBe(false);
  expect(rate.wait('a', 250)).toBe(750);
  expect(rate.wait('b', 250)).toBe(0);
  expect(rate.take('b', 250)).toBe(true);
  expect(rate.take('a', 1_000)).toBe(true);
  rate.giveBack('a');
  expect(rate.take('a', 1_000)).toBe(true);
});

test('keys that were not heard of for the longest are forgotten', () => {
  const rate = new KeyedRate({ burst: 1, perSecond: 0.001, keys: 100 });
  rate.take('old', 0);
  rate.take('busy', 0);
  for (let index = 0; index < 99; index++) {
    rate.wait(`key${index}`, 0);
    rate.wait('busy', 0);
  }
  expect(rate.size).toBe(100);
  expect(rate.take('busy', 0)).toBe(false);
  expect(rate.take('old', 0)).toBe(true);
  expect(rate.size).toBe(100);
});
