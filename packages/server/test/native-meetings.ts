import { createBridge, provideWorker, type MediasoupBridge } from '@treff/bridge';
import { NativePeer, nativeRtpCapabilities, openNativeTransports, type MediaSource } from '@treff/peer';
import type { Command, Publication, SourceId, SourceKind } from '@treff/protocol';
import { TestLogger, TestMeetings } from './meeting.ts';
import { until, type TestClient } from './test-client.ts';

/** Conferences over the real bridge, with native peers in them. */
export class NativeMeetings {
  readonly bridge: MediasoupBridge;
  readonly meetings: TestMeetings;
  readonly #seats: NativeSeat[] = [];

  /** `port`: of the bridge, UDP and TCP. */
  static async start(port: number): Promise<NativeMeetings> {
    const { path } = await provideWorker();
    return new NativeMeetings(
      await createBridge({
        workerBin: path,
        workers: 1,
        port,
        advertise: ['127.0.0.1'],
        logger: new TestLogger(),
      }),
    );
  }

  private constructor(bridge: MediasoupBridge) {
    this.bridge = bridge;
    this.meetings = new TestMeetings({ bridge });
  }

  async join(name: string): Promise<NativeSeat> {
    const seat = await NativeSeat.join(this, name);
    this.#seats.push(seat);
    return seat;
  }

  /** Throws if something is left. */
  async stop(): Promise<void> {
    for (const seat of this.#seats.splice(0)) seat.peer.close();
    await this.bridge.shutdown();
    const left = openNativeTransports();
    if (left !== 0) throw new Error(`${left} native transports leaked`);
    this.meetings.logger.assertNoErrors();
  }
}

/** A client that sends whatever it likes, over the real bridge. */
export class NativeSeat {
  readonly client: TestClient;
  readonly peer: NativePeer;

  static async join({ bridge, meetings }: NativeMeetings, name: string): Promise<NativeSeat> {
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
    return new NativeSeat(client, peer);
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
  send(
    kind: SourceKind,
    muted: boolean,
    changes: Partial<Publication> = {},
  ): { id: SourceId; source: MediaSource } {
    const source =
      kind === 'microphone' || kind === 'screenAudio'
        ? this.peer.audio()
        : this.peer.video([{ width: 320, height: 180, bitrate: 100_000 }]);
    const id = this.client.publish(kind, {
      rtpParameters: source.rtpParameters,
      muted,
      ...changes,
    });
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
