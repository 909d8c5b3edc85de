import { expect, test } from 'vitest';
import {
  allMeet,
  hears,
  holdLine,
  isInside,
  join,
  leave,
  sees,
  setStage,
  until,
  type Attendee,
  type BrowserContext,
  type Line,
  type Page,
  type Visitor,
} from '@treff/testing/browser';

const stage = setStage();

/** A moderator who has switched the lobby on. */
async function behindLobby(room: string): Promise<Attendee> {
  const ann = await stage.attend(room, 0, { prepare: recordRings });
  await setLobby(ann, true);
  return ann;
}

async function setLobby({ page }: Attendee, on: boolean): Promise<void> {
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Security options' }).click();
  const dialog = page.getByRole('dialog', { name: 'Security options' });
  const lobby = dialog.getByRole('switch', { name: 'Lobby' });
  await lobby.click();
  await until(async () => (await lobby.isChecked()) === on, 'the lobby to be switched', 10_000);
  await dialog.getByRole('button', { name: 'Close' }).click();
}

async function knock(...[room, index, prepare]: Parameters<typeof stage.approach>): Promise<Visitor> {
  const visitor = await stage.approach(room, index, prepare);
  await visitor.page.getByRole('heading', { name: 'Ask to join this meeting' }).waitFor();
  await visitor.page.getByRole('button', { name: 'Ask to join' }).click();
  await visitor.page.getByRole('heading', { name: 'You have asked to join' }).waitFor();
  return visitor;
}

/** Counts what the page lets sound by itself, beside the voices of others. */
async function recordRings(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const rings: string[] = [];
    Object.assign(globalThis, { rings });
    const connect = AudioNode.prototype.connect;
    function connectAndCount(this: AudioNode, ...args: [AudioNode]): unknown {
      if (args[0] instanceof AudioDestinationNode) rings.push(this.context.state);
      return Reflect.apply(connect, this, args);
    }
    Object.assign(AudioNode.prototype, { connect: connectAndCount });
  });
}

async function rings(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => (globalThis as unknown as { rings: string[] }).rings);
}

/** Lets the page believe that the person looks elsewhere. */
async function hide(page: Page): Promise<void> {
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' });
    document.dispatchEvent(new Event('visibilitychange'));
  });
}

test('moderators hear and see who knocks, talk with them, refuse one and let the other in', async () => {
  const ann = await behindLobby('talk');
  expect(await rings(ann.page)).toEqual([]);
  await hide(ann.page);
  const ben = await knock('talk', 1);
  await ann.page.getByRole('region', { name: 'Waiting in the lobby (1)' }).getByText(ben.who.name).waitFor();
  await until(async () => (await rings(ann.page)).includes('running'), 'the chime', 10_000);
  await until(async () => (await ann.page.title()).startsWith('(1) Somebody is waiting'), 'title', 5_000);
  expect(await ben.page.title()).toMatch(/^Waiting/);
  // Who waits learns nothing of the meeting.
  expect(await ben.page.locator('body').innerText()).not.toContain(ann.who.name);

  await ben.page.getByRole('button', { name: 'Write to the moderators' }).click();
  await ben.page.getByRole('textbox', { name: 'Type a message' }).fill('It is me, Ben from school');
  await ben.page.keyboard.press('Enter');
  await ann.page.getByText('It is me, Ben from school').first().waitFor();
  await ann.page.getByRole('button', { name: `Chat with ${ben.who.name}` }).click();
  const chat = ann.page.getByRole('dialog', { name: `Chat with ${ben.who.name}` });
  await chat.getByRole('textbox', { name: 'Type a message' }).fill('One moment, please');
  await ann.page.keyboard.press('Enter');
  await ben.page.getByRole('log').getByText('One moment, please').waitFor();
  await chat.getByRole('button', { name: 'Close' }).click();

  const cem = await knock('talk', 2);
  await ann.page.getByRole('button', { name: `Refuse ${cem.who.name}` }).click();
  await cem.page.getByRole('heading', { name: 'You were not let in' }).waitFor();
  await cem.page.getByText(`It was ${ann.who.name}.`).waitFor();
  await ann.page.getByRole('button', { name: `Admit ${ben.who.name}` }).click();
  await allMeet([ann, await isInside(ben)]);
  expect(await ann.page.title()).toBe('talk | Treff');
});

