import { expect, test } from 'vitest';
import {
  allMeet,
  attend,
  clockOf,
  continuityOf,
  knowOnly,
  leave,
  look,
  persona,
  recordMedia,
  recordOf,
  sees,
  seesScreen,
  sentPicturesOf,
  setStage,
  until,
  watchPicture,
  type Attendee,
  type BrowserContext,
  type Page,
} from '@treff/testing/browser';

/** Milliseconds for which somebody must be gone before what they could not decode is used again. */
const CALM_MS = 30_000;
const PATIENCE_MS = 30_000;
const SMALL = { width: 640, height: 360, frameRate: 10 };

// Codecs are agreed on for the bridge; between two, the browsers themselves choose.
const stage = setStage({
  errors: 'expected',
  environment: { ENABLE_P2P: 'false', VIDEO_CODECS: 'VP9,VP8' },
});

async function come(
  room: string,
  index: number,
  prepare: (context: BrowserContext) => Promise<void> = async () => undefined,
): Promise<Attendee> {
  const url = `${stage.server.origin}/${room}`;
  const attendee = await attend(stage.browser, url, persona(index), SMALL, async (context) => {
    await recordMedia(context);
    await prepare(context);
  });
  stage.present.push(attendee);
  return attendee;
}

/** Waits until the page encodes pictures in these codecs, each once or more, and in no others. */
async function encodes(page: Page, codecs: readonly string[], patienceMs = PATIENCE_MS): Promise<void> {
  let before = new Map<number, number>();
  await until(
    async () => {
      const pictures = await sentPicturesOf(page);
      const growing = pictures.filter(({ ssrc, frames }) => frames > (before.get(ssrc) ?? Infinity));
      before = new Map(pictures.map(({ ssrc, frames }) => [ssrc, frames]));
      const now = new Set(growing.map(({ codec }) => codec));
      return now.size === codecs.length && codecs.every((codec) => now.has(`video/${codec}`));
    },
    `pictures in ${codecs.join(' and ')}`,
    patienceMs,
  );
}

test('two meet in the best codec; a third who decodes only VP8 moves them to it, and back when that one has been gone for a while; the picture stays', async () => {
  const [ann, ben] = [await come('change', 0), await come('change', 1)];
  await allMeet([ann, ben]);
  for (const { page } of [ann, ben]) await encodes(page, ['VP9']);
  await until(
    async () =>
      (await sentPicturesOf(ann.page)).some(
        ({ scalabilityMode, height }) => scalabilityMode === 'L2T3_KEY' && height === 360,
      ),
    'both layers',
    PATIENCE_MS,
  );

  const wasBare = await watchPicture(ben.page, ann.id);
  const from = await clockOf(ben.page);
  const cem = await come('change', 2, (context) => knowOnly(context, 'VP8'));
  await allMeet([ann, ben, cem], PATIENCE_MS);
  for (const { page } of [ann, ben, cem]) await encodes(page, ['VP8']);
  await sees(ben.page, ann.id, ann.who);
  const down = await clockOf(ben.page);

  await leave(cem);
  stage.present.splice(stage.present.indexOf(cem), 1);
  for (const { page } of [ann, ben]) await encodes(page, ['VP9'], CALM_MS + PATIENCE_MS);
  await sees(ben.page, ann.id, ann.who);
  expect(await wasBare()).toBe(false);

  const record = await recordOf(ben.page, from);
  const gap = (begin: number, end: number) =>
    Math.round(continuityOf(record, `${ann.id}/camera`, begin, end).longestGap);
  const to = await clockOf(ben.page);
  // For whoever measures; a machine that is busy takes as long as it takes.
  console.info(`longest time between two pictures: to VP8 ${gap(from, down)} ms, to VP9 ${gap(down, to)} ms`);
}, 180_000);

test('of the layers within a stream, the one arrives that fits the size at which it is shown, and only what is wanted is encoded', async () => {
  const url = `${stage.server.origin}/layers`;
  const large = { width: 960, height: 540, frameRate: 15 };
  const ann = await attend(stage.browser, url, persona(0), large, recordMedia);
  const ben = await attend(stage.browser, url, persona(1));
  stage.present.push(ann, ben);
  const arrives = (height: number) =>
    until(
      async () => (await look(ben.page, ann.id))?.height === height,
      `Ann, ${height} pixels tall`,
      PATIENCE_MS,
    );
  const sends = (scalabilityMode: string) =>
    until(
      async () =>
        (await sentPicturesOf(ann.page)).some((picture) => picture.scalabilityMode === scalabilityMode),
      `layers ${scalabilityMode}`,
      PATIENCE_MS,
    );
  await arrives(540);
  await sends('L3T3_KEY');
  await ben.page.setViewportSize({ width: 360, height: 640 });
  await arrives(270);
  await sends('L2T3_KEY');
  await sees(ben.page, ann.id, ann.who);
  await ben.page.setViewportSize({ width: 1280, height: 720 });
  await arrives(540);
  await sends('L3T3_KEY');
  await sees(ben.page, ann.id, ann.who);
}, 150_000);

test('a shared screen is encoded in the codec for screens, and the camera beside it in that for cameras', async () => {
  const [ann, ben] = [await come('screen', 0), await come('screen', 1)];
  await allMeet([ann, ben]);
  await ann.page.getByRole('button', { name: 'Start screen sharing' }).click();
  await seesScreen(ben.page, ann.id, ann.who);
  await encodes(ann.page, ['AV1', 'VP9']);
  const screen = (await sentPicturesOf(ann.page)).find(({ codec }) => codec === 'video/AV1');
  expect(screen).toMatchObject({ height: 720, scalabilityMode: 'L1T1' });

  // A film is encoded as cameras are.
  await ann.page.getByRole('button', { name: 'More actions' }).click();
  await ann.page.getByRole('menuitem', { name: 'Settings' }).click();
  await ann.page.getByRole('radio', { name: 'Video' }).check();
  await encodes(ann.page, ['VP9']);
  await seesScreen(ben.page, ann.id, ann.who);
}, 120_000);
