import type { MediaPlan } from '@treff/conference';
import {
  codeOf,
  type Bridge,
  type BridgeEvent,
  type BridgeSnapshot,
  type CameraCaps,
  type Incarnation,
  type MediaOffer,
  type ErrorCode,
  type Generation,
  type ParticipantId,
  type RtpCapabilities,
  type ServerMediaAction,
  type SourceId,
  type TransportRole,
} from '@treff/protocol';
import { withTimeout, type Clock } from './clock.ts';
import { EndpointMedia } from './endpoint-media.ts';
import type { Logger } from './logger.ts';

/** As {@link EndpointListener}, for every endpoint of a conference. */
export interface MediaListener {
  offered(participant: ParticipantId, offer: MediaOffer): void;
  offerRefused(participant: ParticipantId, code: ErrorCode): void;
  send(participant: ParticipantId, generation: Generation, body: ServerMediaAction): void;
  sourceRefused(participant: ParticipantId, source: SourceId, code: ErrorCode): void;
  sourcesGone(participant: ParticipantId, sources: readonly SourceId[]): void;
  speaking(participant: ParticipantId): void;
}

export interface ConferenceMediaOptions {
  readonly incarnation: Incarnation;
  readonly cameraCaps: CameraCaps;
  readonly bridge: Bridge;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly listener: MediaListener;
}

interface NumberedEvent {
  readonly seq: number;
  readonly event: BridgeEvent;
}

const CALL_TIMEOUT_MS = 5_000;
/** A conference that the bridge cannot be told to close is given up after so many tries: its worker is gone, and it with it. */
const CLOSE_ATTEMPTS = 8;
const CLOSE_RETRY_MS = 500;
/** Milliseconds between two lines about paths that do not carry. */
const REPORT_MS = 10_000;

/** The media of one conference: brings the bridge to its plan, endpoint by endpoint. */
export class ConferenceMedia {
  readonly #options: ConferenceMediaOptions;
  readonly #endpoints = new Map<ParticipantId, EndpointMedia>();
  #opening: Promise<void> | undefined;
  #closed = false;
  #reportedBroken = -Infinity;
  /** Events that wait for a snapshot, because others before them were missed. */
  #held: NumberedEvent[] | undefined;
  #snapshotOutdated = false;

  constructor(options: ConferenceMediaOptions) {
    this.#options = options;
  }

  /** Makes an endpoint for a seat that the next plan names. */
  add(participant: ParticipantId, rtpCapabilities: RtpCapabilities): void {
    const { incarnation, bridge, clock, logger, listener } = this.#options;
    const endpoint = new EndpointMedia({
      participant,
      incarnation,
      rtpCapabilities,
      bridge,
      clock,
      logger,
      open: () => this.#open(),
      onStale: () => {
        this.#opening = undefined;
      },
      listener: {
        offered: (offer) => listener.offered(participant, offer),
        offerRefused: (code) => listener.offerRefused(participant, code),
        send: (generation, body) => listener.send(participant, generation, body),
        sourceRefused: (source, code) => listener.sourceRefused(participant, source, code),
        sourcesGone: (sources) => listener.sourcesGone(participant, sources),
        broken: (transport) => this.#pathBroken(participant, transport),
      },
    });
    this.#endpoints.set(participant, endpoint);
  }

  endpoint(participant: ParticipantId): EndpointMedia | undefined {
    return this.#endpoints.get(participant);
  }

  /** The latest wins. */
  plan(plan: MediaPlan): void {
    for (const [participant, endpoint] of this.#endpoints) {
      const planned = plan.endpoints.get(participant);
      if (planned !== undefined) endpoint.plan(planned.sources);
      else {
        this.#endpoints.delete(participant);
        endpoint.remove();
      }
    }
  }

