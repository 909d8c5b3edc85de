import type { types } from 'mediasoup';
import type { ParticipantId, Publication, SourceId, SourceKind } from '@treff/protocol';
import { spatialLayers } from './rtp.ts';

/** One source that is forwarded, from its publication to its end. */
export class Source {
  readonly id: SourceId;
  readonly kind: SourceKind;
  readonly owner: ParticipantId;
  readonly producer: types.Producer;
  /** Pixels of the top layer; `undefined` for audio and where the publisher did not say. */
  readonly height: number | undefined;
  /** Spatial layers a consumer can choose from. */
  readonly layers: number;

  constructor(
    owner: ParticipantId,
    publication: Pick<Publication, 'source' | 'kind' | 'height' | 'rtpParameters'>,
    producer: types.Producer,
  ) {
    this.id = publication.source;
    this.kind = publication.kind;
    this.owner = owner;
    this.producer = producer;
    this.height = publication.height;
    this.layers = spatialLayers(publication.rtpParameters);
  }

  get closed(): boolean {
    return this.producer.closed;
  }
}
