import type { types } from 'mediasoup';
import { type ConsumerParameters, type RtpParameters, rtpParameters } from '@treff/protocol';
import type { Forwarded } from './allocation.ts';
import type { Interned } from './interned.ts';
import type { Outlet } from './pipes.ts';
import type { Source } from './source.ts';

/** What consumers have in common whose sources have the same codec and whose receivers the same browser: nearly all of their parameters. */
export type CommonParameters = Pick<RtpParameters, 'codecs' | 'headerExtensions'>;

/** What a consumer was last told to do; it is only told again what changed. */
interface Applied {
  paused: boolean;
  layer: number | undefined;
  priority: number;
}

/** A call to the worker. */
type Step = () => Promise<void>;

/** mediasoup's own, of a consumer that was told none. */
const USUAL_PRIORITY = 1;

/** One remote source as one endpoint receives it: a mediasoup consumer, and whether and in which layer it runs. */
export class Reception {
  readonly source: Source;
  readonly parameters: ConsumerParameters;
  /** The endpoint's owner was told of it, by an offer or an event. */
  told = false;
  /** Of a picture: when the endpoint's owner showed it last, or it was opened, in milliseconds of the endpoint's clock. */
  shownAt: number;
  readonly #consumer: types.Consumer;
  readonly #outlet: Outlet;
  readonly #applied: Applied;
  #started: boolean;
  #acknowledged = false;
  /** As the allocation says; undefined: it is not forwarded. Of sound it says nothing. */
  #allotted: Forwarded | undefined;
  #applying: Promise<void> | undefined;

  private constructor(
    source: Source,
    consumer: types.Consumer,
    outlet: Outlet,
    options: {
      started: boolean;
      allotted: Forwarded | undefined;
      now: number;
      common: Interned<CommonParameters>;
    },
  ) {
    const { codecs, headerExtensions, ...own } = rtpParameters.parse(consumer.rtpParameters);
    this.source = source;
    this.shownAt = options.now;
    this.parameters = {
      id: consumer.id,
      source: source.id,
      kind: source.kind,
      rtpParameters: { ...own, ...options.common.of({ codecs, headerExtensions }) },
    };
    this.#consumer = consumer;
    this.#outlet = outlet;
    this.#started = options.started;
    this.#allotted = options.allotted;
    this.#applied = {
      paused: consumer.paused,
      layer: options.allotted?.layer ?? 0,
      priority: USUAL_PRIORITY,
    };
  }

  /** Starts to receive a source on a transport of `router`; `undefined` when the source or the transport ended meanwhile. */
  static async open(
    transport: types.WebRtcTransport,
    source: Source,
    options: {
      router: types.Router;
      rtpCapabilities: types.RtpCapabilities;
      allotted: Forwarded | undefined;
      started: boolean;
      now: number;
      common: Interned<CommonParameters>;
    },
  ): Promise<Reception | undefined> {
    const { allotted, started, now, common } = options;
    const layered = source.producer.type !== 'simple';
    const paused = !started || isWithheld(source, allotted);
    const outlet = await source.outlets.at(options.router);
    let consumer: types.Consumer;
    try {
      await outlet.run(!paused);
      consumer = await transport.consume({
        producerId: outlet.producerId,
        rtpCapabilities: options.rtpCapabilities,
        paused,
        // Of sound, too, which mediasoup leaves out by itself: Opus's own correction works for few kinds of sound, and is of no use for two packets in a row.
        enableRtx: true,
        ...(layered ? { preferredLayers: { spatialLayer: allotted?.layer ?? 0 } } : {}),
      });
    } catch (error) {
      outlet.release();
      throw error;
    }
    outlet.releaseAfter(consumer);
    // Came too late to be closed with its transport. With its source it closes by itself.
    if (transport.closed) consumer.close();
    if (consumer.closed || source.closed) return undefined;
    return new Reception(source, consumer, outlet, { started, allotted, now, common });
  }

  get id(): string {
    return this.#consumer.id;
  }

  /** Lets it run as far as it was allotted anything. */
  async start(): Promise<void> {
    this.#started = true;
    await this.follow();
  }

  /**
   * The endpoint says that it is set up. If it ran already, the key frame that came first may have been lost on it: it gets another.
   */
  async acknowledge(): Promise<void> {
    const repeat = this.#acknowledged;
    this.#acknowledged = true;
    if (!this.#started) await this.start();
    else if (!repeat && this.#consumer.kind === 'video' && !this.#consumer.closed) {
      await this.#consumer.requestKeyFrame();
    }
  }

  /** Pauses, resumes, or changes the layer; calls the worker only for what differs. `undefined`: nothing does. */
  allot(forwarded: Forwarded | undefined): Promise<void> | undefined {
    this.#allotted = forwarded;
    return this.follow();
  }

  /** The same, when whether the source is silenced has changed. */
  follow(): Promise<void> | undefined {
    if (this.#applying !== undefined) return this.#applying;
    const first = this.#nextStep();
    if (first === undefined) return undefined;
    this.#applying = this.#applyStepwise(first);
    return this.#applying;
  }

  /** Ends it; with its source it does by itself. Idempotent. */
  close(): void {
    this.#consumer.close();
  }

  /**
   * One step at a time, until what was told last is so: another wish may come while the worker answers. Whether there is a step more, and that there is none
   * under way, are one moment: a wish that came between would be lost.
   */
  async #applyStepwise(first: Step): Promise<void> {
    try {
      for (let step: Step | undefined = first; step !== undefined; step = this.#nextStep()) await step();
    } finally {
      this.#applying = undefined;
    }
  }

  /** The layer first, so that what resumes is the right one. */
  #nextStep(): Step | undefined {
    const consumer = this.#consumer;
    const applied = this.#applied;
    if (consumer.closed) return undefined;
    const allotted = this.#allotted;
    if (allotted !== undefined && this.source.isVideo) {
      const { layer, priority } = allotted;
      if (layer !== applied.layer && this.source.producer.type !== 'simple') {
        return async () => {
          await consumer.setPreferredLayers({ spatialLayer: layer });
          applied.layer = layer;
        };
      }
      if (priority !== applied.priority) {
        return async () => {
          await consumer.setPriority(priority);
          applied.priority = priority;
        };
      }
    }
    const paused = !this.#started || isWithheld(this.source, allotted);
    if (paused === applied.paused) return undefined;
    return async () => {
      if (!paused) await this.#outlet.run(true);
      await (paused ? consumer.pause() : consumer.resume());
      applied.paused = paused;
      if (paused) await this.#outlet.run(false);
    };
  }
}

function isWithheld({ isVideo, silenced }: Source, allotted: Forwarded | undefined): boolean {
  return isVideo ? allotted === undefined : silenced;
}
