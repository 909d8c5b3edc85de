import type { Gauge } from '../src/load-watch.ts';

/** A machine that has nothing to do, however much it has: tests of other things must not depend on what else runs on it. */
export const IDLE_GAUGE: Gauge = { cpuMs: async () => 0, loopDelayMs: () => 0, close: () => {} };
