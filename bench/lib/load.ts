import { cpus, loadavg, totalmem } from 'node:os';
import { runLoadTest, STANDARD_PLAN, type LoadPlan, type LoadReport } from '@treff/loadtest';
import { startServer, type TestServer } from '@treff/testing/browser';
import { CpuWatch } from './processes.ts';

/** What a run is unless it says otherwise: no pauses, everything sent, nothing left to an estimate. */
const USUAL: LoadPlan = {
  ...STANDARD_PLAN,
  url: 'http://localhost',
  room: 'bench',
  participants: 2,
  joinsPerSecond: 50,
  duration: 15,
  video: { ...STANDARD_PLAN.video, layers: 1 },
  senders: 500,
  talkers: 500,
  // A busy machine would look like a narrow way.
  estimate: false,
};

/** What one run cost. */
export interface Cost {
  readonly report: LoadReport;
  /** Of the measuring, by which the CPU time is divided. */
  readonly seconds: number;
  /** Seconds of CPU time. */
  readonly worker: number;
  readonly server: number;
  readonly generator: number;
}

/**
 * A server for benchmarks: nobody is turned away for coming from the same address, and media takes IPv4, as Janus' does. Over IPv6 the kernel looks
 * for a source address for each packet of a socket that is bound to none.
 */
export function benchServer(environment: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  return startServer({
    LIMIT_JOINS: 'off',
    LOG_LEVEL: 'error',
    JVB_ADVERTISE_IPS: '127.0.0.1',
    ...environment,
  });
}

let runs = 0;

/** The usual plan with changes, in rooms where nobody was before. */
export function planOf(server: Pick<TestServer, 'origin'>, changes: Partial<LoadPlan>): LoadPlan {
  runs += 1;
  return { ...USUAL, url: server.origin, room: `bench-${process.pid}-${runs}`, ...changes };
}

/** Runs a load test against a server and takes the CPU time of all who take part, each for itself. */
export async function measure(server: TestServer, changes: Partial<LoadPlan>): Promise<Cost> {
  const plan = planOf(server, changes);
  const own = await server.processes();
  const worker = new CpuWatch(own.workers);
  const node = new CpuWatch([own.server]);
  let generator = new CpuWatch([]);
  let since = 0;
  let cost = { seconds: 0, worker: 0, server: 0, generator: 0 };
  const report = await runLoadTest(plan, {
    onMeasuring(pids) {
      generator = new CpuWatch(pids);
      worker.start();
      node.start();
      since = performance.now();
    },
    onMeasured() {
      cost = {
        seconds: (performance.now() - since) / 1_000,
        worker: worker.seconds,
        server: node.seconds,
        generator: generator.seconds,
      };
    },
    onProgress({ phase, seconds, there, people, failed }) {
      process.stderr.write(
        `\r  ${phase} ${seconds.toFixed(0)} s, ${there} of ${people}${failed > 0 ? `, ${failed} failed` : ''}    `,
      );
    },
  });
  process.stderr.write('\r\u001b[K');
  return { report, ...cost };
}

/** Microseconds of the worker's CPU time for each packet that came out of it. */
export function workerMicroseconds({ report, seconds, worker }: Cost): number {
  return (worker * 1e6) / (report.perSecond.received * seconds);
}

/** Share of the packets that did not come. */
export function lossOf({ audio, video }: LoadReport): number {
  const lost = audio.lost + video.lost;
  return lost / Math.max(1, lost + audio.packets + video.packets);
}

/** What the figures are of. */
export function machineLine(): string {
  const [one, five] = loadavg();
  return `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Linux, Node ${process.version}; server, worker and generator on them; load average ${one?.toFixed(1)} (1 min), ${five?.toFixed(1)} (5 min)`;
}

/** A number of the command line, or the standard. Throws a `RangeError` outside of the bounds. */
export function argument(index: number, standard: number, least: number, most: number): number {
  const text = process.argv[index + 2];
  const value = text === undefined ? standard : Number(text);
  if (!Number.isInteger(value) || value < least || value > most)
    throw new RangeError(`"${text}": a whole number from ${least} to ${most} is wanted`);
  return value;
}
