import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import { describe, expect, it } from 'vitest';
import { participantId, sourceId } from '@treff/protocol';
import type { Forwarded } from './allocation.ts';
import { Interned } from './interned.ts';
import type { Ending } from './pipes.ts';
import { type CommonParameters, Reception } from './reception.ts';
import type { Source } from './source.ts';

const CAMERA = sourceId.parse('0fd81c2a-v1');

/** A consumer that writes down what it is told. */
function world(
  options: {
    kind?: 'audio' | 'video';
    type?: 'simple' | 'simulcast';
    ssrc?: number;
    common?: Interned<CommonParameters>;
  } = {},
) {
  const { kind = 'video', type = 'simulcast', ssrc = 1, common = new Interned(1) } = options;
  const told: string[] = [];
  const crossing: string[] = [];
  const consumer = {
    id: 'consumer',
    kind,
    closed: false,
    paused: false,
    rtpParameters: {
      codecs: [{ mimeType: 'video/VP8', payloadType: 101, clockRate: 90_000 }],
      encodings: [{ ssrc }],
    },
    pause: async () => void told.push('pause'),
    resume: async () => void told.push('resume'),
    setPreferredLayers: async ({ spatialLayer }: types.ConsumerLayers) =>
      void told.push(`layer ${spatialLayer}`),
    setPriority: async (priority: number) => void told.push(`priority ${priority}`),
    observer: new EventEmitter(),
    requestKeyFrame: async () => void told.push('key frame'),
    close: () => {
      consumer.closed = true;
      consumer.observer.emit('close');
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
    isVideo: kind === 'video',
    owner: participantId.parse('0fd81c2a'),
    producer: { id: 'producer', kind, type },
    outlets: {
      at: async () => ({
        producerId: 'producer',
        run: async (running: boolean) => void crossing.push(running ? 'run' : 'rest'),
        release: () => void crossing.push('release'),
        releaseAfter: ({ closed, observer }: Ending) => {
          if (closed) crossing.push('release');
          else observer.once('close', () => void crossing.push('release'));
        },
      }),
    },
    height: 720,
    layers: type === 'simple' ? 1 : 3,
    silenced: false,
    closed: false,
  };
  const open = (started: boolean, allotted?: Forwarded): Promise<Reception | undefined> =>
    Reception.open(transport as unknown as types.WebRtcTransport, source as unknown as Source, {
      router: {} as types.Router,
      rtpCapabilities: {},
      allotted,
      started,
      now: 0,
      common,
    });
  return { told, crossing, consumer, transport, source, open };
}

const layer = (spatialLayer: number, priority = 1): Forwarded => ({ layer: spatialLayer, priority });
const LOWEST = layer(0);

describe('a source that is received', () => {
  it('waits until it is started', async () => {
    const { told, open } = world();
    const reception = await open(false, layer(2));
    await reception?.allot(LOWEST);
    expect(told).toEqual(['paused at 2', 'layer 0']);
    await reception?.start();
    expect(told.slice(2)).toEqual(['resume']);
  });

  it('is paused while it is not to come, and resumes in the layer that is to come then', async () => {
    const { told, open } = world();
    const reception = await open(true, LOWEST);
    await reception?.allot(undefined);
    await reception?.allot(layer(1));
    await reception?.allot(layer(2, 128));
    expect(told).toEqual(['running at 0', 'pause', 'layer 1', 'resume', 'layer 2', 'priority 128']);
  });

  it('is opened paused where it is not to come from the first', async () => {
    const { told, open } = world();
    const reception = await open(true);
    await reception?.start();
    expect(told).toEqual(['paused at 0']);
  });

  it('is told nothing twice', async () => {
    const { told, open } = world();
    const reception = await open(true, layer(1, 64));
    for (const priority of [64, 64, 1, 1]) await reception?.allot(layer(1, priority));
    await reception?.start();
    expect(told).toEqual(['running at 1', 'priority 64', 'priority 1']);
    expect(reception?.allot(layer(1))).toBeUndefined();
  });

  it('ends as it was wanted last, however fast wishes come', async () => {
    const { told, open, consumer } = world();
    const reception = await open(true, LOWEST);
    const answer = Promise.withResolvers<void>();
    consumer.setPreferredLayers = async ({ spatialLayer }) => {
      await answer.promise;
      told.push(`layer ${spatialLayer}`);
    };
    const changes = [layer(2), undefined, layer(1), undefined].flatMap(
      (wish) => reception?.allot(wish) ?? [],
    );
    answer.resolve();
    await Promise.all(changes);
    expect(told).toEqual(['running at 0', 'layer 2', 'pause']);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7])(
    'ends as it was wanted last, too, when that comes %i turns after the wish before it',
    async (turns) => {
      const { told, open } = world();
      const reception = await open(true, LOWEST);
      const before = reception?.allot(layer(2));
      for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      await reception?.allot(undefined);
      await before;
      expect(told.at(-1)).toBe('pause');
    },
  );

  it('is told once more what failed', async () => {
    const { told, open, consumer } = world();
    const reception = await open(true, LOWEST);
    const { setPreferredLayers } = consumer;
    consumer.setPreferredLayers = async () => {
      throw new Error('busy');
    };
    await expect(reception?.allot(layer(2))).rejects.toThrow('busy');
    consumer.setPreferredLayers = setPreferredLayers;
    await reception?.allot(layer(2));
    expect(told).toEqual(['running at 0', 'layer 2']);
  });

  it('sends a key frame again to who says late that it is set up, once', async () => {
    const { told, open } = world();
    const reception = await open(true, LOWEST);
    await reception?.acknowledge();
    await reception?.acknowledge();
    expect(told).toEqual(['running at 0', 'key frame']);
  });

  it('starts, and needs no further key frame, when it was waiting for that', async () => {
    const { told, open } = world();
    const reception = await open(false, LOWEST);
    await reception?.acknowledge();
    await reception?.acknowledge();
    expect(told).toEqual(['paused at 0', 'resume']);
  });

  it('has no layer to choose where it is sent in one', async () => {
    const { told, open } = world({ type: 'simple' });
    const reception = await open(true, LOWEST);
    await reception?.allot(layer(2));
    await reception?.allot(undefined);
    expect(told).toEqual(['running at its only layer', 'pause']);
  });

  it('is heard whatever is shown', async () => {
    const { told, open } = world({ kind: 'audio', type: 'simple' });
    const reception = await open(true);
    await reception?.allot(undefined);
    await reception?.acknowledge();
    expect(told).toEqual(['running at its only layer']);
  });

  it('is not heard while its source is silenced, and resumes afterwards', async () => {
    const { told, source, open } = world({ kind: 'audio', type: 'simple' });
    source.silenced = true;
    const reception = await open(true);
    await reception?.start();
    source.silenced = false;
    await reception?.follow();
    expect(reception?.follow()).toBeUndefined();
    source.silenced = true;
    await reception?.follow();
    expect(told).toEqual(['paused at its only layer', 'resume', 'pause']);
  });

  it('keeps what it has in common with others once', async () => {
    const common = new Interned<CommonParameters>(1);
    const [one, other] = await Promise.all(
      [1, 2].map(async (ssrc) => (await world({ ssrc, common }).open(true))?.parameters.rtpParameters),
    );
    expect(other?.codecs).toBe(one?.codecs);
    expect([one, other].map((parameters) => parameters?.encodings)).toEqual([[{ ssrc: 1 }], [{ ssrc: 2 }]]);
  });

  it('ends when it is closed', async () => {
    const { told, consumer, open } = world();
    const reception = await open(true, LOWEST);
    reception?.close();
    expect(consumer.closed).toBe(true);
    await reception?.allot(undefined);
    expect(told).toEqual(['running at 0']);
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
    const reception = await open(true, LOWEST);
    consumer.closed = true;
    await reception?.allot(undefined);
    await reception?.acknowledge();
    expect(told).toEqual(['running at 0']);
  });
});
