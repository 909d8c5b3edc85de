import {
  makeSourceId,
  mediaKindOf,
  participantId,
  SOURCE_KINDS,
  type ConferenceView,
  type MediaRoute,
  type P2pAction,
  type SourceKind,
  type SourceView,
} from '@treff/protocol';
import type { types } from 'mediasoup-client';
import { describe, expect, test } from 'vitest';
import { consumerOf, fakeBridgeDevice } from '../../test/fake-bridge-device.ts';
import { FakeClock } from '../../test/fake-clock.ts';
import { asReceiver, asTrack, FakeReceiver, FakeTrack, turn } from '../../test/fake-media.ts';
import { offer, OTHER, SELF, view } from '../../test/meeting-messages.ts';
import { IceServerList } from './ice-server-list.ts';
import type { PathState } from './path.ts';
import { SeatMedia, type DirectPath, type HeldCall, type SeatMediaOptions } from './seat-media.ts';

type ConnectOptions = Parameters<SeatMediaOptions['connect']>[0];

class FakeDirect implements DirectPath {
  readonly options: ConnectOptions;
  readonly fakes = new Map(SOURCE_KINDS.map((kind) => [kind, new FakeReceiver(mediaKindOf(kind))]));
  readonly receivers = new Map([...this.fakes].map(([kind, fake]) => [kind, asReceiver(fake)]));
  readonly outgoing = new Map<SourceKind, MediaStreamTrack | undefined>();
  readonly told: string[] = [];
  state: PathState = 'connecting';
  closed = false;

  constructor(options: ConnectOptions) {
    this.options = options;
  }

  become(state: PathState): void {
    this.state = state;
    this.options.changed();
  }
  setTrack(kind: SourceKind, track: MediaStreamTrack | undefined): void {
    this.outgoing.set(kind, track);
  }
  handle({ action }: P2pAction): void {
    this.told.push(action);
  }
  caughtUp(): void {
    this.told.push('caughtUp');
  }
  peerReturned(): void {
    this.told.push('peerReturned');
  }
  networkChanged(): void {
    this.told.push('networkChanged');
  }
  setIceServers(): void {
    this.told.push('setIceServers');
  }
  remoteLevel(): number {
    return -20;
  }
  async getStats(): Promise<RTCStatsReport> {
    return new Map();
  }
  close(): void {
    this.closed = true;
  }
}

const p2p = { generation: 1, peer: OTHER, offers: true } as const;
const ALONE: MediaRoute = { mode: 'none', move: 0, bridge: false };
const TRYING: MediaRoute = { mode: 'p2p', move: 1, bridge: false, p2p };
const HELPED: MediaRoute = { ...TRYING, bridge: true };
const LEAVING: MediaRoute = { mode: 'bridge', move: 2, bridge: true, p2p };
const LEFT: MediaRoute = { mode: 'bridge', move: 2, bridge: true };

const camera: SourceView = {
  id: makeSourceId(OTHER, 'camera', 0),
  kind: 'camera',
  muted: false,
  blocked: false,
};
const microphone: SourceView = {
  id: makeSourceId(OTHER, 'microphone', 1),
  kind: 'microphone',
  muted: true,
  blocked: false,
};
const bert = {
  id: OTHER,
  displayName: 'Bert',
  role: 'participant',
  verified: false,
  connection: 'connected',
} as const;

function conference(route: MediaRoute, change: Partial<ConferenceView> = {}): ConferenceView {
  const [ann] = view().participants;
  return view({
    route,
    participants: ann === undefined ? [] : [ann, bert],
    sources: [camera, microphone],
    ...change,
  });
}

