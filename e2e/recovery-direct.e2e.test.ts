import {
  allMeet,
  breaksIn,
  clockOf,
  comesBy,
  continuityOf,
  recordMedia,
  recordOf,
  selfOf,
  setStage,
  talksDirectly,
  until,
} from '@treff/testing/browser';
import { expect, test } from 'vitest';

const stage = setStage({ errors: 'expected' });

/** Milliseconds of record that tell how even media was before. */
const BEFORE_MS = 3_000;
const KINDS = ['camera', 'microphone'] as const;

test('two who talk directly see and hear each other all the time while the server is killed and comes back without their meeting', async () => {
  const come = (index: number) => stage.attend('killed', index, { prepare: recordMedia });
  const [ann, ben] = await Promise.all([come(0), come(1)]);
  await allMeet([ann, ben]);
  for (const each of [ann, ben]) await talksDirectly(each);
  await comesBy('p2p', ann, ben, KINDS);
  const begin = await clockOf(ann.page);

  await stage.server.crashAndRestart();
  const seen = async (kind: (typeof KINDS)[number], from: number, to: number) =>
    continuityOf(await recordOf(ann.page, from), `${ben.id}/${kind}`, from, to);
  const now = () => clockOf(ann.page);
  // The conference of the new server makes a connection of its own, and only then the old one ends.
  for (const kind of KINDS)
    await until(
      async () => (await seen(kind, begin, await now())).ways.length === 2,
      `another ${kind}`,
      60_000,
    );
  for (const each of [ann, ben]) await talksDirectly(each);
  await comesBy('p2p', ann, ben, KINDS);
  await comesBy('p2p', ben, ann, KINDS);

  expect(await Promise.all([ann, ben].map(({ page }) => selfOf(page)))).toEqual([ann.id, ben.id]);
  const end = await now();
  for (const kind of KINDS) {
    const before = await seen(kind, begin - BEFORE_MS, begin);
    const during = await seen(kind, begin, end);
    expect({ ways: during.ways.map(({ direct }) => direct), breaks: breaksIn(during) }).toEqual({
      ways: [true, true],
      breaks: [],
    });
    expect.soft(during.unperceived, kind).toBe(0);
    expect.soft(during.doubled, kind).toBeLessThanOrEqual(100);
    // The cores start a server and a media worker meanwhile: what counts is that nothing ever broke off.
    const bound = Math.max(3_000, 3 * before.longestGap, 3 * during.stall);
    expect.soft(during.longestGap, kind).toBeLessThanOrEqual(bound);
  }
});
