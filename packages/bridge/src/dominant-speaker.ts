/** Looks in a row that somebody must be the loudest, while who dominates is silent, to dominate without being chosen. */
const PATIENCE = 3;

/**
 * Who dominates, from what mediasoup's two observers say. The one for speech chooses well between people who talk, but it chooses somebody at once while all
 * are silent, says so only once, and takes a steady sound (music, a tone) for noise. So its choice counts when it can be heard,
 * and where it cannot, whoever else is heard for a while dominates.
 */
export class DominantSpeaker {
  #chosen: string | undefined;
  #dominant: string | undefined;
  #loudest: string | undefined;
  #looks = 0;

  /** The speech observer's choice, until the next. */
  choose(voice: string): void {
    this.#chosen = voice;
  }

  /**
   * A look at who can be heard, the loudest first. Returns who dominates from now on, if that is somebody else than before. `fresh`: who can be heard by this
   * very look; the others could by an earlier one.
   */
  look(audible: readonly string[], fresh: ReadonlySet<string> = new Set(audible)): string | undefined {
    const next = this.#next(audible, fresh);
    if (next === undefined || next === this.#dominant) return undefined;
    this.#dominant = next;
    return next;
  }

  /** A voice is gone. */
  forget(voice: string): void {
    if (this.#chosen === voice) this.#chosen = undefined;
    if (this.#dominant === voice) this.#dominant = undefined;
  }

  #next(audible: readonly string[], fresh: ReadonlySet<string>): string | undefined {
    const [loudest] = audible;
    const look = loudest !== undefined && fresh.has(loudest) ? 1 : 0;
    this.#looks = loudest === this.#loudest ? this.#looks + look : look;
    this.#loudest = loudest;
    for (const voice of [this.#chosen, this.#dominant]) {
      if (voice === undefined || !audible.includes(voice)) continue;
      this.#looks = 0;
      return voice;
    }
    return this.#looks >= PATIENCE ? loudest : undefined;
  }
}
