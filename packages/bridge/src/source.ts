import type { types } from 'mediasoup';
import {
  type ParticipantId,
  type Publication,
  type SourceId,
  type SourceKind,
  mediaKindOf,
} from '@treff/protocol';
import type { VideoSource } from './allocation.ts';
import { expectedBitrate, measuredBitrate } from './estimate.ts';
import { layerHeights, type Picture } from './layers.ts';
import { packetTimeOf, type PacketTime } from './packet-time.ts';
import type { Outlets } from './pipes.ts';
import { hasTemporalLayers, spatialLayers } from './rtp.ts';

/** What SRTP, UDP and IP add to RTP of sound, whose packets are small. */
const SOUND_HEADERS = 0.5;

/** The share of the bits that the lowest temporal layer takes: with three layers, a quarter of the frames, which encoders spend two fifths on. */
const FEWEST_FRAMES = 0.4;

/** One source that is forwarded, from its publication to its end. */
export class Source {
  readonly id: SourceId;
  readonly kind: SourceKind;
  readonly owner: ParticipantId;
  readonly producer: types.Producer;
  /** Where it is received, on whatever worker. */
  readonly outlets: Outlets;
  /** Spatial layers a consumer can choose from. */
  readonly layers: number;
  readonly #picture: Picture;
  /** The share of its lowest layer with the fewest frames. */
  readonly #fewest: number;
  /** Bits per second of the lowest layer, if its publisher said so, for as long as it is as large as it was announced. */
  readonly #announced: number | undefined;
  readonly #fullHeights: readonly number[];
  #heights: readonly number[];
  #measured: number | undefined;
  /** Of sound: milliseconds in a packet, as its sender says. */
  readonly packetTime: PacketTime;
  /** Of a microphone: nobody is to hear it, though it is on. */
  silenced = false;

  constructor(
    owner: ParticipantId,
    publication: Pick<Publication, 'source' | 'kind' | 'width' | 'height' | 'rtpParameters'>,
    producer: types.Producer,
    outlets: Outlets,
  ) {
    this.id = publication.source;
    this.kind = publication.kind;
    this.owner = owner;
    this.producer = producer;
    this.outlets = outlets;
    const { width, height, rtpParameters } = publication;
    this.packetTime = packetTimeOf(rtpParameters);
    this.layers = spatialLayers(rtpParameters);
    this.#fewest = this.layers > 1 && hasTemporalLayers(rtpParameters) ? FEWEST_FRAMES : 1;
    const isOneStream = this.layers !== rtpParameters.encodings.length;
    this.#picture = { width, height, layers: this.layers, isOneStream };
    this.#announced = isOneStream ? undefined : rtpParameters.encodings[0]?.maxBitrate;
    this.#fullHeights = layerHeights(this.#picture);
    this.#heights = this.#fullHeights;
  }

  /** Its sender keeps to so many lines from now on; Infinity: it keeps to none. Screens are not asked to. */
  limit(maxHeight: number): void {
    if (this.kind !== 'camera') return;
    const before = this.#heights[0];
    this.#heights = layerHeights(this.#picture, maxHeight);
    // What was measured of another size says nothing about this one.
    if (this.#heights[0] !== before) this.#measured = undefined;
  }

  /** Bits per second that come of a sound, with all headers; undefined: not measured yet. */
  get sent(): number | undefined {
    return this.#measured;
  }

  /** Bits per second that its lowest layer takes, as was measured or else is expected. */
  get lowest(): number {
    if (this.#measured !== undefined) return this.#measured;
    const [height = 0] = this.#heights;
    const isFull = height === this.#fullHeights[0];
    return expectedBitrate({ kind: this.kind, announced: isFull ? this.#announced : undefined, height });
  }

  /** Its lowest layer, or it itself if it is sound, takes that many bits of RTP per second now. */
  measured(bitrate: number): void {
    this.#measured = this.isVideo ? measuredBitrate(this.#measured, bitrate) : bitrate * (1 + SOUND_HEADERS);
  }

  get isVideo(): boolean {
    return mediaKindOf(this.kind) === 'video';
  }

  /** As the allocation sees it; undefined of sound. */
  get video(): VideoSource | undefined {
    const { id, kind, owner, lowest } = this;
    if (kind !== 'camera' && kind !== 'screen') return undefined;
    const fewest = this.#fewest * lowest;
    return { id, kind, owner, heights: this.#heights, lowest, fewest, muted: this.producer.paused };
  }

  get closed(): boolean {
    return this.producer.closed;
  }
}
