import { observer, type types } from 'mediasoup';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Incarnation, type ParticipantId, LIMITS } from '@treff/protocol';
import { ManualClock, newIncarnation, participant, publicationOf, refTo, until } from '@treff/testing';
import type { MediasoupBridge } from '../src/index.ts';
import { testBridge } from './test-bridge.ts';

const PEOPLE = 100;

/** What the bridge has in its worker for the sound of a large room. Nobody connects: consumers are there all the same. */
describe('consumers of the voices of 100 people', () => {
  const clock = new ManualClock();
  const routers = new Set<types.Router>();
  let bridge: MediasoupBridge;
  let conference: Incarnation;
  const people = Array.from({ length: PEOPLE }, (_, index) => participant(index));

  const watchWorker = (worker: types.Worker): void => {
    worker.observer.on('newrouter', (router) => routers.add(router));
  };
  beforeAll(async () => {
    observer.on('newworker', watchWorker);
    bridge = await testBridge({ port: 43_800, workers: 1, clock });
    conference = newIncarnation();
    await bridge.open(conference);
    for (const one of people) {
      await bridge.endpoint(refTo(conference, one), { rtpCapabilities: bridge.rtpCapabilities });
    }
  });
  afterAll(async () => {
    observer.off('newworker', watchWorker);
    await bridge.shutdown();
  });

  const microphone = (one: ParticipantId) => publicationOf(one, 'microphone');
  const switchOn = (one: ParticipantId, on: boolean) =>
    bridge.pause(refTo(conference, one), microphone(one).source, !on);

  /** How many of each source there are in the worker. */
  async function consumers(): Promise<number[]> {
    const dumps = await Promise.all([...routers].map((router) => router.dump()));
    return dumps
      .flatMap(({ mapProducerIdConsumerIds }) => mapProducerIdConsumerIds.map(({ values }) => values.length))
      .filter((count) => count > 0);
  }

  async function untilSourcesHaveConsumers(sources: number): Promise<void> {
    let found: number[] = [];
    await until(
      async () => {
        found = await consumers();
        return found.length === sources && found.every((count) => count === PEOPLE - 1);
      },
      () => ({ found, sources }),
    );
  }

  it('are none while all are muted, and those of 12 when 12 speak', async () => {
    for (const one of people) {
      await bridge.publish(refTo(conference, one), { ...microphone(one), paused: true });
    }
    // The first 12 came when the room was small.
    clock.advance(60_000);
    await untilSourcesHaveConsumers(0);
    for (const one of people.slice(0, LIMITS.voices)) await switchOn(one, true);
    await untilSourcesHaveConsumers(LIMITS.voices);
  });

  it('are those of 24 at most, however many are on and whoever comes and goes', async () => {
    for (const one of people) {
      clock.advance(1);
      await switchOn(one, true);
    }
    await untilSourcesHaveConsumers(2 * LIMITS.voices);
    for (const one of people) {
      clock.advance(1_000);
      await switchOn(one, false);
      await switchOn(one, true);
    }
    await untilSourcesHaveConsumers(2 * LIMITS.voices);
  });

  it('come back for whoever is switched on again, and the newcomer has those of all who are ready', async () => {
    for (const one of people) await switchOn(one, false);
    clock.advance(60_000);
    await untilSourcesHaveConsumers(0);
    const [last] = people.slice(-1);
    if (last === undefined) throw new Error('nobody is there');
    await switchOn(last, true);
    await untilSourcesHaveConsumers(1);
    const newcomer = refTo(conference, participant(PEOPLE));
    const offer = await bridge.endpoint(newcomer, { rtpCapabilities: bridge.rtpCapabilities });
    expect(offer.consumers.map(({ source }) => source)).toEqual([microphone(last).source]);
    await bridge.remove(newcomer);
  });

  it('are those of everybody once there are only 12', async () => {
    for (const one of people.slice(LIMITS.voices)) await bridge.remove(refTo(conference, one));
    const staying = people.slice(0, LIMITS.voices);
    await until(
      async () => {
        const { endpoints } = await bridge.snapshot(conference);
        return endpoints.every((endpoint) => endpoint.consumers.length === staying.length - 1);
      },
      () => 'all',
    );
  });
});
