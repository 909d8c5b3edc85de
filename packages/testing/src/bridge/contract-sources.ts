import { describe, expect, it } from 'vitest';
import { LIMITS, makeSourceId } from '@treff/protocol';
import type { BridgeTester } from './bridge-tester.ts';
import {
  type BridgePublication,
  Listener,
  expectRefusal,
  participant,
  publicationOf,
  refTo,
  soundOnly,
  until,
  untilReceived,
} from './calls.ts';

const [ANN, BEN, CEM, DOT] = [participant(1), participant(2), participant(3), participant(4)];

/** What is published and what becomes of it. */
export function describeSources(under: BridgeTester): void {
  describe('sources', () => {
    it('forwards a source to everybody else who can decode it, and never to its publisher', async () => {
      const conference = await under.meet(ANN, BEN, CEM);
      const deaf = refTo(conference, DOT);
      await under.bridge.endpoint(deaf, { rtpCapabilities: soundOnly(under.bridge.rtpCapabilities) });
      const listener = new Listener(under.bridge);
      const [camera, microphone] = [publicationOf(ANN, 'camera'), publicationOf(ANN, 'microphone')];
      await under.bridge.publish(refTo(conference, ANN), camera);
      await under.bridge.publish(refTo(conference, ANN), microphone);
      for (const ref of [refTo(conference, BEN), refTo(conference, CEM)]) {
        await untilReceived(under.bridge, ref, [camera.source, microphone.source]);
        expect(listener.addedSources(ref).toSorted()).toEqual([camera.source, microphone.source].toSorted());
      }
      await untilReceived(under.bridge, deaf, [microphone.source]);
      await untilReceived(under.bridge, refTo(conference, ANN), []);
      expect(listener.addedSources(refTo(conference, ANN))).toEqual([]);
      listener.unsubscribe();
    });

    it('forwards nothing to who can decode nothing', async () => {
      const conference = await under.meet(ANN);
      await under.bridge.publish(refTo(conference, ANN), publicationOf(ANN, 'microphone'));
      const offer = await under.bridge.endpoint(refTo(conference, BEN), { rtpCapabilities: {} });
      expect(offer.consumers).toEqual([]);
    });

    it('refuses a second source of a kind', async () => {
      const conference = await under.meet(ANN);
      const ref = refTo(conference, ANN);
      for (const kind of ['microphone', 'camera', 'screen', 'screenAudio'] as const) {
        await under.bridge.publish(ref, publicationOf(ANN, kind));
        await expectRefusal(under.bridge.publish(ref, publicationOf(ANN, kind, 1)), 'source/too-many');
      }
      const [endpoint] = (await under.bridge.snapshot(conference)).endpoints;
      expect(endpoint?.sources).toHaveLength(LIMITS.sourcesPerEndpoint);
    });

    it('refuses an id that is another’s, of another kind of media, or was unpublished', async () => {
      const conference = await under.meet(ANN, BEN);
      const ref = refTo(conference, ANN);
      const camera = publicationOf(ANN, 'camera');
      const others = publicationOf(BEN, 'camera').source;
      const sounding = makeSourceId(ANN, 'microphone', 7);
      await expectRefusal(under.bridge.publish(ref, { ...camera, source: others }), 'source/invalid-id');
      await expectRefusal(under.bridge.publish(ref, { ...camera, source: sounding }), 'source/invalid-id');
      await under.bridge.publish(ref, camera);
      await under.bridge.unpublish(ref, camera.source);
      await expectRefusal(under.bridge.publish(ref, camera), 'source/invalid-id');
      await under.enter(refTo(conference, ANN, 2));
      await expectRefusal(under.bridge.publish(refTo(conference, ANN, 2), camera), 'source/invalid-id');
    });

    it('refuses a source whose unpublish overtook its publish', async () => {
      const conference = await under.meet(ANN);
      const camera = publicationOf(ANN, 'camera');
      await under.bridge.unpublish(refTo(conference, ANN), camera.source);
      await expectRefusal(under.bridge.publish(refTo(conference, ANN), camera), 'source/invalid-id');
    });

    it('unpublishes only what is the caller’s own', async () => {
      const conference = await under.meet(ANN, BEN);
      const camera = publicationOf(ANN, 'camera');
      await under.bridge.publish(refTo(conference, ANN), camera);
      await under.bridge.unpublish(refTo(conference, BEN), camera.source);
      await under.bridge.unpublish(refTo(conference, ANN, 7), camera.source);
      await untilReceived(under.bridge, refTo(conference, BEN), [camera.source]);
    });

    it('tells everybody when a source ends', async () => {
      const conference = await under.meet(ANN, BEN, CEM);
      const listener = new Listener(under.bridge);
      const camera = publicationOf(ANN, 'camera');
      const receivers = [refTo(conference, BEN), refTo(conference, CEM)];
      await under.bridge.publish(refTo(conference, ANN), camera);
      for (const ref of receivers) await untilReceived(under.bridge, ref, [camera.source]);
      await under.bridge.unpublish(refTo(conference, ANN), camera.source);
      for (const ref of receivers) {
        await untilReceived(under.bridge, ref, []);
        await until(
          () => listener.consumersOf(ref).length === 0,
          () => listener.messages,
        );
      }
      listener.unsubscribe();
    });

    const bad: Record<string, [BridgePublication, 'media/codec-unsupported' | 'media/invalid-parameters']> = {
      'of a codec that it does not know': [
        withCodec(publicationOf(ANN, 'camera'), 'video/H265'),
        'media/codec-unsupported',
      ],
      'whose codec is of another kind': [
        withCodec(publicationOf(ANN, 'microphone'), 'video/VP8'),
        'media/invalid-parameters',
      ],
      'with an SSRC that another has': [
        withEncodings(publicationOf(ANN, 'camera'), [{ ssrc: 1_000 }]),
        'media/invalid-parameters',
      ],
      'with an SSRC twice': [
        withEncodings(publicationOf(ANN, 'camera'), [{ ssrc: 77, rtx: { ssrc: 77 } }]),
        'media/invalid-parameters',
      ],
      'with a MID that another has': [withMid(publicationOf(ANN, 'camera'), '0'), 'media/invalid-parameters'],
    };
    it.each(Object.entries(bad))('refuses one %s, and is then as before', async (_, [publication, code]) => {
      const conference = await under.meet(ANN, BEN);
      const ref = refTo(conference, ANN);
      const rest = publication.kind === 'microphone' ? 'camera' : 'microphone';
      await under.bridge.publish(ref, publicationOf(ANN, rest));
      await untilReceived(under.bridge, refTo(conference, BEN), [publicationOf(ANN, rest).source]);
      const before = await under.state(conference);
      await expectRefusal(under.bridge.publish(ref, publication), code);
      await expectRefusal(under.bridge.publish(ref, publication), code);
      expect(await under.state(conference)).toEqual(before);
      const good = publicationOf(ANN, publication.kind);
      await under.bridge.publish(ref, good);
      await untilReceived(under.bridge, refTo(conference, BEN), [
        publicationOf(ANN, rest).source,
        good.source,
      ]);
    });

    it('pauses and resumes, and shows it in the snapshot', async () => {
      const conference = await under.meet(ANN);
      const ref = refTo(conference, ANN);
      const camera = { ...publicationOf(ANN, 'camera'), paused: true };
      const shows = async (paused: boolean): Promise<void> => {
        expect((await under.bridge.snapshot(conference)).endpoints[0]?.sources).toEqual([
          { source: camera.source, paused, layers: 3 },
        ]);
      };
      await under.bridge.publish(ref, camera);
      await shows(true);
      await under.bridge.pause(ref, camera.source, false);
      await under.bridge.pause(ref, camera.source, false);
      await shows(false);
      // A publish that is repeated late is no resume.
      await under.bridge.pause(ref, camera.source, true);
      await under.bridge.publish(ref, { ...camera, paused: false });
      await shows(true);
    });

    it('refuses to pause what is not there', async () => {
      const conference = await under.meet(ANN);
      await expectRefusal(
        under.bridge.pause(refTo(conference, ANN), publicationOf(ANN, 'camera').source, true),
        'source/unknown',
      );
    });
  });
}

function withCodec(publication: BridgePublication, mimeType: string): BridgePublication {
  const codecs = [{ mimeType, payloadType: 96, clockRate: 90_000 }];
  return { ...publication, rtpParameters: { ...publication.rtpParameters, codecs } };
}

function withEncodings(
  publication: BridgePublication,
  encodings: BridgePublication['rtpParameters']['encodings'],
): BridgePublication {
  return { ...publication, rtpParameters: { ...publication.rtpParameters, encodings } };
}

function withMid(publication: BridgePublication, mid: string): BridgePublication {
  return { ...publication, rtpParameters: { ...publication.rtpParameters, mid } };
}
