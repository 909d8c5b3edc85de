/**
 * Longer packets of sound: a hall as in `hall`, whose sound comes in packets of 20, 40 and 60 ms, in turn.
 *
 * `npm run bench -- frames [people] [rounds]`. Ratios are of the same run; each round measures every packet time once.
 */
import { PACKET_TIMES } from '@treff/loadtest';
import { hallOf } from './lib/hall.ts';
import { argument, benchServer, lossOf, machineLine, measure, workerMicroseconds } from './lib/load.ts';
import { saveResult } from './lib/results.ts';

const people = argument(0, 200, 10, 500);
const rounds = argument(1, 2, 1, 10);

const rows: Row[] = [];
interface Row {
  readonly packetMs: (typeof PACKET_TIMES)[number];
  readonly came: number;
  readonly packetsPerSecond: number;
  readonly soundLoss: number;
  readonly loss: number;
  readonly soundJitterMs: number | undefined;
  readonly workerCores: number;
  readonly serverCores: number;
  readonly generatorCores: number;
  readonly workerMicroseconds: number;
}

const machine = machineLine();
const server = await benchServer();
try {
  console.log(`${machine}\n`);
  for (let round = 0; round < rounds; round += 1) {
    // The other way round every second time: what else the machine does may grow or fade meanwhile.
    for (const packetMs of round % 2 === 0 ? PACKET_TIMES : PACKET_TIMES.toReversed()) {
      const row = await hall(packetMs);
      rows.push(row);
      console.log(
        `${packetMs} ms: ${row.packetsPerSecond.toFixed(0)} packets/s, worker ${row.workerCores.toFixed(3)} cores (${row.workerMicroseconds.toFixed(2)} µs a packet), Node ${row.serverCores.toFixed(3)}, generator ${row.generatorCores.toFixed(2)}; lost ${(row.loss * 100).toFixed(2)} %, jitter of sound ${row.soundJitterMs?.toFixed(1)} ms; ${row.came} of ${people} stayed`,
      );
    }
  }
} finally {
  await server.stop();
}

const mean = (packetMs: number, of: (row: Row) => number) => {
  const found = rows.filter((row) => row.packetMs === packetMs).map(of);
  return found.reduce((sum, value) => sum + value, 0) / found.length;
};
const savings = PACKET_TIMES.map((packetMs) => ({
  packetMs,
  packets: mean(packetMs, (row) => row.packetsPerSecond) / mean(20, (row) => row.packetsPerSecond),
  worker: mean(packetMs, (row) => row.workerCores) / mean(20, (row) => row.workerCores),
  server: mean(packetMs, (row) => row.serverCores) / mean(20, (row) => row.serverCores),
  generator: mean(packetMs, (row) => row.generatorCores) / mean(20, (row) => row.generatorCores),
}));
console.log('\nOf what packets of 20 ms took:');
for (const { packetMs, packets, worker, server: node, generator } of savings) {
  console.log(
    `${packetMs} ms: packets ${packets.toFixed(2)}, worker ${worker.toFixed(2)}, Node ${node.toFixed(2)}, generator ${generator.toFixed(2)}`,
  );
}
saveResult('frames', { machine, people, rows, savings });

async function hall(packetMs: Row['packetMs']): Promise<Row> {
  const cost = await measure(server, { ...hallOf(people), audio: { bitrate: 40_000, packetMs } });
  const { report, seconds, worker, server: node, generator } = cost;
  return {
    packetMs,
    came: report.people.stayed,
    packetsPerSecond: report.perSecond.received,
    soundLoss: report.audio.loss?.mean ?? 0,
    loss: lossOf(report),
    soundJitterMs: report.audio.jitterMs?.median,
    workerCores: worker / seconds,
    serverCores: node / seconds,
    generatorCores: generator / seconds,
    workerMicroseconds: workerMicroseconds(cost),
  };
}
