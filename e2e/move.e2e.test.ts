import {
  allMeet,
  attend,
  breaksIn,
  carriagesOf,
  comesBy,
  directAttemptsOf,
  clockOf,
  continuityOf,
  hears,
  hearsScreen,
  holdLine,
  leave,
  leftDirect,
  persona,
  preventDirect,
  recordMedia,
  recordOf,
  sees,
  seesScreen,
  selfOf,
  startServer,
  talksDirectly,
  until,
  type Attendee,
  type BrowserContext,
  waitOutside,
  setStage,
} from '@treff/testing/browser';
import { afterEach, expect, test } from 'vitest';

type Kind = 'camera' | 'microphone' | 'screen' | 'screenAudio';
type Prepare = (context: BrowserContext) => Promise<unknown>;

/** Milliseconds before a move that tell how even media was without it. */
const BEFORE_MS = 5_000;
const PATIENCE_MS = 30_000;

const stage = setStage({ errors: 'expected' });
afterEach(async () => {
  await Promise.all(stage.browser.contexts().map((context) => context.close()));
});

function come(room: string, index: number, ...prepares: Prepare[]): Promise<Attendee> {
  return stage.attend(room, index, { prepare: recording(prepares) });
}

/** Lets the pages of a context be recorded, and whatever else. */
function recording(prepares: readonly Prepare[]): Prepare {
  return async (context) => {
    await recordMedia(context);
    for (const prepare of prepares) await prepare(context);
  };
}

/** Somebody on the prejoin page of the room. */
const outside = (room: string, index: number) =>
  waitOutside(stage.browser, `${stage.server.origin}/${room}`, persona(index));

interface Watched {
  readonly here: Attendee;
  readonly there: Attendee;
  readonly kinds: readonly Kind[];
}

/** Both directions between two. */
const both = (one: Attendee, other: Attendee, kinds: readonly Kind[]): Watched[] => [
  { here: one, there: other, kinds },
  { here: other, there: one, kinds },
];

/**
 * Does what makes media of everybody watched move, waits until it has, and says of each source how that went: by order, and by the longest interval, which
 * may be half a second or three times what it was before. A page that was held up by the machine can show nothing meanwhile.
 */
async function moves<Result>(
  watched: readonly Watched[],
  ways: readonly ('p2p' | 'bridge')[],
  act: () => Promise<Result>,
): Promise<Result> {
  const begins = await Promise.all(watched.map(({ here }) => clockOf(here.page)));
  const result = await act();
  const way = ways.at(-1) ?? 'bridge';
  await Promise.all(watched.map(({ here, there, kinds }) => comesBy(way, here, there, kinds)));
  await Promise.all(watched.map(({ here }) => (way === 'p2p' ? talksDirectly(here) : leftDirect(here))));
  for (const [index, { here, there, kinds }] of watched.entries()) {
    const from = begins[index] ?? 0;
    const to = await clockOf(here.page);
    const record = await recordOf(here.page, from - BEFORE_MS);
    for (const kind of kinds) {
      const source = `${there.id}/${kind}`;
      const about = `${there.who.name}'s ${kind} at ${here.who.name}`;
      const during = continuityOf(record, source, from, to);
      const before = continuityOf(record, source, from - BEFORE_MS, from);
      expect
        .soft(
          { ways: during.ways.map(({ direct }) => (direct ? 'p2p' : 'bridge')), breaks: breaksIn(during) },
          about,
        )
        .toEqual({
          ways,
          breaks: [],
        });
      const bound = Math.max(500, 3 * before.longestGap, 3 * during.stall);
      expect.soft(during.longestGap, `${about}, gap`).toBeLessThanOrEqual(bound);
      // A page that could do nothing for a second is no fault of the move.
      if (during.stall < 1_000) expect.soft(during.unperceived, `${about}, neither seen nor heard`).toBe(0);
      // The players change in one task, which may fall between two moments of sound.
      expect.soft(during.doubled, `${about}, doubled`).toBeLessThanOrEqual(20);
    }
  }
  return result;
}

const press = ({ page }: Attendee, name: string) => page.getByRole('button', { name }).click();

test('two talk from browser to browser, a third moves them to the bridge and back, and neither picture nor voice breaks', async () => {
  const room = 'third';
  const [ann, ben] = await Promise.all([come(room, 0), come(room, 1)]);
  await allMeet([ann, ben]);
  await Promise.all([ann, ben].map(talksDirectly));
  const watched = both(ann, ben, ['camera', 'microphone']);
  const door = await outside(room, 2);
  const cem = await moves(watched, ['p2p', 'bridge'], async () => {
    const third = await door.enter();
    await allMeet([ann, ben, third]);
    return third;
  });
  await moves(watched, ['bridge', 'p2p'], () => leave(cem));
  await allMeet([ann, ben]);
  expect([ann, ben].flatMap(({ problems }) => problems)).toEqual([]);
});

