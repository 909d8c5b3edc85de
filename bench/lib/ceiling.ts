import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { runLoadTest } from '@treff/loadtest';
import type { TestServer } from '@treff/testing/browser';
import { planOf } from './load.ts';
import { CpuWatch } from './processes.ts';
import { profile, type Profile } from './profile.ts';

/** Seconds: less than the ICE consent of those who can't answer lasts. */
const SECONDS = 10;
const PROFILE_SECONDS = 5;
const WARM_UP_MS = 1_000;
const SENDERS = 10;
/** Packets a second that each sends of 1,100 bytes: together more than a worker can send on to a hundred. */
const PACKETS = 300;
const FRAMES = 30;

export interface Ceiling {
  /** What the generator sent, repetitions included; the worker took in what it could. */
  readonly sentToIt: number;
  readonly outPerSecond: number;
  readonly cores: number;
  readonly microseconds: number;
  readonly profile: Profile | undefined;
}

/**
 * What a worker sends at most, when nobody takes anything of the machine for receiving: a room of people who are connected and then stopped
 * (SIGSTOP), and a few who send to them. What the worker sent is the kernel's count of datagrams, less those that the generator sent.
 */
export async function ceiling(server: TestServer, receivers: number): Promise<Ceiling> {
  const { workers } = await server.processes();
  const watch = new CpuWatch(workers);
  let seen: Profile | undefined;
  let found: { cores: number; sentPerSecond: number } | undefined;
  const report = await runLoadTest(
    planOf(server, {
      participants: receivers + SENDERS,
      video: { bitrate: PACKETS * 1_100 * 8, layers: 1, framesPerSecond: FRAMES },
      senders: SENDERS,
      talkers: 0,
      processes: 2,
      apart: true,
      sendsFrom: 'measuring',
      duration: 1,
    }),
    {
      async onMeasuring([senders, receivers]) {
        if (senders === undefined || receivers === undefined) throw new Error('two processes were wanted');
        process.kill(receivers, 'SIGSTOP');
        try {
          await delay(WARM_UP_MS);
          watch.start();
          const before = datagrams();
          const since = performance.now();
          await delay(SECONDS * 1_000);
          const seconds = (performance.now() - since) / 1_000;
          found = { cores: watch.seconds / seconds, sentPerSecond: (datagrams() - before) / seconds };
          if (workers[0] !== undefined) seen = await profile(workers[0], PROFILE_SECONDS);
        } finally {
          process.kill(receivers, 'SIGCONT');
        }
      },
    },
  );
  if (found === undefined) throw new Error(`the room did not fill: ${JSON.stringify(report.people)}`);
  const sentToIt = report.perSecond.sent;
  const outPerSecond = found.sentPerSecond - sentToIt;
  const microseconds = (found.cores * 1e6) / outPerSecond;
  return { sentToIt, outPerSecond, cores: found.cores, microseconds, profile: seen };
}

/** UDP datagrams that this machine has sent since it started, IPv4 and IPv6. */
function datagrams(): number {
  const lines = readFileSync('/proc/net/snmp', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('Udp: '));
  const [names, values] = lines.map((line) => line.split(' '));
  const four = Number(values?.[names?.indexOf('OutDatagrams') ?? -1] ?? 0);
  const six = /^Udp6OutDatagrams\s+(\d+)/m.exec(readFileSync('/proc/net/snmp6', 'utf8'))?.[1];
  return four + Number(six ?? 0);
}
