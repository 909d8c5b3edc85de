/**
 * How long a larger layer of a picture takes to be on screen after somebody looks at it, and how long a picture takes that was not forwarded, in Chromium over loopback.
 *
 * `npm run bench -- layers [rounds]`. Ann sends 960x540 in three layers over the bridge. On the clock of Ben's page, from the click or the window's new size to the frame
 * on screen:
 * - `asked for`: Ann does not encode the larger layer, because nobody has looked at it for 10 s. The aim: 3 s at the median, 5 s at p95, without a freeze;
 * - `encoded`: Ann still encodes it;
 * - `resumed`: Ann's picture was withheld from Ben and sent to others. The aim: 300 ms.
 */
import {
  attend,
  clockOf,
  continuityOf,
  encodedHeightsOf,
  launchBrowser,
  look,
  persona,
  recordMedia,
  recordOf,
  sees,
  startServer,
  until,
  type Attendee,
  type BrowserContext,
  type Page,
} from '@treff/testing/browser';
import { machineLine } from './lib/load.ts';
import { saveResult } from './lib/results.ts';
import { quantile, spread } from './lib/spread.ts';

const AIM_MS = { askedFor: { median: 3_000, p95: 5_000 }, resumed: 300 };
const PATIENCE_MS = 60_000;
const LARGE = { width: 960, height: 540, frameRate: 30 };
const rounds = Number(process.argv[2] ?? 20);
if (!Number.isInteger(rounds) || rounds < 1 || rounds > 1_000) throw new RangeError('rounds: 1 to 1000');

/** Milliseconds, a value a round. */
interface Times {
  readonly arrival: number[];
  /** Longest interval between two pictures on screen, until the larger one is there. */
  readonly gap: number[];
  /** As long before. */
  readonly gapBefore: number[];
}

const times: Record<'askedFor' | 'encoded' | 'resumed', Times> = {
  askedFor: { arrival: [], gap: [], gapBefore: [] },
  encoded: { arrival: [], gap: [], gapBefore: [] },
  resumed: { arrival: [], gap: [], gapBefore: [] },
};

// Layers are the bridge's matter, and here it serves two people, too.
const server = await startServer({ ENABLE_P2P: 'false' });
const browser = await launchBrowser();
try {
  await sizes(`${server.origin}/sizes`);
  await stage(`${server.origin}/stage`);
} finally {
  await browser.close();
  await server.stop();
}

console.log(`\n${machineLine()}; browser, server and everybody on it`);
for (const [name, { arrival, gap, gapBefore }] of Object.entries(times))
  console.log(
    `${name}: on screen after ${spread(arrival)} ms` +
      (gap.length === 0
        ? ''
        : `; longest interval between pictures ${spread(gap)} (before: ${spread(gapBefore)})`),
  );
const ratio = (values: readonly number[], share: number, aim: number) =>
  (quantile(values, share) / aim).toFixed(2);
console.log(
  [
    `asked for, / aims: median ${ratio(times.askedFor.arrival, 0.5, AIM_MS.askedFor.median)}, p95 ${ratio(times.askedFor.arrival, 0.95, AIM_MS.askedFor.p95)}`,
    `resumed, / aim: median ${ratio(times.resumed.arrival, 0.5, AIM_MS.resumed)}, p95 ${ratio(times.resumed.arrival, 0.95, AIM_MS.resumed)}`,
  ].join('\n'),
);
saveResult('layers', { machine: machineLine(), aims: AIM_MS, times });

/** Two people; the window of one grows and shrinks. */
async function sizes(room: string): Promise<void> {
  const ann = await attend(browser, room, persona(0), LARGE, recordMedia);
  const ben = await attend(browser, room, persona(1), undefined, noteActs);
  const [large, small] = [540, 270];
  const enlarge = () => ben.page.setViewportSize({ width: 1280, height: 720 });
  const shrink = async () => {
    await ben.page.setViewportSize({ width: 360, height: 640 });
    await isTall(ben, ann, small);
  };
  await isTall(ben, ann, large);
  for (let round = 1; round <= rounds; round++) {
    await shrink();
    await settles(ben, ann);
    await measure(ben, ann, large, times.encoded, enlarge);
    await shrink();
    await until(
      async () => !(await encodedHeightsOf(ann.page)).includes(large),
      'the larger layer to be encoded no more',
      PATIENCE_MS,
    );
    await measure(ben, ann, large, times.askedFor, enlarge);
    tell(round, 'encoded', 'askedFor');
  }
  for (const { context } of [ann, ben]) await context.close();
}

