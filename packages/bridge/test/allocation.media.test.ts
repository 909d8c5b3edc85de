import type { AudioSource } from '@treff/peer';
import type { SourceId } from '@treff/protocol';
import { ManualClock } from '@treff/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { bottleneck, NativeMeeting, type NativeSeat, until } from './native-meeting.ts';

let meeting: NativeMeeting;
afterEach(async () => {
  await meeting.close();
});

interface Person {
  readonly seat: NativeSeat;
  readonly camera: SourceId;
  readonly voice: AudioSource;
  readonly voiceId: SourceId;
}

/** Somebody with a camera, and a microphone in which nothing is heard. */
async function come(): Promise<Person> {
  const seat = await meeting.join();
  const voice = seat.peer.audio();
  voice.level = -127;
  const voiceId = await seat.publish(voice, 'microphone');
  const { id } = await seat.publishCamera();
  return { seat, camera: id, voice, voiceId };
}

async function speak(speaker: Person, ...others: readonly Person[]): Promise<void> {
  for (const other of others) other.voice.level = -127;
  speaker.voice.level = -10;
  const { endpoint } = speaker.seat.ref;
  await until(`${endpoint} to dominate`, () => {
    const last = meeting.events.findLast((event) => event.type === 'dominant-speaker');
    return last?.type === 'dominant-speaker' && last.endpoint === endpoint;
  });
}

const heightOf = (seat: NativeSeat, source: SourceId) => seat.find(source)?.picture?.height;

describe('last-N', () => {
  it('forwards the cameras of whoever spoke last, and the others’ voices all the same', async () => {
    meeting = await NativeMeeting.open({ lastN: 1 });
    const [ann, ben] = [await come(), await come()];
    const viewer = await meeting.join();
    await viewer.constrain({}, 180);
    await speak(ann, ben);
    await viewer.receive(ann.camera, 20);
    await viewer.silence(ben.camera, ben.voiceId);
    expect(meeting.last('forwarded', viewer)?.withheld).toEqual({ [ben.camera]: 'last-n' });

    const { keyFrames } = viewer.find(ben.camera) ?? { keyFrames: 0 };
    await speak(ben, ann);
    const stream = await viewer.receive(ben.camera, 20);
    // It begins with a picture that can be decoded.
    expect(stream.keyFrames).toBeGreaterThan(keyFrames);
    await viewer.silence(ann.camera, ann.voiceId);
    expect(meeting.last('forwarded', viewer)?.withheld).toEqual({ [ann.camera]: 'last-n' });
    // Those two see each other: of the others there is only one.
    await ann.seat.receive(ben.camera, 5);
    await ben.seat.receive(ann.camera, 5);
  });

  it('leaves screens, and lets the receiver choose who comes', async () => {
    meeting = await NativeMeeting.open();
    const [ann, ben] = [await come(), await come()];
    const screen = await ann.seat.publish(
      ann.seat.peer.video([{ width: 640, height: 360, bitrate: 200_000 }], { temporalLayers: 1 }),
      'screen',
      { height: 360 },
    );
    const viewer = await meeting.join();
    await viewer.constrain({}, 180, { lastN: 1, selectedSources: [ben.camera] });
    await viewer.receive(ben.camera, 20);
    await viewer.silence(ann.camera, ann.voiceId);
    await viewer.receive(screen, 5);
    expect(meeting.last('forwarded', viewer)?.withheld).toEqual({ [ann.camera]: 'last-n' });
    await viewer.constrain({}, 180, { lastN: 0 });
    await viewer.silence(ben.camera, ben.voiceId);
    await viewer.receive(screen, 5);
  });
});

describe('what senders encode', () => {
  it('is told when nobody received it for 10 s, and a receiver gets the higher layer when it is there again', async () => {
    const clock = new ManualClock();
    meeting = await NativeMeeting.open({ clock });
    const ann = await meeting.join();
    const ben = await meeting.join();
    const camera = await ann.publishCamera();
    /** What the bridge puts together in short order is done by then. */
    const soon = (what: string, condition: () => boolean) =>
      until(what, () => {
        clock.advance(1);
        return condition();
      });
    const layers = () => meeting.last('sender-constraints', ann)?.layers;
    await ben.constrain({ [camera.id]: 180 });
    await soon('180 lines', () => heightOf(ben, camera.id) === 180);
    clock.advance(9_000);
    expect(layers()).toBeUndefined();
    clock.advance(2_000);
    await soon('one layer', () => layers() === 1);

    await ben.constrain({ [camera.id]: 720 });
    await soon('all layers', () => layers() === 3);
    await soon('720 lines', () => heightOf(ben, camera.id) === 720);

    await ben.constrain({});
    clock.advance(11_000);
    await soon('none', () => layers() === 0);
    await ben.constrain({ [camera.id]: 180 });
    await soon('one again', () => layers() === 1);
    await ben.receive(camera.id, 5);
  });
});

describe('a wide way', () => {
  it('brings a screen that takes more than congestion control was asked to look for', async () => {
    meeting = await NativeMeeting.open();
    const ann = await come();
    const viewer = await meeting.join({ estimate: true });
    await viewer.constrain({}, 180);
    await viewer.receive(ann.camera, 100);
    const picture = ann.seat.peer.video([{ width: 1_280, height: 720, bitrate: 1_500_000 }], {
      temporalLayers: 1,
    });
    const encodings = picture.rtpParameters.encodings.map((one) => ({ ...one, maxBitrate: 2_500_000 }));
    const screen = await ann.seat.publish(picture, 'screen', {
      height: 720,
      rtpParameters: { ...picture.rtpParameters, encodings },
    });
    // Longer than a new way is given to prove itself.
    await viewer.receive(screen, 1_500);
    expect(meeting.last('forwarded', viewer)).toBeUndefined();
  });
});

describe('a narrow way', () => {
  it('keeps sound whole and what matters most, tells what it leaves out, and brings it back when there is room', async () => {
    meeting = await NativeMeeting.open();
    const people = [await come(), await come(), await come(), await come()];
    let narrow = true;
    const drop = bottleneck(300_000);
    const viewer = await meeting.join({ estimate: true, dropIncoming: (packet) => drop(packet) && narrow });
    const chosen = people[2];
    if (chosen === undefined) throw new Error('nobody is chosen');
    chosen.voice.level = -20;
    await viewer.constrain({}, 720, { selectedSources: [chosen.camera] });
    const withheld = () => Object.entries(meeting.last('forwarded', viewer)?.withheld ?? {});
    // Congestion control falls too low at first, until it has found the rate.
    await until('pictures to be withheld, and not the one that was chosen', () => {
      const sources = withheld().map(([source]) => source);
      return sources.length > 0 && !sources.includes(chosen.camera);
    });
    expect(withheld().every(([, reason]) => reason === 'bandwidth')).toBe(true);

    // A second of sound comes whole.
    let lost = -1;
    for (let attempt = 0; attempt < 20 && lost !== 0; attempt++) {
      const before = viewer.find(chosen.voiceId)?.receiver.lost ?? 0;
      const { receiver } = await viewer.receive(chosen.voiceId, 50);
      lost = receiver.lost - before;
    }
    expect(lost).toBe(0);
    await viewer.receive(chosen.camera, 5);

    narrow = false;
    await until('everything to come', () => withheld().length === 0);
    for (const { camera } of people) await viewer.receive(camera, 5);
  });
});
