import { allMeet, selfOf, setStage, until, type Attendee } from '@treff/testing/browser';
import { expect, test } from 'vitest';

/** A server that is killed is missed by every page. */
const stage = setStage({ errors: 'expected' });

async function gather(room: string): Promise<readonly Attendee[]> {
  const present = await Promise.all([0, 1, 2].map((index) => stage.attend(room, index)));
  await allMeet(present);
  return present;
}

test('a media worker that dies is replaced, and everybody has media again without leaving the room', async () => {
  const present = await gather('worker');
  const before = await Promise.all(present.map(tracksOf));
  await stage.server.killWorker();
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
  const present = await gather('server');
  for (const restart of [() => stage.server.crashAndRestart(), () => stage.server.stopAndRestart()]) {
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
