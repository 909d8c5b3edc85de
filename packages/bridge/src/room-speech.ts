import type { ParticipantId } from '@treff/protocol';

/** dBov of everybody who can be heard somewhere. */
export type Levels = Readonly<Record<ParticipantId, number>>;

/** Looks in a row that somebody on another worker must be the loudest to dominate instead of somebody who is heard, too. */
const PATIENCE = 3;

/**
 * Who speaks in a conference that is on several workers. Each of them listens to its own microphones and chooses among them; between their choices the one who is
 * heard counts, and of several the louder one, once that has lasted a while. `P` stands for a worker's part of the conference.
 */
export class RoomSpeech<P> {
  readonly #heard = new Map<P, Levels>();
  readonly #chosen = new Map<P, ParticipantId>();
  #dominant: { place: P; endpoint: ParticipantId } | undefined;
  #challenge: { endpoint: ParticipantId; looks: number } | undefined;

  /** Everybody who can be heard, wherever. */
  get levels(): Levels {
    return Object.fromEntries([...this.#heard.values()].flatMap((levels) => Object.entries(levels)));
  }

  /**
   * One part has listened. Returns who dominates from now on, if that is somebody else than before. `fresh`: who can be heard by this very look; absent:
   * all of them.
   */
  hear(place: P, levels: Levels, fresh?: ReadonlySet<ParticipantId>): ParticipantId | undefined {
    this.#heard.set(place, levels);
    const [loudest] = this.#candidates().toSorted((one, other) => other.level - one.level);
    const dominant = this.#dominant;
    if (loudest === undefined || loudest.endpoint === dominant?.endpoint) {
      this.#challenge = undefined;
      return undefined;
    }
    if (dominant !== undefined && this.#levelOf(dominant) !== undefined) {
      // A look is one at the challenger, or those at others would count for more.
      if (place !== loudest.place || fresh?.has(loudest.endpoint) === false) return undefined;
      const looks = this.#challenge?.endpoint === loudest.endpoint ? this.#challenge.looks + 1 : 1;
      this.#challenge = { endpoint: loudest.endpoint, looks };
      if (looks < PATIENCE) return undefined;
    }
    return this.#become(loudest.place, loudest.endpoint);
  }

  /** One part has chosen somebody of its own. Returns them if they dominate from now on. */
  choose(place: P, endpoint: ParticipantId): ParticipantId | undefined {
    this.#chosen.set(place, endpoint);
    const dominant = this.#dominant;
    const heardElsewhere =
      dominant !== undefined && dominant.place !== place && this.#levelOf(dominant) !== undefined;
    return heardElsewhere ? undefined : this.#become(place, endpoint);
  }

  /** A part is gone, and with it whom it heard. */
  forget(place: P): void {
    this.#heard.delete(place);
    this.#chosen.delete(place);
    if (this.#dominant?.place === place) this.#dominant = undefined;
  }

  #become(place: P, endpoint: ParticipantId): ParticipantId {
    this.#dominant = { place, endpoint };
    this.#challenge = undefined;
    return endpoint;
  }

  /** The choices that can be heard now. */
  #candidates(): { place: P; endpoint: ParticipantId; level: number }[] {
    return [...this.#chosen].flatMap(([place, endpoint]) => {
      const level = this.#levelOf({ place, endpoint });
      return level === undefined ? [] : { place, endpoint, level };
    });
  }

  #levelOf({ place, endpoint }: { place: P; endpoint: ParticipantId }): number | undefined {
    return this.#heard.get(place)?.[endpoint];
  }
}
