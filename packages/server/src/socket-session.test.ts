import { CLOSE, LIMITS, PROTOCOL_VERSION, type ErrorCode } from '@treff/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../test/manual-clock.ts';
import { MemoryLine } from '../test/test-client.ts';
import type { Place, Reception, Session } from './session.ts';

/** A session whose place writes down what it is told. */
function setUp() {
  const clock = new ManualClock();
  const told: string[] = [];
  const sent: { type: string; code?: ErrorCode; fatal?: boolean; retryAfterMs?: number }[] = [];
  const closed: number[] = [];
  let gone = 0;
  let asking: Session | undefined;
  const place: Place = {
    command: (id) => told.push(`command ${id}`),
    media: (generation, { action }) => told.push(`media ${generation} ${action}`),
    p2p: (generation, { action }) => told.push(`p2p ${generation} ${action}`),
    signal: ({ type }) => told.push(`signal ${type}`),
    leave: () => told.push('leave'),
    lost: () => told.push('lost'),
  };
  const reception: Reception = {
    rtpCapabilities: {},
    join: (session, room, { displayName }) => {
      told.push(`join ${room} ${displayName}`);
      asking = session;
      session.enter(place);
    },
    resume: (session, room) => {
      told.push(`resume ${room}`);
      asking = session;
    },
  };
  const line = new MemoryLine({
    clock,
    reception,
    iceServers: () => ({ servers: [{ urls: ['stun:here'] }] }),
    onGone: () => gone++,
  });
  line.onMessage = (text) => sent.push(JSON.parse(text) as (typeof sent)[number]);
  line.onClose = (code) => closed.push(code);
  const receive = (message: object | string) =>
    line.session.receive(typeof message === 'string' ? message : JSON.stringify(message));
  return {
    clock,
    line,
    told,
    sent,
    closed,
    receive,
    get gone() {
      return gone;
    },
    get last() {
      return sent.at(-1);
    },
    greet: () => receive({ type: 'hello', protocol: PROTOCOL_VERSION, room: 'Room' }),
    ask: () => receive({ type: 'join', displayName: 'Ann', rtpCapabilities: {}, p2p: false }),
    join() {
      this.greet();
      this.ask();
      asking?.seated();
    },
    refuse: (code: ErrorCode, retryAfterMs?: number) => asking?.refuse(code, { retryAfterMs }),
  };
}

describe('a session before hello', () => {
  it('is greeted with the normalised room', () => {
    const session = setUp();
    session.greet();
    expect(session.last).toMatchObject({ type: 'welcome', room: 'room', protocol: PROTOCOL_VERSION });
  });

  it.each<[string, object | string, ErrorCode]>([
    ['no JSON', '{', 'protocol/malformed'],
    ['another message', { type: 'leave' }, 'protocol/unexpected'],
    ['an unknown message', { type: 'hallo' }, 'protocol/malformed'],
    [
      'a room that cannot be',
      { type: 'hello', protocol: PROTOCOL_VERSION, room: '///' },
      'room/invalid-name',
    ],
    ['another version', { type: 'hello', protocol: PROTOCOL_VERSION + 1, room: 'room' }, 'protocol/version'],
    [
      'another version that looks otherwise, too',
      { type: 'hello', protocol: 9, rooms: [] },
      'protocol/version',
    ],
    [
      'more than a hello needs',
      { type: 'hello', protocol: PROTOCOL_VERSION, room: 'x', pad: 'x'.repeat(LIMITS.helloBytes) },
      'protocol/too-large',
    ],
  ])('is closed with a code for %s', (_what, message, code) => {
    const session = setUp();
    session.receive(message);
    expect(session.sent).toEqual([{ type: 'error', code, fatal: true }]);
    expect(session.closed).toEqual([CLOSE.refused]);
    expect(session.gone).toBe(1);
    expect(session.clock.pending).toBe(0);
  });

  it('has a deadline', () => {
    const session = setUp();
    session.clock.advance(LIMITS.helloTimeoutMs - 1);
    expect(session.closed).toEqual([]);
    session.clock.advance(1);
    expect(session.last).toMatchObject({ code: 'protocol/timeout', fatal: true });
    expect(session.closed).toEqual([CLOSE.timeout]);
  });

  it('is not closed for nothing by binary data after hello, but is before', () => {
    const early = setUp();
    early.line.session.receiveNonsense();
    expect(early.closed).toEqual([CLOSE.refused]);
    const late = setUp();
    late.greet();
    late.line.session.receiveNonsense();
    expect(late.last).toEqual({ type: 'error', code: 'protocol/malformed', fatal: false });
  });
});

