import { LIMITS, mediaKindOf, type CameraCaps, type P2pAction, type SourceKind } from '@treff/protocol';
import type { Clock, Log } from '../core/index.ts';
import { IceRecovery, type IceHealth } from './ice-recovery.ts';
import { LocalCandidates, RemoteCandidates } from './p2p-candidates.ts';
import { hasP2pSections, P2P_SECTIONS, withSound } from './p2p-sdp.ts';
import { P2pSender } from './p2p-sender.ts';
import { Pace } from './pace.ts';
import type { PathState } from './path.ts';

export interface P2pPathOptions {
  /** Makes the offers and restarts ICE. One offerer, so no glare. */
  readonly offers: boolean;
  readonly iceServers: readonly RTCIceServer[];
  /** Everything through TURN: the other end is not shown this one's addresses. */
  readonly relayOnly: boolean;
  /** What a camera is at most in this conference. */
  readonly cameraCaps?: CameraCaps | undefined;
  readonly createConnection: (configuration: RTCConfiguration) => RTCPeerConnection;
  readonly createStream: () => MediaStream;
  /** Whether the message could be handed over. One that could not be is lost; `caughtUp` makes up for it. */
  readonly send: (action: P2pAction) => boolean;
  readonly clock: Clock;
  readonly log: Log;
  /** `receivers` or `state` are others. */
  readonly changed: () => void;
}

/**
 * What the other end makes this one do: some in a row, then one in so many milliseconds. More often is of no use, and each is answered by messages, for
 * which the server has bounds.
 */
const HEED = { burst: 4, everyMs: 1_000 } as const;
/** Milliseconds without a packet after which nobody speaks. Longer than between two packets of a silent Opus with DTX (400). */
const SILENCE_MS = 500;

/**
 * The direct connection of two browsers: four fixed sections, negotiated once and again only to restart ICE. Never gives up by itself: the bridge carries
 * while it tries. The other end is not trusted: what it says wrongly is passed over.
 */
export class P2pPath {
  readonly #options: P2pPathOptions;
  readonly #connection: RTCPeerConnection;
  readonly #recovery: IceRecovery;
  readonly #senders: Readonly<Record<SourceKind, P2pSender>>;
  readonly #person: MediaStream;
  readonly #screen: MediaStream;
  /** Local candidates go out, remote ones come in. */
  readonly #local: LocalCandidates;
  readonly #remote: RemoteCandidates;
  /** Does what the other end wishes. */
  readonly #heed: Pace;
  #receivers: ReadonlyMap<SourceKind, RTCRtpReceiver> = new Map();
  #state: PathState = 'connecting';
  #wasConnected = false;
  /** Number of the newest offer. */
  #attempt = 0;
  /** Number of the offer to which this end's own description belongs. */
  #described = 0;
  /** Number of the newest offer that was answered. */
  #answered = 0;
  /** How often the recovery wanted something. */
  #asks = 0;
  /** What could not be handed over lately: until `caughtUp` nothing can. */
  #cutOff = false;
  /** The newest offer, until it is its turn. */
  #offer: { readonly attempt: number; readonly sdp: string } | undefined;
  /** One negotiation after the other. */
  #negotiation = Promise.resolve();
  #heard = { timestamp: 0, at: -Infinity };
  #closed = false;

