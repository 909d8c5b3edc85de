import type { VideoLayer } from '@treff/peer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NativeMeeting, until } from './native-meeting.ts';

const ONE_LAYER: readonly VideoLayer[] = [{ width: 640, height: 360, bitrate: 500_000 }];

let meeting: NativeMeeting;
beforeEach(async () => {
  meeting = await NativeMeeting.open();
});
afterEach(async () => {
  await meeting.close();
});

/** Whether the packet whose number is a multiple of 20 is lost: one in twenty, never two in a row. */
const everyTwentieth = (sequenceNumber: number) => sequenceNumber % 20 === 0;

describe('lost packets', () => {
  it('on the way to the bridge are asked for and sent again', async () => {
    const medium = new Set<number>();
    const ann = await meeting.join({
      dropOutgoing: (ssrc, sequenceNumber) => medium.has(ssrc) && everyTwentieth(sequenceNumber),
    });
    const ben = await meeting.join();
    const camera = await ann.publishCamera(ONE_LAYER);
    const stream = await ben.receive(camera.id, 20);
    for (const { ssrc } of camera.source.senders) medium.add(ssrc);
    await ben.receive(camera.id, 200);
    medium.clear();

    const [sender] = camera.source.senders;
    expect(sender?.dropped).toBeGreaterThanOrEqual(8);
    await until(
      'every lost packet is sent again',
      () => (sender?.retransmissions ?? 0) >= (sender?.dropped ?? 0),
    );
    await until('nothing is missing', () => stream.receiver.report(performance.now())?.cumulativeLost === 0);
    expect(stream.receiver.lost).toBe(0);
  });

  it('on the way from the bridge are asked for and sent again', async () => {
    const ann = await meeting.join();
    let losing: number | undefined;
    let dropped = 0;
    const ben = await meeting.join({
      dropIncoming: ({ ssrc, sequenceNumber }) => {
        const drop = ssrc === losing && everyTwentieth(sequenceNumber);
        if (drop) dropped += 1;
        return drop;
      },
    });
    const camera = await ann.publishCamera(ONE_LAYER);
    const stream = await ben.receive(camera.id, 20);
    losing = stream.codec.ssrc;
    await ben.receive(camera.id, 200);
    losing = undefined;

    expect(dropped).toBeGreaterThanOrEqual(8);
    await until('every lost packet came again', () => stream.receiver.recovered >= dropped);
    expect(stream.receiver.report(performance.now())?.cumulativeLost).toBe(0);
    expect(stream.receiver.lost).toBe(0);
    expect(camera.source.senders[0]?.retransmissions).toBe(0);
  });

  it('of sound are asked for, too', async () => {
    const ann = await meeting.join();
    const ben = await meeting.join({ dropIncoming: ({ sequenceNumber }) => everyTwentieth(sequenceNumber) });
    const voice = await ann.publishMicrophone();
    // That they are sent again is seen only where they were really lost: of a packet that was decrypted, a second one is taken for a replay.
    const { receiver, codec } = await ben.receive(voice, 100);
    expect(codec.rtx).toBeUndefined();
    expect(receiver.requested).toBeGreaterThanOrEqual(4);
  });
});
