import { allMeet, recordMedia, setStage, talksDirectly, until, type Attendee } from '@treff/testing/browser';
import { expect, test } from 'vitest';

const stage = setStage({ environment: { SERVER_REGION: 'Behind the hills' } });

/** Milliseconds that each has spoken, by participant, as the open dialog shows it. */
async function shownTimes({ page }: Attendee): Promise<ReadonlyMap<string, number>> {
  const rows = await page
    .getByRole('dialog', { name: 'Speaker stats' })
    .locator('tr[data-participant-id]')
    .evaluateAll((all) =>
      all.map((row) => [row.dataset['participantId'] ?? '', Number(row.dataset['ms'])] as const),
    );
  return new Map(rows);
}

async function openStats({ page }: Attendee): Promise<void> {
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Speaker stats' }).click();
  await page.getByRole('table').waitFor();
}

/** Everybody but that one has switched the microphone off, and everybody knows it. */
async function onlySpeaks(speaker: Attendee, all: readonly Attendee[]): Promise<void> {
  for (const { page } of all.filter((each) => each !== speaker))
    await page.getByRole('button', { name: 'Mute microphone' }).click();
  for (const { page } of all)
    await until(
      async () => (await page.locator('[data-muted="microphone"]').count()) === all.length - 1,
      'the others to be muted',
      20_000,
    );
}

async function grows(attendee: Attendee, of: Attendee): Promise<void> {
  const first = (await shownTimes(attendee)).get(of.id) ?? 0;
  await until(
    async () => ((await shownTimes(attendee)).get(of.id) ?? 0) >= first + 3_000,
    `the time of ${of.who.name} to grow`,
    30_000,
  );
}

test('who speaks is counted, the same for all who look, whoever is silent is not, and who left is still there', async () => {
  const all = await Promise.all([
    stage.attend('speakers', 0),
    stage.attend('speakers', 1),
    stage.attend('speakers', 2),
  ]);
  const [ann, ben, cem] = all;
  await allMeet(all);
  await onlySpeaks(ben, all);
  await openStats(ann);
  await openStats(cem);
  await Promise.all([grows(ann, ben), grows(cem, ben)]);
  // Whoever was muted meanwhile has not gained a word, and both lists were told by the same clock.
  const [before, other] = [await shownTimes(ann), await shownTimes(cem)];
  await grows(ann, ben);
  const after = await shownTimes(ann);
  expect(after.get(cem.id)).toBe(before.get(cem.id));
  expect(Math.abs((before.get(ben.id) ?? 0) - (other.get(ben.id) ?? 0))).toBeLessThan(5_000);
  await ben.page.getByRole('button', { name: 'Mute microphone' }).click();
  const row = ann.page.locator(`tr[data-participant-id="${ben.id}"]`);
  await until(async () => (await row.getAttribute('data-speaks')) === 'false', 'Ben to have ended', 20_000);
  const said = (await shownTimes(ann)).get(ben.id) ?? 0;
  await ben.page.getByRole('button', { name: 'Leave the meeting' }).click();
  await row.getByText('Ben (left)').waitFor();
  expect((await shownTimes(ann)).get(ben.id)).toBe(said);
});

test('of two who are connected directly each says for themselves that they speak', async () => {
  const come = (index: number) => stage.attend('direct-speakers', index, { prepare: recordMedia });
  const [ann, ben] = await Promise.all([come(0), come(1)]);
  await talksDirectly(ann);
  await onlySpeaks(ben, [ann, ben]);
  await openStats(ann);
  await grows(ann, ben);
});

test('a tile tells how somebody is connected: what comes of them here, and what their browser says', async () => {
  const camera = { width: 640, height: 360, frameRate: 15 };
  const [ann, ben] = await Promise.all([
    stage.attend('connections', 0, { camera }),
    stage.attend('connections', 1, { camera }),
    stage.attend('connections', 2),
  ]);
  await allMeet(stage.present);
  const mark = ann.page.getByRole('button', { name: /^Connection of Ben/ });
  expect(await mark.getAttribute('aria-label')).toMatch(/: (good|fair|poor|interrupted)$/);
  await mark.focus();
  await ann.page.keyboard.press('Enter');
  const details = ann.page.getByRole('dialog', { name: 'Connection of Ben' });
  const tells = async (name: string, what: (text: string) => boolean) => {
    const row = details.locator('div', { has: ann.page.getByText(name, { exact: true }) });
    await until(async () => (await row.allInnerTexts()).some(what), `${name} to be told`, 30_000);
  };
  // The picture that the element shows has the size that is told, in the codec that was received.
  const shown = () =>
    ann.page
      .locator(`[data-participant-id="${ben.id}"] video`)
      .evaluateAll((all) =>
        all.flatMap((one) =>
          one instanceof HTMLVideoElement ? `${one.videoWidth} × ${one.videoHeight}` : [],
        ),
      );
  const plain = (text: string) => text.replaceAll('\u00a0', ' ');
  await until(
    async () => {
      const row = details.locator('div', { has: ann.page.getByText('Picture, size', { exact: true }) });
      const [size] = await shown();
      const text = plain((await row.allInnerTexts()).join());
      return size !== undefined && text.includes(size) && /VP8|VP9|AV1|H264/.test(text);
    },
    'the size and codec of what is shown',
    30_000,
  );
  await tells('Voice', (text) => /[1-9]\d*(\.\d)?\s[kM]bit\/s, \d+(\.\d)?% lost/.test(text));
  await tells('Sent', (text) => /[1-9]\d*(\.\d)?\s[kM]bit\/s/.test(text));
  await tells('To the server and back', (text) => /\d+\sms/.test(text));
  await tells('Picture sent', (text) => /\d+ × \d+/.test(plain(text)));
  await tells('Carried by', (text) => /UDP|TCP/.test(text));
  await tells('Server region', (text) => text.includes('Behind the hills'));
  await ann.page.keyboard.press('Escape');
  await details.waitFor({ state: 'detached' });
  await until(
    () => mark.evaluate((button) => button === document.activeElement),
    'the focus to be where it was',
    10_000,
  );
});
