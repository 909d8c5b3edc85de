/**
 * How fast people come in: 100 within 5 s into meetings of five, as at the full hour, then faster and faster.
 *
 * `npm run bench -- storm [people]`. The aims: nobody's DTLS fails at 150 joins/s, and the first packet is there 700 ms after setting out (median, at the first pace).
 */
import { argument, benchServer, machineLine, measure } from './lib/load.ts';
import { saveResult } from './lib/results.ts';

const AIM = { joinsPerSecond: 150, firstPacketMs: 700 };
const RAMPS = [20, 50, 100, 160, 200, 250];
const people = argument(0, 100, 10, 500);

const rows: Record<string, unknown>[] = [];
const server = await benchServer();
let without = 0;
try {
  console.log(`${machineLine()}\n`);
  for (const joinsPerSecond of RAMPS) {
    const { report } = await measure(server, {
      // The faster, the more: a storm lasts at least 2 s.
      conferences: Math.ceil(Math.max(people, 2 * joinsPerSecond) / 5),
      participants: 5,
      joinsPerSecond,
      video: { bitrate: 100_000, layers: 1, framesPerSecond: 15 },
      senders: 1,
      talkers: 1,
      duration: 2,
      settle: 1,
    });
    const { joins } = report;
    rows.push({ joinsPerSecond, people: report.people, joins });
    const spread = (of: (typeof joins)['seatMs']) =>
      of === undefined ? 'none' : `${of.median.toFixed(0)} / ${of.p95.toFixed(0)} / ${of.max.toFixed(0)}`;
    console.log(
      [
        `${joinsPerSecond} joins/s wanted: ${report.people.stayed} of ${report.people.planned} came ${JSON.stringify(report.people.failures)}, at ${joins.perSecond.toFixed(0)} joins/s`,
        `  ms, median / p95 / max: seat ${spread(joins.seatMs)}; media connected ${spread(joins.connectedMs)}; first packet ${spread(joins.firstPacketMs)}`,
      ].join('\n'),
    );
    if (joinsPerSecond === RAMPS[0] && joins.firstPacketMs !== undefined)
      console.log(
        `  first packet, median / aim of ${AIM.firstPacketMs} ms: ${(joins.firstPacketMs.median / AIM.firstPacketMs).toFixed(2)}`,
      );
    if (report.people.stayed === report.people.planned) without = Math.max(without, joins.perSecond);
  }
} finally {
  await server.stop();
}
console.log(
  `\nwithout a failure: ${without.toFixed(0)} joins/s; / aim of ${AIM.joinsPerSecond}: ${(without / AIM.joinsPerSecond).toFixed(2)}`,
);
saveResult('storm', { machine: machineLine(), rows });
