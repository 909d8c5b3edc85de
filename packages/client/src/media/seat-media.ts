import type { Device } from 'mediasoup-client';
import {
  mediaKindOf,
  ownerOf,
  SOURCE_KINDS,
  type CameraCaps,
  type ClientMediaAction,
  type ConferenceView,
  type ErrorCode,
  type Generation,
  type MediaRoute,
  type P2pAction,
  type ParticipantId,
  type SourceId,
  type SourceKind,
  type SourceView,
  type VideoCodec,
  type WithheldReason,
} from '@treff/protocol';
import type { Clock, Log } from '../core/index.ts';
import { BridgePath } from './bridge-path.ts';
import { carriedFrom, withCarried, type Carried } from './carried.ts';
import { FirstFrames } from './first-frames.ts';
import { FlowWatch } from './flow.ts';
import type { IceServerList } from './ice-server-list.ts';
import { LastPictures } from './last-pictures.ts';
import type { P2pPath, P2pPathOptions } from './p2p-path.ts';
import type { PathState, Withheld } from './path.ts';
import { VoicePackets } from './voice-packets.ts';
import { chooseWay, type Offered, type Way } from './way.ts';

export interface SeatMediaOptions {
  /** The conference as it was when the seat was taken. */
  readonly view: ConferenceView;
  /** What an earlier seat released: it goes on until its other end is back and comes by a way of this conference, or for 15 s. */
  readonly held?: HeldCall | undefined;
  /** Loaded with the bridge's capabilities. */
  readonly device: Device;
  /** What the browser encodes in layers of one stream. */
  readonly scales: ReadonlySet<VideoCodec>;
  /** What one's camera is at most, by both ways. */
  readonly cameraCaps?: CameraCaps | undefined;
  /** Both return whether the message could be handed over; see `BridgePath` and `P2pPath`. */
  readonly sendMedia: (generation: Generation, action: ClientMediaAction) => boolean;
  readonly sendP2p: (generation: Generation, action: P2pAction) => boolean;
  /** Tells the conference whether everything comes by the way of its route. */
  readonly sayReady: (move: number, ready: boolean) => void;
  /** Makes a direct connection. */
  readonly connect: (
    options: Omit<P2pPathOptions, 'createConnection' | 'createStream' | 'clock' | 'log'>,
  ) => DirectPath;
  /** Stays the caller's, who calls `iceServersChanged` when there are others in it. */
  readonly iceServers: IceServerList;
  /** How a direct connection may be made; `never`: not at all, whatever the conference says. */
  readonly direct: () => 'any' | 'relay' | 'never';
  readonly clock: Clock;
  /** 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  readonly log: Log;
  readonly listener: SeatMediaListener;
}

export interface SeatMediaListener {
  /** `tracks`, `withheld`, `state` or `way` are others. */
  changed(): void;
  /** All three as {@link PathListener} says of the bridge. */
  formsChanged(): void;
  renewed(): void;
  refused(source: SourceId, code: ErrorCode): void;
  /** How loud the other end of the direct connection is, in dBov. The bridge does not hear it. */
  level(participant: ParticipantId, level: number): void;
}

/** As much of a direct connection as a seat needs. */
export type DirectPath = Pick<P2pPath, keyof P2pPath>;

/** A direct connection and whom it leads to. */
interface Direct {
  readonly generation: Generation;
  readonly peer: ParticipantId;
  readonly path: DirectPath;
  /** What becomes of what it says; changed when another seat takes it over. */
  readonly ties: { send: (action: P2pAction) => boolean; changed: () => void };
}

/** A direct connection that outlived its conference, and whom one still sees by it. */
export interface HeldCall {
  readonly direct: Direct;
  readonly carried: Carried;
}

/** Milliseconds from the first frame over another way until the old one is let go: the page has to change over, and a slow picture to come again. */
const CHANGE_MS = 1_000;
/** Milliseconds between looks at the other end's loudness. */
const LEVEL_MS = 200;