  /** An event of the bridge about this conference, with its number. */
  handle(numbered: NumberedEvent): void {
    if (this.#closed) return;
    // Who speaks is in no snapshot, and needs none.
    if (this.#held === undefined || numbered.event.type === 'dominant-speaker') this.#apply(numbered.event);
    else this.#held.push(numbered);
  }

  /** Events were missed: asks the bridge what it has, and corrects the difference. Later events wait for it. */
  resync(): void {
    if (this.#closed) return;
    this.#snapshotOutdated = true;
    if (this.#held !== undefined) return;
    this.#held = [];
    void this.#resync();
  }

  /** Ends everything at the bridge. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const endpoint of this.#endpoints.values()) endpoint.stop();
    this.#endpoints.clear();
    void this.#closeAtBridge(1);
  }

  #apply(event: BridgeEvent): void {
    switch (event.type) {
      case 'consumers-added':
        this.#endpoints.get(event.endpoint)?.consumersAdded(event.generation, event.consumers);
        break;
      case 'consumers-removed':
        this.#endpoints.get(event.endpoint)?.consumersRemoved(event.generation, event.consumers);
        break;
      case 'forwarded':
        this.#endpoints.get(event.endpoint)?.withheld(event.generation, event.withheld);
        break;
      case 'sender-constraints':
        this.#endpoints.get(event.endpoint)?.wanted(event.generation, event.source, event);
        break;
      case 'dominant-speaker':
        this.#options.listener.speaking(event.endpoint);
        break;
      case 'transport-state':
        // The client sees the same from its end, and asks for what it needs; this is for the operator.
        this.#endpoints.get(event.endpoint)?.transportChanged(event.generation, event.transport, event.state);
        break;
      case 'endpoint-lost':
        this.#endpoints.get(event.endpoint)?.lost(event.generation);
        break;
      case 'conference-lost':
        this.#lost();
        break;
    }
  }

  /** While two talk directly nobody misses the bridge; a third would find it broken. One line is enough for a network that breaks for all. */
  #pathBroken(participant: ParticipantId, transport: TransportRole): void {
    const { clock, logger, incarnation } = this.#options;
    const now = clock.now();
    const facts = { incarnation, participant, transport };
    if (now < this.#reportedBroken + REPORT_MS) return;
    this.#reportedBroken = now;
    logger.warn(facts, 'media does not get through to the bridge');
  }

  async #resync(): Promise<void> {
    const { bridge, clock, incarnation, logger } = this.#options;
    try {
      let snapshot: BridgeSnapshot | undefined;
      while (this.#snapshotOutdated && !this.#closed) {
        this.#snapshotOutdated = false;
        const call = bridge.snapshot(incarnation);
        snapshot = await withTimeout(clock, CALL_TIMEOUT_MS, call, () => new Error('no snapshot'));
      }
      const held = this.#held ?? [];
      this.#held = undefined;
      if (this.#closed || snapshot === undefined) return;
      const actual = new Map(snapshot.endpoints.map((endpoint) => [endpoint.endpoint, endpoint]));
      for (const [participant, endpoint] of this.#endpoints) endpoint.correct(actual.get(participant));
      for (const { seq, event } of held) if (seq > snapshot.seq) this.#apply(event);
    } catch (error) {
      this.#held = undefined;
      if (this.#closed) return;
      // Without a snapshot nothing is certain; new transports for everybody make it so.
      logger.warn({ code: codeOf(error) }, 'the bridge gave no snapshot; media is set up anew');
      this.#lost();
    }
  }

  async #closeAtBridge(attempt: number): Promise<void> {
    const { bridge, clock, incarnation, logger } = this.#options;
    try {
      await withTimeout(clock, CALL_TIMEOUT_MS, bridge.close(incarnation), () => new Error('no answer'));
    } catch (error) {
      if (attempt < CLOSE_ATTEMPTS) clock.after(CLOSE_RETRY_MS, () => void this.#closeAtBridge(attempt + 1));
      else logger.warn({ code: codeOf(error) }, 'a conference could not be closed at the bridge');
    }
  }

  /** One call for all endpoints that wait for it; a failed one is made again for the next. */
  #open(): Promise<void> {
    const { bridge, incarnation, cameraCaps } = this.#options;
    this.#opening ??= bridge.open(incarnation, cameraCaps).catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  #lost(): void {
    this.#opening = undefined;
    for (const endpoint of this.#endpoints.values()) endpoint.renew();
  }
}
