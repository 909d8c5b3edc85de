import type { TransportRole } from '@treff/protocol';
import { expect, it } from 'vitest';
import { ManualClock } from '../test/manual-clock.ts';
import { TransportWatch } from './transport-watch.ts';

function start() {
  const clock = new ManualClock();
  const broken: TransportRole[] = [];
  const watch = new TransportWatch(clock, (transport) => broken.push(transport));
  return { clock, broken, watch };
}

it('tells of a transport that does not come up, once', () => {
  const { clock, broken, watch } = start();
  watch.expect('receive');
  clock.advance(14_999);
  expect(broken).toEqual([]);
  clock.advance(1);
  watch.changed('receive', 'failed');
  clock.advance(60_000);
  expect(broken).toEqual(['receive']);
});

it('says nothing of one that comes up, or comes back in time', () => {
  const { clock, broken, watch } = start();
  watch.expect('send');
  watch.changed('send', 'connected');
  clock.advance(60_000);
  watch.changed('send', 'disconnected');
  clock.advance(10_000);
  watch.changed('send', 'connected');
  clock.advance(60_000);
  expect(broken).toEqual([]);
});

it('tells of one that was lost and stays away', () => {
  const { clock, broken, watch } = start();
  watch.expect('send');
  watch.changed('send', 'connected');
  watch.changed('send', 'disconnected');
  clock.advance(15_000);
  expect(broken).toEqual(['send']);
});

it('forgets transports that were given up, but not that it told', () => {
  const { clock, broken, watch } = start();
  watch.expect('send');
  watch.reset();
  expect(clock.pending).toBe(0);
  for (const _generation of [2, 3]) {
    watch.expect('send');
    clock.advance(15_000);
    watch.reset();
  }
  expect(broken).toEqual(['send']);
  watch.changed('send', 'connected');
  watch.changed('send', 'failed');
  clock.advance(15_000);
  expect(broken).toEqual(['send', 'send']);
});
