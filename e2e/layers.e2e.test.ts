import { expect, test } from 'vitest';
import {
  attend,
  CAN_BE_BUSY,
  clockOf,
  continuityOf,
  encodedHeightsOf,
  look,
  persona,
  recordMedia,
  recordOf,
  sees,
  setStage,
  toggleBusy,
  until,
} from '@treff/testing/browser';

// Layers are the bridge's matter, and here it serves two people, too.
const stage = setStage({ errors: 'expected', environment: { ENABLE_P2P: 'false', ...CAN_BE_BUSY } });

/** As tall as three layers begin. */
const LARGE = { width: 960, height: 540, frameRate: 15 };

test('of three layers of a 960x540 camera, the one arrives that fits the size at which it is shown', async () => {
  const url = `${stage.server.origin}/layers`;
  const ann = await attend(stage.browser, url, persona(0), LARGE);
  const ben = await attend(stage.browser, url, persona(1));
  stage.present.push(ann, ben);
  const arrives = (height: number) =>
    until(
      async () => (await look(ben.page, ann.id))?.height === height,
      `Ann, ${height} pixels tall`,
      60_000,
    );
  await arrives(540);
  await ben.page.setViewportSize({ width: 360, height: 640 });
  await arrives(270);
  await ben.page.setViewportSize({ width: 1280, height: 720 });
  const cem = await attend(stage.browser, url, persona(2));
  stage.present.push(cem);
  await ben.page.getByRole('button', { name: 'Exit tile view' }).click();
  await ben.page.locator(`[data-participant-id="${cem.id}"][data-source]`).hover();
  await ben.page.getByRole('button', { name: 'Show Cem large' }).click();
  await arrives(135);
  await ben.page.locator(`[data-participant-id="${ann.id}"][data-source]`).hover();
  await ben.page.getByRole('button', { name: 'Show Ann large' }).click();
  await arrives(540);
});

test('a layer that nobody looks at is not encoded, and comes within seconds when somebody does; the lower one stays on screen meanwhile', async () => {
  const url = `${stage.server.origin}/encodings`;
  const ann = await attend(stage.browser, url, persona(0), LARGE, recordMedia);
  const ben = await attend(stage.browser, url, persona(1));
  stage.present.push(ann, ben);
  const encodes = (...heights: readonly number[]) =>
    until(
      async () => (await encodedHeightsOf(ann.page)).join() === heights.join(),
      `Ann to encode ${heights.join()}`,
      60_000,
    );
  const arrives = (height: number) =>
    until(
      async () => (await look(ben.page, ann.id))?.height === height,
      `Ann, ${height} pixels tall`,
      60_000,
    );
  await arrives(540);
  await encodes(135, 270, 540);
  await ben.page.setViewportSize({ width: 360, height: 640 });
  await arrives(270);
  await encodes(135, 270);
  await ben.page.setViewportSize({ width: 1280, height: 720 });
  await until(
    async () => {
      const seen = await look(ben.page, ann.id);
      // The lower layer stays until then.
      expect(seen).toBeDefined();
      return seen?.height === 540;
    },
    'Ann, 540 pixels tall',
    10_000,
  );
  await sees(ben.page, ann.id, ann.who);
  await encodes(135, 270, 540);
});

test('a camera is as small as the owner of the room wants it', async () => {
  await stage.server.treff(['room', 'reserve', 'small', '--moderators', 'everyone', '--resolution', '180']);
  const url = `${stage.server.origin}/small`;
  const ann = await attend(stage.browser, url, persona(0), LARGE, recordMedia);
  const ben = await attend(stage.browser, url, persona(1));
  stage.present.push(ann, ben);
  await sees(ben.page, ann.id, ann.who);
  expect(await look(ben.page, ann.id)).toMatchObject({ width: 320, height: 180 });
  expect(await encodedHeightsOf(ann.page)).toEqual([180]);
});

test('while the server is busy cameras are smaller, and as large as before when it is not, in one and the same track', async () => {
  const url = `${stage.server.origin}/busy`;
  const ann = await attend(stage.browser, url, persona(0), LARGE, recordMedia);
  const ben = await attend(stage.browser, url, persona(1), undefined, recordMedia);
  stage.present.push(ann, ben);
  const comes = (fits: (height: number) => boolean, what: string) =>
    until(
      async () => {
        const seen = await look(ben.page, ann.id);
        return seen !== undefined && fits(seen.height);
      },
      `Ann in ${what}`,
      60_000,
    );
  await comes((height) => height === 540, 'full');
  const from = await clockOf(ben.page);
  await toggleBusy(stage.server);
  await comes((height) => height <= 480, '480 lines');
  await sees(ben.page, ann.id, ann.who);
  expect(Math.max(...(await encodedHeightsOf(ann.page)))).toBeLessThanOrEqual(480);
  await toggleBusy(stage.server);
  await comes((height) => height === 540, 'full again');
  await sees(ben.page, ann.id, ann.who);

  const record = await recordOf(ben.page, from);
  const to = await clockOf(ben.page);
  const { ways, withoutTrack, longestGap } = continuityOf(record, `${ann.id}/camera`, from, to);
  expect([ways.length, withoutTrack]).toEqual([1, 0]);
  // For whoever measures; a machine that is busy takes as long as it takes.
  console.info(`longest time between two pictures: ${Math.round(longestGap)} ms`);
});
