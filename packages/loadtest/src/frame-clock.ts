/** Frames of which the average interval is taken. */
const FRAMES = 30;

/**
 * Tells freezes from late frames as the statistics of browsers do: an interval that is longer than three times the average of the last 30,
 * and longer than that average plus 150 ms (W3C webrtc-stats, `freezeCount`).
 */
export class FrameClock {
  freezes = 0;
  /** Milliseconds of all frozen intervals together. */
  frozenMs = 0;
  frames = 0;
  #last = Number.NaN;
  #timestamp = -1;
  #average = 0;
  #intervals = 0;

  /** The last packet of a frame is there. A frame counts once, however often its end comes. */
  frame(timestamp: number, nowMs: number): void {
    if (timestamp === this.#timestamp) return;
    this.#timestamp = timestamp;
    this.frames += 1;
    const interval = nowMs - this.#last;
    this.#last = nowMs;
    if (Number.isNaN(interval)) return;
    if (this.#isFreeze(interval)) {
      this.freezes += 1;
      this.frozenMs += interval;
      return;
    }
    this.#intervals += 1;
    this.#average += (interval - this.#average) / Math.min(this.#intervals, FRAMES);
  }

  /** Milliseconds since the last frame, if that is a freeze already; else 0. */
  frozenFor(nowMs: number): number {
    const interval = nowMs - this.#last;
    return this.#isFreeze(interval) ? interval : 0;
  }

  #isFreeze(interval: number): boolean {
    return this.#intervals >= FRAMES && interval > Math.max(3 * this.#average, this.#average + 150);
  }
}
