import { observer, type types } from 'mediasoup';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Incarnation, LIMITS, type RtpParameters, codeOf, rtpParameters } from '@treff/protocol';
import {
  dtlsOf,
  newIncarnation,
  participant,
  publicationOf,
  randomFrom,
  refTo,
  until,
  untilReceived,
} from '@treff/testing';
import type { MediasoupBridge } from '../src/index.ts';
import { testBridge } from './test-bridge.ts';

const [ANN, BEN] = [participant(1), participant(2)];

describe('a bridge that is used roughly', () => {
  let bridge: MediasoupBridge;
  const workers: types.Worker[] = [];
  const remember = (worker: types.Worker): void => void workers.push(worker);

  beforeAll(async () => {
    observer.on('newworker', remember);
    bridge = await testBridge({ port: 43_400, workers: 1 });
  });
  afterAll(async () => {
    observer.off('newworker', remember);
    await bridge.shutdown();
  });

  async function meet(): Promise<Incarnation> {
    const conference = newIncarnation();
    await bridge.open(conference);
    for (const one of [ANN, BEN]) {
      await bridge.endpoint(refTo(conference, one), { rtpCapabilities: bridge.rtpCapabilities });
    }
    return conference;
  }

  /** What a worker has, counted; but for what every worker has. */
  async function inWorker(): Promise<{ routers: number; handlers: number }> {
    const dump = await workers[0]?.dump();
    return {
      routers: dump?.routerIds.length ?? -1,
      handlers: dump?.channelMessageHandlers.channelRequestHandlers.length ?? -1,
    };
  }

  it('leaves nothing in the worker when everybody has gone', async () => {
    const before = await inWorker();
    for (let round = 0; round < 5; round++) {
      const conference = await meet();
      for (const one of [ANN, BEN]) {
        await bridge.publish(refTo(conference, one), publicationOf(one, 'camera'));
        await bridge.publish(refTo(conference, one), publicationOf(one, 'microphone'));
      }
      expect((await inWorker()).routers).toBe(before.routers + 1);
      await bridge.close(conference);
    }
    await until(
      async () => JSON.stringify(await inWorker()) === JSON.stringify(before),
      () => before,
    );
  });

  it('leaves nothing of older generations, removed endpoints and unpublished sources', async () => {
    const conference = await meet();
    // The first microphone makes what listens to it, which stays for as long as the conference.
    const microphone = publicationOf(ANN, 'microphone');
    await bridge.publish(refTo(conference, ANN), microphone);
    await bridge.unpublish(refTo(conference, ANN), microphone.source);
    await untilReceived(bridge, refTo(conference, BEN), []);
    const before = await inWorker();
    for (let generation = 2; generation < 6; generation++) {
      const ref = refTo(conference, ANN, generation);
      await bridge.endpoint(ref, { rtpCapabilities: bridge.rtpCapabilities });
      const camera = publicationOf(ANN, 'camera', generation);
      await bridge.publish(ref, camera);
      await bridge.unpublish(ref, camera.source);
      await bridge.publish(ref, publicationOf(ANN, 'microphone', generation));
    }
    await bridge.remove(refTo(conference, ANN, 5));
    await bridge.endpoint(refTo(conference, ANN, 6), { rtpCapabilities: bridge.rtpCapabilities });
    await until(
      async () => JSON.stringify(await inWorker()) === JSON.stringify(before),
      () => before,
    );
    await bridge.close(conference);
  });

  it('leaves nothing of a conference that is closed while it is opened', async () => {
    const before = await inWorker();
    const conferences = Array.from({ length: 5 }, newIncarnation);
    const opening = conferences.map((conference) => bridge.open(conference));
    for (const conference of conferences) await bridge.close(conference);
    for (const outcome of await Promise.allSettled(opening)) expect(outcome.status).toBe('rejected');
    await until(
      async () => JSON.stringify(await inWorker()) === JSON.stringify(before),
      () => before,
    );
  });

  it('closes endpoints that were under way when their conference closed', async () => {
    const before = await inWorker();
    const conference = await meet();
    const calls = Array.from({ length: 20 }, (_, index) =>
      bridge.endpoint(refTo(conference, participant(10 + index)), {
        rtpCapabilities: bridge.rtpCapabilities,
      }),
    );
    await bridge.close(conference);
    await Promise.allSettled(calls);
    await until(
      async () => JSON.stringify(await inWorker()) === JSON.stringify(before),
      () => before,
    );
  });

  const seed = Number(process.env['BRIDGE_SEED'] ?? Math.floor(Math.random() * 2 ** 32));
  it(`survives any publication that the protocol lets through (BRIDGE_SEED=${seed})`, async () => {
    const random = randomFrom(seed);
    const conference = await meet();
    const [pid] = bridge.workerPids;
    const codes = new Map<string, number>();
    for (let attempt = 0; attempt < 1_500; attempt++) {
      const kind = random() < 0.5 ? 'camera' : 'microphone';
      const good = publicationOf(ANN, kind, attempt % (LIMITS.sourceIndex / 4));
      const mangled = rtpParameters.safeParse(mangle(good.rtpParameters, random));
      if (!mangled.success) continue;
      const ref = refTo(conference, ANN);
      const code = await bridge.publish(ref, { ...good, rtpParameters: mangled.data }).then(
        () => 'accepted',
        (error: unknown) => codeOf(error),
      );
      codes.set(code, (codes.get(code) ?? 0) + 1);
      await bridge.unpublish(ref, good.source);
    }
    expect([...codes.keys()].toSorted()).toEqual([
      'accepted',
      'media/codec-unsupported',
      'media/invalid-parameters',
    ]);
    expect(bridge.workerPids).toEqual([pid]);
    // And it still works, for both.
    await bridge.connect(refTo(conference, ANN), 'send', dtlsOf(1));
    const camera = publicationOf(ANN, 'camera', 2_000);
    await bridge.publish(refTo(conference, ANN), camera);
    await until(
      async () => {
        const { endpoints } = await bridge.snapshot(conference);
        return endpoints.some(({ consumers }) => consumers.some(({ source }) => source === camera.source));
      },
      () => codes,
    );
    await bridge.close(conference);
  });
});

