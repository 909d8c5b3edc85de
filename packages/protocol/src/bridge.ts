import type { CameraCaps } from './camera.ts';
import type { ErrorCode } from './errors.ts';
import type { Generation, Incarnation, ParticipantId, SourceId } from './ids.ts';
import type {
  ConsumerParameters,
  MediaOffer,
  Publication,
  ReceiverConstraints,
  TransportRole,
  WithheldReason,
} from './messages.ts';
import type { DtlsParameters, IceParameters, RtpCapabilities } from './rtp.ts';

/**
 * The boundary between the focus, which decides, and a Selective Forwarding Unit, which forwards. It is coarse, asynchronous and
 * serialisable, so that the bridge may live in this process or on another machine.
 *
 * Contract, held by every implementation:
 * - Every call may be lost, repeated, or arrive late. A repeated call does nothing twice and answers the same (`endpoint` of the same
 *   generation answers with the same transports and today's consumers).
 * - A call of an older generation than the endpoint's newest is refused with `media/stale-generation` and changes nothing; so is one
 *   of a generation that was never opened, and one of an endpoint or conference that was removed (tombstones are kept as long as the
 *   conference is open; an incarnation that was closed never opens again).
 * - Calls that take something away (`unpublish`, `remove`, `close`) succeed when it is not there, or no more, and are remembered: what they
 *   are about does not come afterwards by a call that arrives late.
 * - Of `pause` and `constrain` the last to arrive wins. A transport keeps the order of calls about one endpoint, and a repetition
 *   arrives before the next call is made; all others may also arrive out of order.
 * - A rejected promise is a `TreffError` with a code; the bridge's state is then as before the call.
 * - The bridge has a consumer of every source for every other endpoint of the conference that can decode it; consumers come and go by events.
 *   A publisher never gets its own source. Where there are more microphones than `LIMITS.voices`, it has consumers of as many as that or a
 *   few more, chosen for all endpoints alike: among them those that are on, as long as they are not too many, from when they are switched on. Where there
 *   are more pictures than `LIMITS.pictures`, an endpoint has consumers of those that it shows, and for about a minute of those that it showed.
 * - Which of the pictures that an endpoint shows are forwarded to it follows from its constraints, who spoke, and the way to it; it learns by
 *   `forwarded` which are not. What nobody receives any more its publisher learns by `sender-constraints`, 10 s later; what somebody wants again, at once.
 * - Of a camera no layer is forwarded above the first that is as tall as its conference's caps, or as the bridge's load allows. When load lowers that its publisher learns
 *   it by `sender-constraints`, at once, and again when it is over.
 */
export interface Bridge {
  /** What every router of this bridge can decode and forward. Constant for its lifetime. */
  readonly rtpCapabilities: RtpCapabilities;

  /** Makes room for a conference; its caps are those of the first call. Rejects: `media/bridge-unavailable` when no worker lives. */
  open(incarnation: Incarnation, caps?: CameraCaps): Promise<void>;

  /**
   * Opens a set of transports for an endpoint, closing its older generation's. The offer's consumers are started. The conference
   * must be open. Rejects: `media/bridge-unavailable`, `media/stale-generation`.
   */
  endpoint(ref: EndpointRef, options: { rtpCapabilities: RtpCapabilities }): Promise<MediaOffer>;

  /** Starts DTLS on one transport. A repetition with the same fingerprints does nothing. Rejects: `media/transport-failed`. */
  connect(ref: EndpointRef, transport: TransportRole, dtlsParameters: DtlsParameters): Promise<void>;

  /** New local ICE credentials of both transports; media goes on meanwhile. `attempt` makes a repetition recognisable. */
  restartIce(ref: EndpointRef, attempt: number): Promise<{ send: IceParameters; receive: IceParameters }>;

  /**
   * Accepts a source. Rejects: `media/codec-unsupported`, `media/invalid-parameters`, `source/too-many`. The id of a source
   * that was unpublished is refused with `source/invalid-id`.
   */
  publish(
    ref: EndpointRef,
    publication: Omit<Publication, 'muted' | 'replaces'> & { paused: boolean },
  ): Promise<void>;

  unpublish(ref: EndpointRef, source: SourceId): Promise<void>;

  /** Whether a source is forwarded: it is not while its owner muted it or a moderator blocked it. */
  pause(ref: EndpointRef, source: SourceId, paused: boolean): Promise<void>;

  /** Starts consumers that `consumers-added` announced. Unknown ids are passed over: they may just have gone. */
  start(ref: EndpointRef, consumers: readonly string[]): Promise<void>;

