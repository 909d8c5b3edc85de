import { makeSourceId, type SourceId } from '@treff/protocol';
import { expect, test } from 'vitest';
import { FakeClock } from '../../test/fake-clock.ts';
import { asReceiver, FakeReceiver, turn } from '../../test/fake-media.ts';
import { OTHER } from '../../test/meeting-messages.ts';
import { FirstFrames } from './first-frames.ts';

const [one, two] = [makeSourceId(OTHER, 'camera', 0), makeSourceId(OTHER, 'screen', 1)];

function start() {
  const clock = new FakeClock();
  const asked: SourceId[][] = [];
  const frames = new FirstFrames({ clock, log: () => undefined, ask: (sources) => asked.push([...sources]) });
  const receivers = { [one]: new FakeReceiver('video'), [two]: new FakeReceiver('video') };
  const expectThese = async (...sources: SourceId[]) => {
    frames.expect(
      new Map(sources.map((source) => [source, asReceiver(receivers[source] ?? new FakeReceiver('video'))])),
    );
    await turn();
  };
  /** Lets time pass; the frames of these are decoded meanwhile. */
  const pass = async (ms: number, ...decoded: SourceId[]) => {
    for (let passed = 0; passed < ms; passed += 250) {
      for (const source of decoded) {
        const receiver = receivers[source];
        if (receiver !== undefined) receiver.count++;
      }
      clock.advance(250);
      await turn();
    }
  };
  return { frames, asked, expectThese, pass, clock };
}

test('what begins in time is not asked for', async () => {
  const { asked, expectThese, pass, clock } = start();
  await expectThese(one);
  await pass(5_000, one);
  expect(asked).toEqual([]);
  expect(clock.waiting).toBe(0);
});

test('what does not begin is asked for, again and again, ever more slowly', async () => {
  const { asked, expectThese, pass } = start();
  await expectThese(one, two);
  await pass(8_000, one);
  expect(asked).toEqual([[two], [two], [two]]);
});

test('a picture that is expected anew has to begin anew', async () => {
  const { asked, expectThese, pass } = start();
  await expectThese(one);
  await pass(1_000, one);
  await expectThese();
  await pass(1_000);
  await expectThese(one);
  await pass(1_250);
  expect(asked).toEqual([[one]]);
});

test('nothing is asked for after the end', async () => {
  const { frames, asked, expectThese, pass, clock } = start();
  await expectThese(one);
  frames.close();
  await pass(2_000);
  expect(asked).toEqual([]);
  expect(clock.waiting).toBe(0);
});
