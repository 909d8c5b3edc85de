import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { STANDARD_CODECS } from '@treff/conference';
import { LIMITS, PROTOCOL_VERSION, serverMessage, type ServerMessage } from '@treff/protocol';
import { FakeBridge } from '@treff/testing';
import { describe, expect, it } from 'vitest';
import { STANDARD_CAMERA } from '../src/config-camera.ts';
import { readConfig, startServer } from '../src/index.ts';
import { hostileMessage, type Knowledge } from './hostile-messages.ts';
import { settle, TestLogger, TestMeetings } from './meeting.ts';
import { Random } from './random.ts';
import { TestClient, until, webSocketLine, type Line } from './test-client.ts';

/** To play a failure again: `FUZZ_SEED=… vitest run packages/server/test/fuzz`. */
const SEED = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

const MEMORY_MESSAGES = 110_000;
const SOCKET_MESSAGES = 6_000;
const ATTACKERS = 10;
/** Milliseconds; half a minute is enough on a machine that has nothing else to do. */
const TIMEOUT = 300_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Somebody who says hello and perhaps joins, and then sends whatever comes to mind. */
class Attacker {
  closed = false;
  sent = 0;
  readonly line: Line;
  readonly #random: Random;
  readonly #victims: readonly TestClient[];
  #own: { id: string; token: string; epoch: string; generation: number } | undefined;
  #consumers: string[] = [];

