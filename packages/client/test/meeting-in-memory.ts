import type { ClientMessage, ServerMessage } from '@treff/protocol';
import type { Environment, PageListener } from '../src/media/environment.ts';
import { meetingIn } from '../src/media/meeting.ts';
import type { MeetingOptions } from '../src/media/types.ts';
import { fakeBridgeDevice } from './fake-bridge-device.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeDevices, turn } from './fake-media.ts';
import { FakeNetwork } from './fake-network.ts';
import { joined, welcome } from './meeting-messages.ts';

const muted = { startWithAudioMuted: true, startWithVideoMuted: true };

/** A meeting in a world of fakes, before the server has said anything. */
export async function start(options: Partial<MeetingOptions> = {}, change: Partial<Environment> = {}) {
  const clock = new FakeClock();
  const network = new FakeNetwork();
  const browser = new FakeDevices();
  const bridge = await fakeBridgeDevice();
  let page: PageListener | undefined;
  const meeting = meetingIn(
    {
      clock,
      random: () => 0,
      log: () => undefined,
      openSocket: network.openSocket,
      deviceAccess: browser.access,
      isSupported: true,
      createStream: () => {
        throw new Error('no stream here');
      },
      createConnection: () => {
        throw new Error('no direct connection here');
      },
      loadDevice: async () => bridge.device,
      probeScales: async () => new Set(),
      createMeters: () => ({
        create: () => ({ read: () => -20, close: () => undefined }),
        close: () => undefined,
      }),
      watchPage: (listener, signal) => {
        page = listener;
        signal.addEventListener('abort', () => (page = undefined));
      },
      ...change,
    },
    { url: 'wss://host/ws', room: 'Room', resolution: undefined, ...muted, ...options },
  );
  const phase = () => meeting.getState().phase.name;
  const send = async (...messages: ServerMessage[]) => {
    for (const message of messages) network.last.send(message);
    await turn();
  };
  /** From the opening of a socket to the prejoin page. */
  const greet = async () => {
    network.last.accept();
    await send(welcome);
  };
  return { meeting, clock, network, browser, bridge, phase, send, greet, page: () => page };
}

/** In a seat, with everything sent so far taken; `change`: of what the server says then. */
export async function seated(
  options: Partial<MeetingOptions> = {},
  change: Parameters<typeof joined>[0] = {},
) {
  const all = await start(options);
  await all.greet();
  all.meeting.join({ displayName: ' Ann ' });
  await all.send(joined(change));
  all.network.last.take();
  return all;
}

/** What was sent, by the names of it. */
export const actions = (messages: ClientMessage[]) =>
  messages.map((message) => {
    if (message.type === 'media') return message.body.action;
    return message.type === 'command' ? message.command.type : message.type;
  });
