import type { SourceKind } from '@treff/protocol';

/** What mediasoup's congestion control says of the way to a receiver, bits per second. */
export interface BandwidthReport {
  readonly availableBitrate: number;
  /** The most it looks for, given what is sent. */
  readonly maxBitrate: number;
}

/** Reads it from the information of mediasoup's `bwe` trace event, whose type it leaves open. */
export function bandwidthReport(info: unknown): BandwidthReport | undefined {
  if (typeof info !== 'object' || info === null) return undefined;
  if (!('availableBitrate' in info) || !('maxBitrate' in info)) return undefined;
  const { availableBitrate, maxBitrate } = info;
  if (typeof availableBitrate !== 'number' || typeof maxBitrate !== 'number') return undefined;
  return { availableBitrate, maxBitrate };
}

/** An estimate this near to the most that was looked for is no limit of the network. */
const AT_THE_TOP = 0.95;
/** Milliseconds that congestion control has to find what is asked of it: it doubles its estimate about every second. */
const LOOK_MS = 6_000;
/** Milliseconds for which an estimate has to be low to count: a machine that is busy for a moment looks like a narrow way. */
const DIP_MS = 3_000;
/** Of what the way carried before: two reports below that are a narrow way and no dip. Sound suffers until pictures give way. */
const DEEP = 0.25;
/** Milliseconds after such a fall for which no more than the last two reports count: it goes on, from a value that was too high. */
const FALL_MS = 6_000;
/** Of what the way carried before: less of it is a limit, even while congestion control looks for more. */
const FELL = 0.9;
/** Milliseconds for which a limit is believed the first time, and at most. */
const FIRST_BELIEF_MS = 10_000;
const LONGEST_BELIEF_MS = 120_000;
/** Milliseconds without a limit after which those that were found before are forgotten. */
const FORGET_MS = 60_000;

/**
 * What the way to one receiver carries (`SPEC.md`, ES). mediasoup looks for little more than what it is asked to send, so an estimate says little about the
 * network while it is as high as that, or still rises. Then no limit is known, and everything may be tried; where that failed, it is tried again only later and later.
 */
export class WayEstimate {
  #recent: readonly { readonly at: number; readonly bitrate: number }[] = [];
  #steady: readonly { readonly at: number; readonly bitrate: number }[] = [];
  /** No limit is known since then, nor was at the last look, when the way carried so much. */
  #free: { readonly since: number; seenAt: number; carried: number } | undefined;
  #limits = 0;
  #believedUntil = -Infinity;
  /** When it fell deep. */
  #fellAt = -Infinity;

  /** Bits per second beside the sound that is sent now, which mediasoup sends without asking the estimate; undefined: no limit is known. */
  get bitrate(): number | undefined {
    if (this.#free !== undefined || this.#recent.length === 0) return undefined;
    return Math.max(...this.#recent.map(({ bitrate }) => bitrate));
  }

  /** The least of the last 3 s: for what is to come back a short rise is none. Undefined like {@link bitrate}. */
  get steady(): number | undefined {
    if (this.bitrate === undefined) return undefined;
    return Math.min(...this.#steady.map(({ bitrate }) => bitrate));
  }

  /** It is another way, or the same one after a break: what was found of it before says nothing. */
  forget(): void {
    this.#recent = [];
    this.#steady = [];
    this.#free = undefined;
    this.#limits = 0;
    this.#believedUntil = -Infinity;
    this.#fellAt = -Infinity;
  }

  /** `now` in milliseconds, growing from call to call. */
  take({ availableBitrate: bitrate, maxBitrate }: BandwidthReport, now: number): void {
    const isFirst = this.#recent.length === 0;
    const recent = [...this.#recent.filter(({ at }) => at > now - DIP_MS), { at: now, bitrate }];
    this.#steady = [...this.#steady.filter(({ at }) => at > now - DIP_MS), { at: now, bitrate }];
    const lastTwo = recent.slice(-2);
    const deep = DEEP * (this.#free?.carried ?? 0);
    if (lastTwo.length === 2 && lastTwo.every((report) => report.bitrate < deep)) this.#fellAt = now;
    this.#recent = now - this.#fellAt < FALL_MS ? lastTwo : recent;
    if (isFirst || (bitrate >= AT_THE_TOP * maxBitrate && now >= this.#believedUntil)) {
      const { since = now } = this.#free ?? {};
      this.#free = { since, seenAt: now, carried: bitrate };
      if (now - since > FORGET_MS) this.#limits = 0;
      return;
    }
    if (this.#free === undefined) return;
    const { seenAt, carried } = this.#free;
    const best = Math.max(...this.#recent.map((report) => report.bitrate));
    if (best >= FELL * carried && now - seenAt <= LOOK_MS) return;
    this.#free = undefined;
    this.#believedUntil = now + Math.min(LONGEST_BELIEF_MS, FIRST_BELIEF_MS * 2 ** this.#limits);
    this.#limits += 1;
  }
}

/** Bits per second of a picture's lowest layer whose sender announced none, by its height in pixels. */
const USUAL = [
  { height: 720, bitrate: 1_500_000 },
  { height: 540, bitrate: 1_000_000 },
  { height: 360, bitrate: 500_000 },
  { height: 270, bitrate: 300_000 },
  { height: 0, bitrate: 150_000 },
] as const;

/** Of a screen, whose announced rate is for scrolling and films: a page that is read takes less. */
const PAGE = 500_000;

/** What the lowest layer of a picture may be expected to take before it was measured. `height` is that layer's. */
export function expectedBitrate(picture: {
  readonly kind: SourceKind;
  readonly announced: number | undefined;
  readonly height: number;
}): number {
  const { kind, announced, height } = picture;
  const usual = USUAL.find((row) => height >= row.height)?.bitrate ?? USUAL[4].bitrate;
  const expected = Math.max(LEAST, announced ?? usual);
  return kind === 'screen' ? Math.min(PAGE, expected) : expected;
}

/** Of its value when a measured rate is lower: a page that rests is scrolled again, and what was made room for is not to be taken away then. */
const FALL = 0.8;
/** Bits per second; a picture that stands still takes next to nothing, and may move at any moment. */
const LEAST = 30_000;

/** A measurement after another; `before` is undefined at the first. */
export function measuredBitrate(before: number | undefined, measured: number): number {
  return Math.max(LEAST, measured, Math.round((before ?? 0) * FALL));
}
