import type { ErrorCode, SourceId, SourceKind, WithheldReason } from '@treff/protocol';

/** One way that media takes between this participant and the others. */
export interface MediaPath {
  /** Remote sources that play now. Another map with every change. */
  readonly tracks: ReadonlyMap<SourceId, MediaStreamTrack>;
  readonly state: PathState;
  /**
   * Starts to send a track. Resolves as soon as the source is announced; the other end may still refuse it (`PathListener.refused`).
   * Rejects when the path was closed or renewed meanwhile, or this browser cannot send the track.
   */
  publish(source: OutgoingSource): Promise<void>;
  /** Sends another track as the same source, or none: encoding stops. Rejects as `publish` does. */
  replace(source: SourceId, track: MediaStreamTrack | undefined): Promise<void>;
  /** How a track is encoded when it is published now. If that is another word than before, it has to be published anew. */
  formOf(kind: SourceKind, track: MediaStreamTrack): string;
  /** The source is no more. Idempotent. */
  unpublish(source: SourceId): void;
  /** Ends everything, silently. Tracks that were sent go on. Idempotent. */
  close(): void;
}

export interface OutgoingSource {
  readonly id: SourceId;
  readonly kind: SourceKind;
  readonly track: MediaStreamTrack;
  /** The source of this kind that ends as soon as this one is announced: the same picture in another form. */
  readonly replaces?: SourceId | undefined;
  /** Asked at the moment in which the source is announced. */
  readonly muted: () => boolean;
}

/** Pictures that are on screen and do not come, by the choice of whoever forwards them, and why. */
export type Withheld = Readonly<Record<SourceId, WithheldReason>>;

/** Whether media gets through, for the person who waits for it. A path that has nothing to carry is `connected`. */
export type PathState = 'connecting' | 'connected' | 'reconnecting';

export interface PathListener {
  /** `tracks` or `state` are others. */
  changed(): void;
  /** What was published may have another form now: see `MediaPath.formOf`. */
  formsChanged(): void;
  /** All that was published is void, because the path begins anew: publish again, as new sources. */
  renewed(): void;
  /** The other end does not take this source; it is unpublished already. `source/unknown`: it never heard of it. */
  refused(source: SourceId, code: ErrorCode): void;
}
