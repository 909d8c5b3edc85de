import { readVp8Descriptor, type NativePeerOptions } from '@treff/peer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bottleneck, NativeMeeting, until } from './native-meeting.ts';

let meeting: NativeMeeting;
beforeEach(async () => {
  meeting = await NativeMeeting.open();
});
afterEach(async () => {
  await meeting.close();
});

interface Seen {
  readonly sequence: number;
  readonly timestamp: number;
  readonly marker: boolean;
  readonly pictureId: number;
  readonly start: boolean;
  /** Of the newest key frame. */
  readonly height: number;
}

/** Keeps what an `onPacket` sees of video. */
function recorder(): { seen: Seen[]; onPacket: NonNullable<NativePeerOptions['onPacket']> } {
  const seen: Seen[] = [];
  return {
    seen,
    onPacket: (stream, packet) => {
      if (stream.codec.mimeType !== 'video/vp8') return;
      const descriptor = readVp8Descriptor(packet.payload);
      seen.push({
        sequence: packet.sequenceNumber,
        timestamp: packet.timestamp,
        marker: packet.marker,
        pictureId: descriptor?.pictureId ?? -1,
        start: descriptor?.start ?? false,
        height: stream.picture?.height ?? 0,
      });
    },
  };
}

/** From one to the next, modulo 2^bits, as a signed number. */
const step = (bits: number, from: number, to: number) => {
  const size = 2 ** bits;
  const distance = (((to - from) % size) + size) % size;
  return distance >= size / 2 ? distance - size : distance;
};

/**
 * How far time may step back where the layer changes, in units of 90 kHz: mediasoup moves a new layer's first picture 33 ms ahead of the
 * last one's where both were taken at once, up to 75 ms over several changes; then it gives up and starts from the true time again.
 */
const STEP_BACK = (75 + 33 + 2) * 90;
/** Two seconds: a change must not jump into the future. */
const LEAP = 2 * 90_000;

/** Asserts that packets are one stream that a decoder can follow: numbers without a gap, pictures and time going forward. */
function expectOneStream(seen: readonly Seen[]): void {
  const first = seen[0]?.sequence ?? 0;
  const ordered = seen.toSorted(
    (one, other) => step(16, first, one.sequence) - step(16, first, other.sequence),
  );
  for (const [index, packet] of ordered.entries()) {
    const before = ordered[index - 1];
    if (before === undefined) continue;
    const changed = packet.height !== before.height;
    const numbers = step(16, before.sequence, packet.sequence);
    // A number is left out where the change cut a picture off, so that decoders know.
    expect(changed && !before.marker ? numbers - 1 : numbers).toBe(1);
    const pictures = step(15, before.pictureId, packet.pictureId);
    const time = step(32, before.timestamp, packet.timestamp);
    if (packet.start) {
      expect(pictures).toBeGreaterThanOrEqual(1);
      expect(time).toBeGreaterThan(changed ? -STEP_BACK : 0);
      expect(time).toBeLessThan(LEAP);
    } else {
      expect([pictures, time]).toEqual([0, 0]);
    }
  }
}