  constructor(line: Line, random: Random, victims: readonly TestClient[]) {
    this.line = line;
    this.#random = random;
    this.#victims = victims;
    line.onMessage = (text) => {
      // The bystanders check every message that they get; of these, a part is enough, and what can be learned from.
      if (/^\{"type":"(joined|media)"/.test(text) || random.chance(0.1))
        this.#learn(serverMessage.parse(JSON.parse(text)));
    };
    line.onClose = () => {
      this.closed = true;
    };
    line.deliver?.();
  }

  get joined(): boolean {
    return this.#own !== undefined;
  }

  attack(): void {
    this.sent++;
    // Most come in, so that what is behind the door is attacked, too.
    const polite = this.#random.chance(0.9);
    if (this.sent === 1 && polite)
      this.line.send(`{"type":"hello","protocol":${PROTOCOL_VERSION},"room":"room"}`);
    else if (this.sent === 2 && polite)
      this.line.send('{"type":"join","displayName":"evil","rtpCapabilities":{},"p2p":true}');
    else this.line.send(hostileMessage(this.#random, this.#knowledge()));
  }

  #knowledge(): Knowledge {
    const own = this.#own;
    const views = this.#victims.flatMap(({ view }) => view ?? []);
    return {
      participants: [
        ...(own === undefined ? [] : [own.id, own.id, own.id]),
        ...views.map(({ self }) => self),
      ],
      sources: views.flatMap(({ sources }) => sources.slice(0, 5).map(({ id }) => id)),
      consumers: this.#consumers.slice(-10),
      // Its own and damaged ones of others. A whole token of somebody else *is* that seat: nobody else ever gets it.
      tokens: [own?.token ?? 'none', ...this.#victims.map(({ token }) => `${token.slice(0, -2)}zz`)],
      epochs: views.map(({ epoch }) => epoch),
      generation: own?.generation ?? 1,
    };
  }

  #learn(message: ServerMessage): void {
    if (message.type === 'joined') {
      const { view, token, media } = message;
      this.#own = { id: view.self, token, epoch: view.epoch, generation: media.generation };
    }
    if (message.type !== 'media') return;
    if (this.#own !== undefined) this.#own.generation = message.generation;
    if (message.body.action === 'consumers-added')
      this.#consumers = [...this.#consumers, ...message.body.consumers.map(({ id }) => id)].slice(-50);
  }
}

/** Two people who only want to talk. Whatever happens around them, they see the same and nothing is asked of them. */
class Bystanders {
  readonly ann: TestClient;
  readonly bo: TestClient;
  #turn = 0;

  constructor(ann: TestClient, bo: TestClient) {
    this.ann = ann;
    this.bo = bo;
    ann.forgetful = true;
    bo.forgetful = true;
  }

  /** Ann does something, and Bo sees it. */
  async talk(): Promise<void> {
    const { ann, bo } = this;
    const displayName = `Ann${++this.#turn}`;
    const muted = this.#turn % 2 === 0;
    const [source] = ann.publishing;
    if (source === undefined) throw new Error('Ann does not speak');
    const rename = ann.command({ type: 'rename', displayName });
    const mute = ann.command({ type: 'mute-source', source, muted });
    await until(() => ann.results.has(rename) && ann.results.has(mute), 'results');
    await until(() => bo.names[0] === displayName, 'the name');
    assert.deepEqual([ann.results.get(rename), ann.results.get(mute)], [undefined, undefined]);
    ann.results.clear();
    assert.equal(bo.view?.sources.find(({ id }) => id === source)?.muted, muted);
    await until(() => bo.view?.participants.length === ann.view?.participants.length, 'agreement');
    for (const person of [ann, bo]) {
      assert.equal(person.failure, undefined);
      assert.deepEqual(person.errors, []);
      assert.equal(person.closeCode, undefined);
    }
  }
}

describe(`a hostile crowd (seed ${SEED})`, { timeout: TIMEOUT }, () => {
  it(`cannot crash, leak or disturb with ${MEMORY_MESSAGES} messages`, async () => {
    const random = new Random(SEED);
    const meetings = new TestMeetings();
    const people = new Bystanders(await meetings.joined('Ann'), await meetings.joined('Bo'));
    const { ann, bo } = people;
    ann.publish('microphone');
    bo.publish('microphone');
    await settle();
    let attackers: Attacker[] = [];
    let seats = 0;
    let baseline = 0;
    for (let count = 0; count < MEMORY_MESSAGES; count++) {
      attackers = attackers.filter(({ closed }) => !closed);
      while (attackers.length < ATTACKERS) attackers.push(new Attacker(meetings.line(), random, [ann, bo]));
      const attacker = attackers[random.below(attackers.length)];
      attacker?.attack();
      if (attacker !== undefined && random.chance(0.002)) {
        attacker.line.close(random.pick([1000, 1005, 1006, 1011]));
        attackers.splice(attackers.indexOf(attacker), 1);
      }
      meetings.clock.advance(random.below(12));
      if (count % 25 === 0) await settle(2);
      if (count % 500 === 0) {
        if (attackers.some(({ joined }) => joined)) seats++;
        await people.talk();
        expect(seenByAll(ann)).toEqual({ ...seenByAll(bo), self: ann.id });
        meetings.bridge.calls.length = 0;
      }
      if (count % 5_000 === 2_500) {
        bo.line.close(1006);
        await settle();
        await meetings.resumed(bo);
      }
      if (count === MEMORY_MESSAGES / 5) baseline = heap();
    }
    // The attack reached the inside of the house.
    expect(seats).toBeGreaterThan(MEMORY_MESSAGES / 500 / 2);
    for (const { line } of attackers) line.close(1006);
    await settle();
    meetings.clock.advance(2 * LIMITS.resumeMs);
    await settle();
    expect(ann.view?.participants.map(({ id }) => id)).toEqual([ann.id, bo.id]);
    expect(ann.view?.sources).toHaveLength(2);
    await people.talk();
    for (const person of [ann, bo]) person.send({ type: 'leave' });
    await settle();
    meetings.clock.advance(60_000);
    await settle();
    expect(meetings.conferences.count).toEqual({ conferences: 0, seats: 0, outboxBytes: 0 });
    expect(meetings.bridge.openConferences).toEqual([]);
    expect(meetings.clock.pending).toBe(0);
    meetings.logger.assertNoErrors();
    attackers = [];
    expect(heap() - baseline).toBeLessThan(16 * 1024 * 1024);
  });

  it(`cannot either over ${SOCKET_MESSAGES} messages on real sockets, with broken frames between them`, async () => {
    const random = new Random(SEED + 1);
    const folder = await mkdtemp(join(tmpdir(), 'treff-fuzz-'));
    const bridge = new FakeBridge();
    const logger = new TestLogger();
    const config = {
      http: { port: 0, host: '127.0.0.1' },
      publicUrl: undefined,
      dataDir: folder,
      p2p: true,
      codecs: STANDARD_CODECS,
      camera: STANDARD_CAMERA,
      roles: { moderators: 'first' as const, promotes: true },
      startMuted: { microphone: false, camera: false },
      access: readConfig({}).access,
      jwt: undefined,
      oidc: undefined,
      stun: { port: undefined },
      turn: undefined,
    };
    const server = await startServer(config, { bridge, logger, webRoot: join(folder, 'none') });
    const url = `ws://127.0.0.1:${server.port}/ws`;
    try {
      const people = new Bystanders(await visitor(url, 'Ann'), await visitor(url, 'Bo'));
      const { ann, bo } = people;
      ann.publish('microphone');
      await until(() => bo.consuming.size === 1, 'sound');
      let attackers: Attacker[] = [];
      for (let count = 0; count < SOCKET_MESSAGES; count++) {
        attackers = attackers.filter(({ closed }) => !closed);
        if (attackers.length < ATTACKERS)
          attackers.push(new Attacker(await webSocketLine(url), random, [ann, bo]));
        const attacker = attackers[random.below(attackers.length)];
        attacker?.attack();
        if (attacker !== undefined && random.chance(0.01)) attacker.line.close(random.pick([1000, 1006]));
        if (count % 40 === 0) await brokenConnection(server.port, random);
        if (count % 10 === 0) await settle(1);
        if (count % 500 === 0) await people.talk();
      }
      for (const { line } of attackers) line.close(1000);
      await people.talk();
      for (const person of [ann, bo]) person.send({ type: 'leave' });
      await until(() => server.inspect().sockets === 0, 'sockets to go');
      logger.assertNoErrors();
    } finally {
      await server.stop();
      await rm(folder, { recursive: true });
    }
    expect(server.inspect()).toEqual({ conferences: 0, seats: 0, outboxBytes: 0, sockets: 0 });
    expect(bridge.listenerCount).toBe(0);
  });
});

async function visitor(url: string, name: string): Promise<TestClient> {
  const client = new TestClient(await webSocketLine(url));
  client.hello();
  await until(() => client.room !== '', 'welcome');
  client.join(name);
  await until(() => client.view !== undefined, 'joined');
  return client;
}

/** A handshake, or something like it, and then bytes that are no WebSocket frames. */
async function brokenConnection(port: number, random: Random): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  // A server that cuts it is right.
  socket.on('error', () => {});
  const headers = random.pick([
    'GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    'GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    'POST /ws HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n',
    '',
  ]);
  const bytes = Buffer.from(Array.from({ length: random.below(300) }, () => random.below(256)));
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
    socket.once('connect', () => {
      socket.write(headers);
      socket.write(bytes);
      setImmediate(() => socket.destroy());
    });
  });
}

function heap(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** A view without what an attacker wrote to one of the two in private. */
function seenByAll({ view }: TestClient) {
  return { ...view, messages: view?.messages.filter(({ to }) => to === undefined) };
}