async function start(
  first: ConferenceView = conference(ALONE),
  direct: 'any' | 'relay' | 'never' = 'any',
  held?: HeldCall,
  receives = true,
) {
  const { device, sending, receiving } = await fakeBridgeDevice();
  const clock = new FakeClock();
  const directs: FakeDirect[] = [];
  const said: [number, boolean][] = [];
  const sent: string[] = [];
  const levels: number[] = [];
  const media = new SeatMedia({
    view: first,
    held,
    device,
    scales: new Set(),
    sendMedia: (_generation, { action }) => sent.push(action) > 0,
    sendP2p: (generation, { action }) => sent.push(`p2p ${generation} ${action}`) > 0,
    sayReady: (move, ready) => said.push([move, ready]),
    connect: (options) => {
      const path = new FakeDirect(options);
      directs.push(path);
      return path;
    },
    iceServers: new IceServerList(clock, () => true),
    direct: () => direct,
    clock,
    random: () => 0.5,
    log: () => undefined,
    listener: {
      changed: () => undefined,
      formsChanged: () => undefined,
      renewed: () => undefined,
      refused: () => undefined,
      level: (_participant, level) => levels.push(level),
    },
  });
  // Most tests are about what happens when both ways are set up.
  if (!receives) media.update(first);
  media.bridge.accept({ ...offer(1), consumers: [consumerOf(OTHER, 'camera', 0)] });
  await turn();
  receiving[0]?.setState('connected');
  media.update(first);
  const bridged = receiving[0]?.receivers.get(consumerOf(OTHER, 'camera', 0).id) ?? new FakeReceiver('video');
  /** Lets what counts be looked at: once for what was before, and once more. */
  const look = async (...receivers: (FakeReceiver | undefined)[]) => {
    for (let round = 0; round < 3; round++) {
      for (const receiver of receivers) if (receiver !== undefined) receiver.count++;
      clock.advance(50);
      await turn();
    }
  };
  const seen = () => media.tracks.get(camera.id);
  const overBridge = () => media.bridge.tracks.get(camera.id);
  const last = () => {
    const path = directs.at(-1);
    if (path === undefined) throw new Error('no direct connection');
    return path;
  };
  return {
    receiving,
    media,
    clock,
    sending,
    directs,
    said,
    sent,
    levels,
    bridged,
    look,
    seen,
    last,
    overBridge,
  };
}

/** Two who see each other directly. */
async function talking() {
  const all = await start();
  all.media.update(conference(TRYING));
  all.last().become('connected');
  await all.look(all.last().fakes.get('camera'));
  return all;
}

describe('a conference that becomes big', () => {
  const crowd = (people: number) =>
    conference(LEFT, {
      participants: Array.from({ length: people }, (_, index) => ({
        ...bert,
        id: participantId.parse((index + 1).toString(16).padStart(8, '0')),
      })),
    });
  const form = ({ bridge }: SeatMedia) => bridge.formOf('microphone', asTrack(new FakeTrack('audio')));

  test('has longer packets of speech after a while, and who comes then from the first', async () => {
    const { media, clock } = await start(crowd(49));
    const short = form(media);
    media.update(crowd(50));
    expect(form(media)).toBe(short);
    clock.advance(20_000);
    const long = form(media);
    expect(long).not.toBe(short);
    expect(form((await start(crowd(50))).media)).toBe(long);
    media.update(crowd(39));
    clock.advance(20_000);
    expect(form(media)).toBe(short);
    media.update(crowd(50));
    media.close();
    clock.advance(20_000);
    expect(form(media)).toBe(short);
  });
});

describe('two', () => {
  test('connect directly when the route says so, and see each other there', async () => {
    const { media, last, directs, said, seen, overBridge } = await talking();
    expect(directs).toHaveLength(1);
    expect(last().options).toMatchObject({ offers: true, relayOnly: false });
    expect(seen()).toBe(last().fakes.get('camera')?.track);
    expect(seen()).not.toBe(overBridge());
    expect(media.way).toBe('p2p');
    expect(media.state).toBe('connected');
    expect(said).toEqual([[1, true]]);
  });

  test('do not say that they are ready before a picture has come', async () => {
    const { media, last, said, look } = await start();
    media.update(conference(TRYING));
    expect(media.state).toBe('connecting');
    last().become('connected');
    await look();
    expect(said).toEqual([]);
    expect(last().fakes.get('camera')?.count).toBe(0);
  });

  test('see each other over the bridge as long as nothing comes directly', async () => {
    const { media, clock, last, said, seen, bridged, overBridge, look } = await start();
    media.update(conference(HELPED));
    await look(bridged);
    expect(seen()).toBe(overBridge());
    expect(media.way).toBe('bridge');
    last().become('connected');
    await look(last().fakes.get('camera'));
    expect(seen()).toBe(last().fakes.get('camera')?.track);
    clock.advance(1_000);
    expect(said).toEqual([[1, true]]);
  });

  test('go back to the bridge when the direct connection is lost, and say so at once', async () => {
    const { media, clock, last, said, seen, bridged, overBridge, look } = await talking();
    const direct = seen();
    last().become('reconnecting');
    expect(said).toEqual([
      [1, true],
      [1, false],
    ]);
    expect(seen()).toBe(direct);
    expect(media.state).toBe('reconnecting');
    media.update(conference(HELPED));
    await look(bridged);
    expect(seen()).toBe(overBridge());
    expect(media.state).toBe('connected');
    last().become('connected');
    await look(last().fakes.get('camera'));
    expect(seen()).toBe(direct);
    clock.advance(1_000);
    expect(said.at(-1)).toEqual([1, true]);
  });

  test('send over the bridge what they send only while the route says so', async () => {
    const { media, sending } = await talking();
    const track = asTrack(new FakeTrack('video', { width: 1280, height: 720 }));
    const id = makeSourceId(SELF, 'camera', 0);
    const producers: types.Producer[] = [];
    const fed = () => producers[0]?.track;
    for (const { transport } of sending)
      transport.observer.on('newproducer', (producer) => producers.push(producer));
    await media.bridge.publish({ id, kind: 'camera', track, muted: () => false });
    media.setOutgoing('camera', track);
    expect(fed()).toBe(null);
    media.update(conference(LEAVING));
    await turn();
    expect(fed()).toBe(track);
    media.update(conference({ ...TRYING, move: 3 }));
    await turn();
    expect(fed()).toBe(null);
    expect(media.bridge.inventory()?.publishing).toEqual([id]);
  });

  test('send directly what they sent before there was a connection, and what comes after', async () => {
    const { media, last } = await start();
    const [before, after] = [asTrack(new FakeTrack('audio')), asTrack(new FakeTrack('video'))];
    media.setOutgoing('microphone', before);
    media.update(conference(TRYING));
    media.setOutgoing('camera', after);
    expect(last().outgoing.get('microphone')).toBe(before);
    expect(last().outgoing.get('camera')).toBe(after);
    media.setOutgoing('camera', undefined);
    expect(last().outgoing.get('camera')).toBeUndefined();
  });

  test('are heard by each other though the bridge does not hear them', async () => {
    const { clock, levels } = await talking();
    clock.advance(1_000);
    expect(levels.length).toBeGreaterThan(1);
    expect(levels[0]).toBe(-20);
  });

  test('who does not want it connects to nobody, and somebody who hides only through a relay', async () => {
    const never = await start(conference(TRYING), 'never');
    expect(never.directs).toEqual([]);
    const hidden = await start(conference(TRYING), 'relay');
    expect(hidden.last().options.relayOnly).toBe(true);
  });
});

