/**
 * How cost grows with the people of one meeting, when each looks at 5 or at 20 of the others, who all send.
 *
 * `npm run bench -- growth [people]`: up to so many (100 is the standard, 200 the most). Writes docs/images/growth-*.svg.
 */
import { argument, benchServer, lossOf, machineLine, measure, workerMicroseconds } from './lib/load.ts';
import { savePlot } from './lib/plot.ts';
import { memoryBytes } from './lib/processes.ts';
import { saveResult } from './lib/results.ts';

const SIZES = [2, 5, 10, 25, 50, 100, 200];
const SHOWN = [5, 20];
const most = argument(0, 100, 2, 200);

interface Row {
  readonly people: number;
  readonly shown: number;
  readonly packetsPerSecond: number;
  readonly worker: number;
  readonly server: number;
  readonly microseconds: number;
  readonly loss: number;
  readonly came: number;
  /** Of the machine, with the generator: near 1 the figures are of a machine that has no more to give. */
  readonly lateMs: number;
}

const rows: Row[] = [];
const server = await benchServer();
try {
  const [worker] = (await server.processes()).workers;
  console.log(`${machineLine()}\n`);
  console.log(
    'people  shown   packets/s  worker, cores  of each, ‰  µs/packet  Node, cores  lost, %  worker, MB  late p99, ms',
  );
  for (const shown of SHOWN) {
    for (const people of SIZES.filter((size) => size <= most)) {
      const cost = await measure(server, {
        participants: people,
        show: shown,
        // Tiles: of three layers the smallest one is forwarded.
        height: 180,
        video: { bitrate: 300_000, layers: 3, framesPerSecond: 15 },
        talkers: Math.min(people, 3),
        dtx: true,
        duration: 10,
      });
      const { report, seconds } = cost;
      const row: Row = {
        people,
        shown,
        packetsPerSecond: report.perSecond.received,
        worker: cost.worker / seconds,
        server: cost.server / seconds,
        microseconds: workerMicroseconds(cost),
        loss: lossOf(report),
        came: report.people.stayed,
        lateMs: report.generator.lateMs.p99,
      };
      rows.push(row);
      const cells = [
        [people, 6, 0],
        [shown, 7, 0],
        [row.packetsPerSecond, 12, 0],
        [row.worker, 15, 3],
        [(row.worker * 1_000) / people, 12, 2],
        [row.microseconds, 11, 2],
        [row.server, 13, 3],
        [row.loss * 100, 9, 3],
        [worker === undefined ? Number.NaN : memoryBytes(worker) / 1e6, 12, 0],
        [row.lateMs, 14, 1],
      ] as const;
      console.log(cells.map(([value, width, digits]) => value.toFixed(digits).padStart(width)).join(''));
      if (report.video.unasked > 0)
        console.log(`  not settled: ${report.video.unasked} packets were of pictures that nobody looked at`);
      if (row.came < people) console.log(`  only ${row.came} of ${people} came and stayed`);
    }
  }
} finally {
  await server.stop();
}

const lines = (of: (row: Row) => number) =>
  SHOWN.map((shown) => ({
    name: `each looks at ${shown}`,
    points: rows.filter((row) => row.shown === shown).map((row) => ({ x: row.people, y: of(row) })),
  }));
savePlot('growth-worker', {
  title: 'Worker: cores against people in one meeting',
  x: 'people, all of whom send',
  y: 'cores',
  series: lines((row) => row.worker),
});
savePlot('growth-packet', {
  title: 'Worker: CPU time of a forwarded packet',
  x: 'people, all of whom send',
  y: 'µs',
  series: lines((row) => row.microseconds),
});
saveResult('growth', { machine: machineLine(), rows });
