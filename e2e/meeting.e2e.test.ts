import { expect, test } from 'vitest';
import {
  allMeet,
  attend,
  type Attendee,
  hears,
  join,
  leave,
  openPage,
  sees,
  until,
  setStage,
} from '@treff/testing/browser';

const stage = setStage();

async function gather(room: string, people: number): Promise<readonly Attendee[]> {
  await Promise.all(Array.from({ length: people }, (_, index) => stage.attend(room, index)));
  return stage.present;
}

test('three people see and hear each other, then five do', async () => {
  await gather('three-then-five', 3);
  await allMeet(stage.present);
  await Promise.all([3, 4].map((index) => stage.attend('three-then-five', index)));
  await allMeet(stage.present);
});

test('the page says where media flows: nowhere, between two browsers, over the bridge', async () => {
  const [ann] = await gather('mode', 1);
  const html = ann?.page.locator('html');
  await until(async () => (await html?.getAttribute('data-media-mode')) === 'none', 'no media mode', 15_000);
  await stage.attend('mode', 1);
  await until(async () => (await html?.getAttribute('data-media-mode')) === 'p2p', 'the other', 15_000);
  await allMeet(stage.present);
  await stage.attend('mode', 2);
  await until(async () => (await html?.getAttribute('data-media-mode')) === 'bridge', 'the bridge', 15_000);
  await allMeet(stage.present);
});

test('twenty times, one of three leaves and comes back, and everybody has media each time', async () => {
  const room = `${stage.server.origin}/revolving-door`;
  await gather('revolving-door', 3);
  await allMeet(stage.present);
  for (let round = 0; round < 20; round++) {
    const index = round % 3;
    const [leaver] = stage.present.splice(index, 1);
    if (leaver === undefined) throw new Error('Three are present');
    await leave(leaver);
    for (const { page } of stage.present)
      await page.locator(`[data-participant-id="${leaver.id}"]`).first().waitFor({ state: 'detached' });
    stage.present.splice(index, 0, await attend(stage.browser, room, leaver.who));
    await allMeet(stage.present);
  }
});

test('closing the page gives the seat up at once, without a grace period', async () => {
  const [ann, ben] = await gather('close', 2);
  if (ann === undefined || ben === undefined) throw new Error('Two are present');
  await sees(ann.page, ben.id, ben.who);
  await ben.page.close({ runBeforeUnload: true });
  // A seat that is merely interrupted would be held for 30 s.
  await ann.page
    .locator(`[data-participant-id="${ben.id}"]`)
    .first()
    .waitFor({ state: 'detached', timeout: 25_000 });
});

test('the same person in two tabs has two seats, and both are served', async () => {
  const [ann] = await gather('two-tabs', 1);
  if (ann === undefined) throw new Error('Ann is present');
  const second = await openPage(ann.context, `${stage.server.origin}/two-tabs`, ann.problems);
  await join(second, 'Ann');
  const id = await second
    .locator('[data-local][data-participant-id]')
    .first()
    .getAttribute('data-participant-id');
  expect(id).not.toBe(ann.id);
  await sees(second, ann.id, ann.who);
  await hears(second, ann.id, ann.who);
});
