import { expect, test } from 'vitest';
import { hears, hearsNothing, look, setStage, type Attendee } from '@treff/testing/browser';

const stage = setStage();

test('who needs leave to speak is not heard, asks by a raised hand, is allowed, and is heard by their own press', async () => {
  const [ann, ben, cem] = await Promise.all([
    stage.attend('media-moderation', 0),
    stage.attend('media-moderation', 1),
    stage.attend('media-moderation', 2),
  ]);
  await hears(cem.page, ben.id, ben.who);
  await ann.page.getByRole('button', { name: 'Open participants' }).click();
  const panel = ann.page.getByRole('complementary');

  // Whoever speaks goes on until they mute, and then is locked out.
  await rule(ann, 'Unmute themselves');
  await ben.page.getByText(`${ann.who.name} decided that whoever is muted needs leave to unmute.`).waitFor();
  await panel.getByRole('img', { name: 'Needs leave: microphone' }).nth(1).waitFor();
  await hears(cem.page, ben.id, ben.who);
  await ben.page.getByRole('button', { name: 'Mute microphone' }).click();
  await hearsNothing(cem.page, ben.id, ben.who);
  const unmute = ben.page.getByRole('button', { name: 'Unmute microphone' });
  await expect.poll(() => unmute.getAttribute('aria-describedby')).not.toBeNull();
  await unmute.click();
  const notice = ben.page.getByRole('alert');
  await notice.getByText('In this meeting a moderator has to allow you to unmute.').waitFor();
  await hearsNothing(cem.page, ben.id, ben.who);

  // Asked for by the hand, given by name, used by nobody but Ben.
  await notice.getByRole('button', { name: 'Raise your hand' }).click();
  await notice.getByText('Your hand is up').waitFor();
  await panel.getByRole('img', { name: 'Raised hand' }).waitFor();
  await choose(ann, ben, 'Allow to unmute');
  await notice.getByText(`You may unmute now: ${ann.who.name} allows it.`).waitFor();
  await panel.getByRole('img', { name: 'Has leave: microphone' }).waitFor();
  await hearsNothing(cem.page, ben.id, ben.who);
  await notice.getByRole('button', { name: 'Unmute' }).click();
  await hears(cem.page, ben.id, ben.who);
  await hears(ann.page, ben.id, ben.who);

  // Taken back: silent at once, and told by whom.
  await choose(ann, ben, 'Forbid to unmute');
  await ben.page.getByText(`${ann.who.name} took back your leave to unmute.`).waitFor();
  await unmute.waitFor();
  await hearsNothing(cem.page, ben.id, ben.who);

  // All may again, and nobody is switched on by that.
  await rule(ann, 'Unmute themselves');
  await cem.page.getByText(`${ann.who.name} lets everybody unmute themselves again.`).waitFor();
  await hearsNothing(cem.page, ben.id, ben.who);
  await unmute.click();
  await hears(cem.page, ben.id, ben.who);
});

test('whoever comes in starts as the moderators wish, reads what the meeting is about, and shows nothing without leave', async () => {
  const [ann, ben] = await Promise.all([stage.attend('rules', 0), stage.attend('rules', 1)]);
  await ann.page.getByRole('button', { name: 'More actions' }).click();
  await ann.page.getByRole('menuitem', { name: 'Change the subject' }).click();
  await ann.page.getByRole('textbox', { name: 'Subject' }).fill('Harvest');
  await ann.page.getByRole('button', { name: 'Save' }).click();
  await ben.page.getByText(`${ann.who.name} set the subject: Harvest`).waitFor();
  await ann.page.getByRole('button', { name: 'Open participants' }).click();
  await rule(ann, 'Starts muted');
  await rule(ann, 'Start their video');

  const cem = await stage.attend('rules', 2);
  await cem.page.getByRole('heading', { name: 'Harvest' }).waitFor();
  expect(await cem.page.title()).toMatch(/^Harvest \| rules \|/);
  await cem.page.getByText('This meeting starts people with the microphone muted.').waitFor();
  await cem.page.getByText('In this meeting a moderator has to allow you to start the camera.').waitFor();
  await hearsNothing(ben.page, cem.id, cem.who);
  await cem.page.getByRole('button', { name: 'Unmute microphone' }).click();
  await hears(ben.page, cem.id, cem.who);
  expect(await look(ben.page, cem.id)).toBeUndefined();
});

/** Ticks a rule of the meeting, or takes its tick away. */
async function rule({ page }: Attendee, name: string): Promise<void> {
  await page.getByRole('complementary').getByRole('button', { name: 'Rules for everybody' }).click();
  await page.getByRole('menuitemcheckbox', { name }).click();
  await page.keyboard.press('Escape');
}

/** An entry of somebody's menu in the open list of participants. */
async function choose({ page }: Attendee, on: Attendee, action: string): Promise<void> {
  await page
    .getByRole('complementary')
    .getByRole('button', { name: `Actions for ${on.who.name}` })
    .click();
  await page.getByRole('menuitem', { name: action, exact: true }).click();
}
