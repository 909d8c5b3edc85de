import { expect, test } from 'vitest';
import { type Attendee, contextOf, join, openPage, persona, setStage, until } from '@treff/testing/browser';

type Page = Attendee['page'];

const stage = setStage();

async function arrive(room: string, index: number): Promise<Attendee> {
  return stage.attend(room, index);
}

const openChat = (page: Page) => page.getByRole('button', { name: 'Open chat' }).click();
const history = (page: Page) => page.getByRole('log', { name: 'Messages' });

async function say(page: Page, text: string): Promise<void> {
  const field = page.getByRole('textbox', { name: 'Type a message' });
  await field.fill(text);
  await page.getByRole('button', { name: 'Send message' }).click();
  await until(async () => (await field.inputValue()) === '', `${text} was not sent`, 10_000);
}

test('what is said to everybody reaches everybody, what is private only the one, and who comes later reads what was public', async () => {
  const [ann, ben] = await Promise.all([arrive('talk', 0), arrive('talk', 1)]);
  // The third's page from its first byte on: whatever its socket gets is kept.
  const who = persona(2);
  const context = await contextOf(stage.browser, who);
  const frames: string[] = [];
  context.on('page', (page) =>
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => frames.push(payload.toString())),
    ),
  );
  const problems: string[] = [];
  const page = await openPage(context, `${stage.server.origin}/talk`, problems);
  await join(page, who.name);
  stage.present.push({ who, context, page, id: '', problems });

  await openChat(ann.page);
  await say(ann.page, 'hello everybody');
  await ann.page.getByLabel('Send to').selectOption({ label: 'Ben' });
  await ann.page.getByText('Only Ben will see this.').waitFor();
  await say(ann.page, 'for your eyes only');
  await openChat(ben.page);
  await history(ben.page).getByText('for your eyes only').waitFor();
  await history(ben.page).getByText('Private, to you').waitFor();
  // After the private one, so that by now the third would have it.
  await say(ben.page, 'good morning');

  await openChat(page);
  await history(page).getByText('hello everybody').waitFor();
  await history(page).getByText('good morning').waitFor();
  expect(await page.content()).not.toContain('for your eyes only');
  expect(frames.join('\n')).toContain('good morning');
  expect(frames.join('\n')).not.toContain('for your eyes only');

  const late = await arrive('talk', 3);
  await openChat(late.page);
  await history(late.page).getByText('hello everybody').waitFor();
  await history(late.page).getByText('good morning').waitFor();
  expect(await late.page.content()).not.toContain('for your eyes only');
});

test('the closed chat shows what came and how much is unread', async () => {
  const [ann, ben] = await Promise.all([arrive('unread', 0), arrive('unread', 1)]);
  await openChat(ann.page);
  await say(ann.page, 'one');
  await say(ann.page, 'two');
  const button = ben.page.getByRole('button', { name: 'Open chat' });
  await until(async () => (await button.innerText()) === '2', 'two unread messages', 10_000);
  await ben.page.getByRole('status').getByText('two').click();
  await history(ben.page).getByText('one').waitFor();
  await ben.page.getByRole('button', { name: 'Close chat' }).last().click();
  await until(async () => (await button.innerText()) === '', 'nothing unread', 10_000);
});

test('addresses are links, nothing else is, and markup is text', async () => {
  const ann = await arrive('links', 0);
  await openChat(ann.page);
  await say(ann.page, 'see https://example.org/plan. <b>not bold</b> javascript:alert(1)');
  const log = history(ann.page);
  await log.getByText('<b>not bold</b> javascript:alert(1)').waitFor();
  expect(await log.locator('b').count()).toBe(0);
  const links = await log.getByRole('link').all();
  expect(links).toHaveLength(1);
  expect(await links[0]?.getAttribute('href')).toBe('https://example.org/plan');
  expect(await links[0]?.getAttribute('rel')).toBe('noopener noreferrer nofollow');
  expect(await links[0]?.getAttribute('target')).toBe('_blank');
});

test('what is refused stays in the field, with the reason', async () => {
  const ann = await arrive('refused', 0);
  await openChat(ann.page);
  const field = ann.page.getByRole('textbox', { name: 'Type a message' });
  await field.fill('x'.repeat(4_001));
  await field.press('Enter');
  await ann.page.getByRole('alert').getByText('This message is too long').waitFor();
  expect(await field.inputValue()).toHaveLength(4_001);
  const width = await ann.page
    .getByRole('complementary', { name: 'Chat' })
    .evaluate((panel) => panel.clientWidth);
  expect(width).toBeLessThan(400);
  await field.fill('short');
  await field.press('Enter');
  await history(ann.page).getByText('short').waitFor();
});

test('the keyboard is enough', async () => {
  const { page } = await arrive('keys', 0);
  await page.keyboard.press('c');
  const field = page.getByRole('textbox', { name: 'Type a message' });
  await field.waitFor();
  await page.keyboard.type('first');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('second');
  await page.keyboard.press('Enter');
  await history(page).getByText('first second').waitFor();
  await page.keyboard.press('Escape');
  await field.waitFor({ state: 'detached' });
  const focused = page.locator(':focus');
  expect(await focused.getAttribute('aria-label')).toBe('Open chat');
  await page.keyboard.press('Enter');
  await field.waitFor();
});

test('the chat speaks German, too', async () => {
  const { page } = await arrive('deutsch', 0);
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Settings' }).click();
  await page.getByLabel('Language').selectOption('de');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Chat öffnen' }).click();
  await page.getByRole('textbox', { name: 'Nachricht schreiben' }).fill('Grüße');
  await page.getByRole('button', { name: 'Nachricht senden' }).click();
  await page.getByRole('log', { name: 'Nachrichten' }).getByText('Grüße').waitFor();
});
