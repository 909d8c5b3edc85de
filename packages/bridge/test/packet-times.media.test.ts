import type { AudioSource } from '@treff/peer';
import type { ConferenceSignal, SourceId } from '@treff/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { NativeMeeting, until, type NativeSeat } from './native-meeting.ts';

interface Person {
  readonly seat: NativeSeat;
  readonly voice: AudioSource;
  readonly voiceId: SourceId;
}

let meeting: NativeMeeting;
let viewer: NativeSeat;
let levels: ConferenceSignal['levels'];
beforeEach(async () => {
  levels = {};
  meeting = await NativeMeeting.open();
  viewer = await meeting.join();
  meeting.bridge.subscribe((message) => {
    if ('signal' in message && message.signal.type === 'audio-levels') levels = message.signal.levels;
  });
});
afterEach(() => meeting.close());

async function come(packetMs: 20 | 40 | 60): Promise<Person> {
  const seat = await meeting.join();
  const voice = seat.peer.audio({ packetMs });
  voice.level = -127;
  return { seat, voice, voiceId: await seat.publish(voice, 'microphone') };
}

it('PT2 whoever speaks is heard, shown and dominates, in packets of 20, 40 or 60 ms', async () => {
  const people = [await come(20), await come(40), await come(60)];
  for (const speaker of [...people, ...people]) {
    for (const { voice } of people) voice.level = -127;
    speaker.voice.level = -10;
    const { endpoint } = speaker.seat.ref;
    await until(`${endpoint} to dominate`, () => {
      const last = meeting.events.findLast((event) => event.type === 'dominant-speaker');
      return last?.type === 'dominant-speaker' && last.endpoint === endpoint;
    });
    await until(`${endpoint} alone to be heard`, () => {
      const heard = Object.entries(levels);
      return heard.length === 1 && heard[0]?.[0] === endpoint && heard[0][1] === -10;
    });
  }
});

it('packets of 40 ms come as they were sent, half as many for the same time', async () => {
  const [short, long] = [await come(20), await come(40)];
  const first = await viewer.receive(long.voiceId, 2);
  const marks = [first.receiver.packets, viewer.find(short.voiceId)?.receiver.packets ?? 0] as const;
  await viewer.receive(long.voiceId, 50);
  const packets = [
    first.receiver.packets - marks[0],
    (viewer.find(short.voiceId)?.receiver.packets ?? 0) - marks[1],
  ] as const;
  expect(packets[1] / packets[0]).toBeGreaterThan(1.7);
  expect(packets[1] / packets[0]).toBeLessThan(2.3);
});

it('PT6 who says something wrong of their packets is heard, and so is everybody else', async () => {
  const honest = await come(20);
  const seat = await meeting.join();
  const voice = seat.peer.audio();
  const { codecs, ...rest } = voice.rtpParameters;
  const rtpParameters = {
    ...rest,
    codecs: codecs.map((codec) => ({ ...codec, parameters: { ...codec.parameters, ptime: 2_000_000 } })),
  };
  const wrong = await seat.publish(voice, 'microphone', { rtpParameters });
  voice.level = -20;
  honest.voice.level = -30;
  await viewer.receive(wrong);
  await viewer.receive(honest.voiceId);
  await until('both to be heard', () => {
    return levels[seat.ref.endpoint] === -20 && levels[honest.seat.ref.endpoint] === -30;
  });
});