test('a shared screen with its sound runs through both moves; what is muted meanwhile comes by the new way when it is not any more', async () => {
  const room = 'muted';
  const [ann, ben] = await Promise.all([come(room, 0), come(room, 1)]);
  await press(ann, 'Start screen sharing');
  await seesScreen(ben.page, ann.id, ann.who);
  await hearsScreen(ben.page, ann.id, ann.who);
  await allMeet([ann, ben]);
  await press(ben, 'Mute microphone');
  await press(ben, 'Stop camera');
  await talksDirectly(ben);
  const screen: Watched[] = [
    { here: ben, there: ann, kinds: ['camera', 'microphone', 'screen', 'screenAudio'] },
  ];
  const door = await outside(room, 2);
  const cem = await moves(screen, ['p2p', 'bridge'], async () => {
    const third = await door.enter();
    await seesScreen(third.page, ann.id, ann.who);
    return third;
  });
  await press(ben, 'Unmute microphone');
  await press(ben, 'Start camera');
  await allMeet([ann, ben, cem]);
  await comesBy('bridge', ann, ben, ['camera', 'microphone']);

  await press(ben, 'Mute microphone');
  await press(ben, 'Stop camera');
  await moves(screen, ['bridge', 'p2p'], () => leave(cem));
  await press(ben, 'Unmute microphone');
  await press(ben, 'Start camera');
  await comesBy('p2p', ann, ben, ['camera', 'microphone']);
  await sees(ann.page, ben.id, ben.who);
  await hears(ann.page, ben.id, ben.who);
  await seesScreen(ben.page, ann.id, ann.who);
});

test('who is cut off from the server when the third comes goes on talking, and moves when they are back', async () => {
  const room = 'cut';
  let line: Awaited<ReturnType<typeof holdLine>> | undefined;
  const [ann, ben] = await Promise.all([
    come(room, 0),
    come(room, 1, async (context) => (line = await holdLine(context))),
  ]);
  await allMeet([ann, ben]);
  await Promise.all([ann, ben].map(talksDirectly));
  const door = await outside(room, 2);
  await moves(both(ann, ben, ['camera', 'microphone']), ['p2p', 'bridge'], async () => {
    await line?.cut();
    const cem = await door.enter();
    await sees(cem.page, ann.id, ann.who);
    // Ben does not know of the third person yet.
    await comesBy('p2p', ann, ben, ['camera', 'microphone']);
    await comesBy('p2p', ben, ann, ['camera', 'microphone']);
    line?.mend();
    await allMeet([ann, ben, cem]);
  });
  expect(await selfOf(ben.page)).toBe(ben.id);
});

test('a third who is gone before the move is over breaks nothing', async () => {
  const room = 'at-once';
  const [ann, ben] = await Promise.all([come(room, 0), come(room, 1)]);
  await allMeet([ann, ben]);
  await Promise.all([ann, ben].map(talksDirectly));
  const begins = await Promise.all([ann, ben].map(({ page }) => clockOf(page)));
  for (const index of [2, 3]) {
    const door = await outside(room, index);
    const { page, id } = await door.enter();
    await page.close({ runBeforeUnload: true });
    for (const here of [ann, ben])
      await here.page
        .locator(`[data-participant-id="${id}"]`)
        .first()
        .waitFor({ state: 'detached', timeout: PATIENCE_MS });
  }
  for (const [index, [here, there]] of [[ann, ben] as const, [ben, ann] as const].entries()) {
    await comesBy('p2p', here, there, ['camera', 'microphone']);
    await talksDirectly(here);
    const from = begins[index] ?? 0;
    const to = await clockOf(here.page);
    const record = await recordOf(here.page, from);
    for (const kind of ['camera', 'microphone'] as const) {
      const { withoutTrack, doubled, longestGap, stall } = continuityOf(
        record,
        `${there.id}/${kind}`,
        from,
        to,
      );
      expect.soft({ withoutTrack, doubled }, kind).toEqual({ withoutTrack: 0, doubled: 0 });
      expect.soft(longestGap, kind).toBeLessThanOrEqual(Math.max(1_000, 3 * stall));
    }
  }
  await allMeet([ann, ben]);
});

test('two whose browsers never reach each other talk over the bridge, and a third changes nothing for them', async () => {
  const room = 'firewall';
  const [ann, ben] = await Promise.all([come(room, 0, preventDirect), come(room, 1, preventDirect)]);
  await allMeet([ann, ben]);
  const watched = both(ann, ben, ['camera', 'microphone']);
  const door = await outside(room, 2);
  const cem = await moves(watched, ['bridge'], async () => {
    const third = await door.enter();
    await allMeet([ann, ben, third]);
    return third;
  });
  await moves(watched, ['bridge'], async () => {
    const attempts = await directAttemptsOf(ann.page);
    await leave(cem);
    await until(
      async () => (await directAttemptsOf(ann.page)) > attempts,
      'another attempt at a direct connection',
      PATIENCE_MS,
    );
  });
});

test('where the operator wants no direct connections, and where one of the two does not, nothing but the bridge is tried', async () => {
  const restrained = await startServer({ ENABLE_P2P: 'false' });
  try {
    const never: Prepare = (context) =>
      context.addInitScript(() => localStorage.setItem('treff.direct', 'off'));
    for (const [origin, ...prepares] of [
      [restrained.origin] as const,
      [stage.server.origin, never] as const,
    ]) {
      const enter = (index: number, ...more: Prepare[]) =>
        attend(stage.browser, `${origin}/restrained`, persona(index), undefined, recording(more));
      const [ann, ben] = await Promise.all([enter(0, ...prepares), enter(1)]);
      await allMeet([ann, ben]);
      for (const { page } of [ann, ben]) {
        expect(await page.locator('html').getAttribute('data-media-mode')).toBe('bridge');
        // One to send over and one to receive by.
        expect(await carriagesOf(page)).toMatchObject([{ direct: false }, { direct: false }]);
        expect(await directAttemptsOf(page)).toBe(0);
      }
      await leave(ben);
      await leave(ann);
    }
  } finally {
    await restrained.stop();
  }
});
