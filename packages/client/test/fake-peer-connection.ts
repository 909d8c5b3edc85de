import { asTrack, FakeTrack } from './fake-media.ts';

/**
 * As much of an `RTCPeerConnection` as a direct connection uses: the signalling states of RFC 8829 section 3.2, numbered ICE generations, candidates that trickle.
 * Two of them in one {@link FakeAir} are connected while each uses the other's current description and knows an address of it.
 */
export class FakePeerConnection extends EventTarget {
  readonly #air: FakeAir;
  readonly #id: number;
  readonly transceivers: FakeTransceiver[] = [];
  configuration: RTCConfiguration;
  signalingState: RTCSignalingState = 'stable';
  connectionState: RTCPeerConnectionState = 'new';
  /** Each side's description: the one in force, and the one that waits for its other half. */
  #local: Descriptions = {};
  #remote: Descriptions = {};
  #iceGeneration = 0;
  /** Of this end's newest ICE generation. */
  #found: string[] = [];
  /** The other end's ICE user name fragments of which an address is known. */
  readonly #known = new Set<string>();
  /** Every candidate that was handed in. */
  readonly added: RTCIceCandidateInit[] = [];
  /** What a negotiation step rejects with, once. */
  readonly failing: Partial<Record<'createOffer' | 'setLocalDescription' | 'setRemoteDescription', Error>> =
    {};

  constructor(air: FakeAir, configuration: RTCConfiguration, id: number) {
    super();
    this.#air = air;
    this.#id = id;
    this.configuration = configuration;
  }

  get asReal(): RTCPeerConnection {
    return this as unknown as RTCPeerConnection;
  }

