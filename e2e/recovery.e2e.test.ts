import {
  allMeet,
  attend,
  launchBrowser,
  persona,
  selfOf,
  startServer,
  until,
  type Attendee,
  type Browser,
  type TestServer,
} from '@treff/testing/browser';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

let server: TestServer;
let browser: Browser;
let present: Attendee[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  server = await startServer();
  for (const index of [0, 1, 2])
    present.push(await attend(browser, `${server.origin}/recovery`, persona(index)));
  await allMeet(present);
});
afterEach(async () => {
  await Promise.all(present.map(({ context }) => context.close()));
  present = [];
  await server.stop();
});

test('a media worker that dies is replaced, and everybody has media again without leaving the room', async () => {
  const before = await Promise.all(present.map(tracksOf));
  await server.killWorker();
  await until(
    async () => {
      const now = await Promise.all(present.map(tracksOf));
      // What is in flight may still arrive: only new tracks prove new transports.
      return now.every(
        (tracks, index) => tracks.length === 2 && !tracks.some((id) => before[index]?.includes(id)),
      );
    },
    'tracks of the new worker',
    30_000,
  );
  await allMeet(present, 30_000);
  expect(await Promise.all(present.map(({ page }) => selfOf(page)))).toEqual(present.map(({ id }) => id));
});

test('a server that dies and comes back finds everybody in the room again, by themselves', async () => {
  await server.crashAndRestart();
  const back = present.map(async (attendee) => {
    let id = attendee.id;
    await until(
      async () => {
        id = await selfOf(attendee.page).catch(() => attendee.id);
        return id !== attendee.id;
      },
      `${attendee.who.name} to be seated again`,
      30_000,
    );
    return { ...attendee, id };
  });
  present = await Promise.all(back);
  await allMeet(present, 30_000);
});

/** Ids of the remote pictures' tracks. */
async function tracksOf({ page }: Attendee): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLVideoElement>('[data-source]:not([data-local]) video')].flatMap(
      ({ srcObject }) =>
        srcObject instanceof MediaStream ? srcObject.getVideoTracks().map(({ id }) => id) : [],
    ),
  );
}
