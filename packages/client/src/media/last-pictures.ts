import { mediaKindOf, ownerOf, type SourceId, type SourceKind, type SourceView } from '@treff/protocol';

type Slot = `${string} ${SourceKind}`;

/**
 * What was seen last of each person's camera and screen: when a source takes the place of another one, because it is encoded anew, that picture stays until the new one
 * is there.
 */
export class LastPictures {
  readonly #seen = new Map<Slot, { readonly source: SourceId; readonly track: MediaStreamTrack }>();

  /** The track to show of a source that has this one, or none yet. */
  see(
    source: Pick<SourceView, 'id' | 'kind'>,
    track: MediaStreamTrack | undefined,
  ): MediaStreamTrack | undefined {
    if (mediaKindOf(source.kind) === 'audio') return track;
    const slot = slotOf(source);
    if (track === undefined) {
      const before = this.#seen.get(slot);
      return before === undefined || before.source === source.id ? undefined : before.track;
    }
    this.#seen.set(slot, { source: source.id, track });
    return track;
  }

  /** Only what these sources, all that are switched on, may still need. */
  keep(sources: readonly Pick<SourceView, 'id' | 'kind'>[]): void {
    const slots = new Set(sources.map(slotOf));
    for (const slot of this.#seen.keys()) if (!slots.has(slot)) this.#seen.delete(slot);
  }
}

function slotOf({ id, kind }: Pick<SourceView, 'id' | 'kind'>): Slot {
  return `${ownerOf(id)} ${kind}`;
}
