import type { IceServers } from '@treff/protocol';
import type { Clock } from '../core/index.ts';

/** The part of their life at whose end credentials are replaced: 60 s of the usual 300. */
const REMAINDER = 1 / 5;

/**
 * The STUN and TURN servers that the server told last, kept fresh: shortly before credentials expire new ones are asked for. What is connected
 * already goes on with the old ones; new allocations need fresh ones.
 */
export class IceServerList {
  readonly #clock: Clock;
  readonly #ask: () => boolean;
  #servers: readonly RTCIceServer[] = [];
  #staleAt: number | undefined;
  #callOff: (() => void) | undefined;

  /** `ask` requests others, which come by {@link IceServerList.accept}; whether the request could be sent. */
  constructor(clock: Clock, ask: () => boolean) {
    this.#clock = clock;
    this.#ask = ask;
  }

  /** All of them, for connections between browsers. */
  get servers(): RTCIceServer[] {
    return [...this.#servers];
  }

  /** Those that relay. The bridge's own addresses are known: nobody needs STUN to reach it. */
  get turnServers(): RTCIceServer[] {
    return this.#servers.filter(({ urls }) => [urls].flat().some(isTurn));
  }

  get hasTurn(): boolean {
    return this.turnServers.length > 0;
  }

  /** Whether a connection can be started with these for a good while yet. */
  isFresh(): boolean {
    return this.#staleAt === undefined || this.#clock.now() < this.#staleAt;
  }

  /** Replaces all of them. */
  accept({ servers, expiresInMs }: IceServers): void {
    this.close();
    this.#servers = servers.map(({ urls, username, credential }) => ({
      urls,
      ...(username === undefined ? {} : { username }),
      ...(credential === undefined ? {} : { credential }),
    }));
    this.#staleAt = undefined;
    if (expiresInMs === undefined) return;
    const lastsMs = expiresInMs * (1 - REMAINDER);
    this.#staleAt = this.#clock.now() + lastsMs;
    // One that lasts no time at all is asked for when it is needed.
    if (lastsMs >= SHORTEST_MS) this.#callOff = this.#clock.after(lastsMs, () => void this.#ask());
  }

  /** Asks for others unless these are fresh: before an ICE restart. The answer comes before that to any later request. */
  refresh(): void {
    if (!this.isFresh()) this.#ask();
  }

  /** Asks for others if these expire at all: after a resume. The machine may have slept, and the clocks of browsers then stand still. */
  renew(): void {
    if (this.#staleAt !== undefined) this.#ask();
  }

  /** Stops asking. Idempotent. */
  close(): void {
    this.#callOff?.();
    this.#callOff = undefined;
  }
}

/** Milliseconds between two requests that nothing but time asks for. */
const SHORTEST_MS = 1_000;

function isTurn(url: string): boolean {
  return /^turns?:/i.test(url);
}