describe('a session on the prejoin page', () => {
  it('has a longer deadline, and is told when it is over', () => {
    const session = setUp();
    session.greet();
    session.clock.advance(LIMITS.prejoinTimeoutMs - 1);
    expect(session.closed).toEqual([]);
    session.clock.advance(1);
    expect(session.closed).toEqual([CLOSE.timeout]);
    expect(session.clock.pending).toBe(0);
  });

  it('may ping all the time without using up its few messages', () => {
    const session = setUp();
    session.greet();
    for (let nonce = 0; nonce < 100; nonce++) {
      session.clock.advance(5_000);
      session.receive({ type: 'ping', nonce });
      expect(session.last).toEqual({ type: 'pong', nonce });
    }
  });

  it('is closed after too many refused joins', () => {
    const session = setUp();
    session.greet();
    for (let attempt = 0; attempt < LIMITS.messagesBeforeJoin; attempt++) {
      session.ask();
      session.refuse('room/full', 10);
      expect(session.last).toEqual({ type: 'error', code: 'room/full', fatal: false, retryAfterMs: 10 });
    }
    session.ask();
    expect(session.last).toMatchObject({ code: 'protocol/rate-limited', fatal: true });
  });

  it('cannot command, send media, or say hello again', () => {
    const session = setUp();
    session.greet();
    for (const message of [
      { type: 'command', id: '1', command: { type: 'rename', displayName: 'x' } },
      { type: 'media', generation: 1, body: { action: 'renew' } },
      { type: 'hello', protocol: PROTOCOL_VERSION, room: 'other' },
    ]) {
      session.receive(message);
      expect(session.last).toEqual({ type: 'error', code: 'protocol/unexpected', fatal: false });
    }
    expect(session.told).toEqual([]);
  });

  it('leaves with 1000', () => {
    const session = setUp();
    session.greet();
    session.receive({ type: 'leave' });
    expect(session.closed).toEqual([CLOSE.left]);
    expect(session.clock.pending).toBe(0);
  });
});

describe('a session that waits for its seat', () => {
  it('asks once at a time', () => {
    const session = setUp();
    session.greet();
    session.ask();
    session.ask();
    expect(session.told).toEqual(['join room Ann']);
    expect(session.last).toMatchObject({ code: 'protocol/unexpected' });
  });

  it('gives the place back when its socket goes', () => {
    const session = setUp();
    session.greet();
    session.ask();
    session.line.session.closed(1006);
    expect(session.told.at(-1)).toBe('lost');
    expect(session.clock.pending).toBe(0);
  });
});

