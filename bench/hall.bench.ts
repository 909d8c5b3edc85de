/**
 * A hall: up to 500 people in one room, five of whom have the floor in turn and are seen; all others listen.
 *
 * `npm run bench -- hall [people]`. Goes up in steps and ends where people do not come, or more than 1 % of the packets is lost; says so.
 */
import { hallOf } from './lib/hall.ts';
import { argument, benchServer, lossOf, machineLine, measure, workerMicroseconds } from './lib/load.ts';
import { memoryBytes } from './lib/processes.ts';
import { saveResult } from './lib/results.ts';

const STEPS = [50, 100, 200, 300, 400, 500];
const MOST_LOSS = 0.01;
const most = argument(0, 500, 50, 500);

const rows: Record<string, unknown>[] = [];
const server = await benchServer();
try {
  console.log(`${machineLine()}\n`);
  const { server: node, workers } = await server.processes();
  for (const people of STEPS.filter((step) => step <= most)) {
    const cost = await measure(server, hallOf(people));
    const { report, seconds } = cost;
    const row = {
      people,
      came: report.people.stayed,
      failures: report.people.failures,
      packetsPerSecond: report.perSecond.received,
      soundLost: report.audio.loss?.mean,
      loss: lossOf(report),
      soundJitterMs: report.audio.jitterMs?.median,
      microseconds: workerMicroseconds(cost),
      workerCores: cost.worker / seconds,
      serverCores: cost.server / seconds,
      generatorCores: cost.generator / seconds,
      firstPacketMs: report.joins.firstPacketMs,
      workerBytes: workers.reduce((sum, pid) => sum + memoryBytes(pid), 0),
      serverBytes: memoryBytes(node),
    };
    rows.push(row);
    console.log(
      [
        `${people} people: ${row.came} came and stayed ${JSON.stringify(row.failures)}; ${row.packetsPerSecond.toFixed(0)} packets/s, lost ${(row.loss * 100).toFixed(2)} %`,
        `  worker ${row.workerCores.toFixed(2)} cores, ${row.microseconds.toFixed(2)} µs a packet, ${(row.workerBytes / 1e6).toFixed(0)} MB; Node ${row.serverCores.toFixed(2)} cores, ${(row.serverBytes / 1e6).toFixed(0)} MB; generator ${row.generatorCores.toFixed(2)} cores, late by ${report.generator.lateMs.p99.toFixed(0)} ms at p99`,
        `  join to first packet: median ${row.firstPacketMs?.median.toFixed(0)} ms, p95 ${row.firstPacketMs?.p95.toFixed(0)} ms (a pause of the speakers is in it)`,
      ].join('\n'),
    );
    if (row.came < people || row.loss > MOST_LOSS) {
      console.log(
        `\nHere it ended: at ${people} people this machine, generator included, has no more to give.`,
      );
      break;
    }
  }
} finally {
  await server.stop();
}
saveResult('hall', { machine: machineLine(), rows });
