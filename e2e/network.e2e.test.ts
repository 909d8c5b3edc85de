import {
  allMeet,
  moveIn,
  persona,
  selfOf,
  startServer,
  until,
  visit,
  witness,
  type Guest,
  type Household,
  type TestServer,
} from '@treff/testing/browser';
import { createNetwork, refusal, type Network } from '@treff/testing/network';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

const INTERRUPTED = 'Connection interrupted';
const SESSION_LOST = "The server can't be reached just now. Picture and sound go on. Reconnecting …";
const ALL_LOST = 'The connection to the meeting is lost. Reconnecting …';
const MEDIA_LOST = 'Picture and sound are interrupted. Reconnecting …';

/** Within which the server notices a silent socket (two pings of 5 s unanswered) and gives the seat up (30 s later). */
const SEAT_LOST_MS = 60_000;

const why = refusal();
let network: Network | undefined;
let server: TestServer;
const households: Household[] = [];
let present: Guest[] = [];

beforeAll(async () => {
  if (why !== undefined) return;
  network = await createNetwork();
  // Two are in the room, and it is the bridge that is looked at.
  server = await startServer({ ENABLE_P2P: 'off' }, network.server);
  for (let count = 0; count < 3; count++)
    households.push(await moveIn(await network.home('endpoint-independent'), server.origin));
});
afterAll(async () => {
  await Promise.all(households.map(({ browser }) => browser.close()));
  await server?.stop();
  await network?.close();
});
beforeEach((context) => context.skip(why !== undefined, why));
afterEach(async () => {
  await Promise.all(households.map(({ home }) => home.block()));
  await Promise.all(present.map(({ context }) => context.close()));
  present = [];
});

/** In a room that bears the name of the test. */
async function arrive(index: number): Promise<Guest> {
  const household = households[index];
  if (household === undefined) throw new RangeError(`There are ${households.length} households`);
  const room = encodeURIComponent(expect.getState().currentTestName ?? '').slice(0, 60);
  const guest = await visit(household, `${server.origin}/${room}`, persona(index));
  present.push(guest);
  return guest;
}

/** A notice or mark that stands somewhere on the page. */
const says = ({ page }: Guest, text: string) => page.getByText(text).first().waitFor();
const saysNoMore = ({ page }: Guest, text: string) =>
  until(async () => (await page.getByText(text).count()) === 0, `the end of "${text}"`, 30_000);

test('where UDP gets nowhere, media goes to the bridge over TCP', async () => {
  await households[0]?.home.block('udp');
  await allMeet(await Promise.all([arrive(0), arrive(1)]));
});

test('with one packet in twenty lost in both directions, people see and hear each other', async () => {
  const both = await Promise.all([arrive(0), arrive(1)]);
  await allMeet(both);
  for (const { home } of both) await home.block({ lossPercent: 5 });
  // What was in flight and in buffers when the loss began is seen first.
  await allMeet(both);
  await allMeet(both);
});

test('somebody whose address changes keeps the seat, and is seen and heard again', async () => {
  const [ann, ben] = await Promise.all([arrive(0), arrive(1)]);
  await allMeet([ann, ben]);
  const annSaw = await witness(ann.page, [MEDIA_LOST]);
  const benSaw = await witness(ben.page, []);
  await ann.computer.changeAddress();
  await says(ann, MEDIA_LOST);
  await saysNoMore(ann, MEDIA_LOST);
  await allMeet([ann, ben]);
  expect(await selfOf(ann.page)).toBe(ann.id);
  expect(await annSaw.tiles()).toHaveLength(1);
  expect(await benSaw.tiles()).toHaveLength(1);
});

test('a router that gets another address outside is hardly noticed', async () => {
  const [ann, ben] = await Promise.all([arrive(0), arrive(1)]);
  await allMeet([ann, ben]);
  const annSaw = await witness(ann.page, [MEDIA_LOST]);
  const benSaw = await witness(ben.page, []);
  await ann.home.changeAddress();
  await allMeet([ann, ben]);
  await allMeet([ann, ben]);
  expect(await selfOf(ann.page)).toBe(ann.id);
  expect(await annSaw.texts()).toEqual([]);
  expect(await benSaw.tiles()).toHaveLength(1);
});

test('the loss of the socket alone is a small notice: picture and sound go on, and the seat is taken back', async () => {
  const [ann, ben] = await Promise.all([arrive(0), arrive(1)]);
  await allMeet([ann, ben]);
  const annSaw = await witness(ann.page, [SESSION_LOST, MEDIA_LOST, ALL_LOST]);
  const benSaw = await witness(ben.page, [INTERRUPTED]);
  await ann.home.block('page');
  await says(ann, SESSION_LOST);
  await says(ben, INTERRUPTED);
  await allMeet([ann, ben]);
  await says(ann, SESSION_LOST);
  await ann.home.block();
  await saysNoMore(ann, SESSION_LOST);
  await saysNoMore(ben, INTERRUPTED);
  await allMeet([ann, ben]);
  expect(await selfOf(ann.page)).toBe(ann.id);
  expect(await annSaw.texts()).toEqual([SESSION_LOST]);
  expect(await annSaw.tiles()).toHaveLength(1);
  expect(await benSaw.tiles()).toHaveLength(1);
});

test('after 30 s of silence one still has the seat; who stays silent longer loses it, and is back by themselves', async () => {
  const [ann, ben, cem] = await Promise.all([arrive(0), arrive(1), arrive(2)]);
  await allMeet([ann, ben, cem]);
  const annSaw = await witness(ann.page, [ALL_LOST]);
  const cemSaw = await witness(cem.page, [ALL_LOST]);
  const benSaw = await witness(ben.page, [INTERRUPTED]);
  await ann.home.block('everything');
  await cem.home.block('everything');
  await silence(30_000);
  await ann.home.block();
  await allMeet([ann, ben], 30_000);
  expect(await selfOf(ann.page)).toBe(ann.id);
  expect(await annSaw.texts()).toEqual([ALL_LOST]);
  expect(await benSaw.texts()).toEqual([INTERRUPTED]);

  const tileOf = (id: string) => ben.page.locator(`[data-participant-id="${id}"][data-source="camera"]`);
  await tileOf(cem.id).first().waitFor({ state: 'detached', timeout: SEAT_LOST_MS });
  expect(await tileOf(ann.id).count()).toBeGreaterThan(0);
  await cem.home.block();
  const back = ben.page.locator('[data-source="camera"]', { hasText: cem.who.name }).first();
  const id = await back.getAttribute('data-participant-id');
  if (id === null) throw new Error('A tile has an id');
  await allMeet([ann, ben, { ...cem, id }], 30_000);
  expect(await selfOf(cem.page)).toBe(id);
  expect(await cemSaw.texts()).toEqual([ALL_LOST]);
  // Ann was there all the time.
  expect((await benSaw.tiles()).filter((tiles) => !tiles.includes(ann.id))).toEqual([]);
});

/** What is tested is what comes of so much of it. */
function silence(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
