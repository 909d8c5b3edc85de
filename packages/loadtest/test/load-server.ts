import { inspect, INSPECTABLE, startServer, type Inspector, type TestServer } from '@treff/testing/browser';
import { afterAll, beforeAll } from 'vitest';
import { STANDARD_PLAN, type LoadPlan } from '../src/index.ts';

/** What the load tests of one file are run against. */
export interface LoadServer {
  readonly server: TestServer;
  readonly inspector: Inspector;
  /** The standard plan against it, with changes. */
  plan(changes: Pick<LoadPlan, 'room' | 'senders' | 'talkers'> & Partial<LoadPlan>): LoadPlan;
}

/** One server that can be inspected for all tests of the file that calls this, outside of any test. */
export function loadServer(): LoadServer {
  let started: { server: TestServer; inspector: Inspector } | undefined;
  const running = () => {
    if (started === undefined) throw new Error('The server is there from the first test on');
    return started;
  };
  beforeAll(async () => {
    const server = await startServer({ ...INSPECTABLE, LIMIT_JOINS: 'off', LOG_LEVEL: 'error' });
    started = { server, inspector: await inspect(server) };
  });
  afterAll(async () => {
    started?.inspector.close();
    await started?.server.stop();
  });
  return {
    get server() {
      return running().server;
    },
    get inspector() {
      return running().inspector;
    },
    plan: (changes) => ({
      ...STANDARD_PLAN,
      url: running().server.origin,
      // A busy machine would look like a narrow way.
      estimate: false,
      ...changes,
    }),
  };
}
