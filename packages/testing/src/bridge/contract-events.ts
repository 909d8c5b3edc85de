import { describe, expect, it } from 'vitest';
import { type Bridge, type Incarnation, LIMITS } from '@treff/protocol';
import type { BridgeTester } from './bridge-tester.ts';
import {
  Listener,
  expectRefusal,
  newIncarnation,
  participant,
  publicationOf,
  refTo,
  until,
  expectRefused,
  expectAllStale,
  untilReceived,
} from './calls.ts';
import { expectedState, makeRandomCalls } from './random-calls.ts';
import { randomFrom, unreliable, untilAnswered } from './unreliable.ts';

const [ANN, BEN, DOT] = [participant(1), participant(2), participant(4)];

/** What is received and told, and what survives mishaps. */
export function describeEvents(under: BridgeTester): void {
  describe('receiving', () => {
    it('starts announced consumers, and passes over ids that it does not know', async () => {
      const conference = await under.meet(ANN, BEN);
      const listener = new Listener(under.bridge);
      const ref = refTo(conference, BEN);
      await under.bridge.publish(refTo(conference, ANN), publicationOf(ANN, 'camera'));
      await until(
        () => listener.consumersOf(ref).length === 1,
        () => listener.messages,
      );
      await under.bridge.start(ref, ['gone', ...listener.consumersOf(ref)]);
      await under.bridge.start(ref, listener.consumersOf(ref));
      await under.bridge.start(ref, []);
      listener.unsubscribe();
    });

    it('takes constraints at any time, also for sources that are not there', async () => {
      const conference = await under.meet(ANN, BEN);
      const ref = refTo(conference, BEN);
      const camera = publicationOf(ANN, 'camera');
      const unknown = publicationOf(DOT, 'camera').source;
      await under.bridge.constrain(ref, { defaultMaxHeight: 0, maxHeights: { [unknown]: 720 } });
      await under.bridge.publish(refTo(conference, ANN), camera);
      await untilReceived(under.bridge, ref, [camera.source]);
      for (const height of [180, 0, LIMITS.maxHeight, 0]) {
        await under.bridge.constrain(ref, { defaultMaxHeight: 0, maxHeights: { [camera.source]: height } });
      }
      await untilReceived(under.bridge, ref, [camera.source]);
    });
  });

  describe('events', () => {
    it('are numbered without gaps, over all conferences and for every listener, until it unsubscribes', async () => {
      const [one, other] = [new Listener(under.bridge), new Listener(under.bridge)];
      for (const conference of [await under.meet(ANN, BEN), await under.meet(ANN, BEN)]) {
        await under.bridge.publish(refTo(conference, ANN), publicationOf(ANN, 'camera'));
        await untilReceived(under.bridge, refTo(conference, BEN), [publicationOf(ANN, 'camera').source]);
      }
      const numbers = one.messages.flatMap((message) => ('seq' in message ? message.seq : []));
      expect(numbers).toHaveLength(2);
      expect(numbers[1]).toBe((numbers[0] ?? 0) + 1);
      expect(other.messages).toEqual(one.messages);
      one.unsubscribe();
      one.unsubscribe();
      const last = await under.meet(ANN, BEN);
      await under.bridge.publish(refTo(last, ANN), publicationOf(ANN, 'camera'));
      await untilReceived(under.bridge, refTo(last, BEN), [publicationOf(ANN, 'camera').source]);
      expect(one.messages).toHaveLength(2);
      expect(other.messages).toHaveLength(3);
      expect((await under.bridge.snapshot(last)).seq).toBe((numbers[1] ?? 0) + 1);
      other.unsubscribe();
    });
  });

  describe('the death of a worker', () => {
    it('is told, and the conference may be opened again with newer generations', async () => {
      const conference = await under.meet(ANN);
      const listener = new Listener(under.bridge);
      const lost = (): boolean =>
        listener.events(conference).some((event) => event.type === 'conference-lost');
      await under.kill(conference);
      await until(lost, () => listener.messages);
      expect(listener.events(conference)).toEqual([
        { type: 'conference-lost', incarnation: conference, code: 'media/bridge-unavailable' },
      ]);
      await expectAllStale(under.bridge, refTo(conference, ANN));
      await under.bridge.remove(refTo(conference, BEN, 2));
      await openPatiently(under.bridge, conference);
      expect((await under.bridge.snapshot(conference)).endpoints).toEqual([]);
      await expectAllStale(under.bridge, refTo(conference, ANN));
      await expectRefusal(under.enter(refTo(conference, BEN, 2)), 'media/stale-generation');
      await under.enter(refTo(conference, ANN, 2));
      await under.enter(refTo(conference, BEN, 3));
      await under.bridge.publish(refTo(conference, ANN, 2), publicationOf(ANN, 'camera'));
      await untilReceived(under.bridge, refTo(conference, BEN, 3), [publicationOf(ANN, 'camera').source]);
      listener.unsubscribe();
    });

    it('does not bring a conference back that is closed while it is lost', async () => {
      const conference = await under.meet(ANN);
      const listener = new Listener(under.bridge);
      await under.kill(conference);
      await until(
        () => listener.events(conference).length > 0,
        () => listener.messages,
      );
      await under.bridge.close(conference);
      await expectRefusal(under.bridge.open(conference), 'media/stale-generation');
      await openPatiently(under.bridge, newIncarnation());
      listener.unsubscribe();
    });
  });

  describe('a bad transport', () => {
    const seed = Number(process.env['BRIDGE_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

    it(`leaves what was intended, in spite of loss, repetition and reordering (BRIDGE_SEED=${seed})`, async () => {
      const random = randomFrom(seed);
      for (let round = 0; round < 3; round++) {
        const conference = newIncarnation();
        const listener = new Listener(under.bridge);
        const transport = unreliable(under.bridge, { random });
        const intended = await makeRandomCalls(transport, conference, listener, {
          endpoints: 6,
          calls: 60,
          random,
        });
        await transport.settle();
        const wanted = expectedState(intended);
        let actual: unknown;
        await until(
          async () => {
            actual = await under.state(conference);
            return JSON.stringify(actual) === JSON.stringify(wanted);
          },
          () => ({ seed, actual, wanted }),
        );
        for (const [mishap, times] of Object.entries(transport.mishaps)) {
          expect({ mishap, happened: times > 0 }).toEqual({ mishap, happened: true });
        }
        // Who only listened knows the same as who looked.
        for (const { endpoint, generation, consumers } of (await under.bridge.snapshot(conference))
          .endpoints) {
          const heard = listener.consumersOf(refTo(conference, endpoint, generation));
          expect(heard).toEqual(consumers.map(({ id }) => id).toSorted());
        }
        await untilAnswered(() => transport.close(conference));
        await transport.settle();
        await expectRefusal(under.bridge.open(conference), 'media/stale-generation');
        listener.unsubscribe();
      }
    });
  });
}

/** A bridge has no place for a conference for as long as no worker lives. */
async function openPatiently(bridge: Bridge, conference: Incarnation): Promise<void> {
  await until(
    () =>
      bridge.open(conference).then(
        () => true,
        (error: unknown) => {
          expectRefused(error, 'media/bridge-unavailable');
          return false;
        },
      ),
    () => 'still unavailable',
  );
}
