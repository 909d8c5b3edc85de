import { expect, test } from 'vitest';
import {
  attend,
  encodedHeightsOf,
  look,
  persona,
  recordMedia,
  sees,
  setStage,
  until,
} from '@treff/testing/browser';

// Layers are the bridge's matter, and here it serves two people, too.
const stage = setStage({ errors: 'expected', environment: { ENABLE_P2P: 'false' } });

test('of three layers of a 960x540 camera, the one arrives that fits the size at which it is shown', async () => {
  const url = `${stage.server.origin}/layers`;
  const ann = await attend(stage.browser, url, persona(0), { width: 960, height: 540, frameRate: 15 });
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
  const large = { width: 960, height: 540, frameRate: 15 };
  const ann = await attend(stage.browser, url, persona(0), large, recordMedia);
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
