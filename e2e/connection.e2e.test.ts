import { allMeet, join, until, type Page, setStage } from '@treff/testing/browser';
import { expect, test } from 'vitest';

const stage = setStage();

const NAMES = { p2p: 'Browser to browser', bridge: 'Over the server' };

/** The badge's text, as long as there is a badge. */
async function badgeOf(page: Page): Promise<string | undefined> {
  const [text] = await page.locator('[data-way]').allInnerTexts();
  return text;
}

test('a badge says how media comes as soon as there is somebody, and tells on a press how it is', async () => {
  const ann = await stage.attend('badge', 0);
  expect(await badgeOf(ann.page)).toBeUndefined();
  await stage.attend('badge', 1);
  await allMeet(stage.present);
  const way = await ann.page.locator('html').getAttribute('data-media-mode');
  if (way !== 'p2p' && way !== 'bridge') throw new Error('Media flows');
  await until(async () => (await badgeOf(ann.page)) === NAMES[way], `the badge ${NAMES[way]}`, 15_000);

  await ann.page.getByRole('button', { name: NAMES[way] }).press('Enter');
  const details = ann.page.getByRole('dialog', { name: NAMES[way] });
  const row = (name: string) => details.locator('div', { has: ann.page.getByText(name, { exact: true }) });
  const tells = (name: string, what: RegExp) =>
    until(async () => what.test((await row(name).allInnerTexts()).join()), `${name}: ${what}`, 15_000);
  await tells('Your picture', /320\s×\s180, \d+\sper\ssecond, VP8/);
  await tells('Picture of Ben', /320\s×\s180, \d+\sper\ssecond, VP8/);
  await tells('Received', /[1-9]\d*(\.\d)?\s[kM]bit\/s, \d+(\.\d)?% lost/);
  await tells('Sent', /[1-9]\d*(\.\d)?\s[kM]bit\/s, \d+(\.\d)?% lost/);
  await tells('Sound', /Opus/);
  await ann.page.keyboard.press('Escape');
  await details.waitFor({ state: 'detached' });
});

test('who wants no direct connections has none, and is not asked again in this browser', async () => {
  const [ann] = await Promise.all([stage.attend('never-direct', 0), stage.attend('never-direct', 1)]);
  const openSettings = async () => {
    await ann.page.getByRole('button', { name: 'More actions' }).click();
    await ann.page.getByRole('menuitem', { name: 'Settings' }).click();
  };
  const never = ann.page.getByRole('radio', { name: 'Never' });
  await openSettings();
  expect(await ann.page.getByRole('radio', { name: 'Only through a relay' }).isDisabled()).toBe(true);
  await never.check();
  await ann.page.keyboard.press('Escape');
  await until(async () => (await badgeOf(ann.page)) === NAMES.bridge, 'the badge', 15_000);
  await ann.page.reload();
  await join(ann.page, 'Ann');
  await openSettings();
  expect(await never.isChecked()).toBe(true);
});
