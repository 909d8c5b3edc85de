import { p2pAction, SOURCE_KINDS, type P2pAction, type SourceKind } from '@treff/protocol';
import { systemClock } from '../../src/core/clock.ts';
import { FlowWatch } from '../../src/media/flow.ts';
import { P2pPath } from '../../src/media/p2p-path.ts';

/** One end of the call below. */
interface End {
  readonly path: P2pPath;
  readonly connection: RTCPeerConnection;
  readonly flow: FlowWatch;
  readonly said: P2pAction[];
  readonly remoteFragments: Set<string>;
}

/** Two ends of a direct connection in one page, for a test outside of it to command. */
class DirectCall {
  readonly problems: string[] = [];
  /** Whether messages arrive. */
  delivers = true;
  readonly #ends: readonly [End, End];
  readonly #audio = new AudioContext();

  constructor() {
    this.#ends = [this.#end(true), this.#end(false)];
  }

  get states(): string[] {
    return this.#ends.map(({ path }) => path.state);
  }

  get levels(): (number | undefined)[] {
    return this.#ends.map(({ path }) => path.remoteLevel());
  }

  /** What flows to that end. */
  flows(to: 0 | 1): SourceKind[] {
    return SOURCE_KINDS.filter((kind) => this.#ends[to].flow.flows(kind));
  }

  /** What came until now counts no more. */
  watch(to: 0 | 1): void {
    const { flow } = this.#ends[to];
    flow.reset();
    flow.setActive(true);
  }

  send(from: 0 | 1, kind: SourceKind): void {
    this.#ends[from].path.setTrack(
      kind,
      kind === 'camera' || kind === 'screen' ? this.#picture() : this.#sound(),
    );
  }

  stop(from: 0 | 1, kind: SourceKind): void {
    this.#ends[from].path.setTrack(kind, undefined);
  }

  networkChanged(end: 0 | 1): void {
    this.#ends[end].path.networkChanged();
  }

  caughtUp(): void {
    for (const { path } of this.#ends) path.caughtUp();
  }

  /** How many offers were made so far. */
  get offers(): number {
    return this.#ends[0].said.filter(({ action }) => action === 'offer').length;
  }

  /** How many sets of ICE credentials of the other end each has used so far. */
  get iceGenerations(): number[] {
    return this.#ends.map(({ remoteFragments }) => remoteFragments.size);
  }

  /** How that end encodes sounds and pictures, and the streams that the other end announced, by section. */
  async look(end: 0 | 1): Promise<{
    formats: string[];
    encodings: Partial<Record<SourceKind, number | undefined>>;
    streams: (string | undefined)[];
  }> {
    const { connection } = this.#ends[end];
    const formats: string[] = [];
    const encodings: Partial<Record<SourceKind, number | undefined>> = {};
    for (const [index, { sender }] of connection.getTransceivers().entries()) {
      const kind = SOURCE_KINDS[index];
      if (kind === undefined) continue;
      if (kind === 'camera' || kind === 'screen') {
        encodings[kind] = sender.getParameters().encodings[0]?.maxBitrate;
        continue;
      }
      (await sender.getStats()).forEach((each: RTCStats) => {
        if (each.type === 'codec' && 'sdpFmtpLine' in each)
          formats.push(`${kind}: ${String(each.sdpFmtpLine)}`);
      });
    }
    const [, ...sections] = connection.remoteDescription?.sdp.split(/^(?=m=)/m) ?? [];
    return { formats, encodings, streams: sections.map((each) => /^a=msid:(\S+)/m.exec(each)?.[1]) };
  }

  close(): void {
    for (const { path, flow } of this.#ends) {
      path.close();
      flow.close();
    }
  }

  #end(offers: boolean): End {
    let connection: RTCPeerConnection | undefined;
    const said: P2pAction[] = [];
    const log = (level: string, message: string, detail?: unknown) => {
      if (level === 'warn') this.problems.push(`${message} ${JSON.stringify(detail)} ${String(detail)}`);
    };
    const flow = new FlowWatch({ clock: systemClock, log, changed: () => {} });
    const path: P2pPath = new P2pPath({
      offers,
      iceServers: [],
      relayOnly: false,
      createConnection: (configuration) => (connection = new RTCPeerConnection(configuration)),
      createStream: () => new MediaStream(),
      send: (action) => {
        const message = p2pAction.parse(JSON.parse(JSON.stringify(action)));
        said.push(message);
        if (this.delivers) setTimeout(() => this.#ends[offers ? 1 : 0].path.handle(message));
        return true;
      },
      clock: systemClock,
      log,
      changed: () => {
        flow.watch(path.receivers);
        for (const [kind, { track }] of path.receivers) this.#play(`${offers}${kind}`, track);
      },
    });
    if (connection === undefined) throw new Error('it made no connection');
    const made = connection;
    const remoteFragments = new Set<string>();
    made.addEventListener('signalingstatechange', () => {
      const fragment = /^a=ice-ufrag:(\S+)/m.exec(made.currentRemoteDescription?.sdp ?? '')?.[1];
      if (fragment !== undefined) remoteFragments.add(fragment);
    });
    return { path, connection: made, flow, said, remoteFragments };
  }

  /** Browsers decode what somebody sees or hears. */
  #play(id: string, track: MediaStreamTrack): void {
    if (document.getElementById(id) !== null) return;
    const element = document.createElement(track.kind === 'audio' ? 'audio' : 'video');
    element.id = id;
    element.srcObject = new MediaStream([track]);
    element.autoplay = true;
    document.body.append(element);
  }

  #picture(): MediaStreamTrack | undefined {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [640, 360];
    const brush = canvas.getContext('2d');
    let frames = 0;
    setInterval(() => brush?.fillRect(frames++ % 640, 0, 1, 360), 100);
    return canvas.captureStream(10).getVideoTracks()[0];
  }

  #sound(): MediaStreamTrack | undefined {
    const output = this.#audio.createMediaStreamDestination();
    const tone = new OscillatorNode(this.#audio, { frequency: 440 });
    tone.connect(output);
    tone.start();
    return output.stream.getAudioTracks()[0];
  }
}

export type { DirectCall };

Object.assign(globalThis, { call: new DirectCall() });
