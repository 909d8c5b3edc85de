import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CameraCaps, P2pAction } from '@treff/protocol';
import { FakeClock } from '../../test/fake-clock.ts';
import { asTrack, FakeTrack } from '../../test/fake-media.ts';
import { FakeAir, type FakePeerConnection } from '../../test/fake-peer-connection.ts';
import { P2pPath } from './p2p-path.ts';

interface End {
  readonly path: P2pPath;
  readonly connection: FakePeerConnection;
  /** What it said that has not arrived yet, oldest first. */
  readonly outbox: P2pAction[];
  /** All it ever said. */
  readonly said: P2pAction[];
  /** Whether its socket takes messages. */
  online: boolean;
  changes: number;
  readonly logged: string[];
}

function pair({ relayOnly = false, cameraCaps }: { relayOnly?: boolean; cameraCaps?: CameraCaps } = {}) {
  const clock = new FakeClock();
  const air = new FakeAir();
  let streams = 0;
  const end = (offers: boolean): End => {
    const made: { connection?: FakePeerConnection } = {};
    const state = {
      outbox: [] as P2pAction[],
      said: [] as P2pAction[],
      online: true,
      changes: 0,
      logged: [] as string[],
    };
    const path = new P2pPath({
      offers,
      iceServers: [{ urls: 'stun:example' }],
      relayOnly,
      cameraCaps,
      createConnection: (configuration) => {
        made.connection = air.create(configuration);
        return made.connection.asReal;
      },
      createStream: () => ({ id: `stream${streams++}` }) as MediaStream,
      send: (action) => {
        if (!state.online) return false;
        state.outbox.push(action);
        state.said.push(action);
        return true;
      },
      clock,
      log: (level, message) => void (level === 'warn' && state.logged.push(message)),
      changed: () => void state.changes++,
    });
    if (made.connection === undefined) throw new Error('it made no connection');
    return Object.assign(state, { path, connection: made.connection });
  };
  const [one, other] = [end(true), end(false)];
  const otherOf = (each: End) => (each === one ? other : one);
  /** Lets everything happen and arrive that waits for nothing but its turn. */
  const settle = async () => {
    for (;;) {
      await turn();
      const before = one.said.length + other.said.length;
      const gathered = air.gather();
      clock.advance(10);
      let delivered = false;
      for (const each of [one, other]) {
        for (const action of each.outbox.splice(0)) {
          delivered = true;
          otherOf(each).path.handle(action);
        }
      }
      await turn();
      if (!gathered && !delivered && one.said.length + other.said.length === before) return;
    }
  };
  return { clock, air, one, other, settle };
}

/** Lets everything happen that waits for nothing but other promises. */
async function turn(): Promise<void> {
  for (let ticks = 0; ticks < 50; ticks++) await Promise.resolve();
}

const states = (...ends: End[]) => ends.map(({ path }) => path.state);
const actions = ({ said }: End) => said.map(({ action }) => action);

test('two ends connect, and each receives all four kinds', async () => {
  const { one, other, settle } = pair();
  expect(states(one, other)).toEqual(['connecting', 'connecting']);
  await settle();
  expect(states(one, other)).toEqual(['connected', 'connected']);
  for (const { path, logged } of [one, other]) {
    expect([...path.receivers.keys()]).toEqual(['microphone', 'camera', 'screen', 'screenAudio']);
    expect(logged).toEqual([]);
  }
  expect(other.connection.transceivers.map(({ direction }) => direction)).toEqual(Array(4).fill('sendrecv'));
  expect(actions(one).filter((action) => action === 'offer')).toHaveLength(1);
});

