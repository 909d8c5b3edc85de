import { expect, test } from 'vitest';
import { FakeClock } from '../../test/fake-clock.ts';
import { IceServerList } from './ice-server-list.ts';

const STUN = { urls: ['stun:meet.example.org:3478'] };
const TURN = { urls: ['turn:meet.example.org'], username: '1:a', credential: 'secret' };
const TURNS = { urls: ['TURNS:meet.example.org:443?transport=tcp'], username: '1:a', credential: 'secret' };

function list() {
  const clock = new FakeClock();
  const link = { up: true };
  let requests = 0;
  const servers = new IceServerList(clock, () => {
    if (link.up) requests++;
    return link.up;
  });
  return { servers, clock, link, requests: () => requests };
}

test('without servers there is nothing to renew', () => {
  const { servers, clock, requests } = list();
  expect(servers.servers).toEqual([]);
  expect(servers.hasTurn).toBe(false);
  servers.accept({ servers: [STUN] });
  clock.advance(3_600_000);
  servers.refresh();
  expect(servers.isFresh()).toBe(true);
  expect(requests()).toBe(0);
});

test('tells those that relay from the others', () => {
  const { servers } = list();
  servers.accept({ servers: [STUN] });
  expect(servers.hasTurn).toBe(false);
  servers.accept({ servers: [STUN, TURN, TURNS] });
  expect(servers.hasTurn).toBe(true);
  expect(servers.servers).toEqual([STUN, TURN, TURNS]);
  expect(servers.turnServers).toEqual([TURN, TURNS]);
});

test('asks for other credentials a minute before they expire, again and again', () => {
  const { servers, clock, requests } = list();
  for (let round = 1; round <= 3; round++) {
    servers.accept({ servers: [TURN], expiresInMs: 300_000 });
    clock.advance(239_999);
    expect(servers.isFresh()).toBe(true);
    expect(requests()).toBe(round - 1);
    clock.advance(1);
    expect(servers.isFresh()).toBe(false);
    expect(requests()).toBe(round);
  }
});

test('what could not be asked for is asked for when it is needed, but only then', () => {
  const { servers, clock, link, requests } = list();
  servers.accept({ servers: [TURN], expiresInMs: 300_000 });
  servers.refresh();
  link.up = false;
  clock.advance(400_000);
  expect(requests()).toBe(0);
  link.up = true;
  servers.refresh();
  expect(requests()).toBe(1);
  servers.accept({ servers: [TURN], expiresInMs: 300_000 });
  servers.refresh();
  expect(requests()).toBe(1);
});

test('after a resume others are asked for even if these seem fresh, unless they never expire', () => {
  const { servers, requests } = list();
  servers.accept({ servers: [STUN] });
  servers.renew();
  expect(requests()).toBe(0);
  servers.accept({ servers: [TURN], expiresInMs: 300_000 });
  servers.renew();
  expect(requests()).toBe(1);
});

test('credentials without any life are no reason to ask without end', () => {
  const { servers, clock, requests } = list();
  servers.accept({ servers: [TURN], expiresInMs: 0 });
  clock.advance(60_000);
  expect(servers.isFresh()).toBe(false);
  expect(requests()).toBe(0);
});

test('a closed list asks nobody', () => {
  const { servers, clock, requests } = list();
  servers.accept({ servers: [TURN], expiresInMs: 300_000 });
  servers.close();
  servers.close();
  expect(clock.waiting).toBe(0);
  clock.advance(400_000);
  expect(requests()).toBe(0);
});