/** Four people; one is sent one picture at most, and chooses now one person, now the other. */
async function stage(room: string): Promise<void> {
  const ann = await attend(browser, room, persona(0), LARGE);
  const cem = await attend(browser, room, persona(2));
  const dora = await attend(browser, room, persona(3));
  const ben = await attend(browser, `${room}#config.channelLastN=1`, persona(1), undefined, noteActs);
  // For her everything is encoded all the time.
  for (const there of [ann, cem]) await sees(dora.page, there.id, there.who, PATIENCE_MS);
  await ben.page.getByRole('button', { name: 'Exit tile view' }).click();
  const choose = async ({ id, who }: Attendee) => {
    await ben.page.locator(`[data-participant-id="${id}"][data-source]`).hover();
    await ben.page.getByRole('button', { name: `Show ${who.name} large` }).click();
  };
  for (let round = 1; round <= rounds; round++) {
    await choose(cem);
    await isTall(ben, cem, 180);
    await until(async () => (await look(ben.page, ann.id)) === undefined, 'Ann to be withheld', PATIENCE_MS);
    await measure(ben, ann, 0, times.resumed, () => choose(ann));
    tell(round, 'resumed');
  }
}

async function isTall(here: Attendee, there: Attendee, height: number): Promise<void> {
  await until(
    async () => (await look(here.page, there.id))?.height === height,
    `${there.who.name}, ${height} pixels tall`,
    PATIENCE_MS,
  );
}

/** Waits for a second's frames: browsers answer no two requests for a key frame within 300 ms. */
async function settles({ page }: Attendee, there: Attendee): Promise<void> {
  const since = await clockOf(page);
  await until(
    async () =>
      (await recordOf(page, since)).presented.filter(({ source }) => source === `${there.id}/camera`).length >
      LARGE.frameRate,
    `a second of ${there.who.name}'s picture`,
    PATIENCE_MS,
  );
}

/** Notes how long it takes from before `act` until a frame of `there` that is at least so tall is on screen. */
async function measure(
  { page }: Attendee,
  there: Attendee,
  height: number,
  { arrival, gap, gapBefore }: Times,
  act: () => Promise<void>,
): Promise<void> {
  const source = `${there.id}/camera`;
  const before = await clockOf(page);
  await act();
  const from = await actedAt(page, before);
  let at: number | undefined;
  await until(
    async () => {
      const { presented } = await recordOf(page, from);
      at = presented.find((frame) => frame.source === source && frame.height >= height)?.at;
      return at !== undefined;
    },
    `${there.who.name}, ${height} pixels tall`,
    PATIENCE_MS,
  );
  if (at === undefined) return;
  const took = at - from;
  arrival.push(took);
  if (height === 0) return;
  const record = await recordOf(page, from - took);
  gap.push(continuityOf(record, source, from, at).longestGap);
  gapBefore.push(continuityOf(record, source, from - took, from).longestGap);
}

/** Makes a context's pages note when something was done to them. */
async function noteActs(context: BrowserContext): Promise<void> {
  await recordMedia(context);
  await context.addInitScript(() => {
    for (const type of ['click', 'resize'])
      addEventListener(type, () => performance.mark('acted'), { capture: true });
  });
}

/** When, on the page's clock, it was first done after `since`. */
async function actedAt(page: Page, since: number): Promise<number> {
  let at: number | undefined;
  await until(
    async () => {
      at = await page.evaluate(
        (since) =>
          performance.getEntriesByName('acted').find(({ startTime }) => startTime >= since)?.startTime,
        since,
      );
      return at !== undefined;
    },
    'something to be done',
    PATIENCE_MS,
  );
  if (at === undefined) throw new Error('Nothing was done');
  return at;
}

function tell(round: number, ...names: readonly (keyof typeof times)[]): void {
  const of = (name: keyof typeof times) => `${name} ${times[name].arrival.at(-1)?.toFixed(0)} ms`;
  console.log(`round ${String(round).padStart(3)}: ${names.map(of).join(', ')}`);
}