describe('a session with a seat', () => {
  it('passes what it is asked to its place', () => {
    const session = setUp();
    session.join();
    session.receive({ type: 'command', id: '7', command: { type: 'rename', displayName: 'Bo' } });
    session.receive({ type: 'media', generation: 3, body: { action: 'restart-ice' } });
    expect(session.told.slice(1)).toEqual(['command 7', 'media 3 restart-ice']);
    expect(session.clock.pending).toBe(0);
  });

  it.each([1000, 1001])('gives it up when the page closes with %d', (code) => {
    const session = setUp();
    session.join();
    session.line.session.closed(code);
    expect(session.told.at(-1)).toBe('leave');
  });

  it.each([1005, 1006, 1009, 1011, 4000])('keeps it when the socket breaks with %d', (code) => {
    const session = setUp();
    session.join();
    session.line.session.closed(code);
    expect(session.told.at(-1)).toBe('lost');
    expect(session.gone).toBe(1);
  });

  it('is cut as too slow beyond the backlog, and the seat is kept', () => {
    const session = setUp();
    session.join();
    session.line.backlog = LIMITS.socketBacklogBytes;
    session.line.session.send({ type: 'pong', nonce: 1 });
    expect(session.closed).toEqual([]);
    session.line.backlog++;
    session.line.session.send({ type: 'pong', nonce: 2 });
    expect(session.last).toEqual({ type: 'error', code: 'session/too-slow', fatal: true });
    expect(session.closed).toEqual([CLOSE.tooSlow]);
    expect(session.told.at(-1)).toBe('lost');
  });

  it('misses signals while it is slow', () => {
    const session = setUp();
    session.join();
    const before = session.sent.length;
    session.line.backlog = 100_000;
    session.line.session.sendSignal('{}');
    expect(session.sent).toHaveLength(before);
    session.line.backlog = 0;
    session.line.session.sendSignal('{}');
    expect(session.sent).toHaveLength(before + 1);
  });

  it('loses its seat by abuse', () => {
    const session = setUp();
    session.join();
    for (let strike = 1; strike < LIMITS.strikes; strike++) {
      session.receive('nonsense');
      expect(session.last).toEqual({ type: 'error', code: 'protocol/malformed', fatal: false });
    }
    session.receive('nonsense');
    expect(session.last).toEqual({ type: 'error', code: 'protocol/abuse', fatal: true });
    expect(session.told.at(-1)).toBe('leave');
    session.receive({ type: 'command', id: '1', command: { type: 'rename', displayName: 'x' } });
    expect(session.told.at(-1)).toBe('leave');
  });

  it('is forgiven with time', () => {
    const session = setUp();
    session.join();
    for (let strike = 0; strike < 5 * LIMITS.strikes; strike++) {
      session.clock.advance(Math.ceil(LIMITS.strikeWindowMs / (LIMITS.strikes - 1)));
      session.receive('nonsense');
    }
    expect(session.closed).toEqual([]);
  });

  it('is told when it sends too fast, and nothing of that is done', () => {
    const session = setUp();
    session.join();
    const burst = LIMITS.messageBurst - 2;
    for (let id = 0; id < burst + 1; id++)
      session.receive({ type: 'command', id: `${id}`, command: { type: 'rename', displayName: 'x' } });
    expect(session.told.filter((text) => text.startsWith('command'))).toHaveLength(burst);
    expect(session.last).toEqual({ type: 'error', code: 'protocol/rate-limited', fatal: false });
  });

  it('pays for WebSocket pings, too', () => {
    const session = setUp();
    session.join();
    for (let ping = 0; ping < LIMITS.messageBurst + LIMITS.strikes; ping++)
      session.line.session.receivePing();
    expect(session.last).toMatchObject({ code: 'protocol/abuse' });
  });

  it('refuses a message that is too large', () => {
    const session = setUp();
    session.join();
    session.receive(JSON.stringify({ type: 'leave', pad: 'ä'.repeat(LIMITS.messageBytes / 2) }));
    expect(session.last).toEqual({ type: 'error', code: 'protocol/too-large', fatal: false });
    expect(session.told).toHaveLength(1);
  });

  it('goes silently when its seat ends it', () => {
    const session = setUp();
    session.join();
    session.line.session.close(CLOSE.replaced, 'session/replaced');
    session.line.session.close(CLOSE.left);
    expect(session.last).toEqual({ type: 'error', code: 'session/replaced', fatal: true });
    expect(session.closed).toEqual([CLOSE.replaced]);
    expect(session.told).toHaveLength(1);
    expect(session.gone).toBe(1);
  });
});

describe('whatever is sent', () => {
  it('neither pollutes prototypes nor counts a repeated key twice', () => {
    const session = setUp();
    session.greet();
    session.receive(
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"type":"ping","type":"join","displayName":"a","displayName":"b","p2p":true,"rtpCapabilities":{"codecs":[{"kind":"audio","mimeType":"audio/opus","preferredPayloadType":1,"clockRate":1,"parameters":{"__proto__":"x"}}]}}',
    );
    expect(session.told).toEqual(['join room b']);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('is answered or closed, never thrown at', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string(),
            fc.json(),
            fc.jsonValue().map((v) => JSON.stringify(v)),
          ),
        ),
        (texts) => {
          const session = setUp();
          session.greet();
          for (const text of texts) session.receive(text);
          expect(session.gone).toBe(session.closed.length);
        },
      ),
    );
  });
});