  get localDescription(): RTCSessionDescriptionInit | null {
    const description = this.#local.pending ?? this.#local.current;
    if (description === undefined) return null;
    return { type: description.type, sdp: withCandidates(description.sdp, this.#found) };
  }

  addTransceiver(kind: 'audio' | 'video', init: RTCRtpTransceiverInit): FakeTransceiver {
    const transceiver = new FakeTransceiver(kind, init.streams ?? []);
    this.transceivers.push(transceiver);
    return transceiver;
  }

  getTransceivers(): FakeTransceiver[] {
    return this.transceivers;
  }

  async createOffer({ iceRestart = false } = {}): Promise<RTCSessionDescriptionInit> {
    await this.#step('createOffer');
    if (iceRestart || this.#iceGeneration === 0) this.#iceGeneration++;
    return { type: 'offer', sdp: this.#write() };
  }

  async createAnswer(): Promise<RTCSessionDescriptionInit> {
    await this.#step('createOffer');
    this.#expect('have-remote-offer');
    if (fragmentOf(this.#remote.pending?.sdp) !== fragmentOf(this.#remote.current?.sdp))
      this.#iceGeneration++;
    return { type: 'answer', sdp: this.#write() };
  }

  async setLocalDescription({ type, sdp = '' }: RTCSessionDescriptionInit): Promise<void> {
    await this.#step('setLocalDescription');
    const gathers = fragmentOf(sdp) !== fragmentOf(this.localDescription?.sdp);
    if (type === 'offer') {
      this.#expect('stable', 'have-local-offer');
      this.signalingState = 'have-local-offer';
      this.#local.pending = { type, sdp };
    } else {
      this.#expect('have-remote-offer');
      this.signalingState = 'stable';
      this.#local = { current: { type, sdp } };
      this.#remote = { current: this.#remote.pending };
    }
    if (gathers) this.#gather(fragmentOf(sdp) ?? '');
    this.#air.settle();
  }

  async setRemoteDescription({ type, sdp = '' }: RTCSessionDescriptionInit): Promise<void> {
    await this.#step('setRemoteDescription');
    if (!sdp.startsWith('v=0')) throw new DOMException('cannot be parsed', 'OperationError');
    if (type === 'offer') {
      this.#expect('stable', 'have-remote-offer');
      this.signalingState = 'have-remote-offer';
      this.#remote.pending = { type, sdp };
      for (const [, kind] of [...sdp.matchAll(/^m=(audio|video)/gm)].slice(this.transceivers.length))
        this.transceivers.push(new FakeTransceiver(kind === 'audio' ? 'audio' : 'video', []));
    } else {
      this.#expect('have-local-offer');
      this.signalingState = 'stable';
      this.#remote = { current: { type, sdp } };
      this.#local = { current: this.#local.pending };
    }
    for (const [, fragment = ''] of sdp.matchAll(/^a=candidate:.* ufrag (\S+)/gm)) this.#known.add(fragment);
    this.#air.settle();
  }

  async addIceCandidate(candidate: RTCIceCandidateInit): Promise<void> {
    await Promise.resolve();
    if (this.#remote.current === undefined && this.#remote.pending === undefined)
      throw new DOMException('no description yet', 'InvalidStateError');
    this.added.push(candidate);
    const fragment = / ufrag (\S+)/.exec(candidate.candidate ?? '')?.[1];
    if (fragment !== undefined) this.#known.add(fragment);
    this.#air.settle();
  }

  setConfiguration(configuration: RTCConfiguration): void {
    this.configuration = configuration;
  }

  async getStats(): Promise<RTCStatsReport> {
    return new Map();
  }

  close(): void {
    this.signalingState = 'closed';
    this.connectionState = 'closed';
    this.#air.settle();
  }

  /** The ICE user name fragments in force, this end's and the other's; undefined in the middle of a negotiation's first half. */
  get inForce(): readonly [string | undefined, string | undefined] {
    return [fragmentOf(this.#local.current?.sdp), fragmentOf(this.#remote.current?.sdp)];
  }

  /** Whether it could send to the end that goes by this fragment now. */
  reaches(fragment: string | undefined): boolean {
    const [, remote] = this.inForce;
    return fragment !== undefined && remote === fragment && this.#known.has(fragment);
  }

  setState(state: RTCPeerConnectionState): void {
    if (this.connectionState === state || this.connectionState === 'closed') return;
    this.connectionState = state;
    this.dispatchEvent(new Event('connectionstatechange'));
  }

  /** Every step takes a turn, and what is closed never answers. */
  async #step(name: keyof FakePeerConnection['failing']): Promise<void> {
    await Promise.resolve();
    if (this.signalingState === 'closed') await new Promise(() => {});
    const error = this.failing[name];
    delete this.failing[name];
    if (error !== undefined) throw error;
  }

  #expect(...states: RTCSignalingState[]): void {
    if (!states.includes(this.signalingState))
      throw new DOMException(`not in ${this.signalingState}`, 'InvalidStateError');
  }

  #gather(fragment: string): void {
    this.#found = [];
    for (const number of [1, 2]) {
      this.#air.later(() => {
        const candidate = `candidate:${number} 1 udp 1 192.0.2.${this.#id} ${number} typ host ufrag ${fragment}`;
        if (fragmentOf(this.localDescription?.sdp) === fragment) this.#found.push(candidate);
        this.#find({ candidate, sdpMid: '0', sdpMLineIndex: 0, usernameFragment: fragment });
      });
    }
    this.#air.later(() => this.#find(null));
  }

  #find(candidate: object | null): void {
    if (this.signalingState !== 'closed')
      this.dispatchEvent(Object.assign(new Event('icecandidate'), { candidate }));
  }

  #write(): string {
    const fragment = `end${this.#id}gen${this.#iceGeneration}`;
    const sections = this.transceivers.map(({ kind, streams }, mid) =>
      [
        `m=${kind} 9 UDP/TLS/RTP/SAVPF 111`,
        `a=ice-ufrag:${fragment}`,
        `a=mid:${mid}`,
        ...(kind === 'audio' ? ['a=rtpmap:111 opus/48000/2', 'a=fmtp:111 minptime=10;useinbandfec=1'] : []),
        ...streams.map(({ id }) => `a=msid:${id} -`),
      ].join('\r\n'),
    );
    return ['v=0', ...sections, ''].join('\r\n');
  }
}

/** What is between the fake connections. It carries or does not; only when a test says so does anything else change. */
export class FakeAir {
  readonly connections: FakePeerConnection[] = [];
  readonly #later: (() => void)[] = [];
  /** Whether packets get through. */
  carries = true;

  readonly create = (configuration: RTCConfiguration): FakePeerConnection => {
    const connection = new FakePeerConnection(this, configuration, this.connections.length + 1);
    this.connections.push(connection);
    return connection;
  };

  later(run: () => void): void {
    this.#later.push(run);
  }

  /** Lets everybody find one more address. Whether there was any. */
  gather(): boolean {
    const run = this.#later.shift();
    run?.();
    return run !== undefined;
  }

  settle(): void {
    const [one, other] = this.connections.filter(({ connectionState }) => connectionState !== 'closed');
    const through =
      this.carries &&
      one !== undefined &&
      other !== undefined &&
      one.reaches(other.inForce[0]) &&
      other.reaches(one.inForce[0]);
    for (const connection of this.connections) {
      if (through) connection.setState('connected');
      else if (!this.carries && connection.connectionState === 'connected')
        connection.setState('disconnected');
      else if (connection.connectionState === 'new' && connection.inForce[1] !== undefined)
        connection.setState('connecting');
    }
  }
}

export class FakeTransceiver {
  readonly kind: 'audio' | 'video';
  readonly sender: FakeSender;
  readonly receiver = new FakeReceiver();
  direction: RTCRtpTransceiverDirection = 'sendrecv';

  constructor(kind: 'audio' | 'video', streams: MediaStream[]) {
    this.kind = kind;
    this.sender = new FakeSender(kind, streams);
    if (streams.length === 0) this.direction = 'recvonly';
  }

  get streams(): readonly MediaStream[] {
    return this.sender.streams;
  }
}

class FakeSender {
  readonly #kind: 'audio' | 'video';
  streams: MediaStream[];
  track: MediaStreamTrack | null = null;
  parameters = { encodings: [{}], transactionId: '' } as unknown as RTCRtpSendParameters;
  /** What the next replacement waits for. */
  held: Promise<void> | undefined;

  constructor(kind: 'audio' | 'video', streams: MediaStream[]) {
    this.#kind = kind;
    this.streams = streams;
  }

  setStreams(...streams: MediaStream[]): void {
    this.streams = streams;
  }

  async replaceTrack(track: MediaStreamTrack | null): Promise<void> {
    await this.held;
    if (track !== null && track.kind !== this.#kind) throw new TypeError('another kind');
    this.track = track;
  }

  getParameters(): RTCRtpSendParameters {
    return structuredClone(this.parameters);
  }

  async setParameters(parameters: RTCRtpSendParameters): Promise<void> {
    await Promise.resolve();
    this.parameters = parameters;
  }
}

class FakeReceiver {
  readonly track = asTrack(new FakeTrack('audio'));
  sources: Partial<RTCRtpSynchronizationSource>[] = [];

  getSynchronizationSources(): Partial<RTCRtpSynchronizationSource>[] {
    return this.sources;
  }
}

interface Description {
  readonly type: RTCSdpType;
  readonly sdp: string;
}

interface Descriptions {
  current?: Description | undefined;
  pending?: Description | undefined;
}

function fragmentOf(sdp: string | undefined): string | undefined {
  return sdp === undefined ? undefined : /^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1];
}

/** Into the first section. */
function withCandidates(sdp: string, candidates: readonly string[]): string {
  return sdp.replace(/^a=mid:0$/m, ['a=mid:0', ...candidates.map((each) => `a=${each}`)].join('\r\n'));
}
