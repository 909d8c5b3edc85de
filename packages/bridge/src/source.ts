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
import type { Outlets } from './pipes.ts';
import { spatialLayers } from './rtp.ts';

/** What SRTP, UDP and IP add to RTP of sound, whose packets are small. */
const SOUND_HEADERS = 0.5;

/** One source that is forwarded, from its publication to its end. */
export class Source {
  readonly id: SourceId;
  readonly kind: SourceKind;
  readonly owner: ParticipantId;
  readonly producer: types.Producer;
  /** Where it is received, on whatever worker. */
  readonly outlets: Outlets;
  /** Pixels of the top layer; `undefined` for audio and where the publisher did not say. */
  readonly height: number | undefined;
  /** Spatial layers a consumer can choose from. */
  readonly layers: number;
  readonly #expected: number;
  #measured: number | undefined;
  /** Of a microphone: nobody is to hear it, though it is on. */
  silenced = false;

  constructor(
    owner: ParticipantId,
    publication: Pick<Publication, 'source' | 'kind' | 'height' | 'rtpParameters'>,
    producer: types.Producer,
    outlets: Outlets,
  ) {
    this.id = publication.source;
    this.kind = publication.kind;
    this.owner = owner;
    this.producer = producer;
    this.outlets = outlets;
    this.height = publication.height;
    this.layers = spatialLayers(publication.rtpParameters);
    const announced = this.layers === publication.rtpParameters.encodings.length;
    this.#expected = expectedBitrate({
      kind: this.kind,
      announced: announced ? publication.rtpParameters.encodings[0]?.maxBitrate : undefined,
      height: this.height,
      layers: this.layers,
    });
  }

  /** Bits per second that come of a sound, with all headers; undefined: not measured yet. */
  get sent(): number | undefined {
    return this.#measured;
  }

  /** Bits per second that its lowest layer takes, as was measured or else is expected. */
  get lowest(): number {
    return this.#measured ?? this.#expected;
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
    const { id, kind, owner, height, layers, lowest } = this;
    if (kind !== 'camera' && kind !== 'screen') return undefined;
    return { id, kind, owner, height, layers, lowest, muted: this.producer.paused };
  }

  get closed(): boolean {
    return this.producer.closed;
  }
}