test('whatever messages get lost, both ends connect once both sockets are back', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          {
            weight: 6,
            arbitrary: fc.record({
              what: fc.constant('deliver' as const),
              from: fc.nat(1),
              lost: fc.boolean(),
            }),
          },
          { weight: 2, arbitrary: fc.record({ what: fc.constant('gather' as const) }) },
          { weight: 2, arbitrary: fc.record({ what: fc.constant('wait' as const), ms: fc.nat(8_000) }) },
          {
            weight: 1,
            arbitrary: fc.record({
              what: fc.constant('online' as const),
              of: fc.nat(1),
              online: fc.boolean(),
            }),
          },
          { weight: 1, arbitrary: fc.record({ what: fc.constant('network' as const), of: fc.nat(1) }) },
          { weight: 1, arbitrary: fc.record({ what: fc.constant('air' as const), carries: fc.boolean() }) },
        ),
        { maxLength: 40 },
      ),
      async (steps) => {
        const { clock, air, one, other, settle } = pair();
        const ends = [one, other] as const;
        const end = (index: number) => (index === 0 ? one : other);
        for (const step of steps) {
          if (step.what === 'deliver') {
            const action = end(step.from).outbox.shift();
            if (action !== undefined && !step.lost) end(1 - step.from).path.handle(action);
          } else if (step.what === 'gather') air.gather();
          else if (step.what === 'wait') clock.advance(step.ms);
          else if (step.what === 'online') end(step.of).online = step.online;
          else if (step.what === 'network') end(step.of).path.networkChanged();
          else {
            air.carries = step.carries;
            air.settle();
          }
          await turn();
        }
        air.carries = true;
        air.settle();
        for (const each of ends) {
          each.outbox.length = 0;
          each.online = true;
          each.path.caughtUp();
        }
        await settle();
        for (let seconds = 0; seconds < 3; seconds++) {
          clock.advance(1_000); // what the other end asks for too soon after the last time waits
          await settle();
        }
        expect(states(...ends)).toEqual(['connected', 'connected']);
        expect(ends.map(({ logged }) => logged)).toEqual([[], []]);
        for (const { path } of ends) path.close();
        expect(clock.waiting).toBe(0);
      },
    ),
    { numRuns: 300 },
  );
});

test('what is sent is the latest wish, and each kind is encoded for what it is', async () => {
  const { one, other, settle } = pair();
  const [camera, later, screen, voice] = [
    new FakeTrack('video', { width: 640, height: 360 }),
    new FakeTrack('video', { width: 1280, height: 720 }),
    new FakeTrack('video', { width: 1920, height: 1080 }),
    new FakeTrack('audio'),
  ].map(asTrack);
  other.path.setTrack('camera', camera);
  other.path.setTrack('microphone', voice);
  await settle();
  const [first, second, third] = other.connection.transceivers.map(({ sender }) => sender);
  expect([first?.track, second?.track, third?.track]).toEqual([voice, camera, null]);
  expect(second?.parameters.encodings).toEqual([{ scaleResolutionDownBy: 1, maxBitrate: 735_294 }]);
  expect(first?.parameters.encodings).toEqual([{}]);

  const { promise, resolve } = Promise.withResolvers<void>();
  if (second === undefined) throw new Error('there is no section for a camera');
  second.held = promise;
  other.path.setTrack('camera', undefined);
  second.held = undefined; // a browser may take longer for the one than for the next
  other.path.setTrack('camera', later);
  other.path.setTrack('screen', screen);
  other.path.setTrack('microphone', undefined);
  resolve();
  const before = one.said.length + other.said.length;
  await settle();
  expect([first?.track, second?.track, third?.track]).toEqual([null, later, screen]);
  expect(second?.parameters.encodings[0]?.maxBitrate).toBe(2_500_000);
  expect(third?.parameters).toMatchObject({
    degradationPreference: 'maintain-resolution',
    encodings: [{ maxBitrate: 2_500_000 }],
  });
  expect(one.said.length + other.said.length).toBe(before);
});

test('a camera is no larger than the conference wants it, and a screen is as it was', async () => {
  const { one, settle } = pair({ cameraCaps: { maxHeight: 360, maxBitrate: 400_000 } });
  await settle();
  const size = { width: 1280, height: 720 };
  for (const kind of ['camera', 'screen'] as const)
    one.path.setTrack(kind, asTrack(new FakeTrack('video', size)));
  await settle();
  const [, camera, screen] = one.connection.transceivers.map(({ sender }) => sender);
  expect(camera?.parameters.encodings[0]).toMatchObject({ scaleResolutionDownBy: 2, maxBitrate: 400_000 });
  expect(screen?.parameters.encodings[0]).toMatchObject({ scaleResolutionDownBy: 1, maxBitrate: 2_500_000 });
});

test('voice and camera are one stream to the other end, the screen and its sound another', async () => {
  const { one, other, settle } = pair();
  await settle();
  one.path.networkChanged();
  await settle();
  for (const { connection } of [one, other]) {
    const [microphone, camera, screen, screenAudio] = connection.transceivers.map(({ streams }) => streams);
    expect([microphone, screen]).toEqual([camera, screenAudio]);
    expect(camera).not.toEqual(screen);
    expect(camera).toHaveLength(1);
  }
});

