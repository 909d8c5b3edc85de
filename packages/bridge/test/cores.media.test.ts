import { observer, type types } from 'mediasoup';
import type { AudioSource } from '@treff/peer';
import type { SourceId } from '@treff/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NativeMeeting, type NativeSeat, until } from './native-meeting.ts';

/** Ends of pipes, and sources that come out of them, which are open in this process. */
const ends = new Set<types.Transport>();
const piped = new Set<types.Producer>();

function countPipes(worker: types.Worker): void {
  worker.observer.on('newrouter', (router) => {
    router.observer.on('newtransport', (transport) => {
      if (transport.type !== 'pipe') return;
      ends.add(transport);
      transport.observer.once('close', () => ends.delete(transport));
      transport.observer.on('newproducer', (producer) => {
        piped.add(producer);
        producer.observer.once('close', () => piped.delete(producer));
      });
    });
  });
}

/** A conference whose every second endpoint lives on the other one of two workers. */
let meeting: NativeMeeting;
beforeEach(async () => {
  observer.on('newworker', countPipes);
  meeting = await NativeMeeting.open({ workers: 2, endpointsPerWorker: 1 });
});
afterEach(async () => {
  await meeting.close();
  observer.off('newworker', countPipes);
  if (ends.size + piped.size > 0)
    throw new Error(`${ends.size} ends and ${piped.size} sources of pipes leaked`);
});

const heightOf = (seat: NativeSeat, source: SourceId) => seat.find(source)?.picture?.height;

describe('across two workers', () => {
  it('sound and pictures come both ways, by one pipe', async () => {
    const [ann, ben] = [await meeting.join(), await meeting.join()];
    const voices = [await ann.publishMicrophone(), await ben.publishMicrophone()] as const;
    const [anns, bens] = [await ann.publishCamera(), await ben.publishCamera()];
    await ann.constrain({}, 180);
    await ben.constrain({}, 180);
    await ben.receive(voices[0], 25);
    await ben.receive(anns.id, 25);
    await ann.receive(voices[1], 25);
    await ann.receive(bens.id, 25);
    expect([ends.size, piped.size]).toEqual([2, 4]);
    expect([...ann.refusals, ...ben.refusals]).toEqual([]);
  });

  it('one source crosses once, however many receive it there', async () => {
    const ann = await meeting.join();
    const others = [await meeting.join(), await meeting.join(), await meeting.join(), await meeting.join()];
    const voice = await ann.publishMicrophone();
    await Promise.all(others.map((seat) => seat.receive(voice, 10)));
    expect(piped.size).toBe(1);
  });

  it('layers are chosen by each receiver, and a change begins with a picture that can be decoded', async () => {
    const [ann, ben, cem, dan] = [
      await meeting.join(),
      await meeting.join(),
      await meeting.join(),
      await meeting.join(),
    ];
    const { id } = await ann.publishCamera();
    for (const height of [720, 180, 360]) {
      await Promise.all([ben.constrain({ [id]: height }), dan.constrain({ [id]: 180 })]);
      const before = ben.find(id)?.keyFrames ?? 0;
      await until(`${height} at Ben`, () => heightOf(ben, id) === height);
      expect(ben.find(id)?.keyFrames ?? 0).toBeGreaterThan(before);
      await until('180 at Dan, who lives where Ben does', () => heightOf(dan, id) === 180);
    }
    await cem.constrain({ [id]: 720 });
    await until('720 at Cem, who lives where Ann does', () => heightOf(cem, id) === 720);
    expect(piped.size).toBe(1);
  });

  it('a key frame that somebody asks for is asked of the sender', async () => {
    const [ann, ben] = [await meeting.join(), await meeting.join()];
    const { id } = await ann.publishCamera();
    await ben.constrain({ [id]: 180 });
    const { keyFrames } = await ben.receive(id, 25);
    await ben.constrain({});
    await ben.constrain({ [id]: 180 });
    await until('another key frame', () => (ben.find(id)?.keyFrames ?? 0) > keyFrames);
  });

  it('what is muted does not cross, and comes back', async () => {
    const [ann, ben] = [await meeting.join(), await meeting.join()];
    const marker = await ann.publishMicrophone();
    const { id } = await ann.publishCamera();
    await ben.constrain({ [id]: 180 });
    await ben.receive(id, 10);
    await ann.pause(id, true);
    await ben.silence(id, marker);
    await until('it is muted at the other worker, too', () => [...piped].some(({ paused }) => paused));
    await ann.pause(id, false);
    await ben.receive(id, 25);
  });

  it('what nobody there shows does not cross, until somebody does', async () => {
    const [ann, ben] = [await meeting.join(), await meeting.join()];
    const marker = await ann.publishMicrophone();
    const { id } = await ann.publishCamera();
    await ben.constrain({ [id]: 180 });
    await ben.receive(id, 10);
    await ben.constrain({});
    await ben.silence(id, marker);
    const [camera] = [...piped].filter(({ kind }) => kind === 'video');
    await until('it rests', () => camera?.paused === true);
    await ben.constrain({ [id]: 180 });
    await ben.receive(id, 25);
    expect(camera?.paused).toBe(false);
  });

  it('what is unpublished ends everywhere, and the pipe with the last', async () => {
    const [ann, ben] = [await meeting.join(), await meeting.join()];
    const source = ann.peer.audio();
    const id = await ann.publish(source, 'microphone');
    await ben.receive(id, 10);
    await meeting.bridge.unpublish(ann.ref, id);
    await until('it is gone at Ben', () => ben.find(id) === undefined);
    await until('nothing crosses', () => ends.size === 0 && piped.size === 0);
    source.stop();
  });

  it('the order of speech is one', async () => {
    const [ann, ben] = [await meeting.join(), await meeting.join()];
    const people = await Promise.all(
      [ann, ben].map(async (seat): Promise<{ seat: NativeSeat; voice: AudioSource }> => {
        const voice = seat.peer.audio();
        voice.level = -127;
        await seat.publish(voice, 'microphone');
        return { seat, voice };
      }),
    );
    for (const speaker of [...people, ...people]) {
      for (const { voice } of people) voice.level = -127;
      speaker.voice.level = -10;
      const { endpoint } = speaker.seat.ref;
      await until(`${endpoint} to dominate`, () => {
        const last = meeting.events.findLast((event) => event.type === 'dominant-speaker');
        return last?.type === 'dominant-speaker' && last.endpoint === endpoint;
      });
    }
  });
});

