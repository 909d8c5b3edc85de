import {
  type ParticipantId,
  type ReceiverConstraints,
  type SourceId,
  type WithheldReason,
  LIMITS,
} from '@treff/protocol';
import { layerFor } from './layers.ts';

/**
 * Which pictures one receiver gets. The rules and their numbers are in `SPEC.md`; everything here is pure, and cheap enough to be asked for hundreds of
 * receivers whenever somebody speaks: what is the same for all of them is prepared once ({@link Floor}).
 */

/** A picture that somebody publishes. */
export interface VideoSource {
  readonly id: SourceId;
  readonly kind: 'camera' | 'screen';
  readonly owner: ParticipantId;
  /** Pixels of each spatial layer to choose from, the lowest first, as its sender may send them; at least one. */
  readonly heights: readonly number[];
  /** Bits per second of the lowest one. */
  readonly lowest: number;
  /** Bits per second of that one with the fewest frames with which it can be sent. */
  readonly fewest: number;
  readonly muted: boolean;
}

/** Sound that may be heard: unmuted. */
export interface SoundSource {
  readonly kind: 'microphone' | 'screenAudio';
  readonly owner: ParticipantId;
  /** Bits per second that come of it now, with all headers; undefined: not measured yet. */
  readonly sent: number | undefined;
}

interface Ranked extends VideoSource {
  /** Its place by who spoke last and who joined first, from 0. */
  readonly rank: number;
}

/** What can be sent in a conference, in an order that is the same for everybody. */
export interface Floor {
  /** By id. */
  readonly videos: ReadonlyMap<string, Ranked>;
  readonly sounds: readonly SoundSource[];
}

/** How one picture is forwarded. */
export interface Forwarded {
  /** The highest spatial layer, from 0. */
  readonly layer: number;
  /** Whom the worker gives higher layers first: 1 to 255. */
  readonly priority: number;
}

/**
 * What is in neither map is not shown, and not forwarded. A picture in both is withheld from the receiver for bandwidth, while the worker may send its lowest layer as far
 * as it finds room: so the way is measured by what it is to carry.
 */
export interface Allocation {
  readonly forwarded: ReadonlyMap<SourceId, Forwarded>;
  readonly withheld: ReadonlyMap<SourceId, WithheldReason>;
}

export interface AllocationInput {
  readonly floor: Floor;
  readonly receiver: ParticipantId;
  /** Undefined until the receiver has said what it shows. */
  readonly constraints: ReceiverConstraints | undefined;
  /** Of the operator and of the load, each -1 (all) or more. The receiver's own is in `constraints`. */
  readonly lastN: readonly number[];
  /** Bits per second that the way to the receiver carries beside the sound that is sent already; undefined: any amount. */
  readonly estimate: number | undefined;
  /** The least that it was for a while: for what is to come back. Absent: the estimate itself. */
  readonly steady?: number | undefined;
  /** What this gave before. */
  readonly before: Allocation | undefined;
}

/** Bits per second of a voice and of what a screen plays, with their headers (RTP, SRTP, UDP, IP: about 20 kbit/s at 50 packets/s). */
const SOUND_BITRATES = { microphone: 60_000, screenAudio: 150_000 } as const;
/** People who talk at once: of more one understands nothing, and silence takes next to nothing (Opus DTX). */
const TALKING_AT_ONCE = 2;

/** The share of an estimate that must stay free when something comes back. */
const SPARE = 0.1;

/** mediasoup tries that many steps up for a consumer before it looks at the next: a step is a temporal layer, and nine are all. */
const PRIORITIES = { stageScreen: 255, stage: 128, selected: 64, screen: 32, other: 1 } as const;

/** Prepares what is the same for all receivers. `videos` come in order of joining, `speakers` the last who spoke first. */
export function floorOf(
  videos: readonly VideoSource[],
  sounds: readonly SoundSource[],
  speakers: readonly ParticipantId[],
): Floor {
  const spoke = new Map(speakers.map((speaker, index) => [speaker, index]));
  const ranked = videos
    .toSorted((one, other) => (spoke.get(one.owner) ?? Infinity) - (spoke.get(other.owner) ?? Infinity) || 0)
    .map((video, rank): [string, Ranked] => [video.id, { ...video, rank }]);
  return { videos: new Map(ranked), sounds };
}

