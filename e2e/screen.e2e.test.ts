import { expect, test } from 'vitest';
import {
  type Attendee,
  endScreen,
  hears,
  hearsScreen,
  join,
  leave,
  look,
  type Page,
  sees,
  seesScreen,
  selfOf,
  setStage,
  until,
} from '@treff/testing/browser';

const stage = setStage({ errors: 'expected' });

const come = (room: string, index: number) => stage.attend(room, index);

const share = ({ page }: Attendee) => page.getByRole('button', { name: 'Start screen sharing' }).click();
const unshare = ({ page }: Attendee) => page.getByRole('button', { name: 'Stop screen sharing' }).click();
const screenOnStage = (page: Page, { id }: Attendee) =>
  page.locator(`[data-participant-id="${id}"][data-source="screen"][data-role="stage"]`);
const screens = (page: Page) => page.locator('[data-source="screen"]');
const ended = async (page: Page) => {
  await until(async () => (await screens(page).count()) === 0, 'the screens to vanish', 15_000);
  expect(await page.locator('audio[data-kind="screenAudio"]').count()).toBe(0);
};

test('a shared screen takes the stage of the others whole, with its sound, beside the camera; a second one does so too', async () => {
  const [ann, ben, cem] = await Promise.all([come('share', 0), come('share', 1), come('share', 2)]);
  await ben.page.getByRole('button', { name: 'Exit tile view' }).waitFor();
  await share(ann);
  for (const { page } of [ben, cem]) {
    await screenOnStage(page, ann).waitFor();
    await seesScreen(page, ann.id, ann.who);
    await hearsScreen(page, ann.id, ann.who);
    expect(await look(page, ann.id, 'screen')).toMatchObject({ width: 1280, height: 720 });
    await sees(page, ann.id, ann.who);
    await hears(page, ann.id, ann.who);
  }
  await cem.page.getByRole('listitem', { name: "Ann's screen" }).waitFor();
  const own = ann.page.locator('[data-source="screen"][data-local]');
  await own.getByText('You are sharing your screen').waitFor();
  expect(await own.getAttribute('data-role')).not.toBe('stage');

  await share(ben);
  await screenOnStage(cem.page, ben).waitFor();
  await seesScreen(cem.page, ben.id, ben.who);
  await seesScreen(cem.page, ann.id, ann.who);
  await screenOnStage(ann.page, ben).waitFor();
  await screenOnStage(ben.page, ann).waitFor();
  await screens(cem.page).filter({ hasText: "Ann's screen" }).hover();
  await cem.page.getByRole('button', { name: "Show Ann's screen large" }).click();
  await screenOnStage(cem.page, ann).waitFor();

  await endScreen(ann.page);
  await screenOnStage(cem.page, ben).waitFor();
  await ann.page.getByRole('button', { name: 'Start screen sharing' }).waitFor();
  await unshare(ben);
  for (const { page } of [ann, ben, cem]) await ended(page);
  // More than two see each other in tiles again, as before.
  await cem.page.getByRole('button', { name: 'Exit tile view' }).waitFor();
  await sees(cem.page, ann.id, ann.who);
  await sees(cem.page, ben.id, ben.who);
  expect([ann, ben, cem].flatMap(({ problems }) => problems)).toEqual([]);
});

test('who comes later sees the running share; it ends with a reload of the page and with leaving', async () => {
  const [ann, ben] = await Promise.all([come('late', 0), come('late', 1)]);
  await share(ann);
  const cem = await come('late', 2);
  await screenOnStage(cem.page, ann).waitFor();
  await seesScreen(cem.page, ann.id, ann.who);
  await hearsScreen(cem.page, ann.id, ann.who);

  await ann.page.reload();
  await ended(ben.page);
  await ended(cem.page);
  await join(ann.page, 'Ann');
  const again = { ...ann, id: await selfOf(ann.page) };
  await sees(ben.page, again.id, ann.who);
  expect(await screens(ben.page).count()).toBe(0);

  await again.page.keyboard.press('d');
  await seesScreen(ben.page, again.id, ann.who);
  stage.present.splice(stage.present.indexOf(ann), 1);
  await leave(again);
  await ended(ben.page);
});

test('who refuses the question of the browser shares nothing and is not scolded; another try may succeed', async () => {
  const [ann, ben] = await Promise.all([come('refused', 0), come('refused', 1)]);
  await ann.page.evaluate(() => {
    const given = navigator.mediaDevices.getDisplayMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getDisplayMedia = async () => {
      navigator.mediaDevices.getDisplayMedia = given;
      throw new DOMException('injected', 'NotAllowedError');
    };
  });
  await share(ann);
  await ann.page.getByRole('button', { name: 'Start screen sharing' }).waitFor();
  expect(await ann.page.getByText('could not be shared').count()).toBe(0);
  await share(ann);
  await seesScreen(ben.page, ann.id, ann.who);
});

test('where the browser cannot share a screen there is no button for it', async () => {
  const context = await stage.browser.newContext({ locale: 'en' });
  try {
    await context.addInitScript(() => {
      Object.defineProperty(MediaDevices.prototype, 'getDisplayMedia', { value: undefined });
    });
    const page = await context.newPage();
    await page.goto(`${stage.server.origin}/phone`);
    await join(page, 'Ann');
    await page.getByRole('button', { name: 'Leave the meeting' }).waitFor();
    expect(await page.getByRole('button', { name: 'Start screen sharing' }).count()).toBe(0);
  } finally {
    await context.close();
  }
});