describe('simulcast', () => {
  it('gives each receiver the layer that fits what it shows, in one unbroken stream', async () => {
    const ann = await meeting.join();
    const { seen, onPacket } = recorder();
    const ben = await meeting.join({ onPacket });
    const camera = await ann.publishCamera();
    const stream = await ben.receive(camera.id, 10);
    await until('the lowest layer', () => stream.picture?.height === 180);

    for (const height of [360, 720, 180, 720, 360]) {
      await ben.constrain({ [camera.id]: height });
      await until(`${height} lines`, () => stream.picture?.height === height);
      await ben.receive(camera.id, 20);
    }
    expect(stream.picture).toEqual({ width: 640, height: 360 });
    expectOneStream(seen);
  });

  it('rounds what is shown up to a layer, and down to the top one', async () => {
    const [ann, ben] = [await meeting.join(), await meeting.join()];
    const camera = await ann.publishCamera();
    const stream = await ben.receive(camera.id, 10);
    for (const [shown, layer] of [
      [250, 360],
      [2_160, 720],
      [90, 180],
    ]) {
      await ben.constrain({}, shown);
      await until(`${layer} lines for ${shown}`, () => stream.picture?.height === layer);
    }
  });

  it('serves receivers of different sizes from one sender', async () => {
    const ann = await meeting.join();
    const [small, tall] = [await meeting.join(), await meeting.join()];
    const camera = await ann.publishCamera();
    await small.constrain({ [camera.id]: 180 });
    await tall.constrain({ [camera.id]: 720 });
    await until('720 lines', () => tall.find(camera.id)?.picture?.height === 720);
    const stream = await small.receive(camera.id, 60);
    expect(stream.picture?.height).toBe(180);
  });

  it('sends nothing of what is hidden, and shows it again with a key frame', async () => {
    const ann = await meeting.join();
    const { seen, onPacket } = recorder();
    const ben = await meeting.join({ onPacket });
    const voice = await ann.publishMicrophone();
    const camera = await ann.publishCamera();
    const stream = await ben.receive(camera.id, 10);
    await ben.constrain({ [camera.id]: 0 });
    await ben.silence(camera.id, voice);

    const { keyFrames } = stream;
    const requests = camera.source.keyFrameRequests[1] ?? 0;
    await ben.constrain({ [camera.id]: 360 });
    await ben.receive(camera.id, 20);
    await until('360 lines', () => stream.picture?.height === 360);
    expect(stream.keyFrames).toBeGreaterThan(keyFrames);
    expect(camera.source.keyFrameRequests[1]).toBeGreaterThan(requests);
    const gaps = seen.filter((packet, index) => {
      const before = seen[index - 1];
      return before !== undefined && step(16, before.sequence, packet.sequence) !== 1;
    });
    expect(gaps).toEqual([]);
  });

  it('asks the sender for a key frame when a receiver comes, changes layers, or asks itself', async () => {
    const ann = await meeting.join();
    const camera = await ann.publishCamera();
    const sent = () => camera.source.senders.map(({ packets }) => packets);
    await until('the first key frames are long gone', () => sent().every((packets) => packets > 60));
    expect(camera.source.keyFrameRequests[0]).toBe(0);

    const ben = await meeting.join();
    const stream = await ben.receive(camera.id, 10);
    expect(camera.source.keyFrameRequests[0]).toBeGreaterThan(0);
    expect(stream.keyFrames).toBeGreaterThan(0);

    const before = camera.source.keyFrameRequests[2] ?? 0;
    await ben.constrain({ [camera.id]: 720 });
    await until('720 lines', () => stream.picture?.height === 720);
    expect(camera.source.keyFrameRequests[2]).toBeGreaterThan(before);

    const { keyFrames } = stream;
    stream.requestKeyFrame();
    await until('another key frame', () => stream.keyFrames > keyFrames);
  });

  it('falls to a lower layer where the way to a receiver is narrow, and only there', async () => {
    const ann = await meeting.join();
    const wide = await meeting.join();
    const narrow = await meeting.join({ estimate: true, dropIncoming: bottleneck(300_000) });
    const camera = await ann.publishCamera();
    await Promise.all([wide, narrow].map((seat) => seat.constrain({ [camera.id]: 720 })));
    await until('720 lines', () => narrow.find(camera.id)?.picture?.height === 720);
    await until('fewer lines', () => (narrow.find(camera.id)?.picture?.height ?? 720) < 720);
    expect((await wide.receive(camera.id, 30)).picture?.height).toBe(720);
  });

  it('gets feedback for its bandwidth estimate, and gives it', async () => {
    const [ann, ben] = [await meeting.join(), await meeting.join({ estimate: true })];
    const camera = await ann.publishCamera();
    const stream = await ben.receive(camera.id, 30);
    expect(stream.codec.transportCc).toBeGreaterThan(0);
    await until('feedback to the sender', () => ann.peer.feedbackReceived > 5);
  });
});
