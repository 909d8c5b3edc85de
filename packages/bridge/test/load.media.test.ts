import { ManualClock } from '@treff/testing';
import type { BridgeSignal } from '@treff/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { NativeMeeting, until } from './native-meeting.ts';

let meeting: NativeMeeting;
afterEach(async () => {
  await meeting.close();
});

/** A conference on a machine whose load the test says, on workers whose time runs faster. */
async function open(workers: number) {
  const clock = new ManualClock();
  const machine = { share: 0, lateMs: 0 };
  const gauge = {
    cpuMs: async () => clock.now() * machine.share,
    loopDelayMs: () => machine.lateMs,
    close: () => {},
  };
  meeting = await NativeMeeting.open({ clock, gauge, workers });
  const signals: Extract<BridgeSignal, { type: 'load' }>[] = [];
  meeting.bridge.subscribe((message) => {
    if ('signal' in message && message.signal.type === 'load') signals.push(message.signal);
  });
  /** Lets time pass until the bridge says so. */
  const reach = (level: string) =>
    until(`the bridge is ${level}`, () => {
      clock.advance(250);
      return signals.at(-1)?.level === level;
    });
  const pass = async (what: string, condition: () => boolean) =>
    until(what, () => {
      clock.advance(20);
      return condition();
    });
  return { machine, signals, reach, pass };
}

describe('load', () => {
  it('is said from the workers’ use of their cores and the main thread’s delay', async () => {
    const { machine, signals, reach } = await open(2);
    machine.share = 0.7;
    await reach('busy');
    machine.share = 1;
    await reach('full');
    machine.share = 0;
    await reach('normal');
    machine.lateMs = 250;
    await reach('full');
    const levels = signals.map(({ level }) => level).filter((level, index, all) => level !== all[index - 1]);
    // It rises as fast as there is more to do, and falls step by step.
    expect(levels.filter((level) => level === 'normal')).toHaveLength(2);
    expect(levels.join(' ')).toContain('full overloaded busy normal');
  });

  it('lowers how many cameras are forwarded and how large, and gives them back', async () => {
    const { machine, reach, pass } = await open(1);
    const publisher = await Promise.all([1, 2, 3, 4].map(() => meeting.join()));
    const cameras = await Promise.all(publisher.map(async (seat) => (await seat.publishCamera()).id));
    const viewer = await meeting.join();
    const [first] = cameras;
    if (first === undefined) throw new Error('no camera');
    await viewer.constrain({ [first]: 720 }, 180);
    const height = () => viewer.find(first)?.picture?.height;
    const withheld = () => Object.values(meeting.last('forwarded', viewer)?.withheld ?? {});
    await pass('the first is large', () => height() === 720);
    machine.share = 1;
    await reach('full');
    await pass('the first is small', () => height() === 180);
    await pass('one is withheld', () => withheld().join() === 'last-n');
    machine.share = 0;
    await reach('normal');
    await pass('the first is large again', () => height() === 720);
    await pass('nothing is withheld', () => withheld().length === 0);
    expect(viewer.refusals).toEqual([]);
  });
});
