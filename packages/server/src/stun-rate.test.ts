import { LIMITS } from '@treff/protocol';
import { expect, test } from 'vitest';
import { StunRate } from './stun-rate.ts';

/** How many of `count` requests of one address are answered. */
function answered(rate: StunRate, address: string, count: number, now = 0): number {
  let sum = 0;
  for (let index = 0; index < count; index++) if (rate.take(address, now)) sum++;
  return sum;
}

test('one address gets few answers, and others still get theirs', () => {
  const rate = new StunRate(0);
  expect(answered(rate, '203.0.113.7', 10_000)).toBe(LIMITS.stunBurst);
  expect(answered(rate, '203.0.113.8', 1)).toBe(1);
  expect(answered(rate, '203.0.113.7', 10_000, 1_000)).toBe(LIMITS.stunPerSecond);
});

test('an IPv6 network is one sender', () => {
  const rate = new StunRate(0);
  expect(answered(rate, '2001:db8::1', LIMITS.stunBurst)).toBe(LIMITS.stunBurst);
  expect(answered(rate, '2001:db8::2:0:0:1', 1)).toBe(0);
  expect(answered(rate, '2001:db8:0:1::1', 1)).toBe(1);
});

test('all together get no more than the machine gives', () => {
  const rate = new StunRate(0);
  let sum = 0;
  for (let index = 0; index < 65_536; index++) if (rate.take(`10.0.${index >> 8}.${index & 255}`, 0)) sum++;
  expect(sum).toBe(LIMITS.stunBurstOfAll);
  expect(rate.size).toBe(LIMITS.stunSenders);
});
