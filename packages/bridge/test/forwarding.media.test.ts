import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOfRefusal, NativeMeeting, until } from './native-meeting.ts';

let meeting: NativeMeeting;
beforeEach(async () => {
  meeting = await NativeMeeting.open();
});
afterEach(async () => {
  await meeting.close();
});

describe('forwarding', () => {
  it('lets three see and hear one another, and nobody themselves', async () => {
    const seats = [await meeting.join(), await meeting.join(), await meeting.join()];
    const sources = new Map(
      await Promise.all(
        seats.map(async (seat) => {
          const camera = await seat.publishCamera();
          return [seat, [await seat.publishMicrophone(), camera.id]] as const;
        }),
      ),
    );
    for (const seat of seats) {
      for (const [owner, ids] of sources) {
        if (owner !== seat) for (const id of ids) await seat.receive(id, 10);
      }
      expect(seat.peer.streams.size).toBe(4);
      for (const id of sources.get(seat) ?? []) expect(seat.find(id)).toBeUndefined();
      expect(seat.refusals).toEqual([]);
    }
  });

  it('gives a late joiner what is there, with its offer', async () => {
    const ann = await meeting.join();
    const voice = await ann.publishMicrophone();
    const ben = await meeting.join();
    expect(ben.find(voice)).toBeDefined();
    await ben.receive(voice, 10);
    expect(meeting.events.some(({ type }) => type === 'consumers-added')).toBe(false);
  });

  it('stops what is muted, and goes on when it is unmuted, without a gap in the numbers', async () => {
    const [ann, ben] = [await meeting.join(), await meeting.join()];
    const voice = await ann.publishMicrophone();
    const music = await ann.publish(ann.peer.audio(), 'screenAudio');
    await ben.receive(voice, 10);
    await ann.pause(voice, true);
    await ben.silence(voice, music);
    const { receiver } = await ben.receive(music);
    expect(receiver.lost).toBe(0);

    await ann.pause(voice, false);
    const stream = await ben.receive(voice, 25);
    expect(stream.receiver.report(performance.now())?.cumulativeLost).toBe(0);
  });

  it('forwards nothing of a source that is published muted, until it is unmuted', async () => {
    const [ann, ben] = [await meeting.join(), await meeting.join()];
    const music = await ann.publish(ann.peer.audio(), 'screenAudio');
    const voice = await ann.publish(ann.peer.audio(), 'microphone', { paused: true });
    await until('the consumer is announced', () => ben.find(voice) !== undefined);
    await ben.receive(music, 25);
    expect(ben.find(voice)?.receiver.packets).toBe(0);
    await ann.pause(voice, false);
    await ben.receive(voice, 10);
  });

  it('forwards a camera of one encoding whole, also if it claims temporal layers', async () => {
    const [ann, ben] = [await meeting.join(), await meeting.join()];
    const source = ann.peer.video([{ width: 320, height: 180, bitrate: 100_000 }], { temporalLayers: 3 });
    const { rtpParameters } = source;
    const encodings = rtpParameters.encodings.map((encoding) => ({ ...encoding, scalabilityMode: 'L1T3' }));
    const id = await ann.publish(source, 'camera', { rtpParameters: { ...rtpParameters, encodings } });
    const stream = await ben.receive(id, 30);
    expect(stream.picture).toEqual({ width: 320, height: 180 });
    expect(stream.receiver.report(performance.now())?.cumulativeLost).toBe(0);
  });

  it('takes the consumers of an endpoint away with it', async () => {
    const [ann, ben] = [await meeting.join(), await meeting.join()];
    const voice = await ann.publishMicrophone();
    const camera = await ann.publishCamera();
    await ben.receive(voice);
    await ben.receive(camera.id);
    await meeting.bridge.remove(ann.ref);
    await until('the consumers are gone', () => ben.peer.streams.size === 0);
    const snapshot = await meeting.bridge.snapshot(meeting.incarnation);
    expect(snapshot.endpoints.map(({ endpoint, consumers }) => ({ endpoint, consumers }))).toEqual([
      { endpoint: ben.ref.endpoint, consumers: [] },
    ]);
  });

  it('takes one source away alone', async () => {
    const [ann, ben] = [await meeting.join(), await meeting.join()];
    const voice = await ann.publishMicrophone();
    const camera = await ann.publishCamera();
    await ben.receive(camera.id);
    await meeting.bridge.unpublish(ann.ref, camera.id);
    await until('the camera is gone', () => ben.find(camera.id) === undefined);
    await ben.receive(voice, 10);
  });

  it('moves an endpoint to a new generation: the old transports die, the new ones carry', async () => {
    const [ann, ben] = [await meeting.join(), await meeting.join()];
    const [voice, answer] = [await ann.publishMicrophone(), await ben.publishMicrophone()];
    await ben.receive(voice);
    await ann.receive(answer);

    const renewed = await meeting.renew(ann.ref);
    await until('the old source is gone', () => ben.find(voice) === undefined);
    await renewed.receive(answer, 10);
    await ben.receive(
      await renewed.publish(renewed.peer.video([{ width: 320, height: 180, bitrate: 100_000 }]), 'camera'),
      10,
    );
    expect(await codeOfRefusal(ann.pause(voice, true))).toBe('media/stale-generation');
  });

  it('comes back after the worker was killed', async () => {
    const ann = await meeting.join();
    await ann.publishMicrophone();
    const [pid] = meeting.bridge.workerPids;
    if (pid === undefined) throw new Error('no worker');
    process.kill(pid, 'SIGKILL');
    await until('the conference is lost', () =>
      meeting.events.some(({ type }) => type === 'conference-lost'),
    );

    await until('another worker', () => meeting.bridge.workerPids.some((other) => other !== pid));
    await meeting.bridge.open(meeting.incarnation);
    const [again, ben] = [await meeting.renew(ann.ref), await meeting.join()];
    await ben.receive(await again.publishMicrophone(), 10);
  });
});
