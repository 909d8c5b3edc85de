import { createBridge, provideWorker, type MediasoupBridge } from '@treff/bridge';
import { NativePeer, nativeRtpCapabilities, openNativeTransports, type MediaSource } from '@treff/peer';
import type { Command, SourceId, SourceKind } from '@treff/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestLogger, TestMeetings } from './meeting.ts';
import { until, type TestClient } from './test-client.ts';

let bridge: MediasoupBridge;
let meetings: TestMeetings;
const seats: NativeSeat[] = [];

beforeEach(async () => {
  const { path } = await provideWorker();
  // Test files of two checkouts may run at the same time.
  const port = 43_000 + (process.pid % 1_000);
  bridge = await createBridge({
    workerBin: path,
    workers: 1,
    port,
    advertise: ['127.0.0.1'],
    logger: new TestLogger(),
  });
  meetings = new TestMeetings({ bridge });
});

afterEach(async () => {
  for (const seat of seats.splice(0)) seat.peer.close();
  await bridge.shutdown();
  const left = openNativeTransports();
  if (left !== 0) throw new Error(`${left} native transports leaked`);
  meetings.logger.assertNoErrors();
});

/** A client that sends whatever it likes, over the real bridge. */
class NativeSeat {
  readonly client: TestClient;
  readonly peer: NativePeer;

  static async join(name: string): Promise<NativeSeat> {
    const client = await meetings.greeted();
    client.rtpCapabilities = nativeRtpCapabilities(client.rtpCapabilities, { estimate: false });
    client.join(name);
    await until(() => client.offer !== undefined, 'joined');
    const { offer } = client;
    if (offer === undefined) throw new Error('no transports');
    const peer = await NativePeer.open({
      offer,
      capabilities: bridge.rtpCapabilities,
      connect: async (transport, dtlsParameters) =>
        client.act({ action: 'connect', transport, dtlsParameters }),
    });
    const seat = new NativeSeat(client, peer);
    seats.push(seat);
    return seat;
  }

  private constructor(client: TestClient, peer: NativePeer) {
    this.client = client;
    this.peer = peer;
    client.onMedia = (action) => {
      if (action.action === 'consumers-added')
        for (const consumer of action.consumers) peer.consume(consumer);
      if (action.action === 'consumers-removed') for (const id of action.consumers) peer.unconsume(id);
    };
  }

  /** Announces a source, and sends it from the first moment on, whatever comes of that. */
  send(kind: SourceKind, muted: boolean): { id: SourceId; source: MediaSource } {
    const source =
      kind === 'microphone' || kind === 'screenAudio'
        ? this.peer.audio()
        : this.peer.video([{ width: 320, height: 180, bitrate: 100_000 }]);
    const id = this.client.publish(kind, { rtpParameters: source.rtpParameters, muted });
    source.start();
    return { id, source };
  }

  /** Resolves when the server has answered. */
  async command(command: Command): Promise<string | undefined> {
    const id = this.client.command(command);
    await until(() => this.client.results.has(id), `a result of ${command.type}`);
    return this.client.results.get(id);
  }

  packets(source: SourceId): number {
    return [...this.peer.streams.values()]
      .filter(({ consumer }) => consumer.source === source)
      .reduce((sum, { receiver }) => sum + receiver.packets, 0);
  }

  async hears(source: SourceId, count = 10): Promise<void> {
    const before = this.packets(source);
    await until(() => this.packets(source) >= before + count, `${count} packets of ${source}`);
  }
}

/** Ann moderates and plays music the whole time: by its packets the others tell silence from a slow network. */
async function meeting() {
  const [ann, ben, cem] = [
    await NativeSeat.join('Ann'),
    await NativeSeat.join('Ben'),
    await NativeSeat.join('Cem'),
  ];
  const music = ann.send('screenAudio', false).id;
  for (const each of [ben, cem]) await each.hears(music);
  return { ann, ben, cem, music };
}

describe('what may not be heard or seen', () => {
  it('reaches nobody from its first packet on, whatever its sender says and does', async () => {
    const { ann, ben, cem, music } = await meeting();
    for (const kind of ['microphone', 'camera'] as const)
      await ann.command({ type: 'moderate-media', kind, on: true });
    const voice = ben.send('microphone', false);
    const camera = ben.send('camera', false);
    for (const each of [ann, cem])
      await until(
        () => [voice, camera].every(({ id }) => each.client.view?.sources.some((source) => source.id === id)),
        'the sources',
      );
    for (const { id } of [voice, camera])
      expect(await ben.command({ type: 'mute-source', source: id, muted: false })).toBe('moderation/blocked');

    // Gone, and there again under another name.
    ben.client.act({ action: 'unpublish', source: voice.id });
    ben.peer.removeSource(voice.source);
    const again = ben.send('microphone', false);
    await until(() => cem.client.view?.sources.some(({ id }) => id === again.id) === true, 'the source');
    await cem.hears(music, 50);
    for (const each of [ann, cem])
      for (const { id } of [voice, camera, again]) expect(each.packets(id)).toBe(0);
    expect([ann, cem].map(({ peer }) => peer.unclaimedPackets)).toEqual([0, 0]);

    // All this while it was sent: once it may be, it is heard at once.
    await ann.command({ type: 'allow-media', participant: ben.client.id, kind: 'microphone' });
    await cem.hears(music, 25);
    expect(cem.packets(again.id)).toBe(0);
    expect(await ben.command({ type: 'mute-source', source: again.id, muted: false })).toBeUndefined();
    for (const each of [ann, cem]) await each.hears(again.id);
    expect(cem.packets(camera.id)).toBe(0);
  });

  it('falls silent for everybody when leave is taken back, though its sender goes on', async () => {
    const { ann, ben, cem, music } = await meeting();
    const voice = ben.send('microphone', false).id;
    await cem.hears(voice);
    // Who speaks when it begins goes on.
    await ann.command({ type: 'moderate-media', kind: 'microphone', on: true });
    await cem.hears(voice, 25);
    await ann.command({ type: 'disallow-media', participant: ben.client.id, kind: 'microphone' });
    let before = -1;
    await until(() => cem.client.view?.sources.some(({ blocked }) => blocked) === true, 'blocked');
    for (let attempt = 0; attempt < 20 && cem.packets(voice) !== before; attempt++) {
      before = cem.packets(voice);
      await cem.hears(music, 25);
    }
    expect(cem.packets(voice)).toBe(before);
    expect(await ben.command({ type: 'mute-source', source: voice, muted: false })).toBe(
      'moderation/blocked',
    );
    await cem.hears(music, 25);
    expect(cem.packets(voice)).toBe(before);
  });
});
