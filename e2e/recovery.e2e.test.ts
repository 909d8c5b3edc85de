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

test('a server that dies, or is restarted, finds everybody in the room again by themselves, as who they were, and they are told', async () => {
  for (const restart of [() => server.crashAndRestart(), () => server.stopAndRestart()]) {
    const lost = present.map(({ page }) =>
      // First the socket, then picture and sound, which come over the same server.
      page
        .getByRole('status')
        .getByText(/The server can't be reached just now|The connection to the meeting is lost/)
        .first(),
    );
    const noticed = Promise.all(lost.map((notice) => notice.waitFor()));
    await restart();
    await noticed;
    await Promise.all(lost.map((notice) => notice.waitFor({ state: 'detached' })));
    for (const { page } of present)
      await page.getByRole('status').getByText('What was in the chat before is gone').waitFor();
    await allMeet(present, 30_000);
    for (const { page, id } of present) {
      expect(await selfOf(page)).toBe(id);
      expect(await shownAt(page)).toEqual(new Set(present.map((attendee) => attendee.id)));
    }
  }
});

/** Ids of everybody who is seen or heard. */
async function shownAt(page: Attendee['page']): Promise<Set<string | undefined>> {
  const ids = await page
    .locator('[data-participant-id]')
    .evaluateAll((tiles) =>
      tiles.map((tile) => (tile instanceof HTMLElement ? tile.dataset['participantId'] : '')),
    );
  return new Set(ids);
}

/** Ids of the remote pictures' tracks. */
async function tracksOf({ page }: Attendee): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLVideoElement>('[data-source]:not([data-local]) video')].flatMap(
      ({ srcObject }) =>
        srcObject instanceof MediaStream ? srcObject.getVideoTracks().map(({ id }) => id) : [],
    ),
  );
}
