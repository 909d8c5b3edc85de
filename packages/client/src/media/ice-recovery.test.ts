import { expect, test } from 'vitest';
import { FakeClock } from '../../test/fake-clock.ts';
import { IceRecovery } from './ice-recovery.ts';

function start() {
  const clock = new FakeClock();
  const asked: string[] = [];
  const link = { up: true };
  const ask = (what: string) => {
    if (link.up) asked.push(what);
    return link.up;
  };
  const recovery = new IceRecovery(clock, { restartIce: () => ask('restart'), renew: () => ask('renew') });
  return { clock, asked, link, recovery };
}

test('a short disconnection heals by itself', () => {
  const { clock, asked, recovery } = start();
  recovery.update('disconnected');
  clock.advance(1_999);
  recovery.update('good');
  clock.advance(60_000);
  expect(asked).toEqual([]);
  expect(clock.waiting).toBe(0);
});

test('after 2 s without connection ICE is restarted', () => {
  const { clock, asked, recovery } = start();
  recovery.update('disconnected');
  recovery.update('disconnected');
  clock.advance(2_000);
  expect(asked).toEqual(['restart']);
});

test('failed ICE is restarted at once, also within the grace of a disconnection', () => {
  const { asked, recovery } = start();
  recovery.update('disconnected');
  recovery.update('failed');
  expect(asked).toEqual(['restart']);
});

test('after three vain restarts new transports are asked for, ever more rarely', () => {
  const { clock, asked, recovery } = start();
  recovery.update('failed');
  clock.advance(10_000);
  expect(asked).toEqual(['restart', 'restart', 'restart']);
  clock.advance(5_000);
  expect(asked.slice(3)).toEqual(['renew']);
  clock.advance(9_999);
  expect(asked.slice(3)).toEqual(['renew']);
  clock.advance(1);
  expect(asked.slice(3)).toEqual(['renew', 'renew']);
  clock.advance(20_000 + 30_000 + 30_000);
  expect(asked.slice(3)).toHaveLength(5);
});

test('checks that run after a restart get their time', () => {
  const { clock, asked, recovery } = start();
  recovery.update('failed');
  recovery.update('unsettled');
  clock.advance(60_000);
  expect(asked).toEqual(['restart']);
  recovery.update('failed');
  expect(asked).toEqual(['restart', 'restart']);
});

test('once good, the next trouble begins anew', () => {
  const { clock, asked, recovery } = start();
  recovery.update('failed');
  clock.advance(15_000);
  recovery.renewed();
  recovery.update('good');
  asked.length = 0;
  recovery.update('failed');
  expect(asked).toEqual(['restart']);
});

test('what cannot be sent is asked for when it can', () => {
  const { clock, asked, link, recovery } = start();
  link.up = false;
  recovery.update('failed');
  clock.advance(600_000);
  expect(asked).toEqual([]);
  link.up = true;
  recovery.reachable();
  expect(asked).toEqual(['restart']);
});

test('what healed meanwhile is not asked for', () => {
  const { asked, link, recovery } = start();
  link.up = false;
  recovery.update('failed');
  recovery.update('good');
  link.up = true;
  recovery.reachable();
  expect(asked).toEqual([]);
});

test('what was asked for over a socket that was dead is asked for again, without waiting for an effect', () => {
  const { clock, asked, recovery } = start();
  recovery.update('disconnected');
  clock.advance(2_000);
  recovery.reachableAnew();
  expect(asked).toEqual(['restart', 'restart']);
});

test('checks that run when the socket is back are not disturbed', () => {
  const { asked, recovery } = start();
  recovery.update('failed');
  recovery.update('unsettled');
  recovery.reachableAnew();
  expect(asked).toEqual(['restart']);
});

test('another network restarts ICE though nothing failed, but not twice at the same time', () => {
  const { clock, asked, recovery } = start();
  recovery.networkChanged();
  recovery.networkChanged();
  expect(asked).toEqual(['restart']);
  clock.advance(60_000);
  expect(asked).toEqual(['restart']);
});

test('transports that are beyond repair are replaced', () => {
  const { clock, asked, recovery } = start();
  recovery.update('failed');
  recovery.refused(true);
  clock.advance(5_000);
  expect(asked).toEqual(['restart', 'renew']);
});

test('a refusal while nothing seems wrong is tried again only if something is', () => {
  const { clock, asked, recovery } = start();
  recovery.refused(false);
  clock.advance(5_000);
  expect(asked).toEqual([]);
  recovery.update('disconnected');
  recovery.close();
  expect(clock.waiting).toBe(0);
});
