import {
  allMeet,
  attend,
  type Attendee,
  openPassage,
  type Passage,
  persona,
  selfOf,
  setStage,
  until,
} from '@treff/testing/browser';
import { afterAll, beforeAll, expect, test } from 'vitest';

interface Person extends Attendee {
  readonly passage: Passage;
}

const CUTS = 20;

const stage = setStage({ errors: 'expected' });
/** The same for all tests. */
const present: Person[] = [];

beforeAll(async () => {
  for (const index of [0, 1, 2]) {
    const passage = await openPassage(stage.server.origin);
    present.push({
      ...(await attend(stage.browser, `${passage.origin}/interrupted`, persona(index))),
      passage,
    });
  }
  await allMeet(present);
});
afterAll(() => Promise.all(present.map(({ passage }) => passage.close())));

test('a connection that silently died is replaced as soon as the network is another, and nobody else notices', async () => {
  const [ann, ben] = present;
  if (ann === undefined || ben === undefined) throw new Error('Somebody is missing');
  await watchFor(ann, "The server can't be reached just now");
  await watchFor(ben, 'Connection interrupted');
  const pictures = await ann.page.locator('video').count();
  ann.passage.freeze();
  await ann.page.evaluate(() => window.dispatchEvent(new Event('online')));
  await until(() => wasShown(ann), 'the page to notice', 10_000);
  // The way is whole again: what she says is heard.
  await write(ann, 'still here');
  await ben.page.getByRole('button', { name: 'Open chat' }).getByText('1', { exact: true }).waitFor();
  expect(await wasShown(ben)).toBe(false);
  expect(await ann.page.locator('video').count()).toBe(pictures);
  expect(await selfOf(ann.page)).toBe(ann.id);
});

test(
  `twenty cuts in a burst of messages lose none, repeat none and change no order`,
  { timeout: 120_000 },
  async () => {
    const written: string[] = ['still here'];
    let cuts = 0;
    await Promise.all(
      present.map(async (person, index) => {
        for (let number = 1; number <= 7; number++) {
          const text = `${person.who.name} ${number}`;
          written.push(text);
          const field = await compose(person, text);
          // Sent, and perhaps on its way: now somebody's way breaks, in turn one's own and another's.
          if (cuts < CUTS) present[(index + number) % present.length]?.passage.cut();
          cuts++;
          await until(async () => (await field.inputValue()) === '', `${text} to be taken`, 60_000);
        }
      }),
    );
    const histories = await Promise.all(
      present.map(async (person) => {
        await until(async () => (await read(person)).length >= written.length, 'all messages', 30_000);
        return read(person);
      }),
    );
    expect(histories[0]?.toSorted()).toEqual(written.toSorted());
    expect(histories[1]).toEqual(histories[0]);
    expect(histories[2]).toEqual(histories[0]);
    // Each in the order in which one wrote them.
    for (const { who } of present) {
      const own = histories[0]?.filter((text) => text.startsWith(who.name));
      expect(own).toEqual([1, 2, 3, 4, 5, 6, 7].map((number) => `${who.name} ${number}`));
    }
    expect(await Promise.all(present.map(({ page }) => selfOf(page)))).toEqual(present.map(({ id }) => id));
    await allMeet(present);
  },
);

/** The text is on its way when this resolves, or waits for one. */
async function compose({ page }: Person, text: string) {
  const field = page.getByRole('textbox', { name: 'Type a message' });
  if ((await field.count()) === 0) await page.getByRole('button', { name: 'Open chat' }).click();
  await field.fill(text);
  await field.press('Enter');
  return field;
}

async function write(person: Person, text: string): Promise<void> {
  const field = await compose(person, text);
  await until(async () => (await field.inputValue()) === '', `${text} to be taken`, 30_000);
}

/** What stands in the chat, from the first message to the last. */
async function read({ page }: Person): Promise<string[]> {
  return page.getByRole('log', { name: 'Messages' }).locator('article > p').allInnerTexts();
}

/** From now on the page notes whether it ever shows this, however short. */
async function watchFor({ page }: Person, text: string): Promise<void> {
  await page.evaluate((watched) => {
    const look = () => {
      if (document.body.innerText.includes(watched)) document.documentElement.dataset['shown'] = watched;
    };
    new MutationObserver(look).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
    });
    look();
  }, text);
}

async function wasShown({ page }: Person): Promise<boolean> {
  return page.evaluate(() => document.documentElement.dataset['shown'] !== undefined);
}
