import { CLOSE, PROTOCOL_VERSION, TreffError, type ServerMessage } from '@treff/protocol';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../test/fake-clock.ts';
import { FakeNetwork } from '../../test/fake-network.ts';
import { joined, OTHER, SELF, view, welcome } from '../../test/meeting-messages.ts';
import { Session, type SessionEvent } from './session.ts';

const request = { displayName: 'Ann', rtpCapabilities: {}, p2p: true };
const bert = {
  id: OTHER,
  displayName: 'Bert',
  role: 'participant',
  verified: false,
  connection: 'connected',
} as const;

function start() {
  const clock = new FakeClock();
  const network = new FakeNetwork();
  const events: SessionEvent[] = [];
  const logged: string[] = [];
  const session = new Session({
    url: 'wss://host/ws',
    room: 'Room',
    openSocket: network.openSocket,
    clock,
    random: () => 0,
    log: (_level, message) => logged.push(message),
    inventory: () => ({ generation: 1, publishing: [], consuming: ['c1'] }),
    handle: (event) => events.push(event),
  });
  session.start();
  return { clock, network, events, logged, session };
}

/** A session with a seat; what it said so far is taken. */
function seated() {
  const all = start();
  all.session.join(request);
  all.network.last.accept();
  all.network.last.send(welcome);
  all.network.last.send(joined());
  all.network.last.take();
  all.events.length = 0;
  return all;
}

/** Breaks the socket of a seated session and lets the next one be greeted. */
function reconnect({ network, clock }: ReturnType<typeof seated>) {
  network.last.close(1006);
  clock.advance(5_000);
  network.last.accept();
  network.last.send(welcome);
  return network.last.take();
}

function eventOf(seq: number, name: string): ServerMessage {
  return { type: 'event', seq, event: { type: 'participant-renamed', participant: SELF, displayName: name } };
}

