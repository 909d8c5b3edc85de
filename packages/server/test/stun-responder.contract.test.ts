import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { LIMITS } from '@treff/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startStunResponder, type StunResponder } from '../src/stun-responder.ts';
import { ManualClock } from './manual-clock.ts';
import { TestLogger } from './meeting.ts';
import { until } from './test-client.ts';

const TRANSACTION = 'b7e7a701bc34d686fa87dfae';
const REQUEST = Buffer.from(`000100002112a442${TRANSACTION}`, 'hex');

let clock: ManualClock;
let logger: TestLogger;
let responder: StunResponder;

beforeEach(async () => {
  clock = new ManualClock();
  logger = new TestLogger();
  responder = await startStunResponder({ port: 0, clock, logger });
});
afterEach(async () => {
  await responder.stop();
  logger.assertNoErrors();
});

interface Asker {
  readonly socket: Socket;
  readonly answers: Buffer[];
  ask(datagram: Buffer): void;
}

async function asker(type: 'udp4' | 'udp6', host = type === 'udp4' ? '127.0.0.1' : '::1'): Promise<Asker> {
  const socket = createSocket(type).bind(0, host);
  await once(socket, 'listening');
  const answers: Buffer[] = [];
  socket.on('message', (answer) => answers.push(answer));
  return {
    socket,
    answers,
    ask: (datagram) => socket.send(datagram, responder.port, type === 'udp4' ? '127.0.0.1' : '::1'),
  };
}

describe('the STUN responder', () => {
  it.each(['udp4', 'udp6'] as const)('tells a socket its own address over %s', async (type) => {
    const { socket, answers, ask } = await asker(type);
    ask(REQUEST);
    await until(() => answers.length === 1, 'an answer');
    const { port } = socket.address();
    socket.close();
    const [answer = Buffer.alloc(0)] = answers;
    expect(answer.subarray(8, 20).toString('hex')).toBe(TRANSACTION);
    // Unmasked by the magic cookie, and for IPv6 the transaction.
    expect(answer.readUInt16BE(26) ^ 0x2112).toBe(port);
    const mask = Buffer.from(`2112a442${TRANSACTION}`, 'hex');
    const address = answer.subarray(28).map((byte, index) => byte ^ mask.readUInt8(index));
    expect(Buffer.from(address).toString('hex')).toBe(
      type === 'udp4' ? '7f000001' : '00000000000000000000000000000001',
    );
  });

  it('answers nothing but requests, and goes on whatever comes', async () => {
    const { socket, answers, ask } = await asker('udp4');
    for (const datagram of [Buffer.alloc(0), Buffer.alloc(1), Buffer.alloc(2_000, 0xff), REQUEST.subarray(1)])
      ask(datagram);
    ask(REQUEST);
    await until(() => answers.length > 0, 'an answer');
    socket.close();
    expect(answers).toHaveLength(1);
  });

  it('is no means to flood anybody, and others get their answers meanwhile', async () => {
    const { socket, answers, ask } = await asker('udp4');
    const other = await asker('udp4', '127.0.0.2');
    // In portions that no buffer of a socket drops.
    for (let asked = 50; asked <= LIMITS.stunBurst + 50; asked += 50) {
      for (let count = 0; count < 50; count++) ask(REQUEST);
      const due = Math.min(LIMITS.stunBurst, asked);
      await until(() => answers.length >= due, `${due} answers`);
    }
    other.ask(REQUEST);
    await until(() => other.answers.length === 1, "somebody else's answer");
    clock.advance(1_000);
    ask(Buffer.concat([REQUEST.subarray(0, 8), Buffer.alloc(12, 7)]));
    await until(() => answers.some((answer) => answer.readUInt8(8) === 7), 'an answer a second later');
    expect(answers).toHaveLength(LIMITS.stunBurst + 1);
    socket.close();
    other.socket.close();
  });

  it('rejects a port that is taken, and leaves nothing behind', async () => {
    const start = startStunResponder({ port: responder.port, clock, logger });
    await expect(start).rejects.toThrow(/EADDRINUSE/);
    const { port } = responder;
    await responder.stop();
    responder = await startStunResponder({ port, clock, logger });
    expect(responder.port).toBe(port);
  });
});
