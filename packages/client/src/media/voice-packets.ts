import type { Clock } from '../core/index.ts';

/** Milliseconds of speech in a packet. */
export type VoicePacketMs = 20 | 40;

/** People in a conference from which on packets are longer. In smaller ones they cost little, and 20 ms of delay more are for nothing. */
const LONG_FROM = 50;
/** People below which they are short again: one who comes and goes changes nothing. */
const SHORT_BELOW = 40;
/** Milliseconds in which everybody changes over, each at some time: all sources at once would be a storm. */
const SPREAD_MS = 20_000;

/** How long packets of speech are with so many people, who sent packets so long before. */
export function voicePacketMs(people: number, before: VoicePacketMs): VoicePacketMs {
  if (people >= LONG_FROM) return 40;
  return people < SHORT_BELOW ? 20 : before;
}

export interface VoicePacketsOptions {
  /** In the conference when the seat was taken. */
  readonly people: number;
  readonly clock: Clock;
  /** 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  /** They are others now. */
  readonly changed: (ms: VoicePacketMs) => void;
}

/** How long one's packets of speech are: at first as fits the conference, and later with it, but not at the same moment as everybody else's. */
export class VoicePackets {
  readonly #options: VoicePacketsOptions;
  #ms: VoicePacketMs;
  #callOff: (() => void) | undefined;

  constructor(options: VoicePacketsOptions) {
    this.#options = options;
    this.#ms = voicePacketMs(options.people, 20);
  }

  get ms(): VoicePacketMs {
    return this.#ms;
  }

  /** So many are in the conference now. */
  setPeople(people: number): void {
    const next = voicePacketMs(people, this.#ms);
    if (next === this.#ms) return this.close();
    const { clock, random, changed } = this.#options;
    this.#callOff ??= clock.after(random() * SPREAD_MS, () => {
      this.#callOff = undefined;
      this.#ms = next;
      changed(next);
    });
  }

  /** Nothing is about to change any more. */
  close(): void {
    this.#callOff?.();
    this.#callOff = undefined;
  }
}
