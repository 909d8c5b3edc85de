/**
 * The same load on Janus' VideoRoom, from Debian's package, and on Treff, by the same generator, one after the other and twice in turn.
 *
 * `npm run bench -- janus [seconds]` of measuring. Needs the package: `apt-get install --no-install-recommends janus`. One layer, since Janus is asked for
 * none in particular; retransmission by RTX on Treff's side, as it was on Janus'.
 */
import { runLoadTest, type LoadPlan } from '@treff/loadtest';
import { startJanus, type Janus } from './lib/janus.ts';
import {
  argument,
  benchServer,
  lossOf,
  machineLine,
  measure,
  planOf,
  workerMicroseconds,
  type Cost,
} from './lib/load.ts';
import { CpuWatch, memoryBytes } from './lib/processes.ts';
import { saveResult } from './lib/results.ts';

const PORT = 18_188;
const ROUNDS = 2;
const seconds = argument(0, 10, 3, 60);

const SHAPES: readonly { readonly name: string; readonly plan: Partial<LoadPlan> }[] = [
  { name: '12 × 5, all send', plan: { conferences: 12, participants: 5 } },
  { name: '20 × 3, all send', plan: { conferences: 20, participants: 3 } },
  { name: '1 × 50, 5 send', plan: { participants: 50, senders: 5, talkers: 5 } },
];

const rows: Record<string, unknown>[] = [];
console.log(`${machineLine()}\n`);
for (const { name, plan } of SHAPES) {
  for (let round = 1; round <= ROUNDS; round += 1) {
    const treff = await onTreff(plan);
    const janus = await onJanus(plan);
    tell(`${name}, Treff`, treff);
    tell(`${name}, Janus`, janus);
    console.log(
      `  Treff's µs a packet / Janus': ${(workerMicroseconds(treff) / workerMicroseconds(janus)).toFixed(2)}\n`,
    );
  }
}
saveResult('janus', { machine: machineLine(), rows });

/** The worker alone is what Janus' process is compared with; Treff's Node process is told beside it. */
async function onTreff(plan: Partial<LoadPlan>): Promise<Cost & { bytes: number }> {
  const server = await benchServer();
  try {
    const cost = await measure(server, { ...plan, duration: seconds });
    const { workers } = await server.processes();
    return { ...cost, bytes: workers.reduce((sum, pid) => sum + memoryBytes(pid), 0) };
  } finally {
    await server.stop();
  }
}

async function onJanus(plan: Partial<LoadPlan>): Promise<Cost & { bytes: number }> {
  const janus: Janus = await startJanus(PORT);
  try {
    const watch = new CpuWatch([janus.pid]);
    let since = 0;
    let cost = { seconds: 0, worker: 0, server: 0, generator: 0, bytes: 0 };
    const report = await runLoadTest(
      planOf({ origin: janus.url }, { ...plan, server: 'janus', duration: seconds }),
      {
        onMeasuring() {
          watch.start();
          since = performance.now();
        },
        onMeasured() {
          const measured = (performance.now() - since) / 1_000;
          cost = { ...cost, seconds: measured, worker: watch.seconds, bytes: memoryBytes(janus.pid) };
        },
      },
    );
    return { report, ...cost };
  } finally {
    await janus.stop();
  }
}

function tell(name: string, cost: Cost & { bytes: number }): void {
  const { report } = cost;
  const row = {
    name,
    came: report.people.stayed,
    failures: report.people.failures,
    packetsPerSecond: report.perSecond.received,
    microseconds: workerMicroseconds(cost),
    cores: cost.worker / cost.seconds,
    serverCores: cost.server / cost.seconds,
    megabytes: cost.bytes / 1e6,
    loss: lossOf(report),
    jitterMs: report.video.jitterMs?.median,
  };
  rows.push(row);
  console.log(
    `${name}: ${row.came} of ${report.people.planned} came ${JSON.stringify(row.failures)}; ${row.packetsPerSecond.toFixed(0)} packets/s, ${row.microseconds.toFixed(2)} µs each, ${row.cores.toFixed(2)} cores (Node ${row.serverCores.toFixed(3)}), ${row.megabytes.toFixed(0)} MB; lost ${(row.loss * 100).toFixed(3)} %, jitter ${row.jitterMs?.toFixed(1)} ms`,
  );
}