test('what the bridge could bring is set up when the direct picture is there, or when the bridge is to help', async () => {
  const helped = await start(conference(TRYING), 'any', undefined, false);
  await turn();
  expect(helped.receiving[0]?.negotiations).toEqual([]);
  helped.media.update(conference(HELPED));
  await turn();
  expect(helped.receiving[0]?.negotiations[0]).toBe(1);

  const direct = await start(conference(TRYING), 'any', undefined, false);
  direct.last().become('connected');
  await direct.look(direct.last().fakes.get('camera'));
  expect(direct.receiving[0]?.negotiations).toEqual([]);
  direct.clock.advance(1_000);
  await turn();
  expect(direct.receiving[0]?.negotiations[0]).toBe(1);
});

describe('a third', () => {
  test('nobody changes over before the picture has come over the bridge', async () => {
    const { media, clock, last, said, seen, bridged, overBridge, look } = await talking();
    const direct = seen();
    media.update(conference(LEAVING));
    await look(last().fakes.get('camera'));
    expect(seen()).toBe(direct);
    expect(said).toEqual([[1, true]]);
    await look(bridged);
    expect(seen()).toBe(overBridge());
    // The page needs a moment to change over, too.
    expect(said).toEqual([[1, true]]);
    clock.advance(1_000);
    expect(said.at(-1)).toEqual([2, true]);
    expect(last().closed).toBe(false);
    media.update(conference(LEFT));
    expect(last().closed).toBe(true);
    expect(seen()).toBe(overBridge());
  });

  test('nobody lets the old way go for a move that was over before its moment had passed', async () => {
    const { media, clock, said, bridged, look } = await talking();
    media.update(conference(LEAVING));
    await look(bridged);
    media.update(conference({ ...LEFT, move: 3 }));
    clock.advance(1_000);
    expect(said).toEqual([[1, true]]);
  });

  test('a picture that does not come is asked for again', async () => {
    const { media, sent, clock } = await talking();
    sent.length = 0;
    media.update(conference(LEAVING));
    clock.advance(3_000);
    expect(sent.filter((action) => action === 'start')).toHaveLength(2);
  });

  test('what is muted or hidden keeps nobody waiting', async () => {
    const { media, clock, said } = await talking();
    media.setShown(new Set());
    media.update(conference(LEAVING));
    clock.advance(1_000);
    expect(said.at(-1)).toEqual([2, true]);
  });

  test('what the bridge withholds keeps nobody waiting, and is told once it comes no other way', async () => {
    const { media, clock, said, seen, last } = await talking();
    media.setShown(new Set([camera.id]));
    media.bridge.handle(1, { action: 'forwarded', withheld: { [camera.id]: 'last-n' } });
    expect(media.withheld).toEqual({});
    expect(seen()).toBe(last().fakes.get('camera')?.track);
    media.update(conference(LEAVING));
    expect(media.withheld).toEqual({ [camera.id]: 'last-n' });
    clock.advance(1_000);
    expect(said.at(-1)).toEqual([2, true]);
    const told = media.withheld;
    media.bridge.handle(1, { action: 'forwarded', withheld: { [camera.id]: 'last-n' } });
    expect(media.withheld).toBe(told);
    media.setShown(new Set());
    expect(media.withheld).toEqual({});
  });

  test('nobody asks for key frames of what the bridge withholds', async () => {
    const { media, sent, clock } = await talking();
    media.update(conference(LEFT));
    media.bridge.handle(1, { action: 'forwarded', withheld: { [camera.id]: 'bandwidth' } });
    sent.length = 0;
    clock.advance(20_000);
    expect(sent).not.toContain('start');
    media.bridge.handle(1, { action: 'forwarded', withheld: {} });
    clock.advance(1_000);
    expect(sent).toContain('start');
  });

  test('who leaves at once changes nothing for who is still on the way', async () => {
    const { media, last, seen, bridged, overBridge, look } = await talking();
    media.update(conference(LEAVING));
    media.update(conference(LEFT));
    expect(last().closed).toBe(true);
    expect(seen()).toBe(overBridge());
    media.update(conference({ ...HELPED, move: 3, p2p: { ...p2p, generation: 2 } }));
    await look(bridged);
    expect(seen()).toBe(overBridge());
    last().become('connected');
    await look(last().fakes.get('camera'));
    expect(seen()).toBe(last().fakes.get('camera')?.track);
  });
});