interface Held extends HeldCall {
  /** It is needed no more, and the page changes over. */
  readonly ends: boolean;
  readonly stopTimer: () => void;
}

/** Milliseconds that a call without a conference waits for its other end to come back to the new one. */
const HOLD_MS = 15_000;

const NO_ROUTE: MediaRoute = { mode: 'none', move: 0, bridge: false };

/** The media of one seat: both ways, and by which of them each source is taken. */
export class SeatMedia {
  /** Sources are published here, whatever way their media takes. */
  readonly bridge: BridgePath;
  readonly #options: SeatMediaOptions;
  readonly #flow: Readonly<Record<Way, FlowWatch>>;
  readonly #firstFrames: FirstFrames;
  readonly #voicePackets: VoicePackets;
  readonly #outgoing = new Map<SourceKind, MediaStreamTrack>();
  #direct: Direct | undefined;
  #held: Held | undefined;
  /** As the conference says. */
  #told: ConferenceView;
  /** As it is shown, and what that was made from. */
  #view: ConferenceView;
  #shownFrom: { readonly told: ConferenceView; readonly carried: Carried | undefined };
  #route = NO_ROUTE;
  /** The others'. */
  #sources: readonly SourceView[] = [];
  #peerIsHere = true;
  /** Pictures that somebody looks at; undefined until that is known. */
  #shown: ReadonlySet<SourceId> | undefined;
  #ways: ReadonlyMap<SourceId, Way> = new Map();
  #tracks: ReadonlyMap<SourceId, MediaStreamTrack> = new Map();
  readonly #pictures = new LastPictures();
  #withheld: Withheld = {};
  #state: PathState = 'connected';
  #way: 'none' | Way = 'none';
  /** What the conference was told last. */
  #said = { move: 0, ready: false };
  /** Ready for this move, and about to say so. */
  #change: { readonly move: number; readonly stopTimer: () => void } | undefined;
  #stopLevel: (() => void) | undefined;
  #stopReception: (() => void) | undefined;
  #settling = false;
  #closed = false;

