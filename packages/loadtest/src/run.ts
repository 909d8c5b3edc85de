import { fork, type ChildProcess } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { BOUNDS } from './bounds.ts';
import { fromCrew, type CrewProgress, type CrewResult, type ToCrew } from './crew-messages.ts';
import { partsOf, rampSeconds, type LoadPlan } from './plan.ts';
import { reportOf, type LoadReport, type Machine } from './report.ts';

const CREW = fileURLToPath(new URL('./crew-process.ts', import.meta.url));

/** Milliseconds for which a process may take to tell and to end, when it was told to. */
const FINISH_MS = 15_000;

/** Where a test has got to, of all processes together. */
export interface LoadProgress extends CrewProgress {
  readonly phase: 'joining' | 'settling' | 'measuring' | 'leaving';
  /** Seconds since the phase began. */
  readonly seconds: number;
}

export interface LoadRun {
  /** Tells the outcome about once a second. */
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Called and awaited as soon as measuring has begun, and before it ends, with the ids of the test's own processes. */
  readonly onMeasuring?: (pids: readonly number[]) => void | Promise<void>;
  readonly onMeasured?: (pids: readonly number[]) => void | Promise<void>;
  /** Ends the test early: what was measured until then is told. */
  readonly signal?: AbortSignal;
}

/**
 * Runs one load test: people come, are measured, and leave. It ends by itself, at the latest {@link BOUNDS}' patience after what the plan
 * says, and leaves no process behind. Rejects if one of its processes dies.
 */
export async function runLoadTest(plan: LoadPlan, run: LoadRun = {}): Promise<LoadReport> {
  const machine = describeMachine();
  const crews = Array.from({ length: plan.processes }, (_, process) => new CrewProcess(plan, process));
  const pids = crews.flatMap(({ pid }) => pid ?? []);
  let phase: LoadProgress['phase'] = 'joining';
  let since = performance.now();
  const enter = (next: LoadProgress['phase']) => {
    phase = next;
    since = performance.now();
  };
  const ticker = setInterval(() => {
    run.onProgress?.({ phase, seconds: (performance.now() - since) / 1_000, ...sumOf(crews) });
  }, 1_000);
  const stop = AbortSignal.any([run.signal ?? new AbortController().signal]);
  const interrupted = new Promise<'interrupted'>((resolve) => {
    if (stop.aborted) resolve('interrupted');
    else stop.addEventListener('abort', () => resolve('interrupted'), { once: true });
  });
  const failed = Promise.race(crews.map((crew) => crew.failed));
  /** What comes first: the step, an interruption, or the death of a process. */
  const step = async (work: Promise<unknown>): Promise<boolean> =>
    (await Promise.race([work, interrupted, failed])) !== 'interrupted' && !stop.aborted;

  try {
    for (const crew of crews) crew.say({ type: 'begin', plan, process: crew.process });
    const goesOn =
      (await step(within(Promise.all(crews.map((crew) => crew.complete)), longestJoin(plan)))) &&
      (enter('settling'), await step(pauseOf(plan.settle * 1_000, stop)));
    if (goesOn) {
      enter('measuring');
      for (const crew of crews) crew.say({ type: 'measure' });
      await run.onMeasuring?.(pids);
      await step(pauseOf(plan.duration * 1_000, stop));
      await run.onMeasured?.(pids);
    }
    enter('leaving');
    for (const crew of crews) crew.say({ type: 'finish' });
    const results = await within(
      Promise.race([Promise.all(crews.map((crew) => crew.result)), failed]),
      FINISH_MS,
    );
    await within(Promise.all(crews.map((crew) => crew.ended)), FINISH_MS);
    return reportOf(plan, machine, results, { interrupted: stop.aborted });
  } finally {
    clearInterval(ticker);
    for (const crew of crews) crew.kill();
  }
}

/** One process of a test as the test sees it. */
class CrewProcess {
  readonly process: number;
  readonly complete: Promise<void>;
  readonly result: Promise<CrewResult>;
  readonly ended: Promise<void>;
  /** Rejects when the process ends before it has told its result; never resolves. */
  readonly failed: Promise<never>;
  progress: CrewProgress;
  readonly #child: ChildProcess;

  constructor(plan: LoadPlan, process: number) {
    this.process = process;
    this.progress = {
      there: 0,
      failed: 0,
      people: partsOf(plan, process).length,
      packetsReceived: 0,
      octetsReceived: 0,
      packetsSent: 0,
    };
    const complete = Promise.withResolvers<void>();
    const result = Promise.withResolvers<CrewResult>();
    const ended = Promise.withResolvers<void>();
    const failed = Promise.withResolvers<never>();
    this.complete = complete.promise;
    this.result = result.promise;
    this.ended = ended.promise;
    this.failed = failed.promise;
    // Whoever still waits learns of it; after the result nobody does.
    this.failed.catch(() => undefined);
    let told = false;
    this.#child = fork(CREW, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#child.on('message', (message) => {
      const parsed = fromCrew.parse(message);
      switch (parsed.type) {
        case 'progress':
          this.progress = parsed.progress;
          break;
        case 'complete':
          complete.resolve();
          break;
        case 'result':
          told = true;
          result.resolve(parsed.result);
          break;
      }
    });
    this.#child.on('error', (error) => failed.reject(error));
    this.#child.on('exit', (code, signal) => {
      ended.resolve();
      if (!told) failed.reject(new Error(`a process of the load test ended (${signal ?? code})`));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  say(message: ToCrew): void {
    if (this.#child.connected) this.#child.send(message);
  }

  /** Idempotent. */
  kill(): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
  }
}

function sumOf(crews: readonly CrewProcess[]): CrewProgress {
  const total = { there: 0, failed: 0, people: 0, packetsReceived: 0, octetsReceived: 0, packetsSent: 0 };
  for (const { progress } of crews) {
    total.there += progress.there;
    total.failed += progress.failed;
    total.people += progress.people;
    total.packetsReceived += progress.packetsReceived;
    total.octetsReceived += progress.octetsReceived;
    total.packetsSent += progress.packetsSent;
  }
  return total;
}

function longestJoin(plan: LoadPlan): number {
  // The processes give up by themselves; this is for one that hangs.
  return (rampSeconds(plan) + BOUNDS.patience) * 1_000 + FINISH_MS;
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  const done = new AbortController();
  const late = delay(ms, undefined, { signal: done.signal }).then((): never => {
    throw new Error('a process of the load test does not answer');
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => undefined);
    done.abort();
  }
}

/** Resolves early when the signal says so. */
async function pauseOf(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

function describeMachine(): Machine {
  const all = cpus();
  return {
    cores: all.length,
    model: all[0]?.model.trim() ?? 'unknown',
    node: process.version,
    loadAverage: loadavg()[0] ?? 0,
  };
}