describe('entering', () => {
  test('says hello, is greeted, joins when told', () => {
    const { network, session } = start();
    expect(session.state.name).toBe('connecting');
    network.last.accept();
    expect(network.last.take()).toEqual([{ type: 'hello', protocol: PROTOCOL_VERSION, room: 'Room' }]);
    network.last.send(welcome);
    expect(session.state).toEqual({ name: 'greeted', room: 'room', rtpCapabilities: {} });
    session.join(request);
    expect(network.last.take()).toEqual([{ type: 'join', ...request }]);
    expect(session.state.name).toBe('joining');
    network.last.send(joined());
    expect(session.state).toEqual({ name: 'joined', view: view() });
    session.leave();
    expect(session.token).toBeUndefined();
  });

  test('a new seat is told before the state changes', () => {
    const { network, session, events } = start();
    session.join(request);
    network.last.accept();
    network.last.send(welcome);
    events.length = 0;
    network.last.send(joined());
    expect(events.map((event) => event.type)).toEqual(['seated', 'state']);
  });

  test('a socket lost while joining leads to another join', () => {
    const { network, session, clock } = start();
    session.join(request);
    network.last.accept();
    network.last.send(welcome);
    network.last.close(1006);
    expect(session.state.name).toBe('connecting');
    clock.advance(5_000);
    network.last.accept();
    network.last.send(welcome);
    expect(network.last.take().map((message) => message.type)).toEqual(['hello', 'join']);
  });

  test.each([
    ['room/full', true],
    ['room/full', false],
    ['server/full', true],
    ['room/invalid-name', true],
    ['protocol/version', true],
  ] as const)('a refusal with %s (fatal: %s) ends the session with that code', (code, fatal) => {
    const { network, session, clock } = start();
    session.join(request);
    network.last.accept();
    network.last.send(welcome);
    network.last.send({ type: 'error', code, fatal, retryAfterMs: 7_000 });
    expect(session.state).toEqual({ name: 'closed', end: { reason: 'refused', code, retryAfterMs: 7_000 } });
    clock.advance(600_000);
    expect(network.connections).toHaveLength(1);
    expect(clock.waiting).toBe(0);
  });

  test('a server of another version is refused', () => {
    const { network, session } = start();
    network.last.accept();
    network.last.send({ ...welcome, protocol: PROTOCOL_VERSION + 1 } as ServerMessage);
    expect(session.state).toMatchObject({ name: 'closed', end: { code: 'protocol/version' } });
  });

  test('a server that stops is tried again', () => {
    const { network, session, clock } = start();
    network.last.accept();
    network.last.send({ type: 'error', code: 'server/stopping', fatal: true });
    network.last.close(CLOSE.goingAway);
    expect(session.state.name).toBe('connecting');
    clock.advance(5_000);
    expect(network.connections).toHaveLength(2);
  });

  test('a server that cannot be reached is given up after eight attempts', () => {
    const { network, session, clock } = start();
    for (let attempt = 1; attempt <= 8; attempt++) {
      expect(network.connections).toHaveLength(attempt);
      network.last.close(1006);
      if (attempt < 8) clock.advance(5_000);
    }
    expect(session.state).toEqual({ name: 'closed', end: { reason: 'unreachable' } });
    clock.advance(600_000);
    expect(network.connections).toHaveLength(8);
  });

  test('on the prejoin page a lost server is tried for ever, and a join tries at once', () => {
    const { network, session, clock } = start();
    network.last.accept();
    network.last.send(welcome);
    for (let attempt = 0; attempt < 50; attempt++) {
      network.last.close(1006);
      clock.advance(5_000);
    }
    network.last.close(1006);
    const attempts = network.connections.length;
    session.join(request);
    expect(network.connections).toHaveLength(attempts + 1);
  });

  test('on the prejoin page no pings are sent: the server counts messages before the join', () => {
    const { network, clock } = start();
    network.last.accept();
    network.last.send(welcome);
    network.last.take();
    clock.advance(14 * 60_000);
    expect(network.last.take()).toEqual([]);
    expect(network.last.open).toBe(true);
  });

  test('a socket that opens but never greets is given up after 10 s', () => {
    const { network, clock } = start();
    network.last.accept();
    clock.advance(9_999);
    expect(network.last.closedWith).toBeUndefined();
    clock.advance(1);
    expect(network.connections[0]?.closedWith).toBe(4_900);
  });

  test('a connection that never opens is given up after 10 s', () => {
    const { network, clock } = start();
    clock.advance(10_000);
    expect(network.connections[0]?.closedWith).toBe(4_900);
    clock.advance(5_000);
    expect(network.connections).toHaveLength(2);
  });
});

describe('the replica', () => {
  test('folds events in order', () => {
    const { network, session } = seated();
    network.last.send({ type: 'event', seq: 1, event: { type: 'participant-joined', participant: bert } });
    network.last.send(eventOf(2, 'Anna'));
    expect(session.state).toEqual({
      name: 'joined',
      view: view({
        participants: [
          { id: SELF, displayName: 'Anna', role: 'participant', verified: false, connection: 'connected' },
          bert,
        ],
      }),
    });
  });

  test('passes over an event that it has seen already', () => {
    const { network, session } = seated();
    network.last.send(eventOf(1, 'First'));
    network.last.send(eventOf(2, 'Second'));
    network.last.send(eventOf(1, 'First'));
    expect(session.state).toMatchObject({ view: { participants: [{ displayName: 'Second' }] } });
  });

  test('a snapshot replaces it, whatever its number', () => {
    const { network, session } = seated();
    network.last.send(eventOf(1, 'First'));
    network.last.send({ type: 'snapshot', seq: 40, view: view({ room: 'other' }) });
    network.last.send(eventOf(41, 'After'));
    expect(session.state).toMatchObject({
      view: { room: 'other', participants: [{ displayName: 'After' }] },
    });
  });

  test('a gap leads to a resume from the last number seen', () => {
    const all = seated();
    all.network.last.send(eventOf(1, 'First'));
    all.network.last.send(eventOf(3, 'Third'));
    expect(all.session.state.name).toBe('resuming');
    expect(all.network.last.closedWith).toBe(4_900);
    expect(reconnect(all)).toMatchObject([{ type: 'hello' }, { type: 'resume', seq: 1 }]);
  });

  test('a numbered event of an unknown kind counts and is ignored', () => {
    const { network, session, logged } = seated();
    network.last.sendText('{"type":"event","seq":1,"event":{"type":"confetti"}}');
    network.last.send(eventOf(2, 'Second'));
    expect(session.state).toMatchObject({
      name: 'joined',
      view: { participants: [{ displayName: 'Second' }] },
    });
    expect(logged).toHaveLength(1);
  });

  test.each(['', 'x', '[]', 'null', '{"type":"later"}', '{"type":"signal"}', '{"type":7}'])(
    'a message that no schema fits is ignored: %j',
    (text) => {
      const { network, session, logged } = seated();
      network.last.sendText(text);
      expect(session.state.name).toBe('joined');
      expect(logged).toHaveLength(1);
    },
  );

  test('a snapshot that no schema fits ends the session: there is no going on without it', () => {
    const { network, session } = seated();
    network.last.sendText('{"type":"snapshot","seq":1,"view":{}}');
    expect(session.state).toMatchObject({ name: 'closed', end: { code: 'protocol/malformed' } });
  });
});

