import assert from 'node:assert/strict';
import { LIMITS, type SourceKind } from '@treff/protocol';
import { describe, expect, it } from 'vitest';
import type { BridgeCall } from '@treff/testing';
import { settle, TestMeetings } from './meeting.ts';
import { Random } from './random.ts';
import type { TestClient } from './test-client.ts';

/** To play a failure again: `SEED=… vitest run packages/server/test/convergence`, with the seed from its message. */
const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const MEETINGS = process.env['SEED'] === undefined ? 200 : 1;
const STEPS = 60;

const CALLS: [BridgeCall, ...BridgeCall[]] = [
  'open',
  'endpoint',
  'connect',
  'publish',
  'unpublish',
  'pause',
  'start',
  'remove',
  'restartIce',
];

/** Somebody with a bad connection, who never gives up. */
interface Person {
  client: TestClient;
  connected: boolean;
}

/** A meeting in which everything goes wrong that may. */
class Storm {
  readonly meetings = new TestMeetings();
  readonly people: Person[] = [];
  readonly #random: Random;
  #names = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  async step(): Promise<void> {
    const random = this.#random;
    const { bridge, clock } = this.meetings;
    const person = this.people[random.below(this.people.length)];
    if (person === undefined || (this.people.length < 5 && random.chance(0.1))) return this.#arrive();
    const { client } = person;
    if (!person.connected) {
      if (random.chance(0.3)) await this.#return(person);
      return;
    }
    switch (random.below(20)) {
      case 0:
        return this.#drop(person);
      case 1:
        return this.#drop(person);
      case 2:
        if (random.chance(0.5)) return this.#leave(person);
        break;
      case 3:
      case 4:
        client.command({ type: 'rename', displayName: `${++this.#names}` });
        break;
      case 5:
      case 6:
      case 7:
        this.#publish(client, random.pick(['microphone', 'camera', 'screen']));
        break;
      case 8:
      case 9: {
        const [source] = client.publishing;
        if (source === undefined) break;
        client.command({ type: 'mute-source', source, muted: random.chance(0.5) });
        break;
      }
      case 10: {
        const [source] = client.publishing;
        if (source === undefined) break;
        client.publishing.delete(source);
        client.act({ action: 'unpublish', source });
        break;
      }
      case 11:
      case 12:
        client.command({ type: 'send-message', text: `${++this.#names}` });
        break;
      case 13:
        bridge.speak(client.epoch, client.id);
        break;
      case 14:
        if (random.chance(0.3)) bridge.lose();
        else client.act({ action: 'renew' });
        break;
      case 15:
        bridge.fail(random.pick(CALLS), 'media/bridge-unavailable', 1 + random.below(3));
        break;
      case 16:
        this.meetings.deaf = !this.meetings.deaf;
        break;
      case 17: {
        const kind = random.pick(['microphone', 'camera', 'screen'] as const);
        client.command({ type: 'moderate-media', kind, on: random.chance(0.7) });
        break;
      }
      case 18: {
        const { client: guest } = random.pick([person, ...this.people]);
        const type = random.pick(['allow-media', 'disallow-media'] as const);
        const kind = random.pick(['microphone', 'camera', 'screen'] as const);
        if (guest.view !== undefined) client.command({ type, participant: guest.id, kind });
        break;
      }
      default:
        clock.advance(random.below(300));
    }
    // Sometimes much happens before anything is done about it.
    if (random.chance(0.6)) await settle(1 + random.below(3));
  }

  /** The wind drops: everybody is back, and the bridge works. */
  async calm(): Promise<void> {
    const { meetings } = this;
    meetings.deaf = false;
    for (const person of this.people) if (!person.connected) await this.#return(person);
    await this.#wait();
    // An event by which a gap is seen.
    const [first] = this.people;
    if (first !== undefined) meetings.bridge.speak(first.client.epoch, first.client.id);
    await this.#wait();
  }

  /** Long enough for every failure that is still to come. */
  async #wait(): Promise<void> {
    for (let turn = 0; turn < 80; turn++) {
      this.meetings.clock.advance(500);
      await settle(3);
    }
  }

  async #arrive(): Promise<void> {
    const client = await this.meetings.greeted();
    client.join(`${++this.#names}`);
    for (let turn = 0; client.view === undefined && turn < 40; turn++) {
      await settle(3);
      this.meetings.clock.advance(200);
    }
    if (client.view === undefined) client.line.close(1000);
    else this.people.push({ client, connected: true });
  }

  #drop(person: Person): void {
    // The last messages of either end may be lost with the socket.
    if (this.#random.chance(0.5)) person.client.line.onMessage = () => {};
    if (this.#random.chance(0.5)) person.client.line.send = () => {};
    person.connected = false;
    if (this.#random.chance(0.5)) person.client.line.close(1006);
    // Half-open: the server does not know yet, and may hear another word.
    else this.#publish(person.client, 'screenAudio');
  }

  /** As many as a client may have; a second one of a kind is refused. */
  #publish(client: TestClient, kind: SourceKind): void {
    if (client.publishing.size >= LIMITS.sourcesPerEndpoint) return;
    client.publish(kind, { muted: this.#random.chance(0.3) });
  }

  async #return(person: Person): Promise<void> {
    await this.meetings.resumed(person.client);
    if (person.client.errors.at(-1) === 'session/resume-refused') {
      this.people.splice(this.people.indexOf(person), 1);
      person.client.line.close(1000);
    } else person.connected = true;
  }

  #leave(person: Person): void {
    person.client.send({ type: 'leave' });
    this.people.splice(this.people.indexOf(person), 1);
  }
}

