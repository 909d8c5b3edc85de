import type { PacketTime } from './packet-time.ts';

/** How loud something is that can be heard, in dBov. */
export interface Heard {
  readonly id: string;
  readonly level: number;
}

/**
 * What several level observers heard, put together. Each looks at microphones of one packet time, at a pace of its own: what one of them says holds until it
 * says something else.
 */
export class LevelLooks {
  readonly #latest = new Map<PacketTime, readonly Heard[]>();

  /** One observer has looked, and heard only these. */
  note(packetTime: PacketTime, heard: readonly Heard[]): void {
    this.#latest.set(packetTime, heard);
  }

  /** Everybody who can be heard, the loudest first. */
  get heard(): readonly Heard[] {
    return [...this.#latest.values()].flat().toSorted((one, other) => other.level - one.level);
  }

  /** A microphone is muted or gone. */
  forget(id: string): void {
    for (const [packetTime, heard] of this.#latest)
      this.#latest.set(
        packetTime,
        heard.filter((one) => one.id !== id),
      );
  }
}
