import { expect, test } from 'vitest';
import { join, leave, setStage, until, type Attendee } from '@treff/testing/browser';

/** A server that is killed is missed by every page. */
const stage = setStage({ errors: 'expected' });

function gather(room: string): Promise<readonly [Attendee, Attendee, Attendee]> {
  return Promise.all([stage.attend(room, 0), stage.attend(room, 1), stage.attend(room, 2)]);
}

async function openParticipants({ page }: Attendee): Promise<void> {
  await page.getByRole('button', { name: 'Open participants' }).click();
}

/** Whom the person sees as moderators, oneself included, in the open list of participants. */
async function moderators({ page }: Attendee, expected: readonly Attendee[]): Promise<void> {
  const entries = page.getByRole('complementary').getByRole('listitem').filter({ hasText: 'Moderator' });
  await until(
    async () => {
      const texts = await entries.allInnerTexts();
      return (
        texts.length === expected.length &&
        expected.every(({ who }) => texts.some((text) => text.includes(who.name)))
      );
    },
    `moderators to be ${expected.map(({ who }) => who.name).join()}`,
    20_000,
  );
}

/** Presses an entry of somebody's menu in the open list of participants. */
async function act({ page }: Attendee, on: Attendee, action: string): Promise<void> {
  await page
    .getByRole('complementary')
    .getByRole('button', { name: `Actions for ${on.who.name}` })
    .click();
  await page.getByRole('menuitem', { name: action }).click();
}

test('who came first moderates, makes another a moderator, and is one still after a reload and a crash of the server', async () => {
  const [ann, ben, cem] = await gather('first');
  for (const each of [ann, ben, cem]) await openParticipants(each);
  await moderators(cem, [ann]);
  expect(await ben.page.getByRole('button', { name: /^Actions for/ }).count()).toBe(0);
  await act(ann, ben, 'Grant moderator rights');
  await moderators(cem, [ann, ben]);
  await ben.page.getByText(`${ann.who.name} made you a moderator.`).waitFor();
  await act(ben, ben, 'Give up moderator rights');
  await moderators(cem, [ann]);

  await ann.page.reload();
  await join(ann.page, ann.who.name);
  await moderators(cem, [ann]);
  await openParticipants(ann);
  await stage.server.crashAndRestart();
  await until(
    async () => (await cem.page.getByText('The meeting had to start anew').count()) > 0,
    'Cem to be back',
    40_000,
  );
  await moderators(cem, [ann]);
});

test('when the last moderator leaves, whoever has been there longest takes over and is told', async () => {
  const [ann, ben, cem] = await gather('last');
  await openParticipants(cem);
  await leave(ann);
  stage.present.splice(0, 1);
  await ben.page.getByText('You are a moderator now').waitFor();
  await moderators(cem, [ben]);
});
