import type { types } from 'mediasoup';
import {
  type ConsumerParameters,
  type ReceiverConstraints,
  type SourceId,
  rtpParameters,
} from '@treff/protocol';
import { layerFor } from './layers.ts';
import type { Source } from './source.ts';

/** What a consumer was last told to do; it is only told again what changed. */
interface Applied {
  paused: boolean;
  layer: number | undefined;
}

/** One remote source as one endpoint receives it: a mediasoup consumer, and whether and in which layer it runs. */
export class Reception {
  readonly source: Source;
  readonly parameters: ConsumerParameters;
  /** The endpoint's owner was told of it, by an offer or an event. */
  told = false;
  readonly #consumer: types.Consumer;
  readonly #applied: Applied;
  #started: boolean;
  #acknowledged = false;

  private constructor(source: Source, consumer: types.Consumer, started: boolean, layer: number | undefined) {
    this.source = source;
    this.parameters = {
      id: consumer.id,
      source: source.id,
      kind: source.kind,
      rtpParameters: rtpParameters.parse(consumer.rtpParameters),
    };
    this.#consumer = consumer;
    this.#started = started;
    this.#applied = { paused: consumer.paused, layer };
  }

  /** Starts to receive a source on a transport; `undefined` when the source or the transport ended meanwhile. */
  static async open(
    transport: types.WebRtcTransport,
    source: Source,
    options: {
      rtpCapabilities: types.RtpCapabilities;
      constraints: ReceiverConstraints | undefined;
      started: boolean;
    },
  ): Promise<Reception | undefined> {
    const layer = wantedLayer(source, options.constraints);
    const layered = source.producer.type !== 'simple';
    const consumer = await transport.consume({
      producerId: source.producer.id,
      rtpCapabilities: options.rtpCapabilities,
      paused: !options.started || layer === undefined,
      ...(layered ? { preferredLayers: { spatialLayer: layer ?? 0 } } : {}),
    });
    // Came too late to be closed with its transport. With its source it closes by itself.
    if (transport.closed) consumer.close();
    if (consumer.closed || source.closed) return undefined;
    return new Reception(source, consumer, options.started, layer ?? 0);
  }

  get id(): string {
    return this.#consumer.id;
  }

  /** Lets it run as far as `constraints` allow. */
  async start(constraints: ReceiverConstraints | undefined): Promise<void> {
    this.#started = true;
    await this.apply(constraints);
  }

  /**
   * The endpoint says that it is set up. If it ran already, the key frame that came first may have been lost on it: it gets another.
   */
  async acknowledge(constraints: ReceiverConstraints | undefined): Promise<void> {
    const repeat = this.#acknowledged;
    this.#acknowledged = true;
    if (!this.#started) await this.start(constraints);
    else if (!repeat && this.#consumer.kind === 'video' && !this.#consumer.closed) {
      await this.#consumer.requestKeyFrame();
    }
  }

  /** Pauses, resumes, or changes the layer as the constraints say; calls the worker only for what differs. */
  async apply(constraints: ReceiverConstraints | undefined): Promise<void> {
    if (this.#consumer.closed) return;
    const layer = wantedLayer(this.source, constraints);
    const paused = !this.#started || layer === undefined;
    // The layer first, so that what resumes is the right one.
    if (layer !== undefined && layer !== this.#applied.layer && this.source.producer.type !== 'simple') {
      await this.#consumer.setPreferredLayers({ spatialLayer: layer });
      this.#applied.layer = layer;
    }
    if (paused === this.#applied.paused) return;
    await (paused ? this.#consumer.pause() : this.#consumer.resume());
    this.#applied.paused = paused;
  }
}

/** The layer, 0 being the lowest, or `undefined` when the source is not shown. Sound is always wanted. */
function wantedLayer(source: Source, constraints: ReceiverConstraints | undefined): number | undefined {
  if (source.producer.kind === 'audio' || constraints === undefined) return 0;
  return layerFor(heightOf(source.id, constraints), source.height, source.layers);
}

function heightOf(source: SourceId, { maxHeights, defaultMaxHeight }: ReceiverConstraints): number {
  return maxHeights[source] ?? defaultMaxHeight;
}