test('a connection that is lost is asked for again after 2 s, by the one that makes the offers', async () => {
  const { clock, air, one, other, settle } = pair();
  await settle();
  air.carries = false;
  air.settle();
  expect(states(one, other)).toEqual(['reconnecting', 'reconnecting']);
  clock.advance(1_900);
  await turn();
  expect([...one.outbox, ...other.outbox]).toEqual([]);
  clock.advance(100);
  await turn();
  expect(one.outbox).toMatchObject([{ action: 'offer', attempt: 2 }]);
  expect(other.outbox).toEqual([{ action: 'restart' }]);
  air.carries = true;
  await settle();
  expect(states(one, other)).toEqual(['connected', 'connected']);
  expect(other.connection.inForce).toEqual(['end2gen2', 'end1gen2']);
});

test('another network is made use of at once, at either end', async () => {
  const { one, other, settle } = pair();
  await settle();
  other.path.networkChanged();
  await settle();
  one.path.networkChanged();
  await settle();
  expect(one.connection.inForce).toEqual(['end1gen3', 'end2gen3']);
  expect(states(one, other)).toEqual(['connected', 'connected']);
});

test('in another network what was tried in vain before is no reason to wait', async () => {
  const { clock, air, one, settle } = pair();
  air.carries = false;
  await settle();
  clock.advance(120_000);
  await turn();
  const before = one.said.length;
  one.path.networkChanged();
  await turn();
  expect(one.said.slice(before)).toMatchObject([{ action: 'offer' }]);
});

test('it never gives up, and asks ever more rarely', async () => {
  const { clock, air, one, other, settle } = pair();
  air.carries = false;
  for (let seconds = 0; seconds < 600; seconds++) {
    await settle();
    clock.advance(1_000);
  }
  const offers = new Set(one.said.flatMap((action) => (action.action === 'offer' ? [action.attempt] : [])));
  expect(offers.size).toBeGreaterThan(20);
  expect(offers.size).toBeLessThan(27);
  expect(one.said.length + other.said.length).toBeLessThan(400);
  air.carries = true;
  clock.advance(30_000);
  await settle();
  expect(states(one, other)).toEqual(['connected', 'connected']);
});

test('candidates that were lost come with the description when it is said again, whichever end was cut off', async () => {
  for (const cutOff of ['one', 'other'] as const) {
    const ends = pair();
    const { clock, air, one, other } = ends;
    await turn();
    other.path.handle(one.outbox.shift() ?? { action: 'restart' });
    await turn();
    one.path.handle(other.outbox.shift() ?? { action: 'restart' });
    while (air.gather());
    clock.advance(10);
    for (const { outbox } of [one, other]) outbox.length = 0;
    expect(states(one, other)).toEqual(['connecting', 'connecting']);
    ends[cutOff].path.caughtUp();
    await ends.settle();
    expect(states(one, other)).toEqual(['connected', 'connected']);
    expect(one.connection.inForce).toEqual(['end1gen1', 'end2gen1']);
  }
});

test('an offer whose answer got lost is said again when the other end returns, though the old connection still stands', async () => {
  const { one, other, settle } = pair();
  await settle();
  one.path.networkChanged();
  await turn();
  other.path.handle(one.outbox.shift() ?? { action: 'restart' });
  await turn();
  other.outbox.length = 0;
  expect(one.path.state).toBe('connected');
  one.path.peerReturned();
  await settle();
  expect(one.connection.inForce).toEqual(['end1gen2', 'end2gen2']);
  expect(states(one, other)).toEqual(['connected', 'connected']);
});

test('while nothing can be sent nothing is tried', async () => {
  const { clock, air, one, other, settle } = pair();
  await settle();
  one.online = false;
  air.carries = false;
  air.settle();
  for (let seconds = 0; seconds < 600; seconds++) {
    clock.advance(1_000);
    await turn();
  }
  one.online = true;
  air.carries = true;
  one.outbox.length = 0;
  other.outbox.length = 0;
  one.path.caughtUp();
  await turn();
  expect(one.outbox).toMatchObject([{ action: 'offer', attempt: 3 }]);
  await settle();
  expect(states(one, other)).toEqual(['connected', 'connected']);
});

test('an answer that never comes is asked for again', async () => {
  const { clock, one, settle } = pair();
  await turn();
  one.outbox.length = 0;
  clock.advance(5_000);
  await turn();
  expect(one.outbox).toMatchObject([{ action: 'offer', attempt: 2 }]);
  await settle();
  expect(one.path.state).toBe('connected');
});

