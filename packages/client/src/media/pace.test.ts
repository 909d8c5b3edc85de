import { expect, test } from 'vitest';
import { FakeClock } from '../../test/fake-clock.ts';
import { Pace } from './pace.ts';

function start() {
  const clock = new FakeClock();
  const ran: number[] = [];
  const pace = new Pace({ clock, burst: 3, everyMs: 1_000, run: () => void ran.push(clock.now()) });
  return { clock, ran, pace };
}

test('a few demands are met at once, those after them one by one', () => {
  const { clock, ran, pace } = start();
  for (let times = 0; times < 40; times++) {
    pace.demand();
    clock.advance(100);
  }
  expect(ran.map(Math.round)).toEqual([0, 100, 200, 1_000, 2_000, 3_000, 4_000]);
});

test('after a rest a few are met at once again', () => {
  const { clock, ran, pace } = start();
  for (let times = 0; times < 4; times++) pace.demand();
  clock.advance(60_000);
  ran.length = 0;
  for (let times = 0; times < 10; times++) pace.demand();
  expect(ran).toHaveLength(3);
});

test('closed, it does nothing any more', () => {
  const { clock, ran, pace } = start();
  for (let times = 0; times < 4; times++) pace.demand();
  pace.close();
  clock.advance(60_000);
  expect(ran).toHaveLength(3);
});
