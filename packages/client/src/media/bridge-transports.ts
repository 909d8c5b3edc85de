import type { types } from 'mediasoup-client';
import type {
  ClientMediaAction,
  ConsumerParameters,
  Generation,
  SourceId,
  TransportRole,
} from '@treff/protocol';
import type { Producing } from './producing.ts';

/** One set of transports; when another one takes its place it is closed as a whole. */
export interface Transports {
  readonly generation: Generation;
  readonly send: types.Transport;
  readonly receive: types.Transport;
  /** DTLS parameters that were announced, for the case that the announcement got lost. */
  readonly announced: Map<TransportRole, ClientMediaAction>;
  readonly producers: Map<SourceId, Producing>;
  readonly consumers: Map<string, Consuming>;
  /** Settled when publishing may begin. */
  readonly turn: PromiseWithResolvers<void>;
  /** Settled when what is received may be negotiated. */
  readonly reception: PromiseWithResolvers<void>;
}

export interface Consuming {
  readonly parameters: ConsumerParameters;
  /** Undefined while it is being set up. */
  consumer: types.Consumer | undefined;
}

/** The tracks to play: those of the consumers, and for a consumer that is just being set up what its source had before. */
export function tracksOf(
  transports: Transports,
  before: ReadonlyMap<SourceId, MediaStreamTrack>,
): ReadonlyMap<SourceId, MediaStreamTrack> {
  const tracks = new Map<SourceId, MediaStreamTrack>();
  for (const { parameters, consumer } of transports.consumers.values()) {
    const track = consumer?.track ?? before.get(parameters.source);
    if (track !== undefined) tracks.set(parameters.source, track);
  }
  const same =
    tracks.size === before.size && [...tracks].every(([source, track]) => before.get(source) === track);
  return same ? before : tracks;
}
