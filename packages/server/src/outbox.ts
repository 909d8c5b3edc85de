import { Buffer } from 'node:buffer';

export interface OutboxBounds {
  readonly entries: number;
  /** Bytes of the serialised messages together. */
  readonly bytes: number;
  /** Milliseconds a message is kept. */
  readonly ageMs: number;
}

/**
 * The numbered messages of one seat, kept for a while so that a socket that was lost can be made good. Numbers are one after
 * the other, from 1. Pure: no clock, no socket.
 */
export class Outbox {
  readonly #bounds: OutboxBounds;
  /** Ends with number `#seq`, without gaps; older ones were dropped. */
  readonly #entries: { readonly text: string; readonly bytes: number; readonly at: number }[] = [];
  #bytes = 0;
  #seq = 0;

  constructor(bounds: OutboxBounds) {
    this.#bounds = bounds;
  }

  /** Number of the newest message, 0 before the first. */
  get seq(): number {
    return this.#seq;
  }

  get entries(): number {
    return this.#entries.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Numbers a message, keeps it, and returns it serialised. `now` never goes back. */
  push(message: object, now: number): string {
    this.#seq++;
    const text = JSON.stringify({ ...message, seq: this.#seq });
    const bytes = Buffer.byteLength(text);
    this.#entries.push({ text, bytes, at: now });
    this.#bytes += bytes;
    this.#trim(now);
    return text;
  }

  /**
   * Everything after number `seq`, in order; `undefined` when not all of it is there any more, or `seq` was never given out:
   * a snapshot must replace it.
   */
  since(seq: number): readonly string[] | undefined {
    const missing = this.#seq - seq;
    if (missing < 0 || missing > this.#entries.length) return undefined;
    return this.#entries.slice(this.#entries.length - missing).map((entry) => entry.text);
  }

  #trim(now: number): void {
    let drop = 0;
    for (const entry of this.#entries) {
      const fits = this.#entries.length - drop <= this.#bounds.entries && this.#bytes <= this.#bounds.bytes;
      if (fits && entry.at >= now - this.#bounds.ageMs) break;
      this.#bytes -= entry.bytes;
      drop++;
    }
    if (drop > 0) this.#entries.splice(0, drop);
  }
}
