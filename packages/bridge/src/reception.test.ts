import type { types } from 'mediasoup';
import { describe, expect, it } from 'vitest';
import { type ReceiverConstraints, participantId, sourceId } from '@treff/protocol';
import { Reception } from './reception.ts';
import type { Source } from './source.ts';

const CAMERA = sourceId.parse('0fd81c2a-v1');

/** A consumer that writes down what it is told. */
function world(options: { kind?: 'audio' | 'video'; type?: 'simple' | 'simulcast' } = {}) {
  const { kind = 'video', type = 'simulcast' } = options;
  const told: string[] = [];
  const consumer = {
    id: 'consumer',
    kind,
    closed: false,
    paused: false,
    rtpParameters: {
      codecs: [{ mimeType: 'video/VP8', payloadType: 101, clockRate: 90_000 }],
      encodings: [{ ssrc: 1 }],
    },
    pause: async () => void told.push('pause'),
    resume: async () => void told.push('resume'),
    setPreferredLayers: async ({ spatialLayer }: types.ConsumerLayers) =>
      void told.push(`layer ${spatialLayer}`),
    requestKeyFrame: async () => void told.push('key frame'),
    close: () => {
      consumer.closed = true;
    },
  };
  const transport = {
    closed: false,
    consume: async ({ paused = false, preferredLayers }: types.ConsumerOptions) => {
      consumer.paused = paused;
      told.push(`${paused ? 'paused' : 'running'} at ${preferredLayers?.spatialLayer ?? 'its only layer'}`);
      return consumer;
    },
  };
  const source = {
    id: CAMERA,
    kind: kind === 'audio' ? 'microphone' : 'camera',
    owner: participantId.parse('0fd81c2a'),
    producer: { id: 'producer', kind, type },
    height: 720,
    layers: type === 'simple' ? 1 : 3,
    closed: false,
  };
  const open = (started: boolean, constraints?: ReceiverConstraints): Promise<Reception | undefined> =>
    Reception.open(transport as unknown as types.WebRtcTransport, source as unknown as Source, {
      rtpCapabilities: {},
      constraints,
      started,
    });
  return { told, consumer, transport, source, open };
}

const show = (height: number): ReceiverConstraints => ({
  defaultMaxHeight: 0,
  maxHeights: { [CAMERA]: height },
});
const ALL: ReceiverConstraints = { defaultMaxHeight: 4320, maxHeights: {} };
const NONE: ReceiverConstraints = { defaultMaxHeight: 0, maxHeights: {} };

describe('a source that is received', () => {
  it('comes with its lowest layer before anything is known of what is shown', async () => {
    const { told, open } = world();
    await open(true);
    expect(told).toEqual(['running at 0']);
  });

  it('waits until it is started', async () => {
    const { told, open } = world();
    const reception = await open(false, show(720));
    await reception?.apply(show(180));
    expect(told).toEqual(['paused at 2', 'layer 0']);
    await reception?.start(show(180));
    expect(told.slice(2)).toEqual(['resume']);
  });

  it('is paused while it is hidden, and resumes in the layer that is shown then', async () => {
    const { told, open } = world();
    const reception = await open(true);
    await reception?.apply(NONE);
    await reception?.apply(show(360));
    await reception?.apply(ALL);
    expect(told).toEqual(['running at 0', 'pause', 'layer 1', 'resume', 'layer 2']);
  });

  it('is opened paused where it is hidden from the first', async () => {
    const { told, open } = world();
    const reception = await open(true, NONE);
    await reception?.start(NONE);
    expect(told).toEqual(['paused at 0']);
  });

  it('is told nothing twice', async () => {
    const { told, open } = world();
    const reception = await open(true, show(360));
    for (const height of [360, 300, 340]) await reception?.apply(show(height));
    await reception?.start(show(360));
    expect(told).toEqual(['running at 1']);
  });

  it('is told once more what failed', async () => {
    const { told, open, consumer } = world();
    const reception = await open(true);
    const { setPreferredLayers } = consumer;
    consumer.setPreferredLayers = async () => {
      throw new Error('busy');
    };
    await expect(reception?.apply(ALL)).rejects.toThrow('busy');
    consumer.setPreferredLayers = setPreferredLayers;
    await reception?.apply(ALL);
    expect(told).toEqual(['running at 0', 'layer 2']);
  });

  it('sends a key frame again to who says late that it is set up, once', async () => {
    const { told, open } = world();
    const reception = await open(true);
    await reception?.acknowledge(undefined);
    await reception?.acknowledge(undefined);
    expect(told).toEqual(['running at 0', 'key frame']);
  });

  it('starts, and needs no further key frame, when it was waiting for that', async () => {
    const { told, open } = world();
    const reception = await open(false);
    await reception?.acknowledge(undefined);
    await reception?.acknowledge(undefined);
    expect(told).toEqual(['paused at 0', 'resume']);
  });

  it('has no layer to choose where it is sent in one', async () => {
    const { told, open } = world({ type: 'simple' });
    const reception = await open(true);
    await reception?.apply(ALL);
    await reception?.apply(NONE);
    expect(told).toEqual(['running at its only layer', 'pause']);
  });

  it('is heard whatever is shown', async () => {
    const { told, open } = world({ kind: 'audio', type: 'simple' });
    const reception = await open(true, NONE);
    await reception?.apply(NONE);
    await reception?.acknowledge(NONE);
    expect(told).toEqual(['running at its only layer']);
  });

  it.each(['source', 'transport'] as const)(
    'is none when its %s ended while it was opened',
    async (which) => {
      const made = world();
      const opening = made.open(true);
      made[which].closed = true;
      expect(await opening).toBeUndefined();
      expect(made.consumer.closed).toBe(which === 'transport');
    },
  );

  it('is left alone once it has ended', async () => {
    const { told, open, consumer } = world();
    const reception = await open(true);
    consumer.closed = true;
    await reception?.apply(NONE);
    await reception?.acknowledge(NONE);
    expect(told).toEqual(['running at 0']);
  });
});