/** What must be true of everybody when all has come to rest. */
function assertAgreement({ meetings, people }: Storm): void {
  const clients = people.map(({ client }) => client);
  const ids = clients.map(({ id }) => id).toSorted();
  for (const client of clients) {
    const { view } = client;
    assert.equal(client.failure, undefined);
    // Nothing but that another socket took the seat is ever held against somebody in a storm.
    assert.deepEqual(
      client.errors.filter((code) => code !== 'session/replaced'),
      [],
    );
    assert.deepEqual({ ...view, self: '' }, { ...clients[0]?.view, self: '' });
    assert.deepEqual(view?.participants.map(({ id }) => id).toSorted(), ids);
    const state = meetings.bridge.endpointState(client.epoch, client.id);
    const own = view.sources.filter(({ id }) => id.startsWith(client.id));
    assert.equal(state?.generation, client.offer?.generation);
    assert.deepEqual(
      new Set(state?.sources),
      new Set(own.map(({ id, muted, blocked }) => ({ source: id, paused: muted || blocked }))),
    );
    assert.deepEqual(new Set(client.publishing), new Set(own.map(({ id }) => id)));
    assert.deepEqual(new Set(state?.receiving.map(({ id }) => id)), client.consuming);
    assert.deepEqual(
      state?.receiving.filter(({ started }) => !started),
      [],
    );
  }
  meetings.logger.assertNoErrors();
}

/** What must be left when everybody has gone: nothing. */
async function assertNothingLeft({ meetings, people }: Storm): Promise<void> {
  for (const { client } of people) client.send({ type: 'leave' });
  for (let turn = 0; turn < 20; turn++) {
    await settle(3);
    meetings.clock.advance(1_000);
  }
  assert.deepEqual(meetings.conferences.count, { conferences: 0, seats: 0, outboxBytes: 0 });
  assert.deepEqual(meetings.bridge.openConferences, []);
  assert.equal(meetings.clock.pending, 0);
}

describe(`after any storm (seeds ${SEED} to ${SEED + MEETINGS - 1})`, { timeout: 300_000 }, () => {
  it('everybody sees and hears the same meeting, and the bridge has what it should', async () => {
    let resumed = 0;
    for (let seed = SEED; seed < SEED + MEETINGS; seed++) {
      const storm = new Storm(seed);
      try {
        for (let step = 0; step < STEPS; step++) await storm.step();
        await storm.calm();
        assertAgreement(storm);
        resumed += storm.people.reduce((sum, { client }) => sum + client.resumed, 0);
        await assertNothingLeft(storm);
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error });
      }
    }
    if (MEETINGS > 1) expect(resumed).toBeGreaterThan(MEETINGS);
  });
});