describe('resuming', () => {
  test('a lost socket leads to a resume with token, epoch, number and media, and the seat goes on', () => {
    const all = seated();
    all.network.last.send(eventOf(1, 'First'));
    all.network.last.close(1006);
    expect(all.session.state).toMatchObject({
      name: 'resuming',
      view: { participants: [{ displayName: 'First' }] },
    });
    expect(reconnect(all)).toEqual([
      { type: 'hello', protocol: PROTOCOL_VERSION, room: 'Room' },
      {
        type: 'resume',
        token: 'token-0',
        epoch: view().epoch,
        seq: 1,
        media: { generation: 1, publishing: [], consuming: ['c1'] },
      },
    ]);
    all.network.last.send({ type: 'resumed', token: 'token-1' });
    all.network.last.send(eventOf(2, 'Second'));
    expect(all.session.state).toMatchObject({
      name: 'joined',
      view: { participants: [{ displayName: 'Second' }] },
    });
    expect(reconnect(all)).toMatchObject([{}, { type: 'resume', token: 'token-1', seq: 2 }]);
  });

  test('says when everything missed has arrived', () => {
    const all = seated();
    reconnect(all);
    all.network.last.send({ type: 'resumed', token: 'token-1' });
    const [ping] = all.network.last.take();
    if (ping?.type !== 'ping') throw new Error('no ping');
    all.network.last.send(eventOf(1, 'First'));
    expect(all.events.some((event) => event.type === 'caught-up')).toBe(false);
    all.network.last.send({ type: 'pong', nonce: ping.nonce });
    expect(all.events.filter((event) => event.type === 'caught-up')).toHaveLength(1);
  });

  test('a refused resume leads to a new join by itself, on the same socket', () => {
    const all = seated();
    reconnect(all);
    const socket = all.network.last;
    socket.send({ type: 'error', code: 'session/resume-refused', fatal: false });
    expect(socket.take()).toEqual([{ type: 'join', ...request, restore: 'token-0' }]);
    socket.send(joined({ token: 'token-9' }));
    expect(all.session.state.name).toBe('joined');
    expect(all.events.some((event) => event.type === 'seated')).toBe(true);
    expect(all.session.token).toBe('token-9');
  });

  test('whoever lost a seat asks to be the same again until there is another, whatever comes between', () => {
    const all = seated();
    reconnect(all);
    all.network.last.send({ type: 'error', code: 'session/resume-refused', fatal: false });
    // A server that just came back has no media yet; then it dies again.
    all.network.last.send({ type: 'error', code: 'media/bridge-unavailable', fatal: false });
    expect(all.session.state.name).toBe('connecting');
    for (const code of [1006, 1006]) {
      all.clock.advance(5_000);
      all.network.last.accept();
      all.network.last.send(welcome);
      expect(all.network.last.take().at(-1)).toEqual({ type: 'join', ...request, restore: 'token-0' });
      all.network.last.close(code);
    }
    all.clock.advance(5_000);
    all.network.last.accept();
    all.network.last.send(welcome);
    all.network.last.send(joined({ token: 'token-9' }));
    all.network.last.take();
    reconnect(all);
    all.network.last.send({ type: 'error', code: 'session/resume-refused', fatal: false });
    expect(all.network.last.take().at(-1)).toMatchObject({ restore: 'token-9' });
  });

  test('a server of another version ends the session, and the token of its seat is left', () => {
    const all = seated();
    reconnect(all);
    all.network.last.send({ type: 'error', code: 'protocol/version', fatal: true });
    expect(all.session.state.name).toBe('closed');
    expect(all.session.token).toBe('token-0');
  });

  test('media messages of a lost socket are not kept', () => {
    const all = seated();
    all.network.last.close(1006);
    expect(all.session.sendMedia(1, { action: 'restart-ice' })).toBe(false);
    expect(reconnect(all).map((message) => message.type)).toEqual(['hello', 'resume']);
  });

  test('a session taken over by another socket ends', () => {
    const { network, session, clock } = seated();
    network.last.close(CLOSE.replaced);
    expect(session.state).toMatchObject({ name: 'closed', end: { code: 'session/replaced' } });
    clock.advance(600_000);
    expect(network.connections).toHaveLength(1);
  });

  test('an error that is not fatal does not disturb a seat', () => {
    const { network, session } = seated();
    network.last.send({ type: 'error', code: 'protocol/rate-limited', fatal: false });
    expect(session.state.name).toBe('joined');
  });

  test('a held seat is given up after thirty attempts', () => {
    const { network, session, clock } = seated();
    let attempts = 0;
    while (session.state.name !== 'closed' && attempts < 100) {
      network.last.close(1006);
      clock.advance(5_000);
      attempts++;
    }
    expect(session.state).toEqual({ name: 'closed', end: { reason: 'unreachable' } });
    expect(attempts).toBe(30);
  });

  test('sockets that lived for a while do not add up to a lost server', () => {
    const all = seated();
    for (let round = 0; round < 40; round++) {
      reconnect(all);
      all.network.last.send({ type: 'resumed', token: 'token' });
      for (const message of all.network.last.take()) {
        if (message.type === 'ping') all.network.last.send({ type: 'pong', nonce: message.nonce });
      }
      all.clock.advance(5_000);
    }
    expect(all.session.state.name).toBe('joined');
  });

  test('the network coming back tries at once', () => {
    const { network, session } = seated();
    network.last.close(1006);
    expect(network.connections).toHaveLength(1);
    session.hintOnline();
    expect(network.connections).toHaveLength(2);
  });
});