test('an offer that comes twice is answered twice alike, and negotiated once', async () => {
  const { one, other, settle } = pair();
  await turn();
  const [offer] = one.outbox;
  await settle();
  if (offer === undefined) throw new Error('no offer was made');
  const before = other.said.length;
  other.path.handle(offer);
  await settle();
  other.path.handle(offer);
  await settle();
  const answers = other.said.filter(({ action }) => action === 'answer');
  expect(answers.length).toBeGreaterThan(1);
  expect(other.said.slice(before).every(({ action }) => action === 'answer')).toBe(true);
  expect(other.connection.inForce).toEqual(['end2gen1', 'end1gen1']);
  expect(states(one, other)).toEqual(['connected', 'connected']);
});

test('candidates that come before their description wait for it, those of another attempt are dropped', async () => {
  const { other } = pair();
  const { one: stranger } = pair();
  await turn();
  const candidate = (usernameFragment: string) => ({
    candidate: `candidate:9 1 udp 1 192.0.2.9 9 typ host ufrag ${usernameFragment}`,
    sdpMid: '0',
    sdpMLineIndex: 0,
    usernameFragment,
  });
  const candidates = (attempt: number, fragment: string) =>
    other.path.handle({ action: 'candidates', attempt, candidates: [candidate(fragment)] });
  candidates(1, 'end1gen1');
  candidates(1, 'end1gen0');
  await turn();
  expect(other.connection.added).toEqual([]);
  const [offer] = stranger.outbox;
  if (offer === undefined) throw new Error('no offer was made');
  other.path.handle(offer);
  await turn();
  candidates(0, 'end1gen1');
  candidates(1, 'end1gen1');
  candidates(1, 'end1gen2');
  await turn();
  expect(other.connection.added).toEqual([candidate('end1gen1'), candidate('end1gen1')]);
});

test('candidates travel a few at a time, and their end is told once', async () => {
  const { air, one, settle } = pair();
  await turn();
  for (let each = 0; each < 100; each++) {
    one.connection.dispatchEvent(
      Object.assign(new Event('icecandidate'), {
        candidate: {
          candidate: `candidate:${each}`,
          sdpMid: '0',
          sdpMLineIndex: 0,
          usernameFragment: 'end1gen1',
        },
      }),
    );
  }
  while (air.gather());
  one.connection.dispatchEvent(Object.assign(new Event('icecandidate'), { candidate: null }));
  await settle();
  const batches = one.said.flatMap((action) => (action.action === 'candidates' ? [action.candidates] : []));
  expect(batches[0]).toHaveLength(64);
  expect(batches[1]?.length).toBeGreaterThan(30);
  expect(batches.flat().filter(({ candidate }) => candidate === '')).toHaveLength(1);
});

test('a description with other sections is refused, and the connection stays as it is', async () => {
  const { one, other, settle } = pair();
  await settle();
  const sdp =
    'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n';
  other.path.handle({ action: 'offer', attempt: 7, sdp });
  one.path.networkChanged();
  one.path.handle({ action: 'answer', attempt: 2, sdp });
  await turn();
  expect(one.connection.signalingState).toBe('have-local-offer');
  expect([one.logged, other.logged]).toEqual([[expect.any(String)], [expect.any(String)]]);
  await settle();
  expect(states(one, other)).toEqual(['connected', 'connected']);
  expect(other.connection.inForce).toEqual(['end2gen2', 'end1gen2']);
});

test('each end takes only what the other may say', async () => {
  const { one, other, settle } = pair();
  await settle();
  const [offer] = one.said;
  const answer = other.said.find(({ action }) => action === 'answer');
  if (offer?.action !== 'offer' || answer?.action !== 'answer') throw new Error('nothing was negotiated');
  one.path.handle({ ...offer, attempt: 2 });
  other.path.handle({ ...answer, attempt: 2 });
  other.path.handle({ action: 'restart' });
  await settle();
  expect([one.connection.signalingState, other.connection.signalingState]).toEqual(['stable', 'stable']);
  expect(one.connection.inForce).toEqual(['end1gen1', 'end2gen1']);
});

test('one that asks without end is heeded now and then', async () => {
  const { clock, one, other, settle } = pair();
  await settle();
  const [offer] = one.said;
  if (offer?.action !== 'offer') throw new Error('no offer was made');
  const before = { one: one.said.length, other: other.said.length };
  for (let times = 1; times <= 100; times++) {
    one.path.handle({ action: 'restart' });
    other.path.handle({ ...offer, attempt: 1 + times, sdp: offer.sdp.replaceAll('gen1', `gen${1 + times}`) });
    await turn();
    clock.advance(20);
  }
  clock.advance(1_000);
  await turn();
  expect(
    actions(one)
      .slice(before.one)
      .filter((action) => action === 'offer').length,
  ).toBeLessThan(8);
  expect(
    actions(other)
      .slice(before.other)
      .filter((action) => action === 'answer').length,
  ).toBeLessThan(8);
  expect(other.connection.inForce[1]).toBe('end1gen101');
});

