import { readFileSync } from 'node:fs';

/** Clock ticks a second in which Linux counts the CPU time of processes: 100 on every architecture that Node runs on. */
const TICKS = 100;

/** Seconds of CPU time that a process and its threads have taken so far, by `/proc`; steps of 10 ms. */
function cpuSeconds(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in parentheses, may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Bytes of a process that are in memory and its own, or its part of what is shared. */
export function memoryBytes(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
  return Number(kilobytes ?? Number.NaN) * 1024;
}

/** Stopwatch of the CPU time of several processes. */
export class CpuWatch {
  readonly #pids: readonly number[];
  #since: number[] = [];

  constructor(pids: readonly number[]) {
    this.#pids = pids;
    this.start();
  }

  start(): void {
    this.#since = this.#pids.map(cpuSeconds);
  }

  /** Seconds of CPU time since the start, of all together. */
  get seconds(): number {
    return this.#pids.reduce((sum, pid, index) => sum + cpuSeconds(pid) - (this.#since[index] ?? 0), 0);
  }
}