  /** What this endpoint shows. The latest wins. Before the first call video sources come with their lowest layer, of many `LIMITS.pictures`. */
  constrain(ref: EndpointRef, constraints: ReceiverConstraints): Promise<void>;

  /** Closes all that an endpoint has, of any generation up to this one. */
  remove(ref: EndpointRef): Promise<void>;

  /** Ends a conference and everything in it. */
  close(incarnation: Incarnation): Promise<void>;

  /** What is there now, for a focus that missed an event. Rejects: `media/stale-generation` if the conference is not open. */
  snapshot(incarnation: Incarnation): Promise<BridgeSnapshot>;

  /** Calls back with each event until the returned function is called. */
  subscribe(listener: (message: BridgeMessage) => void): () => void;

  /** Ends every conference and the bridge itself. Idempotent. */
  shutdown(): Promise<void>;
}

/** Whom and what a call is about. */
export interface EndpointRef {
  readonly incarnation: Incarnation;
  readonly endpoint: ParticipantId;
  readonly generation: Generation;
}

/** An event with its number: each is the one before plus one, over all conferences; a gap means that a `snapshot` is due. Signals are unnumbered. */
export type BridgeMessage =
  | { readonly seq: number; readonly event: BridgeEvent }
  | { readonly signal: BridgeSignal };

export type BridgeEvent =
  | ({ readonly type: 'consumers-added'; readonly consumers: readonly ConsumerParameters[] } & EndpointRef)
  | ({ readonly type: 'consumers-removed'; readonly consumers: readonly string[] } & EndpointRef)
  /** What this endpoint shows and is not sent, all of it. Nothing is withheld from a new generation until it is told. */
  | ({
      readonly type: 'forwarded';
      readonly withheld: Readonly<Record<SourceId, WithheldReason>>;
    } & EndpointRef)
  /**
   * The `layers` lowest encodings of this endpoint's source are wanted, by somebody, in at most `maxHeight` lines if that is there. All are of a new source, within the
   * conference's caps, until it is told.
   */
  | ({
      readonly type: 'sender-constraints';
      readonly source: SourceId;
      readonly layers: number;
      readonly maxHeight?: number;
    } & EndpointRef)
  /** The order of speech changed: this endpoint speaks now. */
  | { readonly type: 'dominant-speaker'; readonly incarnation: Incarnation; readonly endpoint: ParticipantId }
  /** ICE or DTLS of one transport changed. `failed` needs `restartIce` or a new generation. */
  | ({
      readonly type: 'transport-state';
      readonly transport: TransportRole;
      readonly state: 'connected' | 'disconnected' | 'failed';
    } & EndpointRef)
  /** The worker that carried this endpoint died, and the conference goes on elsewhere: open a newer generation. */
  | ({ readonly type: 'endpoint-lost'; readonly code: ErrorCode } & EndpointRef)
  /** The worker died, or the last of several: the conference is closed at the bridge; `open` it again under the same incarnation with higher generations. */
  | { readonly type: 'conference-lost'; readonly incarnation: Incarnation; readonly code: ErrorCode };

/** About one conference. */
export interface ConferenceSignal {
  readonly type: 'audio-levels';
  readonly incarnation: Incarnation;
  /** dBov, -127 (silence) to 0. Silent endpoints are left out. */
  readonly levels: Readonly<Record<ParticipantId, number>>;
}

export type BridgeSignal =
  | ConferenceSignal
  /** What one more participant would meet, about once a second: `load` from 0 to about 1, smoothed, and what it means. */
  | { readonly type: 'load'; readonly load: number; readonly level: LoadLevel };

/**
 * `busy`: nothing new is put there if something else has room, and cameras are smaller. `overloaded`: fewer and smaller pictures are forwarded. `full`: nobody new can be carried.
 * A level lasts until there has been clearly less to do for a while.
 */
export type LoadLevel = 'normal' | 'busy' | 'overloaded' | 'full';

export interface BridgeSnapshot {
  readonly incarnation: Incarnation;
  /** Number of the last event that is contained. Those up to it that arrive later say nothing new. */
  readonly seq: number;
  readonly endpoints: readonly {
    readonly endpoint: ParticipantId;
    readonly generation: Generation;
    /** `layers`, `maxHeight`: what is wanted, as `sender-constraints` told last; all encodings within the conference's caps before that. */
    readonly sources: readonly {
      readonly source: SourceId;
      readonly paused: boolean;
      readonly layers: number;
      readonly maxHeight?: number;
    }[];
    readonly consumers: readonly ConsumerParameters[];
    readonly withheld: Readonly<Record<SourceId, WithheldReason>>;
  }[];
}
