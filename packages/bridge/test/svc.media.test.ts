import { readVp9Descriptor, type NativePeerOptions, type Vp9Descriptor } from '@treff/peer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NativeMeeting, until } from './native-meeting.ts';

let meeting: NativeMeeting;
beforeEach(async () => {
  meeting = await NativeMeeting.open();
});
afterEach(async () => {
  await meeting.close();
});

interface Seen extends Vp9Descriptor {
  readonly sequence: number;
  readonly marker: boolean;
}

/** Keeps what comes of VP9, in the order of sending. */
function recorder(): { seen: Seen[]; onPacket: NonNullable<NativePeerOptions['onPacket']> } {
  const seen: Seen[] = [];
  return {
    seen,
    onPacket: (stream, packet) => {
      if (stream.codec.mimeType !== 'video/vp9') return;
      const descriptor = readVp9Descriptor(packet.payload);
      if (descriptor === undefined) throw new Error('no descriptor');
      seen.push({ ...descriptor, sequence: packet.sequenceNumber, marker: packet.marker });
    },
  };
}

describe('layers of one stream', () => {
  it('come as far as they fit what the receiver shows, and change in a key picture', async () => {
    const ann = await meeting.join();
    const { seen, onPacket } = recorder();
    const ben = await meeting.join({ video: 'vp9', onPacket });
    const camera = await ann.publishLayered();
    await ben.receive(camera.id, 10);
    for (const [height, layer] of [
      [360, 1],
      [720, 2],
      [180, 0],
      [720, 2],
    ] as const) {
      await ben.constrain({ [camera.id]: height });
      await until(`layer ${layer}`, () => {
        const last = seen.at(-1);
        return last?.predicted === true && last.spatialLayer === layer;
      });
      seen.length = 0;
      await ben.receive(camera.id, 30);
      // K-SVC: between key pictures a layer needs none of those below.
      expect(
        new Set(seen.flatMap(({ predicted, spatialLayer }) => (predicted ? [spatialLayer] : []))),
      ).toEqual(new Set([layer]));
      // What a decoder gets ends where the picture does, though the sender goes on with higher layers.
      for (const { end, marker, spatialLayer } of seen) expect(marker).toBe(end && spatialLayer === layer);
    }
    // None of that came by chance: the bridge asked.
    expect(camera.source.keyFrameRequests).toBeGreaterThanOrEqual(4);
  });

  it('are three to receivers of three sizes, from one stream', async () => {
    const ann = await meeting.join();
    const seats = await Promise.all(
      [180, 360, 720].map(async (height) => {
        const { seen, onPacket } = recorder();
        return { height, seen, seat: await meeting.join({ video: 'vp9', onPacket }) };
      }),
    );
    const camera = await ann.publishLayered();
    for (const { seat, height } of seats) await seat.constrain({ [camera.id]: height });
    await until('all three', () => {
      const layers = seats.map(({ seen }) => seen.findLast(({ predicted }) => predicted)?.spatialLayer);
      return layers.join() === '0,1,2';
    });
  });

  it('are nothing for somebody who does not decode them; what takes their place in another codec is', async () => {
    const ann = await meeting.join();
    const [ben, cem] = [await meeting.join(), await meeting.join({ video: 'vp9' })];
    const layered = await ann.publishLayered();
    await cem.receive(layered.id, 10);
    expect(ben.find(layered.id)).toBeUndefined();
    await meeting.bridge.unpublish(ann.ref, layered.id);
    const simulcast = await ann.publishCamera();
    await ben.receive(simulcast.id, 10);
    expect(cem.find(simulcast.id)).toBeUndefined();
  });

  it('are told to their sender as those of simulcast are', async () => {
    const ann = await meeting.join();
    const ben = await meeting.join({ video: 'vp9' });
    const camera = await ann.publishLayered();
    await ben.receive(camera.id, 5);
    const snapshot = await meeting.bridge.snapshot(meeting.incarnation);
    const sources = snapshot.endpoints.flatMap((endpoint) => endpoint.sources);
    expect(sources).toEqual([{ source: camera.id, paused: false, layers: 3 }]);
  });
});
