import type { Browser, BrowserContext } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { launchBrowser, persona, type Camera } from './browser.ts';
import { arrive, enter, tryToJoin, type Attendee, type Visitor } from './meeting.ts';
import { startServer, type TestServer } from './server.ts';

/** Changes a browser context before any page is opened in it. */
type Preparation = (context: BrowserContext) => Promise<unknown>;

/** What somebody comes with. */
interface Equipment {
  readonly camera?: Camera;
  readonly prepare?: Preparation;
}

/** What the tests of one file play on. */
export interface Stage {
  readonly server: TestServer;
  readonly browser: Browser;
  /** Who is there in this test; afterwards their contexts are closed. Whoever comes or goes by another way is to be added or taken out. */
  readonly present: Attendee[];
  /**
   * The persona of that number enters the room as `attend` does. Of those who are asked at once the pages open at the same time; they enter in the order in
   * which they were asked.
   */
  attend(room: string, index: number, equipment?: Equipment): Promise<Attendee>;
  /** The persona of that number stands before the room as {@link arrive} does, and is sent home afterwards, too. */
  visit(room: string, index: number, prepare?: Preparation): Promise<Visitor>;
  /** The same, and tries to join. */
  approach(room: string, index: number, prepare?: Preparation): Promise<Visitor>;
}

export interface StageOptions {
  /** Pages may report errors, because the test breaks something. Otherwise a test fails in which one did. */
  readonly errors?: 'fail' | 'expected';
  /** Of the server, beside what a test server has anyway. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** One server and one browser for all tests of the file that calls this, outside of any test. */
export function setStage({ errors = 'fail', environment = {} }: StageOptions = {}): Stage {
  let server: TestServer | undefined;
  let browser: Browser | undefined;
  const visitors: Visitor[] = [];
  /** Whoever was asked to enter last, whether they are inside or not. */
  let last: Promise<unknown> = Promise.resolve();
  const stage: Stage = {
    get server() {
      return raised(server);
    },
    get browser() {
      return raised(browser);
    },
    present: [],
    attend(room, index, { camera, prepare } = {}) {
      const url = `${stage.server.origin}/${room}`;
      const arriving = arrive(stage.browser, url, persona(index), prepare, camera);
      const entering = Promise.allSettled([last, arriving]).then(async () => {
        const attendee = await enter(await arriving);
        stage.present.push(attendee);
        return attendee;
      });
      last = entering;
      return entering;
    },
    async visit(room, index, prepare) {
      const url = `${stage.server.origin}/${room}`;
      const visitor = await arrive(stage.browser, url, persona(index), prepare);
      visitors.push(visitor);
      return visitor;
    },
    async approach(room, index, prepare) {
      const visitor = await stage.visit(room, index, prepare);
      await tryToJoin(visitor.page, visitor.who.name);
      return visitor;
    },
  };
  beforeAll(async () => {
    server = await startServer(environment);
    browser = await launchBrowser();
  });
  afterEach(async () => {
    // Of a test that failed some may still be on their way.
    await Promise.allSettled([last]);
    const gone: Visitor[] = [...stage.present.splice(0), ...visitors.splice(0)];
    await Promise.all(gone.map(({ context }) => context.close()));
    if (errors === 'fail') expect(gone.flatMap(({ problems }) => problems)).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });
  return stage;
}

function raised<Part>(part: Part | undefined): Part {
  if (part === undefined) throw new Error('The stage is there from the first test on');
  return part;
}