describe('commands', () => {
  const command = { type: 'rename', displayName: 'Anna' } as const;

  test('a result settles its command and no other', async () => {
    const { network, session } = seated();
    const done = session.command(command);
    const refused = session.command(command);
    const [first, second] = network.last.take();
    if (first?.type !== 'command' || second?.type !== 'command') throw new Error('no commands');
    expect(first.id).not.toBe(second.id);
    network.last.send({ type: 'result', seq: 1, id: second.id, code: 'permission/denied' });
    network.last.send({ type: 'result', seq: 2, id: first.id });
    await expect(done).resolves.toBeUndefined();
    await expect(refused).rejects.toMatchObject({ code: 'permission/denied' });
  });

  test('an unanswered command is sent again after a resume, under its id, and once answered never more', async () => {
    const all = seated();
    const done = all.session.command(command);
    const [first] = all.network.last.take();
    if (first?.type !== 'command') throw new Error('no command');
    reconnect(all);
    all.network.last.send({ type: 'resumed', token: 'token-1' });
    expect(all.network.last.take()[0]).toEqual(first);
    all.network.last.send({ type: 'result', seq: 1, id: first.id });
    await done;
    reconnect(all);
    all.network.last.send({ type: 'resumed', token: 'token-2' });
    expect(all.network.last.take().map((message) => message.type)).toEqual(['ping']);
  });

  test('a command given while the socket is lost goes out after the resume', () => {
    const all = seated();
    all.network.last.close(1006);
    void all.session.command(command);
    reconnect(all);
    all.network.last.send({ type: 'resumed', token: 'token-1' });
    expect(all.network.last.take()[0]).toMatchObject({ type: 'command', command });
  });

  test('commands of a seat that is lost are rejected', async () => {
    const all = seated();
    const lost = all.session.command(command);
    reconnect(all);
    all.network.last.send({ type: 'error', code: 'session/resume-refused', fatal: false });
    await expect(lost).rejects.toMatchObject({ code: 'session/resume-refused' });
  });

  test('a command before the join is rejected', async () => {
    await expect(start().session.command(command)).rejects.toMatchObject({ code: 'protocol/unexpected' });
  });

  test('too many waiting commands are rejected here, not piled up', async () => {
    const { session } = seated();
    const codes: string[] = [];
    const noteCode = (error: unknown) => codes.push(error instanceof TreffError ? error.code : 'other');
    for (let count = 0; count < 65; count++) session.command(command).catch(noteCode);
    await expect.poll(() => codes).toEqual(['protocol/rate-limited']);
  });
});

