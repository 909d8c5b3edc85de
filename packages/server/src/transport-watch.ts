import type { TransportRole } from '@treff/protocol';
import type { Clock } from './clock.ts';

/** Milliseconds that a transport has to come up, or to come back: an ICE restart and a new generation take their time, too. */
const PATIENCE_MS = 15_000;

/**
 * Notices transports of one endpoint that do not carry, though they were asked to. While two talk directly nobody misses the bridge; a third would find
 * it broken, so the operator hears of it before.
 */
export class TransportWatch {
  readonly #clock: Clock;
  readonly #broken: (transport: TransportRole) => void;
  readonly #waiting = new Map<TransportRole, () => void>();
  readonly #told = new Set<TransportRole>();

  /** `broken` is called once for each transport, until it carries again. */
  constructor(clock: Clock, broken: (transport: TransportRole) => void) {
    this.#clock = clock;
    this.#broken = broken;
  }

  /** The client has begun to connect. */
  expect(transport: TransportRole): void {
    if (this.#waiting.has(transport) || this.#told.has(transport)) return;
    this.#waiting.set(
      transport,
      this.#clock.after(PATIENCE_MS, () => {
        this.#waiting.delete(transport);
        this.#told.add(transport);
        this.#broken(transport);
      }),
    );
  }

  /** What the bridge says of it. */
  changed(transport: TransportRole, state: 'connected' | 'disconnected' | 'failed'): void {
    if (state !== 'connected') return this.expect(transport);
    this.#waiting.get(transport)?.();
    this.#waiting.delete(transport);
    this.#told.delete(transport);
  }

  /** These transports were given up. What was told is not told of the next ones again. */
  reset(): void {
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }
}
