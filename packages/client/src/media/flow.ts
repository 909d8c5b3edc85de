import type { Clock, Log } from '../core/index.ts';

/** Milliseconds between looks. */
const LOOK_MS = 50;

export interface FlowWatchOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Something flows that did not. */
  readonly changed: () => void;
  /** Milliseconds between looks; {@link LOOK_MS} if absent. */
  readonly everyMs?: number;
}

/** A receiver, or how to ask for its statistics alone. */
export type Watched = RTCRtpReceiver | (() => Promise<RTCStatsReport>);

/**
 * Watches receivers of one path. A track flows once a frame of it was decoded, or sound came out of it, since it is watched or since `reset`. It looks only while
 * something watched does not flow yet.
 */
export class FlowWatch {
  readonly #options: FlowWatchOptions;
  #tracks = new Map<string, Track>();
  #active = false;
  #closed = false;
  #callOff: (() => void) | undefined;

  constructor(options: FlowWatchOptions) {
    this.#options = options;
  }

  /** Watches these and no others. Of those that it watched already it keeps what it knows. */
  watch(receivers: ReadonlyMap<string, Watched>): void {
    if (this.#closed) return;
    const before = this.#tracks;
    this.#tracks = new Map();
    for (const [key, watched] of receivers) {
      const known = before.get(key);
      if (known?.watched === watched) this.#tracks.set(key, known);
      else this.#begin(key, watched);
    }
    this.#plan();
  }

  /** Whether it flows. What is not watched does not. */
  flows(key: string): boolean {
    return this.#tracks.get(key)?.flows ?? false;
  }

  /** What came until now counts no more. */
  reset(): void {
    if (this.#closed) return;
    for (const [key, { watched }] of this.#tracks) this.#begin(key, watched);
    this.#plan();
  }

  /** Whether anybody wants to know; at first nobody does. What flows meanwhile is found out afterwards. */
  setActive(active: boolean): void {
    this.#active = active;
    this.#plan();
  }

  close(): void {
    this.#closed = true;
    this.#tracks = new Map();
    this.#plan();
  }

  #begin(key: string, watched: Watched): void {
    const track: Track = { watched, flows: false, counted: undefined, looking: false };
    this.#tracks.set(key, track);
    void this.#look(key, track);
  }

  #plan(): void {
    const needed = this.#active && !this.#closed && [...this.#tracks.values()].some(({ flows }) => !flows);
    if (!needed) {
      this.#callOff?.();
      this.#callOff = undefined;
      return;
    }
    this.#callOff ??= this.#options.clock.after(this.#options.everyMs ?? LOOK_MS, () => {
      this.#callOff = undefined;
      for (const [key, track] of this.#tracks) if (!track.flows) void this.#look(key, track);
      this.#plan();
    });
  }

  async #look(key: string, track: Track): Promise<void> {
    if (track.looking) return;
    track.looking = true;
    try {
      const { watched } = track;
      const counted = count(await (typeof watched === 'function' ? watched() : watched.getStats()));
      if (this.#tracks.get(key) !== track) return;
      const before = track.counted;
      // Counts that fall are those of another stream.
      if (before === undefined || counted.packets < before.packets || counted.played < before.played) {
        track.counted = counted;
        return;
      }
      if (counted.packets === before.packets || counted.played === before.played) return;
      track.flows = true;
      this.#plan();
      this.#options.changed();
    } catch (error) {
      // It may be closed already; whoever watches it will be told of that by others.
      this.#options.log('debug', 'a receiver tells nothing', { key, error });
    } finally {
      track.looking = false;
    }
  }
}

interface Track {
  readonly watched: Watched;
  flows: boolean;
  /** When it began to be watched; undefined until that is known. */
  counted: Count | undefined;
  looking: boolean;
}

interface Count {
  readonly packets: number;
  /** Frames decoded, or samples that came out of the jitter buffer. */
  readonly played: number;
}

function count(report: RTCStatsReport): Count {
  let packets = 0;
  let played = 0;
  report.forEach((stats: RTCStats) => {
    if (!isInbound(stats)) return;
    packets += stats.packetsReceived ?? 0;
    played +=
      stats.kind === 'video'
        ? (stats.framesDecoded ?? 0)
        : (stats.jitterBufferEmittedCount ?? stats.totalSamplesReceived ?? 0);
  });
  return { packets, played };
}

function isInbound(stats: RTCStats): stats is RTCInboundRtpStreamStats {
  return stats.type === 'inbound-rtp';
}
