/**
 * How long picture and sound stand still for two people while a third comes, which moves their media to the bridge, and when the third has left, which moves it
 * back to the connection between their browsers. In Chromium over loopback.
 *
 * `npm run bench -- move [rounds]`. Prints every round's longest interval between two pictures on screen and longest silence, then median, p95 and maximum for
 * each way; the aim is a p95 under 500.
 */
import { cpus } from 'node:os';
import {
  allMeet,
  attend,
  clockOf,
  comesBy,
  continuityOf,
  launchBrowser,
  leave,
  leftDirect,
  persona,
  recordMedia,
  recordOf,
  startServer,
  talksDirectly,
  waitOutside,
  type Attendee,
} from '@treff/testing/browser';
import { quantile, spread } from './lib/spread.ts';

const AIM_MS = 500;
const KINDS = ['camera', 'microphone'] as const;
const rounds = Number(process.argv[2] ?? 20);
if (!Number.isInteger(rounds) || rounds < 1 || rounds > 1_000) throw new RangeError('rounds: 1 to 1000');

/** Milliseconds, two values a round: both receive. */
interface Gaps {
  readonly picture: number[];
  readonly sound: number[];
  /** As long before each move as the move took: how even pictures are anyway. */
  readonly pictureBefore: number[];
  /** Longest time in which the page could do nothing at all: the machine's share in the others. */
  readonly stall: number[];
}

const toBridge: Gaps = { picture: [], sound: [], pictureBefore: [], stall: [] };
const toDirect: Gaps = { picture: [], sound: [], pictureBefore: [], stall: [] };

const server = await startServer();
const browser = await launchBrowser();
try {
  const room = `${server.origin}/bench`;
  const pair = [
    await attend(browser, room, persona(0), undefined, recordMedia),
    await attend(browser, room, persona(1), undefined, recordMedia),
  ];
  await allMeet(pair);
  for (const each of pair) await talksDirectly(each);
  for (let round = 1; round <= rounds; round++) {
    const door = await waitOutside(browser, room, persona(2));
    let third: Attendee | undefined;
    await measure(pair, toBridge, async () => {
      third = await door.enter();
      await arrive(pair, 'bridge');
      for (const each of pair) await leftDirect(each);
    });
    await measure(pair, toDirect, async () => {
      if (third !== undefined) await leave(third);
      await arrive(pair, 'p2p');
      for (const each of pair) await talksDirectly(each);
    });
    const last = ({ picture, sound }: Gaps) =>
      `picture ${whole(Math.max(...picture.slice(-2)))}, sound ${whole(Math.max(...sound.slice(-2)))}`;
    console.log(
      `round ${String(round).padStart(3)}: to the bridge ${last(toBridge)}; back ${last(toDirect)}`,
    );
  }
} finally {
  await browser.close();
  await server.stop();
}

console.log(`\n${cpus().length} cores, ${cpus()[0]?.model}; browser, server and all three people on them`);
for (const [name, { picture, sound, pictureBefore, stall }] of [
  ['to the bridge', toBridge],
  ['back to the direct connection', toDirect],
] as const) {
  console.log(
    `${name}, ms: picture ${spread(picture)} (before: ${spread(pictureBefore)}); silence ${spread(sound)}`,
  );
  console.log(`  the page could do nothing at all: ${spread(stall)}`);
  console.log(`  p95 of the picture / aim of ${AIM_MS} ms: ${(quantile(picture, 0.95) / AIM_MS).toFixed(2)}`);
}

/** Everything of the two comes to the other by this way. */
async function arrive(pair: readonly Attendee[], way: 'p2p' | 'bridge'): Promise<void> {
  await Promise.all(
    pair.flatMap((here) =>
      pair.filter((there) => there !== here).map((there) => comesBy(way, here, there, KINDS)),
    ),
  );
}

/** Notes the longest intervals while `move` takes place, on each receiving page's own clock. */
async function measure(pair: readonly Attendee[], gaps: Gaps, move: () => Promise<void>): Promise<void> {
  const begins = await Promise.all(pair.map(({ page }) => clockOf(page)));
  await move();
  for (const [index, here] of pair.entries()) {
    const there = pair[1 - index];
    const from = begins[index];
    if (there === undefined || from === undefined) throw new RangeError('Two are measured');
    const to = await clockOf(here.page);
    const record = await recordOf(here.page, from - (to - from));
    const source = (kind: (typeof KINDS)[number]) => `${there.id}/${kind}`;
    const picture = continuityOf(record, source('camera'), from, to);
    gaps.picture.push(picture.longestGap);
    gaps.stall.push(picture.stall);
    gaps.sound.push(continuityOf(record, source('microphone'), from, to).longestGap);
    gaps.pictureBefore.push(continuityOf(record, source('camera'), from - (to - from), from).longestGap);
  }
}

function whole(value: number): string {
  return value.toFixed(0);
}