describe('messages', () => {
  test('reach the connection of their generation alone', async () => {
    const { media, last, sent } = await talking();
    media.handleP2p(1, { action: 'restart' });
    media.handleP2p(2, { action: 'restart' });
    expect(last().told).toEqual(['restart']);
    last().options.send({ action: 'restart' });
    expect(sent).toContain('p2p 1 restart');
  });

  test('a connection hears that this end, or the other, can be reached again', async () => {
    const { media, last } = await talking();
    const away = conference(TRYING, { participants: [{ ...bert, connection: 'interrupted' }] });
    media.update(away);
    media.update(conference(TRYING));
    media.caughtUp();
    expect(last().told).toEqual(['peerReturned', 'caughtUp']);
  });
});

describe('a server that comes back without the conference', () => {
  /** The call goes on in a new seat of the same person, alone there at first. */
  async function back() {
    const before = await talking();
    const held = before.media.release();
    before.media.close();
    if (held === undefined) throw new Error('nothing to hold');
    const alone = conference(ALONE, { participants: view().participants, sources: [] });
    const after = await start(alone, 'any', held);
    return { before, after, alone, direct: before.last() };
  }

  test('finds them still talking: the other is seen as somebody who is away for a moment', async () => {
    const { after, direct } = await back();
    expect(direct.closed).toBe(false);
    expect(after.media.view.participants.at(-1)).toEqual({ ...bert, connection: 'interrupted' });
    expect(after.media.tracks.get(camera.id)).toBe(direct.fakes.get('camera')?.track);
    expect(direct.options.send({ action: 'restart' })).toBe(false);
  });

  test('they go on as before, and change over to the new connection when it carries', async () => {
    const { after, direct } = await back();
    const again = { ...camera, id: makeSourceId(OTHER, 'camera', 5) };
    const both = conference(TRYING, {
      sources: [again, { ...microphone, id: makeSourceId(OTHER, 'microphone', 6) }],
    });
    after.media.update(both);
    expect(after.media.view).toBe(both);
    expect(after.media.tracks.get(again.id)).toBe(direct.fakes.get('camera')?.track);
    expect(after.media.way).toBe('p2p');
    after.last().become('connected');
    await after.look(after.last().fakes.get('camera'));
    expect(after.media.tracks.get(again.id)).toBe(after.last().fakes.get('camera')?.track);
    // The page needs a moment to change over.
    expect(direct.closed).toBe(false);
    after.clock.advance(1_000);
    expect(direct.closed).toBe(true);
    expect(after.said).toEqual([[1, true]]);
  });

  test('who does not come back is gone after a while, and at once if the connection breaks', async () => {
    const one = await back();
    one.after.clock.advance(15_000);
    expect(one.after.media.view).toBe(one.alone);
    expect(one.direct.closed).toBe(true);
    const other = await back();
    other.direct.become('reconnecting');
    expect(other.after.media.view).toBe(other.alone);
    expect(other.direct.closed).toBe(true);
  });
});
