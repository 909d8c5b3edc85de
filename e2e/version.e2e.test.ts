import {
  allMeet,
  type BrowserContext,
  contextOf,
  hearsNothing,
  join,
  openPage,
  type Page,
  persona,
  sees,
  selfOf,
  setStage,
  until,
} from '@treff/testing/browser';
import { expect, test } from 'vitest';

const stage = setStage({ errors: 'expected' });

const prejoin = (page: Page) => page.getByRole('button', { name: 'Join meeting' });

test('a page of before the upgrade loads the new one and is back in the meeting, as it was and who it was, but its duplicate is somebody else', async () => {
  const room = `${stage.server.origin}/upgrade`;
  const ben = await stage.attend('upgrade', 1);
  const ann = await attendAged(room);
  await allMeet([ann, ben]);
  await ann.page.getByRole('button', { name: 'Mute microphone' }).click();
  await hearsNothing(ben.page, ann.id, ann.who);

  ann.ageing.untilLoad = ann.ageing.loads;
  const returning = ann.ageing.holdNextLoad();
  await stage.server.crashAndRestart();
  await returning.reached;
  // While the first one comes back: whatever it remembers for that, the duplicate has, too.
  const memory = await ann.page.evaluate(() => Object.fromEntries(Object.entries(sessionStorage)));
  expect(JSON.stringify(memory)).toContain(ann.id);
  const duplicate = await ann.context.newPage();
  await duplicate.addInitScript((entries) => Object.assign(sessionStorage, entries), memory);
  await duplicate.goto(room);
  await prejoin(duplicate).waitFor();
  returning.release();

  await ann.page.locator(`[data-local][data-participant-id="${ann.id}"]`).first().waitFor();
  await ann.page.getByRole('status').getByText('What was in the chat before is gone').waitFor();
  await ann.page.getByRole('button', { name: 'Unmute microphone' }).waitFor();
  await sees(ben.page, ann.id, ann.who);
  await hearsNothing(ben.page, ann.id, ann.who);
  await ann.page.getByRole('button', { name: 'Unmute microphone' }).click();
  await allMeet([ann, ben]);

  await join(duplicate, 'Another Ann');
  const other = await selfOf(duplicate);
  expect([ann.id, ben.id]).not.toContain(other);
  await ben.page.locator(`[data-participant-id="${other}"]`).first().waitFor();
  await allMeet([ann, ben]);
  expect(await selfOf(ann.page)).toBe(ann.id);
  expect(await ann.page.evaluate(() => sessionStorage.getItem('treff.versionReload'))).toBe('null');
});

test('a page that the server still does not understand after it was loaded again says so, once', async () => {
  const { context, ageing } = await agedContext();
  ageing.untilLoad = Infinity;
  const page = await openPage(context, `${stage.server.origin}/hopeless`, []);
  await page.getByRole('alert').getByText('There is a newer version of this page').waitFor();
  expect(ageing.loads).toBe(2);
  await page.getByRole('button', { name: 'Load the page again' }).click();
  await until(async () => ageing.loads === 3, 'the page to load', 10_000);
  await page.getByRole('alert').getByText('There is a newer version of this page').waitFor();
  expect(ageing.loads).toBe(3);
  await context.close();
});

/** What a context's first page says to the server: up to a certain load it speaks an older version of the protocol. */
interface Ageing {
  /** How often it was loaded, 1 for the first. */
  loads: number;
  /** The last load that is of before the upgrade. */
  untilLoad: number;
  /** Keeps the server waiting for what the page says after its next load. */
  holdNextLoad(): { readonly reached: Promise<void>; readonly release: () => void };
}

async function agedContext(): Promise<{ context: BrowserContext; ageing: Ageing }> {
  const context = await contextOf(stage.browser, persona(0));
  let hold: { load: number; reach: () => void; released: Promise<void> } | undefined;
  const ageing: Ageing = {
    loads: 0,
    untilLoad: 0,
    holdNextLoad() {
      const reached = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      hold = { load: ageing.loads + 1, reach: reached.resolve, released: released.promise };
      return { reached: reached.promise, release: released.resolve };
    },
  };
  context.once('page', (page) => {
    page.on('domcontentloaded', () => ageing.loads++);
    void page.routeWebSocket('**/ws', (socket) => {
      const upstream = socket.connectToServer();
      const load = ageing.loads;
      let ready: Promise<void> | undefined;
      if (hold?.load === load) {
        hold.reach();
        ready = hold.released;
      }
      socket.onMessage((message) => {
        const said = load <= ageing.untilLoad ? aged(String(message)) : message;
        if (ready === undefined) upstream.send(said);
        else void ready.then(() => upstream.send(said));
      });
    });
  });
  return { context, ageing };
}

async function attendAged(room: string) {
  const { context, ageing } = await agedContext();
  const who = persona(0);
  const page = await openPage(context, room, []);
  await join(page, who.name);
  const attendee = { who, context, page, id: await selfOf(page), problems: [], ageing };
  stage.present.push(attendee);
  return attendee;
}

function aged(message: string): string {
  return message.replace(/^\{"type":"hello","protocol":\d+/, '{"type":"hello","protocol":1');
}
