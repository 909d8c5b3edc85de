import { describe, expect, it } from 'vitest';
import { mediaOffer, rtpCapabilities } from '@treff/protocol';
import type { BridgeTester } from './bridge-tester.ts';
import {
  Listener,
  dtlsOf,
  expectRefusal,
  newIncarnation,
  participant,
  publicationOf,
  refTo,
  expectRefused,
  expectAllStale,
  untilReceived,
} from './calls.ts';

const [ANN, BEN, CEM] = [participant(1), participant(2), participant(3)];

/** Conferences, generations of endpoints, and their transports. */
export function describeLifecycle(under: BridgeTester): void {
  describe('capabilities', () => {
    it('are valid, constant, and name Opus and VP8', () => {
      const mimeTypes = (under.bridge.rtpCapabilities.codecs ?? []).map(({ mimeType }) => mimeType);
      expect(mimeTypes).toEqual(expect.arrayContaining(['audio/opus', 'video/VP8', 'video/rtx']));
      expect(rtpCapabilities.safeParse(under.bridge.rtpCapabilities).success).toBe(true);
      expect(under.bridge.rtpCapabilities).toBe(under.bridge.rtpCapabilities);
    });
  });

  describe('open and close', () => {
    it('opens once however often it is asked', async () => {
      const conference = await under.meet(ANN);
      await Promise.all([under.bridge.open(conference), under.bridge.open(conference)]);
      expect((await under.bridge.snapshot(conference)).endpoints).toHaveLength(1);
    });

    it('refuses everything about a conference that was never opened', async () => {
      const conference = newIncarnation();
      await expectAllStale(under.bridge, refTo(conference, ANN));
      await expectRefusal(under.bridge.snapshot(conference), 'media/stale-generation');
    });

    it('refuses everything about a closed conference, and never opens it again', async () => {
      const conference = await under.meet(ANN);
      await under.bridge.close(conference);
      await expectAllStale(under.bridge, refTo(conference, ANN));
      await expectAllStale(under.bridge, refTo(conference, ANN, 2));
      await expectRefusal(under.bridge.snapshot(conference), 'media/stale-generation');
      await expectRefusal(under.bridge.open(conference), 'media/stale-generation');
    });

    it('closes what is not there, and does not open it when its open arrives late', async () => {
      const conference = newIncarnation();
      await under.bridge.close(conference);
      await under.bridge.close(conference);
      await expectRefusal(under.bridge.open(conference), 'media/stale-generation');
    });

    it('closes while calls are under way, each of which is done or refused', async () => {
      const conference = await under.meet(ANN, BEN);
      const ref = refTo(conference, ANN);
      const calls = [
        under.enter(refTo(conference, CEM)),
        under.bridge.publish(ref, publicationOf(ANN, 'camera')),
      ];
      await under.bridge.close(conference);
      for (const outcome of await Promise.allSettled(calls)) {
        if (outcome.status === 'fulfilled') continue;
        expectRefused(outcome.reason, 'media/stale-generation');
      }
      await expectRefusal(under.bridge.snapshot(conference), 'media/stale-generation');
    });

    it('keeps conferences apart, also those with the same participants', async () => {
      const [one, other] = [await under.meet(ANN, BEN), await under.meet(ANN, BEN)];
      await under.bridge.publish(refTo(one, ANN), publicationOf(ANN, 'camera'));
      await untilReceived(under.bridge, refTo(one, BEN), [publicationOf(ANN, 'camera').source]);
      expect(await under.state(other)).toEqual([
        { endpoint: ANN, generation: 1, sources: [], consumes: [] },
        { endpoint: BEN, generation: 1, sources: [], consumes: [] },
      ]);
    });
  });

  describe('endpoints and generations', () => {
    it('offers two transports that a client can use', async () => {
      const conference = await under.meet();
      const offer = await under.enter(refTo(conference, ANN, 3));
      expect(mediaOffer.safeParse(offer).success).toBe(true);
      expect(offer.generation).toBe(3);
      expect(offer.consumers).toEqual([]);
      expect(offer.send.id).not.toBe(offer.receive.id);
      expect(offer.send.iceParameters.iceLite).toBe(true);
      expect(offer.send.iceCandidates.length).toBeGreaterThan(0);
    });

    it('answers a repeated call with the same transports and today’s consumers', async () => {
      const conference = await under.meet(ANN, BEN);
      const first = await under.enter(refTo(conference, BEN));
      const source = publicationOf(ANN, 'microphone');
      await under.bridge.publish(refTo(conference, ANN), source);
      await untilReceived(under.bridge, refTo(conference, BEN), [source.source]);
      const again = await under.enter(refTo(conference, BEN));
      expect({ ...again, consumers: [] }).toEqual(first);
      expect(again.consumers.map((consumer) => consumer.source)).toEqual([source.source]);
      expect(await under.enter(refTo(conference, BEN))).toEqual(again);
    });

    it('does nothing twice when the same call arrives many times at once', async () => {
      const conference = await under.meet(BEN);
      const ref = refTo(conference, ANN);
      const offers = await Promise.all([
        under.enter(ref),
        under.enter(ref),
        under.enter(ref),
        under.enter(ref),
      ]);
      for (const offer of offers) expect(offer).toEqual(offers[0]);
      const source = publicationOf(ANN, 'camera');
      await Promise.all([1, 2, 3, 4].map(() => under.bridge.publish(ref, source)));
      await untilReceived(under.bridge, refTo(conference, BEN), [source.source]);
    });

    it('offers everything that the others send', async () => {
      const conference = await under.meet(ANN, BEN);
      const sources = [publicationOf(ANN, 'microphone'), publicationOf(ANN, 'camera')];
      for (const source of sources) await under.bridge.publish(refTo(conference, ANN), source);
      await under.bridge.publish(refTo(conference, BEN), publicationOf(BEN, 'screen'));
      const { consumers } = await under.enter(refTo(conference, CEM));
      expect(mediaOffer.shape.consumers.safeParse(consumers).success).toBe(true);
      expect(consumers.map(({ source, kind }) => `${source} ${kind}`).toSorted()).toEqual([
        `${publicationOf(ANN, 'microphone').source} microphone`,
        `${publicationOf(ANN, 'camera').source} camera`,
        `${publicationOf(BEN, 'screen').source} screen`,
      ]);
    });

    it('refuses a generation that is over, and nothing changes', async () => {
      const conference = await under.meet(BEN);
      await under.enter(refTo(conference, ANN, 1));
      await under.enter(refTo(conference, ANN, 2));
      await under.bridge.publish(refTo(conference, ANN, 2), publicationOf(ANN, 'camera'));
      const before = await under.state(conference);
      await expectAllStale(under.bridge, refTo(conference, ANN, 1));
      expect(await under.state(conference)).toEqual(before);
    });

    it('refuses a generation that was never opened, and nothing changes', async () => {
      const conference = await under.meet(ANN);
      const before = await under.state(conference);
      await expectAllStale(under.bridge, refTo(conference, ANN, 2), ['endpoint']);
      await expectAllStale(under.bridge, refTo(conference, BEN, 1), ['endpoint']);
      expect(await under.state(conference)).toEqual(before);
    });

    it('closes all that an older generation had when a newer one is opened', async () => {
      const conference = await under.meet(ANN, BEN);
      const listener = new Listener(under.bridge);
      await under.bridge.publish(refTo(conference, ANN), publicationOf(ANN, 'camera'));
      await under.bridge.publish(refTo(conference, BEN), publicationOf(BEN, 'microphone'));
      await untilReceived(under.bridge, refTo(conference, BEN), [publicationOf(ANN, 'camera').source]);
      const first = listener.consumersOf(refTo(conference, BEN));
      const offer = await under.enter(refTo(conference, ANN, 2));
      expect(offer.consumers.map(({ source }) => source)).toEqual([publicationOf(BEN, 'microphone').source]);
      await untilReceived(under.bridge, refTo(conference, BEN), []);
      expect(listener.events(conference)).toContainEqual({
        type: 'consumers-removed',
        ...refTo(conference, BEN),
        consumers: first,
      });
      listener.unsubscribe();
    });

    it('takes a source of an older generation again in a newer one', async () => {
      const conference = await under.meet(ANN, BEN);
      const source = publicationOf(ANN, 'camera');
      await under.bridge.publish(refTo(conference, ANN), source);
      await under.enter(refTo(conference, ANN, 2));
      await under.bridge.publish(refTo(conference, ANN, 2), source);
      await untilReceived(under.bridge, refTo(conference, BEN), [source.source]);
    });

    it('removes an endpoint, and lets only a newer generation in again', async () => {
      const conference = await under.meet(ANN, BEN);
      await under.bridge.publish(refTo(conference, ANN), publicationOf(ANN, 'camera'));
      await untilReceived(under.bridge, refTo(conference, BEN), [publicationOf(ANN, 'camera').source]);
      await under.bridge.remove(refTo(conference, ANN));
      await under.bridge.remove(refTo(conference, ANN));
      await untilReceived(under.bridge, refTo(conference, BEN), []);
      await expectAllStale(under.bridge, refTo(conference, ANN));
      expect((await under.enter(refTo(conference, ANN, 2))).generation).toBe(2);
    });

    it('remembers a removal that overtook its endpoint', async () => {
      const conference = await under.meet();
      await under.bridge.remove(refTo(conference, ANN, 4));
      await expectRefusal(under.enter(refTo(conference, ANN, 3)), 'media/stale-generation');
      await expectRefusal(under.enter(refTo(conference, ANN, 4)), 'media/stale-generation');
      expect((await under.enter(refTo(conference, ANN, 5))).generation).toBe(5);
    });

    it('removes nothing when an older generation is to be removed', async () => {
      const conference = await under.meet();
      await under.enter(refTo(conference, ANN, 2));
      await under.bridge.remove(refTo(conference, ANN, 1));
      expect((await under.bridge.snapshot(conference)).endpoints).toHaveLength(1);
    });

    it('removes and unpublishes what is not there', async () => {
      const conference = newIncarnation();
      await under.bridge.remove(refTo(conference, ANN));
      await under.bridge.unpublish(refTo(conference, ANN), publicationOf(ANN, 'camera').source);
      await under.bridge.open(conference);
      await under.bridge.unpublish(refTo(conference, ANN), publicationOf(ANN, 'camera').source);
      await under.bridge.remove(refTo(conference, ANN));
      expect((await under.bridge.snapshot(conference)).endpoints).toEqual([]);
    });
  });

  describe('transports', () => {
    it('connects each once, and takes a repetition for what it is', async () => {
      const conference = await under.meet(ANN);
      const ref = refTo(conference, ANN);
      await under.bridge.connect(ref, 'send', dtlsOf(1));
      await under.bridge.connect(ref, 'send', dtlsOf(1));
      await under.bridge.connect(ref, 'receive', dtlsOf(2));
      await expectRefusal(under.bridge.connect(ref, 'send', dtlsOf(3)), 'media/transport-failed');
      await under.bridge.connect(ref, 'send', dtlsOf(1));
    });

    it('answers a repeated endpoint call the same after it is connected', async () => {
      const conference = await under.meet();
      const ref = refTo(conference, ANN);
      const offer = await under.enter(ref);
      await under.bridge.connect(ref, 'send', dtlsOf(1));
      await under.bridge.connect(ref, 'receive', dtlsOf(1));
      expect(await under.enter(ref)).toEqual(offer);
    });

    it('restarts ICE once for each attempt, and then offers today’s credentials', async () => {
      const conference = await under.meet();
      const ref = refTo(conference, ANN);
      const offer = await under.enter(ref);
      const first = await under.bridge.restartIce(ref, 1);
      const second = await under.bridge.restartIce(ref, 2);
      const fragments = [
        offer.send.iceParameters,
        offer.receive.iceParameters,
        first.send,
        first.receive,
        second.send,
        second.receive,
      ].map(({ usernameFragment }) => usernameFragment);
      expect(new Set(fragments).size).toBe(6);
      expect(await under.bridge.restartIce(ref, 2)).toEqual(second);
      // A repetition of the first that was late for long changes nothing.
      expect(await under.bridge.restartIce(ref, 1)).toEqual(second);
      expect((await under.enter(ref)).send.iceParameters).toEqual(second.send);
    });
  });
}