test('all who wait are let in at once, by one press or by switching the lobby off', async () => {
  const ann = await behindLobby('all');
  const [ben, cem] = await Promise.all([knock('all', 1), knock('all', 2)]);
  await ann.page.getByRole('region', { name: 'Waiting in the lobby (2)' }).waitFor();
  await ann.page.getByRole('button', { name: 'Admit all' }).click();
  await allMeet([ann, await isInside(ben), await isInside(cem)]);
  const dora = await knock('all', 3);
  await ann.page.getByRole('region', { name: 'Waiting in the lobby (1)' }).waitFor();
  await setLobby(ann, false);
  const inside = await isInside(dora);
  await sees(ann.page, inside.id, inside.who);
  await hears(dora.page, ann.id, ann.who);
});

test('when the moderator leaves while somebody waits, the next one lets them in', async () => {
  const ann = await behindLobby('next');
  const first = await knock('next', 1);
  await ann.page.getByRole('button', { name: `Admit ${first.who.name}` }).click();
  const ben = await isInside(first);
  const cem = await knock('next', 2);
  await ann.page.getByRole('button', { name: `Admit ${cem.who.name}` }).waitFor();
  expect(await ben.page.getByRole('button', { name: `Admit ${cem.who.name}` }).count()).toBe(0);
  await leave(ann);
  stage.present.splice(0);
  await ben.page.getByRole('button', { name: `Admit ${cem.who.name}` }).click();
  await allMeet([ben, await isInside(cem)]);
});

test('who waits keeps the place through a lost connection, and what was written', async () => {
  const ann = await behindLobby('line');
  let line: Line | undefined;
  const ben = await knock('line', 1, async (context) => {
    line = await holdLine(context);
  });
  await ben.page.getByRole('button', { name: 'Write to the moderators' }).click();
  await ben.page.getByRole('textbox', { name: 'Type a message' }).fill('Here I am');
  await ben.page.keyboard.press('Enter');
  const place = ann.page.getByRole('region', { name: 'Waiting in the lobby (1)' });
  await place.getByText('Here I am').waitFor();
  await line?.cut();
  await ben.page.getByText('The connection is lost. Your place is kept.').waitFor();
  await place.getByText('Connection interrupted').waitFor();
  line?.mend();
  await place.getByText('Connection interrupted').waitFor({ state: 'detached' });
  await ben.page.getByText('The connection is lost.').waitFor({ state: 'detached' });
  await ben.page.getByRole('log').getByText('Here I am').waitFor();
  await place.getByRole('button', { name: `Admit ${ben.who.name}` }).click();
  await allMeet([ann, await isInside(ben)]);
});

test('who waits is told when the last one has left, and nobody can open any more', async () => {
  const ann = await behindLobby('nobody');
  const ben = await knock('nobody', 1);
  await leave(ann);
  stage.present.splice(0);
  await ben.page.getByRole('heading', { name: 'This meeting has ended' }).waitFor();
});

test('the password opens past the lobby, and a moderator who reloads still decides about those who lack it', async () => {
  const ann = await behindLobby('both');
  await ann.page.getByRole('button', { name: 'More actions' }).click();
  await ann.page.getByRole('menuitem', { name: 'Security options' }).click();
  const dialog = ann.page.getByRole('dialog', { name: 'Security options' });
  await dialog.getByRole('textbox', { name: 'New password' }).fill('tea time');
  await dialog.getByRole('button', { name: 'Set password' }).click();
  await dialog.getByText('tea time').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();

  const knows = await stage.approach('both', 1);
  await knows.page.getByRole('textbox', { name: 'Password', exact: true }).fill('tea time');
  await knows.page.getByRole('button', { name: 'Join meeting' }).click();
  const ben = await isInside(knows);
  await sees(ann.page, ben.id, ben.who);

  const cem = await stage.approach('both', 2);
  await cem.page.getByRole('heading', { name: 'This meeting has a password' }).waitFor();
  await cem.page.getByRole('button', { name: 'Ask to join' }).click();
  await cem.page.getByRole('heading', { name: 'You have asked to join' }).waitFor();
  await ann.page.getByRole('button', { name: `Admit ${cem.who.name}` }).waitFor();
  await ann.page.reload();
  await join(ann.page, ann.who.name);
  const moderator = await isInside(ann);
  await ann.page.getByRole('button', { name: `Admit ${cem.who.name}` }).click();
  await allMeet([moderator, ben, await isInside(cem)]);
});