  /** Throws what `createConnection` throws. */
  constructor(options: P2pPathOptions) {
    this.#options = options;
    const { clock, log, iceServers, cameraCaps } = options;
    this.#connection = options.createConnection(this.#configuration(iceServers));
    this.#person = options.createStream();
    this.#screen = options.createStream();
    this.#senders = {
      microphone: new P2pSender('microphone', log),
      camera: new P2pSender('camera', log, cameraCaps),
      screen: new P2pSender('screen', log),
      screenAudio: new P2pSender('screenAudio', log),
    };
    this.#local = new LocalCandidates(clock, (attempt, candidates) => {
      this.#send({ action: 'candidates', attempt, candidates });
    });
    this.#remote = new RemoteCandidates(
      ({ usernameFragment = null, ...rest }) =>
        this.#connection.addIceCandidate({ ...rest, usernameFragment }),
      log,
    );
    this.#heed = new Pace({
      clock,
      ...HEED,
      run: () => {
        if (options.offers) this.#offerAgain();
        else if (this.#offer === undefined) this.#sendDescription();
        else this.#answer(this.#offer);
      },
    });
    this.#recovery = new IceRecovery(clock, { restartIce: () => this.#ask(), renew: () => this.#ask() });
    this.#connection.addEventListener('icecandidate', ({ candidate }) => {
      if (!this.#closed) this.#local.found(candidate);
    });
    this.#connection.addEventListener('connectionstatechange', () => this.#settle());
    if (options.offers) {
      this.#addSections();
      this.#recovery.networkChanged();
    } else {
      this.#recovery.refused(false);
    }
    this.#settle();
  }

  /** What comes from the other end: all four kinds once negotiated, whether they carry anything or not. Another map with every change. */
  get receivers(): ReadonlyMap<SourceKind, RTCRtpReceiver> {
    return this.#receivers;
  }

  get state(): PathState {
    return this.#state;
  }

  /** What is sent from now on; undefined: nothing. Never rejects. The track stays its owner's. */
  setTrack(kind: SourceKind, track: MediaStreamTrack | undefined): void {
    this.#senders[kind].set(track);
  }

  /** From the other end. */
  handle(action: P2pAction): void {
    if (this.#closed) return;
    const { offers, log } = this.#options;
    switch (action.action) {
      case 'candidates':
        if (!offers || action.attempt === this.#attempt) this.#remote.take(action.attempt, action.candidates);
        break;
      case 'restart':
        if (offers) this.#heed.demand();
        break;
      case 'offer':
      case 'answer':
        if (offers !== (action.action === 'answer')) return;
        if (hasP2pSections(action.sdp)) this.#accept(action);
        else log('warn', 'a description is not one of a direct connection', { of: action.action });
        break;
    }
  }

  /** This end's socket is back. What was said before may be lost. */
  caughtUp(): void {
    if (this.#closed) return;
    this.#cutOff = false;
    this.#makeUp();
  }

  /** The other end's socket is back: likewise. */
  peerReturned(): void {
    if (!this.#closed && !this.#cutOff) this.#makeUp();
  }

  /** The machine may be in another network now. */
  networkChanged(): void {
    if (this.#closed) return;
    // What was tried in vain in another network says nothing about this one.
    if (this.#connection.connectionState !== 'connected') this.#recovery.update('good');
    this.#recovery.networkChanged();
    this.#settle();
  }

  /** The next ICE restart uses these. */
  setIceServers(servers: readonly RTCIceServer[]): void {
    if (this.#closed) return;
    try {
      this.#connection.setConfiguration(this.#configuration(servers));
    } catch (error) {
      this.#options.log('warn', 'STUN and TURN servers cannot be replaced', { error });
    }
  }

  /** How loud the other end's microphone is now, in dBov (-127 to 0, RFC 6464). Undefined while nothing comes. */
  remoteLevel(): number | undefined {
    const [source] = this.#receivers.get('microphone')?.getSynchronizationSources() ?? [];
    if (source?.audioLevel === undefined) return undefined;
    const now = this.#options.clock.now();
    // Browsers tell of the last packet for 10 s.
    if (source.timestamp !== this.#heard.timestamp) this.#heard = { timestamp: source.timestamp, at: now };
    if (now - this.#heard.at > SILENCE_MS) return undefined;
    return Math.max(-127, Math.min(0, 20 * Math.log10(source.audioLevel)));
  }

  getStats(): Promise<RTCStatsReport> {
    return this.#connection.getStats();
  }

  /** Ends everything, silently. Tracks that were sent go on. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#heed.close();
    this.#recovery.close();
    this.#local.close();
    for (const kind of P2P_SECTIONS) this.#senders[kind].close();
    this.#receivers = new Map();
    this.#connection.close();
  }

  get #isConnected(): boolean {
    return this.#connection.connectionState === 'connected' && !this.#isWaiting;
  }

  /** Whether an offer of this end has no answer yet. */
  get #isWaiting(): boolean {
    return this.#options.offers && this.#answered !== this.#attempt;
  }

  #configuration(iceServers: readonly RTCIceServer[]): RTCConfiguration {
    return {
      iceServers: [...iceServers],
      iceTransportPolicy: this.#options.relayOnly ? 'relay' : 'all',
      bundlePolicy: 'max-bundle',
    };
  }

  /** What is of one stream is played in step: a camera with its microphone, a screen with its sound. */
  #streamOf(kind: SourceKind): MediaStream {
    return kind === 'screen' || kind === 'screenAudio' ? this.#screen : this.#person;
  }

  #addSections(): void {
    for (const kind of P2P_SECTIONS) {
      const { sender } = this.#connection.addTransceiver(mediaKindOf(kind), {
        direction: 'sendrecv',
        streams: [this.#streamOf(kind)],
      });
      this.#senders[kind].attach(sender);
    }
  }

  /** The answerer's part of it, with the sections that the offer made. */
  #takeSections(): void {
    const transceivers = this.#connection.getTransceivers();
    for (const [index, kind] of P2P_SECTIONS.entries()) {
      const transceiver = transceivers[index];
      if (transceiver === undefined) continue;
      const { sender } = transceiver;
      transceiver.direction = 'sendrecv';
      // Firefox has it since 2024 only. Without, sound and picture are not played in step.
      if ('setStreams' in sender) sender.setStreams(this.#streamOf(kind));
      this.#senders[kind].attach(sender);
    }
  }

  /** The recovery wants another attempt. Whether anything can be sent. */
  #ask(): boolean {
    this.#asks++;
    if (this.#cutOff) return false;
    if (!this.#options.offers) return this.#send({ action: 'restart' });
    const attempt = ++this.#attempt;
    this.#negotiate('an offer cannot be made', attempt, async () => {
      const offer = await this.#connection.createOffer({ iceRestart: attempt > 1 });
      await this.#describe(attempt, offer);
      this.#sendDescription();
    });
    return true;
  }

  #accept(description: Extract<P2pAction, { action: 'offer' | 'answer' }>): void {
    const { attempt, sdp } = description;
    if (description.action === 'answer') {
      if (attempt === this.#attempt)
        this.#negotiate('an answer cannot be used', attempt, () => this.#take(attempt, sdp));
      return;
    }
    if (attempt < this.#attempt) return;
    if (attempt === this.#attempt) {
      // The answer was lost, and with it perhaps what was found since.
      this.#remote.repeated(attempt, sdp);
    } else {
      this.#attempt = attempt;
      this.#offer = { attempt, sdp };
    }
    this.#heed.demand();
  }

  /** The other end has no connection: another attempt, or once more what may be lost of one that is being made. */
  #offerAgain(): void {
    const asks = this.#asks;
    this.#recovery.networkChanged();
    this.#settle();
    if (this.#asks === asks && !this.#isConnected) this.#sendDescription();
  }

  /** Asks for, or says again, what may have been lost. */
  #makeUp(): void {
    const asks = this.#asks;
    this.#recovery.reachable();
    if (this.#asks !== asks || this.#isConnected) return;
    if (this.#options.offers) this.#sendDescription();
    else this.#send({ action: 'restart' });
  }

  #answer({ attempt, sdp }: { readonly attempt: number; readonly sdp: string }): void {
    this.#offer = undefined;
    // It gets its time before another one is asked for.
    this.#recovery.renewed();
    this.#recovery.refused(false);
    this.#settle();
    this.#negotiate('an offer cannot be answered', attempt, async () => {
      await this.#connection.setRemoteDescription({ type: 'offer', sdp });
      if (this.#closed) return;
      this.#takeSections();
      this.#remote.described(attempt, sdp);
      await this.#describe(attempt, await this.#connection.createAnswer());
      this.#sendDescription();
      this.#negotiated(attempt);
    });
  }

  /** Uses an answer, or what else is in one that came already. */
  async #take(attempt: number, sdp: string): Promise<void> {
    if (this.#answered === attempt) {
      this.#remote.repeated(attempt, sdp);
      return;
    }
    await this.#connection.setRemoteDescription({ type: 'answer', sdp });
    if (this.#closed) return;
    this.#remote.described(attempt, sdp);
    this.#negotiated(attempt);
  }

  #negotiate(problem: string, attempt: number, work: () => Promise<void>): void {
    this.#negotiation = this.#negotiation.then(async () => {
      if (this.#closed || attempt !== this.#attempt) return;
      try {
        await work();
      } catch (error) {
        if (!this.#closed) this.#options.log('warn', problem, { error });
      }
    });
  }

  async #describe(attempt: number, { type, sdp = '' }: RTCSessionDescriptionInit): Promise<void> {
    if (this.#closed) return;
    // Before it is set: what is gathered for it may be told before the setting is.
    this.#local.begin(attempt, sdp);
    try {
      await this.#connection.setLocalDescription({ type, sdp: withSound(sdp) });
    } catch (error) {
      if (this.#closed) return;
      this.#options.log('debug', 'the browser wants sound as it likes', { error });
      await this.#connection.setLocalDescription({ type, sdp });
    }
    this.#described = attempt;
  }

  /** The newest description of this end, with all candidates that it found until now. While another one is being made that will be sent instead. */
  #sendDescription(): void {
    const description = this.#connection.localDescription;
    if (this.#closed || description === null || this.#described !== this.#attempt) return;
    const { sdp } = description;
    if (sdp.length > LIMITS.sdpLength) {
      this.#options.log('warn', 'the description of the direct connection is too long', {
        length: sdp.length,
      });
      return;
    }
    this.#send({ action: this.#options.offers ? 'offer' : 'answer', attempt: this.#attempt, sdp });
  }

  #send(action: P2pAction): boolean {
    if (this.#closed) return false;
    const handedOver = this.#options.send(action);
    if (!handedOver) this.#cutOff = true;
    return handedOver;
  }

  #negotiated(attempt: number): void {
    if (this.#closed) return;
    this.#answered = attempt;
    const transceivers = this.#connection.getTransceivers();
    const receivers = new Map<SourceKind, RTCRtpReceiver>();
    for (const [index, kind] of P2P_SECTIONS.entries()) {
      const transceiver = transceivers[index];
      if (transceiver === undefined) continue;
      this.#senders[kind].negotiated();
      receivers.set(kind, transceiver.receiver);
    }
    const first = this.#receivers.size === 0;
    if (first) this.#receivers = receivers;
    if (!this.#settle() && first) this.#options.changed();
  }

  /** Brings `state` and the recovery to what is. Returns whether it told of a change. */
  #settle(): boolean {
    if (this.#closed) return false;
    const { connectionState } = this.#connection;
    this.#recovery.update(this.#health(connectionState));
    if (connectionState === 'connected') this.#wasConnected = true;
    const state = stateOf(connectionState, this.#wasConnected, this.#state);
    if (state === this.#state) return false;
    this.#state = state;
    this.#options.changed();
    return true;
  }

  /**
   * What does not connect within the time of an attempt has failed: without candidates of the other end browsers wait for ever, and so does an offer
   * whose answer was lost.
   */
  #health(connectionState: RTCPeerConnectionState): IceHealth {
    if (this.#isConnected) return 'good';
    return connectionState === 'disconnected' ? 'disconnected' : 'failed';
  }
}

/** Where nothing came through yet nothing is said to be lost. */
function stateOf(
  connectionState: RTCPeerConnectionState,
  wasConnected: boolean,
  before: PathState,
): PathState {
  if (!wasConnected) return 'connecting';
  switch (connectionState) {
    case 'connected':
      return 'connected';
    case 'new':
    case 'connecting':
      return before;
    case 'disconnected':
    case 'failed':
    case 'closed':
      return 'reconnecting';
  }
}
