import { ManualClock } from '@treff/testing';
import type { BridgeSignal } from '@treff/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { NativeMeeting, until } from './native-meeting.ts';

let meeting: NativeMeeting;
afterEach(async () => {
  await meeting.close();
});

/** A conference on a machine whose load the test says, on workers whose time runs faster. */
async function open(workers: number, loadLimits = true) {
  const clock = new ManualClock();
  const machine = { share: 0, lateMs: 0 };
  const gauge = {
    cpuMs: async () => clock.now() * machine.share,
    loopDelayMs: () => machine.lateMs,
    close: () => {},
  };
  meeting = await NativeMeeting.open({ clock, gauge, workers, loadLimits });
  const signals: Extract<BridgeSignal, { type: 'load' }>[] = [];
  meeting.bridge.subscribe((message) => {
    if ('signal' in message && message.signal.type === 'load') signals.push(message.signal);
  });
  /** Lets time pass until the bridge says so. */
  const reach = (level: string, load = 0) =>
    until(`the bridge is ${level}`, () => {
      clock.advance(250);
      const last = signals.at(-1);
      return last?.level === level && last.load >= load;
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

  it('is measured all the same where nothing gives way to it', async () => {
    const { machine, signals, reach } = await open(1, false);
    machine.share = 1;
    await reach('normal', 0.95);
    expect(signals.every(({ level }) => level === 'normal')).toBe(true);
    const [ann, ben] = [await meeting.join(), await meeting.join()];
    const { id } = await ann.publishCamera();
    await ben.constrain({ [id]: 720 });
    await until('the picture is large', () => ben.find(id)?.picture?.height === 720);
  });

  it('LO8 asks cameras to be smaller from `busy` on, and lets them be large again', async () => {
    const { machine, reach, pass } = await open(1);
    const [ann, ben] = [await meeting.join(), await meeting.join()];
    const { id } = await ann.publishCamera();
    await ben.constrain({ [id]: 720 });
    const told = () => meeting.last('sender-constraints', ann);
    machine.share = 0.7;
    await reach('busy');
    await pass('Ann is told', () => told()?.maxHeight === 480);
    const { id: late } = await ben.publishCamera();
    await pass('so is Ben', () => meeting.last('sender-constraints', ben)?.source === late);
    expect(meeting.last('sender-constraints', ben)).toMatchObject({ layers: 3, maxHeight: 480 });
    machine.share = 0;
    await reach('normal');
    await pass('Ann may do as she likes', () => told()?.maxHeight === undefined);
    expect(told()).toMatchObject({ source: id, layers: 3 });
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