describe('a conference on two workers', () => {
  it('leaves no pipe behind after 50 joins and leaves', async () => {
    const [ann, ben] = [await meeting.join(), await meeting.join()];
    const voice = await ann.publishMicrophone();
    await ben.receive(voice, 5);
    const before = [ends.size, piped.size];
    for (let round = 0; round < 50; round++) {
      const seat = await meeting.join();
      const own = await seat.publishMicrophone();
      await Promise.all([ann.receive(own, 1), ben.receive(own, 1), seat.receive(voice, 1)]);
      await meeting.bridge.remove(seat.ref);
      seat.peer.close();
    }
    await until('only what was there', () => ends.size === before[0] && piped.size === before[1]);
    // It has not cost those who stayed anything.
    await ben.receive(voice, 25);
  });

  it('is on one again when nobody is left on the other', async () => {
    const [ann, ben] = [await meeting.join(), await meeting.join()];
    const voice = await ann.publishMicrophone();
    await ben.receive(voice, 5);
    await meeting.bridge.remove(ben.ref);
    await until('no pipe', () => ends.size === 0);
    const cem = await meeting.join();
    await cem.receive(voice, 5);
    expect(piped.size).toBe(1);
  });

  it('loses with a worker only those who lived there, who come again at once', async () => {
    const seats = [await meeting.join(), await meeting.join(), await meeting.join(), await meeting.join()];
    const voices = await Promise.all(seats.map((seat) => seat.publishMicrophone()));
    const hear = (receiver: NativeSeat, count: number, from = voices) =>
      Promise.all(
        from
          .filter((voice) => !voice.startsWith(receiver.ref.endpoint))
          .map((voice) => receiver.receive(voice, count)),
      );
    await Promise.all(seats.map((seat) => hear(seat, 5)));

    const [pid] = meeting.bridge.workerPids;
    if (pid === undefined) throw new Error('no worker');
    process.kill(pid, 'SIGKILL');
    const lost = () =>
      meeting.events.flatMap((event) => (event.type === 'endpoint-lost' ? event.endpoint : []));
    await until('two are lost', () => lost().length === 2);
    const stayed = seats.filter(({ ref }) => !lost().includes(ref.endpoint));
    const stayedVoices = voices.filter((_, index) => stayed.some((seat) => seat === seats[index]));
    await Promise.all(stayed.map((seat) => hear(seat, 25, stayedVoices)));
    expect(meeting.events.some(({ type }) => type === 'conference-lost')).toBe(false);
    const { endpoints } = await meeting.bridge.snapshot(meeting.incarnation);
    expect(endpoints.map(({ endpoint }) => endpoint)).toEqual(stayed.map(({ ref }) => ref.endpoint));

    const gone = seats.filter((seat) => !stayed.includes(seat));
    for (const { peer } of gone) peer.close();
    const back = await Promise.all(gone.map(({ ref }) => meeting.renew(ref)));
    const newVoices = await Promise.all(back.map((seat) => seat.publishMicrophone()));
    await Promise.all([...stayed, ...back].map((seat) => hear(seat, 10, [...stayedVoices, ...newVoices])));
  });
});
