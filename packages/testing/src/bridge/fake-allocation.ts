import {
  LIMITS,
  type ParticipantId,
  type ReceiverConstraints,
  type SourceId,
  type SourceKind,
  type WithheldReason,
  mediaKindOf,
  ownerOf,
} from '@treff/protocol';

/** A source as the fake's allocation sees it. */
export interface FakeSource {
  readonly source: SourceId;
  readonly kind: SourceKind;
  readonly paused: boolean;
  readonly height?: number | undefined;
  readonly rtpParameters: { readonly encodings: readonly unknown[] };
}

/** Layers of each picture that come, counted from the lowest, and what does not although it is shown. Bandwidth is never short here. */
export interface FakeAllocation {
  readonly layers: ReadonlyMap<SourceId, number>;
  readonly withheld: Readonly<Record<SourceId, WithheldReason>>;
}

/** Milliseconds for which a layer that nobody gets is still wanted. */
export const FAKE_KEEP_MS = 10_000;
/** Milliseconds for which consumers of a picture that is not shown stay, where there are many. */
export const FAKE_SHOWN_MS = 60_000;
/** Pictures that come of many before it is known what is shown. */
const UNTIL_KNOWN = LIMITS.pictures;

/** `sources`: the others', in order of joining; `speakers`: the last who spoke first; `maxHeight`: lines that a camera has at most. */
export function fakeAllocation(
  sources: readonly FakeSource[],
  speakers: readonly ParticipantId[],
  constraints: ReceiverConstraints | undefined,
  maxHeight = Infinity,
): FakeAllocation {
  const place = ({ source }: FakeSource): number => {
    const places = [constraints?.onStageSources ?? [], constraints?.selectedSources ?? []];
    const first = places.findIndex((list) => list.includes(source));
    if (first >= 0) return first;
    const spoke = speakers.indexOf(ownerOf(source));
    return spoke < 0 ? Infinity : places.length + spoke;
  };
  const layers = new Map<SourceId, number>();
  const withheld: Record<SourceId, WithheldReason> = {};
  const limit = constraints?.lastN ?? -1;
  let cameras = 0;
  for (const each of sources.toSorted((one, other) => place(one) - place(other) || 0)) {
    const { source, kind, paused } = each;
    if (mediaKindOf(kind) === 'audio') continue;
    if (constraints === undefined && layers.size >= UNTIL_KNOWN) break;
    const shown =
      constraints === undefined ? 1 : (constraints.maxHeights[source] ?? constraints.defaultMaxHeight);
    if (shown === 0) continue;
    if (kind === 'camera' && !paused) {
      cameras += 1;
      if (limit >= 0 && cameras > limit) {
        withheld[source] = 'last-n';
        continue;
      }
    }
    layers.set(source, layersFor(each, kind === 'camera' ? Math.min(shown, maxHeight) : shown));
  }
  return { layers, withheld };
}

/** As many as make a picture that is tall enough. */
function layersFor({ height = 720, rtpParameters: { encodings } }: FakeSource, shown: number): number {
  const heights = encodings.map((_, layer) => height / 2 ** (encodings.length - 1 - layer));
  const fits = heights.findIndex((tall) => tall >= 0.9 * shown);
  return fits < 0 ? encodings.length : fits + 1;
}
