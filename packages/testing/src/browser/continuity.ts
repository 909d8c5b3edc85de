import type { MediaRecord, Scene, Shown } from './media-record.ts';

/** How one source was seen or heard during a window of time. All times are milliseconds on the receiving page's clock. */
export interface Continuity {
  /** The tracks that the page showed or played of it, one after the other. */
  readonly ways: readonly WayTaken[];
  /** Longest time without a new picture on screen, or without a sound. */
  readonly longestGap: number;
  /** Time in which no element had a live track of it. */
  readonly withoutTrack: number;
  /** Time in which no live track of it was in an element that is seen or heard. */
  readonly unperceived: number;
  /** Time in which two elements gave sound of it. */
  readonly doubled: number;
  /** Longest time in which the page could do nothing at all. */
  readonly stall: number;
}

export interface WayTaken {
  readonly direct: boolean;
  /** The first decoded frame or sound in the window. */
  readonly first: number | undefined;
  /** The last one in the window. */
  readonly last: number | undefined;
  /** From when an element had the track. */
  readonly attached: number;
  /** When no element had it any more; `undefined`: some has. */
  readonly detached: number | undefined;
}

/** Milliseconds of sound that one moment of the record stands for. */
const SOUND_MS = 10;

/** What the record says of a source, `<participant>/<kind>`, from `from` to `to`. */
export function continuityOf(record: MediaRecord, source: string, from: number, to: number): Continuity {
  const spans = spansOf(record.scenes, source, from, to);
  const pictures = spans.some(({ shown }) =>
    shown.some(({ track }) => record.tracks[track]?.kind === 'video'),
  );
  const perceived = pictures ? seen(record, source, from, to) : heard(record, spans);
  return {
    ways: waysOf(record, spans, from, to),
    longestGap: longestInterval(perceived, from, to),
    withoutTrack: timeOf(spans.filter(({ shown }) => shown.length === 0)),
    unperceived: timeOf(spans.filter(({ shown }) => !shown.some(({ perceived }) => perceived))),
    doubled: sum(spans.map((span) => doubledIn(record, span))),
    stall: Math.max(
      0,
      ...record.stalls.filter(({ at }) => at >= from && at < to).map(({ duration }) => duration),
    ),
  };
}

/**
 * What is wrong with a move between two ways: each way taken must have brought something before the one before it was let go, and something
 * was there at all times.
 */
export function breaksIn({ ways, withoutTrack }: Continuity): readonly string[] {
  const breaks = ways.flatMap(({ detached }, index) => {
    const next = ways[index + 1];
    if (next === undefined) return [];
    if (next.first === undefined) return [`way ${index + 2} was taken and never brought anything`];
    if (detached === undefined || next.first <= detached) return [];
    const late = Math.round(next.first - detached);
    return [`way ${index + 2} brought something ${late} ms after way ${index + 1} was let go`];
  });
  return withoutTrack === 0 ? breaks : [...breaks, `nothing was there for ${Math.round(withoutTrack)} ms`];
}

function timeOf(spans: readonly Span[]): number {
  return sum(spans.map(({ begin, end }) => end - begin));
}

interface Span {
  readonly begin: number;
  readonly end: number;
  readonly shown: readonly Shown[];
}

function spansOf(scenes: readonly Scene[], source: string, from: number, to: number): Span[] {
  return scenes
    .map(({ at, shown }, index) => ({
      begin: Math.max(at, from),
      end: Math.min(scenes[index + 1]?.at ?? to, to),
      shown: shown.filter((piece) => piece.source === source),
    }))
    .filter(({ begin, end }) => begin < end);
}

function waysOf({ tracks }: MediaRecord, spans: readonly Span[], from: number, to: number): WayTaken[] {
  const numbers = new Set(spans.flatMap(({ shown }) => shown.map(({ track }) => track)));
  return [...numbers].flatMap((number): WayTaken[] => {
    const track = tracks[number];
    const having = spans.filter(({ shown }) => shown.some((piece) => piece.track === number));
    const attached = having.at(0)?.begin;
    const end = having.at(-1)?.end;
    if (track === undefined || attached === undefined || end === undefined) return [];
    return [
      {
        direct: track.direct,
        first: track.moments.find((at) => at >= from && at < to),
        last: track.moments.findLast((at) => at >= from && at < to),
        attached,
        detached: end < to ? end : undefined,
      },
    ];
  });
}

/** When something new was put on screen. Where the page was too busy to be told of every frame, the decoder knows. */
function seen({ tracks, presented }: MediaRecord, source: string, from: number, to: number): number[] {
  const latest = new Map<number, { at: number; count: number }>();
  return presented
    .filter((each) => each.source === source && each.at >= from && each.at < to)
    .flatMap(({ at, element, track, count }) => {
      const before = latest.get(element);
      latest.set(element, { at, count });
      if (before === undefined || count - before.count <= 1) return [at];
      const missed = (tracks[track]?.moments ?? []).filter((moment) => moment > before.at && moment < at);
      return [...missed, at];
    })
    .toSorted((one, other) => one - other);
}

function heard({ tracks }: MediaRecord, spans: readonly Span[]): number[] {
  return spans
    .flatMap(({ begin, end, shown }) =>
      tracks.flatMap(({ moments }, number) =>
        shown.some(({ track, perceived }) => perceived && track === number)
          ? moments.filter((at) => at >= begin && at < end)
          : [],
      ),
    )
    .toSorted((one, other) => one - other);
}

function doubledIn({ tracks }: MediaRecord, { begin, end, shown }: Span): number {
  const playing = shown
    .filter(({ perceived, track }) => perceived && tracks[track]?.kind === 'audio')
    .map(({ track }) => (tracks[track]?.moments ?? []).filter((at) => at >= begin && at < end).length)
    .toSorted((one, other) => other - one);
  return (playing[1] ?? 0) * SOUND_MS;
}

function longestInterval(moments: readonly number[], from: number, to: number): number {
  const all = [from, ...moments, to];
  return Math.max(...all.slice(1).map((at, index) => at - (all[index] ?? from)));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