  constructor(options: SeatMediaOptions) {
    const { clock, random, log, device, listener } = options;
    this.#options = options;
    this.#told = options.view;
    this.#held = options.held === undefined ? undefined : this.#hold(options.held);
    this.#view = withCarried(options.view, this.#held?.carried);
    this.#shownFrom = { told: options.view, carried: this.#held?.carried };
    this.bridge = new BridgePath({
      device,
      scales: options.scales,
      cameraCaps: options.cameraCaps,
      send: options.sendMedia,
      iceServers: options.iceServers,
      clock,
      log,
      listener: {
        changed: () => this.#settle(),
        formsChanged: () => listener.formsChanged(),
        renewed: () => listener.renewed(),
        refused: (source, code) => listener.refused(source, code),
      },
    });
    this.#voicePackets = new VoicePackets({
      people: options.view.participants.length,
      clock,
      random,
      changed: (ms) => this.bridge.setVoicePackets(ms),
    });
    this.bridge.setVoicePackets(this.#voicePackets.ms);
    this.#firstFrames = new FirstFrames({ clock, log, ask: (sources) => this.bridge.refresh(sources) });
    const flow = () => new FlowWatch({ clock, log, changed: () => this.#settle() });
    this.#flow = { p2p: flow(), bridge: flow() };
    for (const watch of [this.#flow.p2p, this.#flow.bridge]) watch.setActive(true);
  }

  /** Remote sources that play now. Another map with every change. */
  get tracks(): ReadonlyMap<SourceId, MediaStreamTrack> {
    return this.#tracks;
  }

  /** Pictures that are on screen and come by no way. Another object with every change. */
  get withheld(): Withheld {
    return this.#withheld;
  }

  get state(): PathState {
    return this.#state;
  }

  /** How what the others send comes, all of it taken together. */
  get way(): 'none' | Way {
    return this.#way;
  }

  /** Whether two talk directly, and the bridge hears neither of them. */
  get isDirectAlone(): boolean {
    const { mode, bridge } = this.#route;
    return mode === 'p2p' && !bridge && this.#direct !== undefined;
  }

  /** The conference, with those in it whom one still talks to though the server has forgotten them. */
  get view(): ConferenceView {
    return this.#view;
  }

  /** The conference changed. */
  update(view: ConferenceView): void {
    this.#told = view;
    this.#route = view.route;
    this.bridge.setCodecs(view.codecs);
    this.#voicePackets.setPeople(view.participants.length);
    this.bridge.setFed(view.route.bridge);
    this.#connect();
    const wasHere = this.#peerIsHere;
    this.#peerIsHere =
      view.participants.find(({ id }) => id === this.#direct?.peer)?.connection !== 'interrupted';
    if (!wasHere && this.#peerIsHere) this.#direct?.path.peerReturned();
    this.#settle();
  }

  /** Gives a working direct connection away, because the server lost the conference: it goes on in the next seat. */
  release(): HeldCall | undefined {
    const direct = this.#direct;
    const carried = direct === undefined ? undefined : carriedFrom(this.#told, direct.peer);
    if (direct?.path.state !== 'connected' || carried === undefined) return undefined;
    this.#direct = undefined;
    return { direct, carried };
  }

  /** What goes out over a direct connection, now or when there is one. */
  setOutgoing(kind: SourceKind, track: MediaStreamTrack | undefined): void {
    if (this.#outgoing.get(kind) === track) return;
    if (track === undefined) this.#outgoing.delete(kind);
    else this.#outgoing.set(kind, track);
    this.#direct?.path.setTrack(kind, track);
    this.#held?.direct.path.setTrack(kind, track);
  }

  /** Pictures that are on screen. Nobody waits for the others. */
  setShown(shown: ReadonlySet<SourceId>): void {
    this.#shown = shown;
    this.#settle();
  }

  /** From the other end of the direct connection. */
  handleP2p(generation: Generation, action: P2pAction): void {
    if (generation === this.#direct?.generation) this.#direct.path.handle(action);
  }

  /** After a resume; what was said before may be lost. */
  caughtUp(): void {
    this.bridge.caughtUp();
    this.#direct?.path.caughtUp();
  }

  iceServersChanged(): void {
    this.bridge.iceServersChanged();
    this.#direct?.path.setIceServers(this.#options.iceServers.servers);
  }

  networkChanged(): void {
    this.bridge.networkChanged();
    this.#direct?.path.networkChanged();
  }

  /** One report of each peer connection of that way, always in the same order. Rejects when it closes meanwhile. */
  async readStats(way: Way): Promise<readonly RTCStatsReport[]> {
    if (way === 'bridge') return this.bridge.readStats();
    const direct = this.#direct ?? this.#held?.direct;
    return direct === undefined ? [] : [await direct.path.getStats()];
  }

  close(): void {
    this.#closed = true;
    this.#dropChange();
    this.#disconnect();
    this.#held?.stopTimer();
    this.#held?.direct.path.close();
    this.bridge.close();
    this.#voicePackets.close();
    this.#flow.p2p.close();
    this.#flow.bridge.close();
    this.#firstFrames.close();
    this.#stopReception?.();
    this.#tracks = new Map();
  }

  /** Makes and ends the direct connection as the route says. */
  #connect(): void {
    const { p2p } = this.#route;
    if (p2p?.generation === this.#direct?.generation) return;
    this.#disconnect();
    const { direct, connect, sendP2p, iceServers, cameraCaps } = this.#options;
    const may = direct();
    if (p2p === undefined || may === 'never') return;
    const { generation, peer, offers } = p2p;
    const ties: Direct['ties'] = {
      send: (action) => sendP2p(generation, action),
      changed: () => this.#settle(),
    };
    const path = connect({
      offers,
      iceServers: iceServers.servers,
      relayOnly: may === 'relay',
      cameraCaps,
      send: (action) => ties.send(action),
      changed: () => ties.changed(),
    });
    this.#direct = { generation, peer, path, ties };
    this.#peerIsHere = true;
    for (const kind of SOURCE_KINDS) path.setTrack(kind, this.#outgoing.get(kind));
  }

  #disconnect(): void {
    this.#direct?.path.close();
    this.#direct = undefined;
    this.#stopLevel?.();
    this.#stopLevel = undefined;
  }

  #hold(call: HeldCall): Held {
    const { ties } = call.direct;
    // Its conference is no more: nothing can be said to the other end.
    ties.send = () => false;
    ties.changed = () => this.#settle();
    return { ...call, ends: false, stopTimer: this.#options.clock.after(HOLD_MS, () => this.#letGo()) };
  }

  #letGo(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    held.stopTimer();
    held.direct.path.close();
    this.#settle();
  }

  /** Brings what is watched, shown, played and said to what is. A change may well lead to the next one. */
  #settle(): void {
    if (this.#settling || this.#closed) return;
    this.#settling = true;
    const { self } = this.#told;
    const view = this.#viewNow();
    this.#sources = view.sources.filter(({ id }) => ownerOf(id) !== self);
    this.#watch();
    this.#expectFrames();
    this.#settling = false;
    const ways = this.#chooseWays();
    const tracks = this.#chooseTracks(ways);
    const withheld = this.#withheldNow(ways);
    const state = this.#stateNow();
    const way = this.#wayNow(ways);
    const changed =
      view !== this.#view ||
      tracks !== this.#tracks ||
      withheld !== this.#withheld ||
      state !== this.#state ||
      way !== this.#way;
    this.#view = view;
    this.#ways = ways;
    this.#tracks = tracks;
    this.#withheld = withheld;
    this.#state = state;
    this.#way = way;
    this.#sayReady();
    this.#letReceive();
    this.#listenToPeer();
    if (changed) this.#options.listener.changed();
    if (this.#held !== undefined) this.#reviewHeld(this.#held);
  }

  /** The same object as long as it is the same. */
  #viewNow(): ConferenceView {
    const { told, carried } = this.#shownFrom;
    if (told === this.#told && carried === this.#held?.carried) return this.#view;
    this.#shownFrom = { told: this.#told, carried: this.#held?.carried };
    return withCarried(this.#told, this.#held?.carried);
  }

  /** A held connection ends at once if it breaks; and a moment after everything that came by it comes by a way of this conference. */
  #reviewHeld(held: Held): void {
    const { direct, carried } = held;
    if (direct.path.state !== 'connected') {
      this.#letGo();
      return;
    }
    const { mode } = this.#route;
    const isBack = withCarried(this.#told, carried) === this.#told;
    if (held.ends || !isBack || mode === 'none' || !this.#isReady(mode, direct.peer)) return;
    held.stopTimer();
    const stopTimer = this.#options.clock.after(CHANGE_MS, () => this.#letGo());
    this.#held = { ...held, ends: true, stopTimer };
  }

  /** Looks only for what decides something: the other end's sources, while there are two ways. */
  #watch(): void {
    const direct = this.#direct;
    const p2p = new Map<SourceId, RTCRtpReceiver>();
    const bridge = new Map<SourceId, RTCRtpReceiver>();
    const peer = direct?.peer ?? this.#held?.direct.peer;
    const overBridge = this.#route.bridge && peer !== undefined ? this.bridge.receivers : undefined;
    for (const source of peer === undefined ? [] : this.#peersSources(peer)) {
      const directly =
        direct?.path.state === 'connected' ? direct.path.receivers.get(source.kind) : undefined;
      if (directly !== undefined && !this.#isIdle(source, 'p2p')) p2p.set(source.id, directly);
      const forwarded = this.#isIdle(source, 'bridge') ? undefined : overBridge?.get(source.id);
      if (forwarded !== undefined) bridge.set(source.id, forwarded);
    }
    this.#flow.p2p.watch(p2p);
    this.#flow.bridge.watch(bridge);
  }

  #chooseWays(): ReadonlyMap<SourceId, Way> {
    const { mode } = this.#route;
    const ways = new Map<SourceId, Way>();
    for (const source of this.#sources) {
      const way = chooseWay({
        mode,
        current: this.#ways.get(source.id),
        idle: this.#isIdle(source, mode === 'p2p' ? 'p2p' : 'bridge'),
        p2p: this.#offered(source, 'p2p'),
        bridge: this.#offered(source, 'bridge'),
      });
      if (way !== undefined) ways.set(source.id, way);
    }
    return ways;
  }

  #offered(source: SourceView, way: Way): Offered {
    const flows =
      this.#flow[way].flows(source.id) || (way === 'p2p' && this.#heldTrack(source) !== undefined);
    return { there: this.#trackOf(source, way) !== undefined, flows };
  }

  #trackOf(source: SourceView, way: Way): MediaStreamTrack | undefined {
    const { id, kind } = source;
    if (way === 'bridge') return this.bridge.tracks.get(id);
    const held = this.#flow.p2p.flows(id) ? undefined : this.#heldTrack(source);
    if (held !== undefined) return held;
    return ownerOf(id) === this.#direct?.peer ? this.#direct.path.receivers.get(kind)?.track : undefined;
  }

  #heldTrack({ id, kind }: SourceView): MediaStreamTrack | undefined {
    const direct = this.#held?.direct;
    return ownerOf(id) === direct?.peer ? direct.path.receivers.get(kind)?.track : undefined;
  }

  #chooseTracks(ways: ReadonlyMap<SourceId, Way>): ReadonlyMap<SourceId, MediaStreamTrack> {
    const tracks = new Map<SourceId, MediaStreamTrack>();
    for (const source of this.#sources) {
      const way = ways.get(source.id);
      const own = way === undefined ? undefined : this.#trackOf(source, way);
      const track = this.#pictures.see(source, own);
      if (track !== undefined) tracks.set(source.id, track);
    }
    this.#pictures.keep(this.#sources.filter(({ muted }) => !muted));
    const before = this.#tracks;
    const same = tracks.size === before.size && [...tracks].every(([id, track]) => before.get(id) === track);
    return same ? before : tracks;
  }

  #stateNow(): PathState {
    const { mode, bridge } = this.#route;
    const direct = this.#direct?.path.state;
    // During a move the one carries until the other does.
    if (direct === 'connected' && mode !== 'none') return 'connected';
    if (mode === 'p2p' && !bridge) return direct ?? 'connecting';
    return this.bridge.state;
  }

  #wayNow(ways: ReadonlyMap<SourceId, Way>): 'none' | Way {
    if (this.#route.mode === 'none') return 'none';
    if (ways.size > 0) return [...ways.values()].includes('bridge') ? 'bridge' : 'p2p';
    return this.#route.mode === 'p2p' && this.#direct?.path.state === 'connected' ? 'p2p' : 'bridge';
  }

  #sayReady(): void {
    const { move, mode, p2p, bridge } = this.#route;
    if (this.#change?.move !== move) this.#dropChange();
    if (p2p === undefined || mode === 'none') return;
    const ready = this.#isReady(mode, p2p.peer);
    if (!ready) this.#dropChange();
    const said = this.#said.move === move && this.#said.ready;
    if (ready === said) return;
    const leaves = mode === 'bridge' || bridge;
    if (!ready || !leaves) {
      this.#say(move, ready);
      return;
    }
    this.#change ??= {
      move,
      stopTimer: this.#options.clock.after(CHANGE_MS, () => {
        this.#change = undefined;
        this.#say(move, true);
      }),
    };
  }

  #say(move: number, ready: boolean): void {
    this.#said = { move, ready };
    this.#options.sayReady(move, ready);
  }

  #dropChange(): void {
    this.#change?.stopTimer();
    this.#change = undefined;
  }

  /** What the bridge could bring is set up when it is to bring it, or when the first direct picture is there and the page had a moment to show it. */
  #letReceive(): void {
    const { mode, bridge, p2p } = this.#route;
    if (bridge || mode !== 'p2p' || p2p === undefined || !this.#isReady(mode, p2p.peer))
      this.bridge.setReceives(bridge);
    else this.#stopReception ??= this.#options.clock.after(CHANGE_MS, () => this.bridge.setReceives(true));
  }

  #isReady(way: Way, peer: ParticipantId): boolean {
    const state = way === 'p2p' ? this.#direct?.path.state : this.bridge.state;
    if (state !== 'connected') return false;
    // Where there is nothing to move from, nobody waits for what comes.
    if (this.#direct === undefined && this.#held === undefined) return true;
    return this.#peersSources(peer).every(
      (source) => this.#isIdle(source, way) || this.#flow[way].flows(source.id),
    );
  }

  #peersSources(peer: ParticipantId): SourceView[] {
    return this.#sources.filter(({ id }) => ownerOf(id) === peer);
  }

  /** Nothing has to come of it by that way: it is muted, a picture that nobody looks at, or one that the bridge withholds. */
  #isIdle({ id, kind, muted }: SourceView, way: Way): boolean {
    if (muted) return true;
    if (mediaKindOf(kind) !== 'video') return false;
    return this.#shown?.has(id) === false || (way === 'bridge' && this.bridge.withheld[id] !== undefined);
  }

  /** What the bridge withholds, but for what is seen directly. */
  #withheldNow(ways: ReadonlyMap<SourceId, Way>): Withheld {
    const withheld: Record<SourceId, WithheldReason> = {};
    for (const { id } of this.#sources) {
      const reason = ways.get(id) === 'p2p' ? undefined : this.bridge.withheld[id];
      if (reason !== undefined && this.#shown?.has(id) !== false) withheld[id] = reason;
    }
    const [before, now] = [Object.entries(this.#withheld), new Map(Object.entries(withheld))];
    const same = before.length === now.size && before.every(([id, reason]) => now.get(id) === reason);
    return same ? this.#withheld : withheld;
  }

  /** Pictures that somebody looks at, while the bridge carries. */
  #expectFrames(): void {
    const expected = new Map<SourceId, RTCRtpReceiver>();
    const receivers = this.#route.bridge ? this.bridge.receivers : undefined;
    for (const source of this.#sources) {
      const receiver = receivers?.get(source.id);
      if (receiver === undefined || this.#isIdle(source, 'bridge') || mediaKindOf(source.kind) !== 'video')
        continue;
      expected.set(source.id, receiver);
    }
    this.#firstFrames.expect(expected);
  }

  #listenToPeer(): void {
    if (this.#stopLevel !== undefined || this.#way !== 'p2p') return;
    this.#stopLevel = this.#options.clock.after(LEVEL_MS, () => {
      this.#stopLevel = undefined;
      const direct = this.#direct;
      const level = direct?.path.remoteLevel();
      if (direct !== undefined && level !== undefined) this.#options.listener.level(direct.peer, level);
      this.#listenToPeer();
    });
  }
}

/** What is seen and heard without a seat. */
export const NO_MEDIA: Pick<SeatMedia, 'tracks' | 'withheld' | 'way'> = {
  tracks: new Map(),
  withheld: {},
  way: 'none',
};

/** What is seen and heard, as it is now. */
export function mediaOf({ tracks, withheld, way } = NO_MEDIA): typeof NO_MEDIA {
  return { tracks, withheld, way };
}
