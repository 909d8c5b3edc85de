/**
 * What a forwarded packet costs, in the shapes of Jitsi Videobridge's test of 2014 (1,056 streams of 512 kbit/s: 528 conferences of two, 176 of three,
 * 53 of five), as large as the machine carries together with the generator; then one room of 100, and the same with receivers that are stopped.
 *
 * `npm run bench -- packets [streams]`; 1,056 streams are the whole test, 352 a third (the standard). CPU time is the system's account of each process.
 */
import {
  argument,
  benchServer,
  lossOf,
  machineLine,
  measure,
  workerMicroseconds,
  type Cost,
} from './lib/load.ts';
import { saveResult } from './lib/results.ts';
import { ceiling } from './lib/ceiling.ts';
import { profileText } from './lib/profile.ts';

const FULL = 1_056;
const AIM_MICROSECONDS = 6.5;
const streams = argument(0, 352, 12, FULL);

const server = await benchServer();
const rows: Record<string, unknown>[] = [];
try {
  console.log(`${machineLine()}\n${streams} of ${FULL} streams: scale ${(streams / FULL).toFixed(2)}\n`);
  for (const participants of [2, 3, 5]) {
    const conferences = Math.round(streams / (participants * (participants - 1)));
    const cost = await measure(server, { conferences, participants });
    tell(`${conferences} × ${participants}`, cost);
  }
  // 1,100 bytes, as the aim says: frames that fill their packets.
  const packed = { bitrate: 1_100 * 8 * 30, layers: 1, framesPerSecond: 30 };
  for (const senders of [5, 10]) {
    const cost = await measure(server, { participants: 100, senders, talkers: 0, video: packed });
    tell(`1 × 100, ${senders} send`, cost);
    const aim = workerMicroseconds(cost) / AIM_MICROSECONDS;
    console.log(`  worker / aim of ${AIM_MICROSECONDS} µs: ${aim.toFixed(2)}`);
  }
  const top = await ceiling(server, 100);
  console.log(
    `\nceiling, 100 receivers stopped after DTLS: ${top.sentToIt.toFixed(0)} packets/s are sent to the worker, it sends ${top.outPerSecond.toFixed(0)}/s at ${top.cores.toFixed(2)} cores: ${top.microseconds.toFixed(2)} µs a packet`,
  );
  if (top.profile !== undefined) console.log(profileText(top.profile));
  rows.push({ name: 'ceiling', ...top });
} finally {
  await server.stop();
}
saveResult('packets', { machine: machineLine(), streams, rows });

function tell(name: string, cost: Cost): void {
  const { report, seconds } = cost;
  const row = {
    name,
    receivedPerSecond: report.perSecond.received,
    sentPerSecond: report.perSecond.sent,
    megabits: report.perSecond.bitsReceived / 1e6,
    workerMicroseconds: workerMicroseconds(cost),
    workerCores: cost.worker / seconds,
    serverCores: cost.server / seconds,
    generatorCores: cost.generator / seconds,
    generatorMicroseconds: report.generator.microsecondsPerPacket,
    generatorLateMs: report.generator.lateMs.p99,
    loss: lossOf(report),
    came: report.people.stayed / report.people.planned,
  };
  rows.push(row);
  console.log(
    [
      `${name}: ${report.people.stayed} of ${report.people.planned} came; ${row.receivedPerSecond.toFixed(0)} packets/s out, ${row.sentPerSecond.toFixed(0)} in, ${row.megabits.toFixed(0)} Mbit/s; lost ${(row.loss * 100).toFixed(3)} %`,
      `  worker ${row.workerMicroseconds.toFixed(2)} µs a forwarded packet, ${row.workerCores.toFixed(2)} cores (${(row.receivedPerSecond / row.workerCores).toFixed(0)} packets/s a core, derived); server's Node process ${(row.serverCores * 100).toFixed(1)} % of a core`,
      `  generator ${row.generatorMicroseconds.toFixed(1)} µs a packet, ${row.generatorCores.toFixed(2)} cores, timers late by ${row.generatorLateMs.toFixed(0)} ms at p99`,
    ].join('\n'),
  );
}
