import { afterEach, describe, expect, it } from 'vitest';
import { NativeMeeting, until } from './native-meeting.ts';

let meeting: NativeMeeting | undefined;
afterEach(async () => {
  await meeting?.close();
  meeting = undefined;
});

async function expectToHearOneAnother(
  made: NativeMeeting,
  settings: Parameters<NativeMeeting['join']>[0],
): Promise<void> {
  const [ann, ben] = [await made.join(settings), await made.join(settings)];
  const [voice, answer] = [await ann.publishMicrophone(), await ben.publishMicrophone()];
  await ben.receive(voice, 10);
  await ann.receive(answer, 10);
}

describe('transports', () => {
  it('carry sound over UDP, and are reported as connected', async () => {
    meeting = await NativeMeeting.open();
    await expectToHearOneAnother(meeting, { protocol: 'udp' });
    const { events } = meeting;
    const connected = () =>
      events.flatMap((event) =>
        event.type === 'transport-state' && event.state === 'connected'
          ? `${event.endpoint} ${event.transport}`
          : [],
      );
    await until('four connected transports', () => connected().length === 4);
    expect(new Set(connected()).size).toBe(4);
  });

  it('carry sound over TCP where UDP is blocked', async () => {
    meeting = await NativeMeeting.open();
    await expectToHearOneAnother(meeting, { protocol: 'tcp' });
  });

  it('carry sound over IPv6', async () => {
    meeting = await NativeMeeting.open({ advertise: ['::1'] });
    await expectToHearOneAnother(meeting, {});
  });

  it('carry sound between IPv4 and IPv6, UDP and TCP', async () => {
    meeting = await NativeMeeting.open({ advertise: ['127.0.0.1', '::1'] });
    const four = await meeting.join({ bindAddress: '127.0.0.1' });
    const six = await meeting.join({ bindAddress: '::1', protocol: 'tcp' });
    expect((await four.receive(await six.publishMicrophone(), 10)).receiver.lost).toBe(0);
    expect((await six.receive(await four.publishMicrophone(), 10)).receiver.lost).toBe(0);
  });
});
