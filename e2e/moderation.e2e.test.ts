import { expect, test } from 'vitest';
import { hears, hearsNothing, setStage, type Attendee } from '@treff/testing/browser';

const stage = setStage();

test('a moderator sees who wants to speak, mutes and asks, removes one and ends the meeting for all', async () => {
  const [ann, ben, cem] = await Promise.all([
    stage.attend('moderation', 0),
    stage.attend('moderation', 1),
    stage.attend('moderation', 2),
  ]);
  await ann.page.getByRole('button', { name: 'Open participants' }).click();
  const panel = ann.page.getByRole('complementary');

  // Hands, in their order: one by the key, one by the button.
  await cem.page.locator('body').press('r');
  await panel.getByRole('img', { name: 'Raised hand' }).first().waitFor();
  await ben.page.getByRole('button', { name: 'Raise your hand' }).click();
  await panel.getByRole('img', { name: 'Raised hand' }).nth(1).waitFor();
  const [first, second] = await panel.getByRole('listitem').allInnerTexts();
  expect([first?.includes(cem.who.name), second?.includes(ben.who.name)]).toEqual([true, true]);
  await panel.getByRole('button', { name: 'Lower all hands' }).click();
  await ben.page.getByText(`${ann.who.name} lowered your hand.`).waitFor();
  await ben.page.getByRole('button', { name: 'Raise your hand' }).waitFor();

  // Muted, told by whom, asked, and heard again by their own hand.
  await hears(cem.page, ben.id, ben.who);
  await choose(ann, ben, 'Mute');
  await ben.page.getByText(`${ann.who.name} muted you.`).waitFor();
  await ben.page.getByRole('button', { name: 'Unmute microphone' }).waitFor();
  await hearsNothing(cem.page, ben.id, ben.who);
  await choose(ann, ben, 'Ask to unmute');
  await ben.page.getByText(`${ann.who.name} asks you to unmute.`).waitFor();
  await hearsNothing(cem.page, ben.id, ben.who);
  await ben.page.getByRole('button', { name: 'Unmute', exact: true }).click();
  await hears(cem.page, ben.id, ben.who);
  await choose(ann, ben, 'Stop camera');
  await ben.page.getByRole('button', { name: 'Start camera' }).waitFor();

  // Removed with a reason: the page says so, and stays away.
  await choose(ann, cem, 'Kick out');
  await ann.page.getByRole('textbox', { name: 'Reason (optional)' }).fill('too loud');
  await ann.page.getByRole('dialog').getByRole('button', { name: 'Kick out' }).click();
  await cem.page.getByRole('heading', { name: 'You were removed from the meeting' }).waitFor();
  await cem.page.getByText(`It was ${ann.who.name}.`).waitFor();
  await cem.page.getByText('The reason given: too loud').waitFor();
  await ben.page.getByText(`${cem.who.name} was removed from the meeting`).waitFor();
  await ben.page.locator(`[data-participant-id="${cem.id}"]`).first().waitFor({ state: 'detached' });

  await ann.page.getByRole('button', { name: 'More actions' }).click();
  await ann.page.getByRole('menuitem', { name: 'End meeting for all' }).click();
  await ann.page.getByRole('dialog').getByRole('button', { name: 'End meeting for all' }).click();
  await ben.page.getByRole('heading', { name: 'This meeting has been ended' }).waitFor();
  await ben.page.getByText(`It was ${ann.who.name}.`).waitFor();
  await ann.page.getByRole('heading', { name: 'You left the meeting' }).waitFor();
});

/** An entry of somebody's menu in the open list of participants. */
async function choose({ page }: Attendee, on: Attendee, action: string): Promise<void> {
  await page
    .getByRole('complementary')
    .getByRole('button', { name: `Actions for ${on.who.name}` })
    .click();
  await page.getByRole('menuitem', { name: action, exact: true }).click();
}