test('more candidates than anybody has are not tried', async () => {
  const { other, one, settle } = pair();
  await settle();
  const before = other.connection.added.length;
  for (let times = 0; times < 100; times++) {
    const candidate = `candidate:${times} 1 udp 1 198.51.100.1 1 typ host`;
    other.path.handle({
      action: 'candidates',
      attempt: 1,
      candidates: Array.from({ length: 64 }, () => ({ candidate, sdpMid: '0', sdpMLineIndex: 0 })),
    });
  }
  await settle();
  expect(other.connection.added.length).toBeGreaterThan(before);
  expect(other.connection.added.length).toBeLessThanOrEqual(128);
  expect(one.path.state).toBe('connected');
});

test('relay only, it shows no addresses of its own, and new credentials are there for the next restart', () => {
  const { one } = pair({ relayOnly: true });
  expect(one.connection.configuration).toMatchObject({
    iceServers: [{ urls: 'stun:example' }],
    iceTransportPolicy: 'relay',
    bundlePolicy: 'max-bundle',
  });
  one.path.setIceServers([{ urls: 'turn:example', username: 'u', credential: 'c' }]);
  expect(one.connection.configuration).toMatchObject({
    iceServers: [{ urls: 'turn:example' }],
    iceTransportPolicy: 'relay',
  });
});

test('a browser that wants its own description gets it', async () => {
  const { one, other, settle } = pair();
  one.connection.failing.setLocalDescription = new DOMException('not like this', 'InvalidModificationError');
  await settle();
  expect(states(one, other)).toEqual(['connected', 'connected']);
  expect(one.connection.localDescription?.sdp).not.toContain('usedtx');
  expect(other.connection.localDescription?.sdp).toContain('usedtx');
});

test.each(['createOffer', 'setLocalDescription', 'setRemoteDescription'] as const)(
  'a browser that fails once in %s connects with the next attempt',
  async (step) => {
    const { clock, one, other, settle } = pair();
    const failure = new DOMException('no', 'OperationError');
    one.connection.failing[step] = failure;
    if (step === 'setRemoteDescription') other.connection.failing[step] = failure;
    for (let times = 0; times < 3; times++) {
      await settle();
      clock.advance(5_000);
    }
    await settle();
    expect(states(one, other)).toEqual(['connected', 'connected']);
  },
);

test('closed in the middle of anything it is silent, and tracks that were sent go on', async () => {
  for (let ticks = 0; ticks < 40; ticks++) {
    const { clock, air, one, other } = pair();
    const track = new FakeTrack('video');
    for (const { path } of [one, other]) path.setTrack('camera', asTrack(track));
    for (let tick = 0; tick < ticks; tick++) {
      await Promise.resolve();
      air.gather();
      clock.advance(10);
      for (const [from, to] of [
        [one, other],
        [other, one],
      ] as const)
        for (const action of from.outbox.splice(0)) to.path.handle(action);
    }
    const changes = [one.changes, other.changes];
    for (const { path, outbox } of [one, other]) {
      outbox.length = 0;
      path.close();
      path.close();
      path.setTrack('camera', undefined);
      path.caughtUp();
      path.networkChanged();
    }
    while (air.gather());
    clock.advance(60_000);
    await turn();
    expect([...one.outbox, ...other.outbox, ...one.logged, ...other.logged]).toEqual([]);
    expect([one.changes, other.changes]).toEqual(changes);
    expect(track.readyState).toBe('live');
    expect(clock.waiting).toBe(0);
  }
});

test('the level of the other end is told while something comes', async () => {
  const { clock, one, settle } = pair();
  expect(one.path.remoteLevel()).toBeUndefined();
  await settle();
  const receiver = one.connection.transceivers[0]?.receiver;
  if (receiver === undefined) throw new Error('nothing is received');
  expect(one.path.remoteLevel()).toBeUndefined();
  receiver.sources = [{ audioLevel: 0.1, timestamp: 10 }];
  expect(one.path.remoteLevel()).toBeCloseTo(-20);
  clock.advance(400);
  receiver.sources = [{ audioLevel: 0, timestamp: 20 }];
  expect(one.path.remoteLevel()).toBe(-127);
  clock.advance(600);
  expect(one.path.remoteLevel()).toBeUndefined();
});
