import { describe, expect, it } from 'vitest';
import { until } from '@treff/testing/browser';
import { runLoadTest, type LoadPlan } from '../src/index.ts';
import { loadServer } from './load-server.ts';

const ROUNDS = 5;
/** Rounds after which everything is loaded. */
const WARM = 2;
const MEETINGS = 10;
const PEOPLE = 40;
/** Of a server in which nobody is: that of its WebSockets' pings, and one for what is forgotten later. */
const TIMERS = 2;

const load = loadServer();

/** Forty people come into ten meetings with everything they have, and leave. */
const round = (number: number): LoadPlan =>
  load.plan({
    room: `soak-${number}`,
    conferences: MEETINGS,
    participants: PEOPLE / MEETINGS,
    joinsPerSecond: 60,
    settle: 0,
    duration: 1,
    video: { bitrate: 30_000, layers: 3, framesPerSecond: 5 },
    audio: { bitrate: 16_000, packetMs: 20 },
    senders: 4,
    talkers: 4,
    dtx: true,
    height: 180,
  });

/** Everybody is gone, and so are the timers of their meetings. What keeps the process running then, by kind. */
async function atRest(): Promise<Readonly<Record<string, number>>> {
  let resources: Readonly<Record<string, number>> = {};
  await until(
    async () => {
      resources = await load.inspector.resources();
      return (resources['TCPSocketWrap'] ?? 0) === 0 && (resources['Timeout'] ?? 0) <= TIMERS;
    },
    'sockets and timers of those who left to be gone',
    30_000,
  );
  return resources;
}

describe('a server where people come and go', () => {
  it('keeps nothing of them', async () => {
    const resting: Readonly<Record<string, number>>[] = [];
    const objects: Readonly<Record<string, number>>[] = [];
    for (let number = 1; number <= ROUNDS; number += 1) {
      const report = await runLoadTest(round(number));
      expect(report).toMatchObject({ outcome: 'complete', people: { stayed: PEOPLE } });
      resting.push(await atRest());
      objects.push(await load.inspector.objects());
    }
    expect(resting.at(-1)).toEqual(resting[0]);
    // What is loaded and compiled is there after some rounds; then no kind of object may become more, be it by one for a meeting.
    const [before, after] = [objects[WARM - 1] ?? {}, objects.at(-1) ?? {}];
    const grown = Object.entries(after).filter(([kind, count]) => count - (before[kind] ?? 0) >= MEETINGS);
    expect(grown).toEqual([]);
    expect(after['Object']).toBeGreaterThan(1_000);
  });
});
