import {
  allMeet,
  attend,
  keepConnections,
  moveIn,
  persona,
  pictureReceptionOf,
  soundReceptionOf,
  startServer,
  until,
  type Attendee,
  type Camera,
  type Household,
  type TestServer,
} from '@treff/testing/browser';
import { createNetwork, refusal, type Network } from '@treff/testing/network';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

/** Pictures that take what pictures take; the large one has three layers. */
const LARGE: Camera = { width: 960, height: 540, frameRate: 15, grained: true };
const SMALL: Camera = { width: 320, height: 180, frameRate: 10, grained: true };

/** Shares of sound that was made up: unnoticed, and understood without effort. */
const WHOLE = 0.03;
const INTELLIGIBLE = 0.05;

const why = refusal();
let network: Network | undefined;
let server: TestServer | undefined;
const households: Household[] = [];
/** Ben's line is what is looked at; Ann and Cem are at one computer. */
let near: Household;
let ann: Attendee;
let ben: Attendee;
let cem: Attendee;

beforeAll(async () => {
  if (why !== undefined) return;
  network = await createNetwork();
  const { origin } = (server = await startServer({}, network.server));
  const moveTo = async (home: Promise<Household['home']>) => {
    const household = await moveIn(await home, origin);
    households.push(household);
    return household;
  };
  const far = await moveTo(network.home());
  near = await moveTo(network.home());
  const come = ({ browser }: Household, index: number, camera: Camera) =>
    attend(browser, `${origin}/bandwidth`, persona(index), camera, keepConnections);
  ann = await come(far, 0, LARGE);
  cem = await come(far, 2, SMALL);
  ben = await come(near, 1, SMALL);
  await allMeet([ann, ben, cem]);
});
afterAll(async () => {
  await Promise.all(households.map(({ browser }) => browser.close()));
  await server?.stop();
  await network?.close();
});
beforeEach((context) => context.skip(why !== undefined, why));
afterEach(async () => {
  if (why !== undefined) return;
  await near.home.block();
  await near.computer.limitDownlink(undefined);
});

const pictureOf = (there: Attendee, at: Attendee) => pictureReceptionOf(at.page, there.id);
const soundOf = (there: Attendee, at: Attendee) => soundReceptionOf(at.page, there.id);

/** The share of the next so many seconds of a voice that was made up. */
async function concealedShare(there: Attendee, at: Attendee, seconds: number): Promise<number> {
  const first = await soundOf(there, at);
  let last = first;
  await until(
    async () => {
      last = await soundOf(there, at);
      return last.played - first.played >= seconds * 48_000;
    },
    `${seconds} s of ${there.who.name}'s voice`,
    10_000 + seconds * 1_000,
  );
  return (last.concealed - first.concealed) / (last.played - first.played);
}

const isWithheld = async (there: Attendee, at: Attendee) =>
  (await at.page.locator(`[data-participant-id="${there.id}"] [data-withheld="bandwidth"]`).count()) > 0;

const isFull = (there: Attendee, at: Attendee, height: number) =>
  until(
    async () => (await pictureOf(there, at))?.height === height,
    `${there.who.name}, ${height} pixels tall`,
    60_000,
  );

/** Resolves when `frames` more have come of a picture, the last of them less than `below` pixels tall. */
async function moves(there: Attendee, at: Attendee, frames: number, below = Infinity): Promise<void> {
  const from = (await pictureOf(there, at))?.decoded ?? 0;
  await until(
    async () => {
      const { decoded = 0, height = Infinity } = (await pictureOf(there, at)) ?? {};
      return decoded >= from + frames && height < below;
    },
    `${frames} frames of ${there.who.name}`,
    60_000,
  );
}

test('when a line becomes narrow, sound is soon whole again and the picture that matters most goes on as a smaller one; when the line is wide again all comes back', async () => {
  await isFull(ann, ben, 540);
  await near.computer.limitDownlink(300);
  await moves(ann, ben, 10, 540);
  // What waits before the line has to go first.
  await until(
    async () =>
      Math.max(...(await Promise.all([concealedShare(ann, ben, 1), concealedShare(cem, ben, 1)]))) < WHOLE,
    'a second of sound to be whole',
    20_000,
  );

  const [shares] = await Promise.all([
    Promise.all([concealedShare(ann, ben, 15), concealedShare(cem, ben, 15)]),
    moves(ann, ben, 20, 540),
    // There is no smaller one of his: he is an avatar that says why.
    until(() => isWithheld(cem, ben), 'Cem to be withheld', 30_000),
  ]);
  // Congestion control looks whether there is more, and is mistaken for a second now and then.
  expect(Math.max(...shares)).toBeLessThan(INTELLIGIBLE);

  await near.computer.limitDownlink(undefined);
  await isFull(ann, ben, 540);
  await isFull(cem, ben, 180);
});

test('with one packet in ten lost on the way to somebody, lost sound comes in time and the picture moves', async () => {
  await near.home.block({ lossPercent: 10, direction: 'in' });
  const [shares] = await Promise.all([
    Promise.all([concealedShare(ann, ben, 6), concealedShare(cem, ben, 6)]),
    moves(ann, ben, 30),
    moves(cem, ben, 30),
  ]);
  expect(Math.max(...shares)).toBeLessThan(INTELLIGIBLE);
});

test('with one packet in ten lost on the way from somebody, lost sound comes in time and the picture moves', async () => {
  await near.home.block({ lossPercent: 10, direction: 'out' });
  const [share] = await Promise.all([concealedShare(ben, ann, 6), moves(ben, ann, 30)]);
  expect(share).toBeLessThan(INTELLIGIBLE);
});