describe('liveness', () => {
  test('a seat is pinged every 5 s, and a silent socket is cut after 10 s', () => {
    const { network, session, clock } = seated();
    clock.advance(4_999);
    expect(network.last.take()).toEqual([]);
    clock.advance(1);
    expect(network.last.take()).toMatchObject([{ type: 'ping' }]);
    clock.advance(4_999);
    expect(session.state.name).toBe('joined');
    clock.advance(1);
    expect(session.state.name).toBe('resuming');
    expect(network.connections[0]?.closedWith).toBe(4_900);
  });

  test('a socket that answers lives', () => {
    const { network, session, clock } = seated();
    for (let beat = 0; beat < 100; beat++) {
      clock.advance(5_000);
      for (const message of network.last.take()) {
        if (message.type === 'ping') network.last.send({ type: 'pong', nonce: message.nonce });
      }
    }
    expect(session.state.name).toBe('joined');
    expect(network.connections).toHaveLength(1);
  });

  test('a machine that slept asks before it cuts', () => {
    const { network, session, clock } = seated();
    clock.sleep(3_600_000);
    clock.advance(0);
    expect(session.state.name).toBe('joined');
    expect(network.last.take()).toMatchObject([{ type: 'ping' }]);
    clock.advance(5_000);
    expect(session.state.name).toBe('resuming');
  });

  test('after a hint a dead socket is cut within 3 s', () => {
    const { session, clock } = seated();
    session.hintOnline();
    clock.advance(2_999);
    expect(session.state.name).toBe('joined');
    clock.advance(1);
    expect(session.state.name).toBe('resuming');
  });
});

describe('leaving', () => {
  test('gives the seat up, closes with 1000, and leaves no timer behind', () => {
    const { network, session, clock } = seated();
    session.leave();
    expect(network.last.take()).toEqual([{ type: 'leave' }]);
    expect(network.last.closedWith).toBe(CLOSE.left);
    expect(session.state).toEqual({ name: 'closed', end: { reason: 'left' } });
    session.leave();
    expect(clock.waiting).toBe(0);
  });

  test.each(['connecting', 'greeted', 'resuming'] as const)('works while %s', (when) => {
    const { network, session, clock } = when === 'resuming' ? seated() : start();
    if (when === 'greeted') {
      network.last.accept();
      network.last.send(welcome);
    }
    if (when === 'resuming') network.last.close(1006);
    expect(session.state.name).toBe(when);
    session.leave();
    expect(session.state).toEqual({ name: 'closed', end: { reason: 'left' } });
    expect(clock.waiting).toBe(0);
    clock.advance(60_000);
    expect(network.connections).toHaveLength(1);
  });
});
