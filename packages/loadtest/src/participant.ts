import type { Part, LoadPlan } from './plan.ts';
import type { Reception } from './reception.ts';
import type { Wheel } from './wheel.ts';

/** Where a participant has got to. */
export type Progress =
  | { readonly name: 'coming' }
  /** In the meeting, and media can flow. */
  | { readonly name: 'there' }
  /** Did not get in, or was lost. `code` is the server's, or one of the generator's own. */
  | { readonly name: 'failed'; readonly code: string }
  | { readonly name: 'gone' };

/** Milliseconds from setting out. */
export interface JoinTimes {
  joinedMs: number | undefined;
  connectedMs: number | undefined;
}

/** One of the crowd: joins by a server's own protocol, sends and receives until told to leave. */
export interface Participant {
  readonly progress: Progress;
  /** Of `performance.now()`. */
  readonly setOutMs: number;
  readonly times: JoinTimes;
  readonly reception: Reception;
  /** RTP packets sent so far. */
  readonly packetsSent: number;
  setOut(): void;
  /** Gives the seat up. Idempotent; what it counted stays. */
  leave(): void;
  /** Gives up waiting to get in. */
  fail(code: string): void;
}

export interface ParticipantOptions {
  readonly plan: LoadPlan;
  readonly part: Part;
  readonly wheel: Wheel;
  /** While it is closed nobody sends. */
  readonly gate: { readonly open: boolean };
  /** 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
}

/** The shared pace as a peer takes it. */
export function paceOf(wheel: Wheel, random: () => number) {
  return (intervalMs: number, tick: (nowMs: number) => void) =>
    wheel.every(intervalMs, performance.now() + random() * intervalMs, tick);
}