/** Changes a few fields to what a hostile client would send. */
function mangle(parameters: RtpParameters, random: () => number): unknown {
  const pick = <T>(values: readonly [T, ...T[]]): T =>
    values[Math.floor(random() * values.length)] ?? values[0];
  const copy = structuredClone(parameters) as Record<string, unknown> & RtpParameters;
  const changes: (() => void)[] = [
    () => (copy.mid = pick(['', '0', 'a'.repeat(32), 'é', '\n', ' '])),
    () =>
      (copy.codecs = pick([
        [...copy.codecs, ...copy.codecs],
        copy.codecs.slice(1),
        copy.codecs.toReversed(),
      ])),
    () => copy.codecs.forEach((codec) => (codec.payloadType = pick([0, 96, 97, 127]))),
    () => copy.codecs.forEach((codec) => (codec.clockRate = pick([1, 8_000, 48_000, 90_000]))),
    () => copy.codecs.forEach((codec) => (codec.channels = pick([undefined, 1, 2, 8]))),
    () =>
      copy.codecs.forEach(
        (codec) =>
          (codec.mimeType = pick([
            'audio/opus',
            'video/VP8',
            'video/vp9',
            'video/H264',
            'video/rtx',
            'audio/rtx',
            'video/AV1',
            'audio/.',
          ])),
      ),
    () =>
      copy.codecs.forEach(
        (codec) =>
          (codec.parameters = {
            [pick([
              'apt',
              'profile-id',
              'packetization-mode',
              'profile-level-id',
              'x'.repeat(200),
              'toString',
            ])]: pick<string | number | boolean | null>([
              0,
              96,
              97,
              -1,
              1.5,
              2 ** 31,
              1e300,
              '',
              '42e01f',
              'zz',
              '\u0000',
              true,
              null,
            ]),
          }),
      ),
    () =>
      (copy.codecs[0] = {
        ...parameters.codecs[0],
        rtcpFeedback: [{ type: pick(['', 'nack', '\r\n']) }],
      } as never),
    () => (copy.encodings = pick([copy.encodings.slice(0, 1), copy.encodings.slice(0, 2), [{}, {}], [{}]])),
    () => copy.encodings.forEach((encoding) => (encoding.ssrc = pick([undefined, 0, 1, 2 ** 32 - 1]))),
    () => copy.encodings.forEach((encoding) => (encoding.rid = pick([undefined, 'h', 'l', 'a'.repeat(16)]))),
    () => copy.encodings.forEach((encoding) => (encoding.rtx = pick([undefined, { ssrc: 0 }, { ssrc: 1 }]))),
    () => copy.encodings.forEach((encoding) => (encoding.codecPayloadType = pick([undefined, 0, 96, 97]))),
    () =>
      copy.encodings.forEach(
        (encoding) =>
          (encoding.scalabilityMode = pick(['L1T1', 'L3T3', 'S3T3', 'L3T3_KEY', 'L99T99', 'L2T1h'])),
      ),
    () => copy.encodings.forEach((encoding) => (encoding.maxBitrate = pick([1, 1_000_000_000]))),
    () =>
      (copy.headerExtensions = Array.from({ length: pick([1, 2, 64]) }, () => ({
        uri: pick(['urn:ietf:params:rtp-hdrext:sdes:mid', 'urn:3gpp:video-orientation', 'urn:x', '']),
        id: pick([1, 4, 14, 15, 255]),
      }))),
  ];
  const times = 1 + Math.floor(random() * 3);
  for (let time = 0; time < times; time++) changes[Math.floor(random() * changes.length)]?.();
  return copy;
}
