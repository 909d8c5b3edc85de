import { CLOSE, type LobbyMessage, type ServerMessage } from '@treff/protocol';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../test/fake-clock.ts';
import { FakeNetwork } from '../../test/fake-network.ts';
import { joined, welcome } from '../../test/meeting-messages.ts';
import { Session } from './session.ts';

const request = { displayName: 'Ann', rtpCapabilities: {}, p2p: true };
const word: LobbyMessage = { fromKnocker: false, name: 'Bert', text: 'Who are you?', at: 1 };

const refusal = (code: Extract<ServerMessage, { type: 'error' }>['code'], more: object = {}) =>
  ({ type: 'error', code, fatal: false, ...more }) as const;
const waiting = (more: Partial<Extract<ServerMessage, { type: 'waiting' }>> = {}): ServerMessage => ({
  type: 'waiting',
  for: 'admission',
  token: 'place-1',
  messages: [],
  ...more,
});

/** A session that asked to come in. */
function asked() {
  const clock = new FakeClock();
  const network = new FakeNetwork();
  const session = new Session({
    url: 'wss://host/ws',
    room: 'room',
    openSocket: network.openSocket,
    clock,
    random: () => 0,
    log: () => {},
    inventory: () => undefined,
    handle: () => {},
  });
  session.start();
  session.join(request);
  network.last.accept();
  network.last.send(welcome);
  network.last.take();
  return { clock, network, session };
}

/** Breaks the socket and lets the next one be greeted; what the client says to that. */
function reconnect({ network, clock }: ReturnType<typeof asked>) {
  network.last.close(1006);
  clock.advance(5_000);
  network.last.accept();
  network.last.send(welcome);
  return network.last.take();
}

describe('somebody at a shut door', () => {
  test('is told what is missing, and asks again with it', () => {
    const { network, session } = asked();
    network.last.send(refusal('room/password-required', { canKnock: true }));
    expect(session.state).toEqual({
      name: 'barred',
      code: 'room/password-required',
      canKnock: true,
      retryAfterMs: undefined,
    });
    session.join({ ...request, password: 'right' });
    expect(session.state.name).toBe('joining');
    expect(network.last.take()).toEqual([{ type: 'join', ...request, password: 'right' }]);
    network.last.send(joined());
    expect(session.state.name).toBe('joined');
  });

  test('is told how long to wait', () => {
    const { network, session } = asked();
    network.last.send(refusal('room/too-many-attempts', { retryAfterMs: 30_000 }));
    expect(session.state).toMatchObject({ name: 'barred', canKnock: false, retryAfterMs: 30_000 });
  });

  test('is not pushed against it again by a new connection', () => {
    const all = asked();
    all.network.last.send(refusal('room/locked'));
    expect(reconnect(all).map(({ type }) => type)).toEqual(['hello']);
    expect(all.session.state).toMatchObject({ name: 'barred', code: 'room/locked' });
  });

  test('is not ended by a server that cannot be reached for a while', () => {
    const all = asked();
    all.network.last.send(refusal('room/locked'));
    all.network.last.close(1006);
    for (let attempt = 0; attempt < 20; attempt++) {
      all.clock.advance(60_000);
      all.network.last.close(1006);
    }
    expect(all.session.state.name).toBe('connecting');
  });

  test('may have been inside before, and lost the seat', () => {
    const all = asked();
    all.network.last.send(joined());
    reconnect(all);
    all.network.last.send(refusal('session/resume-refused'));
    expect(all.network.last.take()).toMatchObject([{ type: 'join', restore: 'token-0' }]);
    all.network.last.send(refusal('room/locked'));
    expect(all.session.state).toMatchObject({ name: 'barred', code: 'room/locked' });
  });
});

describe('somebody who waits', () => {
  test('hears what is said, answers, and comes in', () => {
    const { network, session } = asked();
    network.last.send(waiting());
    network.last.send({ type: 'lobby-message', message: word });
    expect(session.state).toEqual({
      name: 'waiting',
      for: 'admission',
      connection: 'connected',
      messages: [word],
      refusal: undefined,
    });
    session.sayInLobby('Ann');
    expect(network.last.take()).toContainEqual({ type: 'lobby-message', text: 'Ann' });
    network.last.send(joined());
    expect(session.state.name).toBe('joined');
  });

  test('keeps the place over a lost connection', () => {
    const all = asked();
    all.network.last.send(waiting({ messages: [word] }));
    all.network.last.close(1006);
    expect(all.session.state).toMatchObject({
      name: 'waiting',
      connection: 'reconnecting',
      messages: [word],
    });
    all.clock.advance(5_000);
    all.network.last.accept();
    all.network.last.send(welcome);
    expect(all.network.last.take()).toMatchObject([{ type: 'hello' }, { type: 'join', restore: 'place-1' }]);
    all.network.last.send(waiting({ token: 'place-2', messages: [word] }));
    expect(all.session.state).toMatchObject({ name: 'waiting', connection: 'connected' });
    expect(reconnect(all)).toMatchObject([{ type: 'hello' }, { type: 'join', restore: 'place-2' }]);
  });

  test('whose place is gone stands at the door again', () => {
    const all = asked();
    all.network.last.send(waiting());
    reconnect(all);
    all.network.last.send(refusal('room/knock-required', { canKnock: true }));
    expect(all.session.state).toMatchObject({ name: 'barred', code: 'room/knock-required', canKnock: true });
  });

  test('and tries a password that is wrong still waits, and is told', () => {
    const { network, session } = asked();
    network.last.send(waiting());
    session.join({ ...request, password: 'wrong' });
    expect(session.state.name).toBe('waiting');
    expect(network.last.take()).toMatchObject([{ type: 'join', password: 'wrong', restore: 'place-1' }]);
    network.last.send(refusal('room/password-wrong'));
    expect(session.state).toMatchObject({ name: 'waiting', refusal: 'room/password-wrong' });
  });

  test('for a host is asked for the password when the host has come', () => {
    const { network, session } = asked();
    network.last.send(waiting({ for: 'host', token: undefined }));
    expect(session.state).toMatchObject({ name: 'waiting', for: 'host' });
    network.last.send(refusal('room/password-required'));
    expect(session.state).toMatchObject({ name: 'barred', code: 'room/password-required' });
  });

  test('and writes too fast still waits', () => {
    const { network, session } = asked();
    network.last.send(waiting());
    network.last.send(refusal('chat/too-fast'));
    expect(session.state).toMatchObject({ name: 'waiting', refusal: undefined });
  });

  test('is told by whom they were refused', () => {
    const { network, session } = asked();
    network.last.send(waiting());
    network.last.send({ type: 'error', code: 'lobby/rejected', fatal: true, by: 'Bert' });
    expect(session.state).toMatchObject({
      name: 'closed',
      end: { reason: 'refused', code: 'lobby/rejected', person: { name: 'Bert' } },
    });
  });

  test('leaves', () => {
    const { network, session } = asked();
    network.last.send(waiting());
    session.leave();
    expect(network.last.closedWith).toBe(CLOSE.left);
    expect(session.state).toEqual({ name: 'closed', end: { reason: 'left' } });
  });
});
