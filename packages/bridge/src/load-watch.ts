import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { types } from 'mediasoup';
import type { LoadLevel } from '@treff/protocol';
import type { Clock } from './clock.ts';
import { IDLE, type Load, loadOfJoining, measureLoad, shareOfDelay } from './load.ts';
import type { MediaWorker } from './worker-pool.ts';

/** Reads what a machine has to do; the real one is {@link machineGauge}. */
export interface Gauge {
  /** Milliseconds of a core that a worker has used since its start. Rejects when it died. */
  readonly cpuMs: (worker: types.Worker) => Promise<number>;
  /** Mean milliseconds by which this process' event loop was late since it was last asked. */
  readonly loopDelayMs: () => number;
  /** Lets go of what it holds. */
  readonly close: () => void;
}

export interface LoadWatchOptions {
  readonly clock: Clock;
  readonly gauge: Gauge;
  readonly workers: () => readonly MediaWorker[];
  /** After each look: what one more participant meets. */
  readonly measured: (joining: Load) => void;
  /** The level of a worker or of the main thread is another one. */
  readonly levelChanged: (mainThread: LoadLevel) => void;
}

/** Milliseconds between two looks. Asking costs a worker microseconds. */
const LOOK_MS = 1_000;

/** Looks once a second how much the workers and the main thread have to do. */
export class LoadWatch {
  readonly #options: LoadWatchOptions;
  readonly #used = new WeakMap<MediaWorker, { cpuMs: number; at: number }>();
  #mainThread = IDLE;
  #stopTimer: (() => void) | undefined;
  #closed = false;

  constructor(options: LoadWatchOptions) {
    this.#options = options;
    this.#schedule();
  }

  /** Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopTimer?.();
    this.#options.gauge.close();
  }

  #schedule(): void {
    this.#stopTimer = this.#options.clock.after(LOOK_MS, () => void this.#look());
  }

  async #look(): Promise<void> {
    const { clock, gauge, workers, measured, levelChanged } = this.#options;
    const before = this.#mainThread;
    this.#mainThread = measureLoad(before, shareOfDelay(gauge.loopDelayMs()), clock.now());
    const alive = workers();
    const changed = await Promise.all(alive.map((worker) => this.#lookAt(worker)));
    if (this.#closed) return;
    if (this.#mainThread.level !== before.level || changed.includes(true))
      levelChanged(this.#mainThread.level);
    measured(
      loadOfJoining(
        alive.map(({ measured: load }) => load),
        this.#mainThread,
      ),
    );
    this.#schedule();
  }

  /** Whether its level is another one. */
  async #lookAt(worker: MediaWorker): Promise<boolean> {
    const { clock, gauge } = this.#options;
    let cpuMs: number;
    try {
      cpuMs = await gauge.cpuMs(worker.worker);
    } catch {
      // It died meanwhile: whoever was on it is told of that elsewhere.
      return false;
    }
    // Only now, since a worker that has much to do answers late.
    const at = clock.now();
    const last = this.#used.get(worker);
    this.#used.set(worker, { cpuMs, at });
    if (last === undefined || at <= last.at) return false;
    const { level } = worker.measured;
    worker.measured = measureLoad(worker.measured, (cpuMs - last.cpuMs) / (at - last.at), at);
    return worker.measured.level !== level;
  }
}

/** Milliseconds between two looks at the event loop's delay; what it measures contains them. */
const RESOLUTION_MS = 20;

/** Of this machine. */
export function machineGauge(): Gauge {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  return {
    cpuMs: async (worker) => {
      const { ru_utime: user, ru_stime: system } = await worker.getResourceUsage();
      return user + system;
    },
    loopDelayMs: () => {
      const late = delay.count === 0 ? 0 : delay.mean / 1e6 - RESOLUTION_MS;
      delay.reset();
      return late;
    },
    close: () => delay.disable(),
  };
}
