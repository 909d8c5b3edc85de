import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { startServer, until } from '@treff/testing/browser';
import { runLoadTest, type LoadPlan } from '../src/index.ts';
import { loadServer } from './load-server.ts';

const TREFF = fileURLToPath(new URL('../../cli/src/treff.ts', import.meta.url));

const load = loadServer();

const planOf = (changes: Partial<LoadPlan>): LoadPlan =>
  load.plan({
    room: 'load',
    conferences: 2,
    joinsPerSecond: 100,
    settle: 1,
    duration: 2,
    video: { bitrate: 300_000, layers: 3, framesPerSecond: 15 },
    senders: 3,
    talkers: 3,
    ...changes,
  });

/** Everybody is gone: nothing but the server's own sockets keeps it running. */
async function everybodyLeft(): Promise<void> {
  await until(
    async () => ((await load.inspector.resources())['TCPSocketWrap'] ?? 0) === 0,
    'everybody to have left',
    20_000,
  );
}

describe('a load test', () => {
  it('sends people into meetings who see and hear each other there, and leave', async () => {
    const report = await runLoadTest(planOf({ room: 'whole', processes: 2 }));
    expect(report).toMatchObject({ outcome: 'complete', people: { planned: 6, stayed: 6, failures: {} } });
    // Each sees and hears the two others of their meeting.
    expect(report.video.streams).toBe(12);
    expect(report.audio.streams).toBe(12);
    expect(report.joins.firstPacketMs?.count).toBe(6);
    // Three layers are sent and the tallest comes, the one of packets so large.
    expect(report.perSecond.bitsReceived / report.perSecond.received / 8).toBeGreaterThan(300);
    expect(report.video.unasked).toBe(0);
    await everybodyLeft();
  });

  it('shows each as many pictures as was asked for', async () => {
    const report = await runLoadTest(
      planOf({ room: 'few', conferences: 1, participants: 4, show: 1, talkers: 1 }),
    );
    expect(report.outcome).toBe('complete');
    expect(report.video.streams).toBe(4);
    expect(report.audio.streams).toBe(3);
    await everybodyLeft();
  });

  it('leaves, and leaves nobody behind, when it is interrupted', async () => {
    const stop = new AbortController();
    const report = await runLoadTest(planOf({ room: 'short', duration: 600 }), {
      signal: stop.signal,
      onMeasuring: () => stop.abort(),
    });
    expect(report).toMatchObject({ outcome: 'interrupted', people: { stayed: 6 } });
    await everybodyLeft();
  });

  it('tells by the server’s own code why people do not get in', async () => {
    const picky = await startServer({ MAX_PARTICIPANTS: '2' });
    try {
      const report = await runLoadTest(planOf({ url: picky.origin, conferences: 1 }));
      expect(report).toMatchObject({
        outcome: 'lacking',
        people: { stayed: 2, failures: { 'room/full': 1 } },
      });
    } finally {
      await picky.stop();
    }
  });

  it('is run from the command line, and ends with Ctrl-C', async () => {
    const args = [
      'loadtest',
      '--url',
      load.server.origin,
      '--participants',
      '2',
      '--duration',
      '600',
      '--ramp',
      '50',
    ];
    const child = spawn(process.execPath, [TREFF, ...args], { detached: true });
    const output = text(child.stdout);
    let progress = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (progress += chunk));
    await until(() => Promise.resolve(progress.includes('measuring')), 'people to be measured', 30_000);
    // As a terminal does: to the whole group.
    process.kill(-(child.pid ?? Number.NaN), 'SIGINT');
    await once(child, 'exit');
    expect(child.exitCode).toBe(130);
    expect(await output).toContain('2 of 2 came and stayed');
    await everybodyLeft();
  });
});