/** What a receiver gets. Costs time by what it shows, not by what there is. */
export function allocate(input: AllocationInput): Allocation {
  const { floor, receiver, constraints, before, estimate = Infinity, steady = estimate } = input;
  const forwarded = new Map<SourceId, Forwarded>();
  const withheld = new Map<SourceId, WithheldReason>();
  const shown = shownOf(floor, receiver, constraints);

  let places = smallest([constraints?.lastN ?? -1, ...input.lastN]);
  const sound = soundOf(floor, receiver);
  let taken = 0;
  for (const { video, layer, priority } of shown) {
    const chosen = { layer, priority };
    if (video.muted) {
      forwarded.set(video.id, chosen);
      continue;
    }
    if (video.kind === 'camera') {
      if (places <= 0) {
        withheld.set(video.id, 'last-n');
        continue;
      }
      places -= 1;
    }
    const returns = before?.withheld.get(video.id) === 'bandwidth';
    // The first may come with fewer frames: the worker sends as many as fit, and measures the way by it. For others it is measured by short probes, which have it for
    // themselves: what sound takes of it comes off again.
    const isFirst = taken === 0 && isScout(video);
    const room = returns ? (1 - SPARE) * steady - (isFirst ? 0 : sound.coming) : estimate;
    if (taken + (isFirst ? video.fewest : video.lowest) > room - sound.toCome) {
      withheld.set(video.id, 'bandwidth');
      continue;
    }
    taken += video.lowest;
    forwarded.set(video.id, chosen);
  }
  const allocation = { forwarded, withheld };
  if (measures(floor, allocation)) return allocation;
  const scout = shown.find(({ video }) => withheld.get(video.id) === 'bandwidth' && isScout(video));
  if (scout !== undefined) forwarded.set(scout.video.id, { layer: 0, priority: scout.priority });
  return allocation;
}

/** Whether a picture may be given to the worker to measure the way with: of one that has several layers it sends none that does not fit. */
function isScout({ muted, heights }: VideoSource): boolean {
  return !muted && heights.length > 1;
}

/** Whether the way is measured by a picture that is sent. */
function measures({ videos }: Floor, { forwarded }: Allocation): boolean {
  return [...forwarded.keys()].some((id) => videos.get(id)?.muted === false);
}

/** How many layers of each picture somebody gets, counted from the lowest. What nobody gets is not in it. */
export function layersInUse(allocations: Iterable<Allocation>): Map<SourceId, number> {
  const inUse = new Map<SourceId, number>();
  for (const { forwarded } of allocations) {
    for (const [source, { layer }] of forwarded)
      if ((inUse.get(source) ?? 0) <= layer) inUse.set(source, layer + 1);
  }
  return inUse;
}

interface Shown {
  readonly video: Ranked;
  readonly layer: number;
  readonly priority: number;
}

/** What the receiver shows, what matters most first. */
function shownOf(
  { videos }: Floor,
  receiver: ParticipantId,
  constraints: ReceiverConstraints | undefined,
): Shown[] {
  const onStage = new Set(constraints?.onStageSources);
  const selected = new Set(constraints?.selectedSources);
  const shown: Shown[] = [];
  for (const [video, height] of heightsOf(videos, constraints)) {
    if (video.owner === receiver) continue;
    const layer = layerFor(height, video.heights);
    if (layer === undefined) continue;
    shown.push({ video, layer, priority: priorityOf(video, onStage, selected) });
  }
  const ordered = shown.toSorted(
    (one, other) => other.priority - one.priority || one.video.rank - other.video.rank,
  );
  return constraints === undefined ? ordered.slice(0, LIMITS.pictures) : ordered;
}

/** Of all pictures only if the receiver wants those that it does not name. */
function* heightsOf(
  videos: Floor['videos'],
  constraints: ReceiverConstraints | undefined,
): Generator<[video: Ranked, height: number]> {
  if (constraints === undefined) {
    for (const video of videos.values()) yield [video, 1];
    return;
  }
  const { maxHeights, defaultMaxHeight } = constraints;
  if (defaultMaxHeight > 0) {
    for (const video of videos.values()) yield [video, maxHeights[video.id] ?? defaultMaxHeight];
    return;
  }
  for (const [id, height] of Object.entries(maxHeights)) {
    const video = videos.get(id);
    if (video !== undefined) yield [video, height];
  }
}

function priorityOf(
  { id, kind }: VideoSource,
  onStage: ReadonlySet<SourceId>,
  selected: ReadonlySet<SourceId>,
): number {
  if (onStage.has(id)) return PRIORITIES[kind === 'screen' ? 'stageScreen' : 'stage'];
  if (selected.has(id)) return PRIORITIES.selected;
  return PRIORITIES[kind === 'screen' ? 'screen' : 'other'];
}

/** Bits per second of sound that come now and have their place already, and those that are set aside beside them. */
function soundOf({ sounds }: Floor, receiver: ParticipantId): { coming: number; toCome: number } {
  let voices = 0;
  let share = 0;
  let coming = 0;
  for (const { kind, owner, sent } of sounds) {
    if (owner === receiver) continue;
    const usual = SOUND_BITRATES[kind];
    // What was not measured yet may be sent as well as not, and a picture that goes is seen.
    coming += Math.min(usual, sent ?? usual);
    if (kind !== 'microphone' || ++voices <= TALKING_AT_ONCE) share += usual;
  }
  return { coming, toCome: Math.max(0, share - coming) };
}

/** -1 is no limit. */
function smallest(limits: readonly number[]): number {
  return Math.min(...limits.map((limit) => (limit < 0 ? Infinity : limit)));
}
