import { setStage, sees, until, type Attendee, type Page } from '@treff/testing/browser';
import { expect, test } from 'vitest';

// Of each of the others nobody is sent more than one camera, and two people are served by the bridge, too.
const stage = setStage({ environment: { CHANNEL_LAST_N: '1', ENABLE_P2P: 'false' } });

const tile = (page: Page, { id }: Attendee) =>
  page.locator(`[data-participant-id="${id}"][data-source="camera"]`);
const REASON = 'Video paused: only those who spoke last are shown';

/** `there` is an avatar with the reason. */
async function isWithheld({ page }: Attendee, there: Attendee): Promise<void> {
  await tile(page, there).getByText(REASON).waitFor({ state: 'attached' });
  expect(await tile(page, there).locator('video').count()).toBe(0);
}

test('with last-N only whoever spoke last is seen; the others are avatars that say why, and a person who is chosen comes in any case', async () => {
  const mute = ({ page }: Attendee) =>
    page.getByRole('button', { name: 'Mute microphone', exact: true }).click();
  const unmute = ({ page }: Attendee) =>
    page.getByRole('button', { name: 'Unmute microphone', exact: true }).click();
  const come = async (index: number) => {
    const person = await stage.attend('recent', index);
    await mute(person);
    return person;
  };
  const [ann, ben, cem, dot] = await Promise.all([come(0), come(1), come(2), come(3)]);
  const people = [ann, ben, cem, dot];
  const dominates = (who: Attendee) =>
    until(
      async () => (await tile(ben.page, who).locator('video').count()) > 0,
      `${who.who.name} to be seen`,
      30_000,
    );
  await unmute(ann);
  await dominates(ann);
  for (const here of [ben, cem, dot]) {
    await sees(here.page, ann.id, ann.who);
    for (const there of people) if (there !== here && there !== ann) await isWithheld(here, there);
  }

  await mute(ann);
  await unmute(cem);
  await dominates(cem);
  for (const here of [ann, ben, dot]) {
    await sees(here.page, cem.id, cem.who);
    for (const there of people) if (there !== here && there !== cem) await isWithheld(here, there);
  }

  await ben.page.getByRole('button', { name: 'Exit tile view' }).click();
  await tile(ben.page, dot).hover();
  await ben.page.getByRole('button', { name: `Show ${dot.who.name} large` }).click();
  await sees(ben.page, dot.id, dot.who);
  await isWithheld(ben, cem);
  await sees(ann.page, cem.id, cem.who);
});
