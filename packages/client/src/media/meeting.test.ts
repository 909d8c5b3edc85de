import { incarnation, sourceId, type ClientMessage } from '@treff/protocol';
import { describe, expect, test } from 'vitest';
import { consumerOf } from '../../test/fake-bridge-device.ts';
import { turn } from '../../test/fake-media.ts';
import { actions, seated, start } from '../../test/meeting-in-memory.ts';
import { joined, offer, OTHER, SELF, view, welcome } from '../../test/meeting-messages.ts';

describe('phases', () => {
  test('connecting, prejoin, joining, joined, left', async () => {
    const { meeting, network, phase, greet, send } = await start();
    expect(phase()).toBe('connecting');
    await greet();
    expect(phase()).toBe('prejoin');
    expect(meeting.getState().room).toBe('room');
    network.last.take();
    meeting.join({ displayName: ' Ann ' });
    expect(phase()).toBe('joining');
    expect(network.last.take()).toMatchObject([{ type: 'join', displayName: 'Ann' }]);
    await send(joined());
    expect(meeting.getState()).toMatchObject({
      phase: { name: 'joined', session: 'connected', media: 'connected' },
      conference: { self: SELF },
    });
    meeting.leave();
    expect(meeting.getState()).toMatchObject({ phase: { name: 'left' }, conference: undefined });
    expect(network.last.take()).toEqual([{ type: 'leave' }]);
  });

  test('a join before the greeting is kept until then', async () => {
    const { meeting, network, phase, greet } = await start();
    meeting.join({ displayName: '' });
    expect(phase()).toBe('joining');
    await greet();
    expect(actions(network.last.take())).toEqual(['hello', 'join']);
  });

  test('a socket lost on the prejoin page is not shown', async () => {
    const { network, phase, greet, clock } = await start();
    await greet();
    network.last.close(1006);
    expect(phase()).toBe('prejoin');
    clock.advance(5_000);
    await greet();
    expect(phase()).toBe('prejoin');
  });

  test('a lost socket shows the conference as it was, reconnecting', async () => {
    const { meeting, network } = await seated();
    network.last.close(1006);
    expect(meeting.getState()).toMatchObject({
      phase: { name: 'joined', session: 'reconnecting' },
      conference: { self: SELF },
    });
  });

  test('credentials for TURN are renewed for as long as one stays', async () => {
    const { network, bridge, clock, send } = await seated();
    const servers = (credential: string) => ({
      servers: [{ urls: ['turn:here'], username: '1:a', credential }],
      expiresInMs: 300_000,
    });
    await send({ type: 'ice-servers', iceServers: servers('one') });
    expect(bridge.sending[0]?.iceServers).toMatchObject([{ credential: 'one' }]);
    for (let ms = 0; ms < 240_000; ms += 1_000) {
      clock.advance(1_000);
      await send({ type: 'pong', nonce: 0 });
    }
    expect(actions(network.last.take())).toContain('ice-servers');
    await send({ type: 'ice-servers', iceServers: servers('two') });
    expect(bridge.receiving[0]?.iceServers).toMatchObject([{ credential: 'two' }]);
  });

  test('a lost seat is replaced by another one without leaving the call', async () => {
    const { meeting, network, clock, send, phase } = await seated();
    meeting.rename('Anna');
    network.last.close(1006);
    clock.advance(5_000);
    network.last.accept();
    await send(welcome, { type: 'error', code: 'session/resume-refused', fatal: false });
    expect(phase()).toBe('joined');
    expect(network.last.take().at(-1)).toMatchObject({ type: 'join', displayName: 'Anna' });
    const shown = new Set<string>();
    meeting.subscribe(() => shown.add(phase()));
    await send(joined({ view: view({ self: OTHER }) }));
    expect([...shown]).toEqual(['joined']);
    expect(meeting.getState()).toMatchObject({
      phase: { name: 'joined', session: 'connected' },
      conference: { self: OTHER },
    });
  });

  test('a refusal is a failure with its code, and a retry begins anew', async () => {
    const { meeting, browser, send, greet, network, phase } = await start({ startWithVideoMuted: false });
    await browser.grant();
    await greet();
    meeting.join({ displayName: '' });
    await send({ type: 'error', code: 'room/full', fatal: true, retryAfterMs: 5_000 });
    expect(meeting.getState().phase).toEqual({ name: 'failed', code: 'room/full', retryAfterMs: 5_000 });
    expect(browser.tracks[0]?.readyState).toBe('ended');
    meeting.retry();
    expect(phase()).toBe('connecting');
    expect(network.connections).toHaveLength(2);
    await browser.grant();
    await greet();
    expect(meeting.getState()).toMatchObject({
      phase: { name: 'prejoin' },
      local: { camera: { status: 'on' } },
    });
  });

  test('a server that cannot be reached is a failure', async () => {
    const { meeting, network, clock } = await start();
    for (let attempt = 0; attempt < 8; attempt++) {
      network.last.close(1006);
      clock.advance(5_000);
    }
    expect(meeting.getState().phase).toMatchObject({ name: 'failed', code: 'network/unreachable' });
  });

  test('a browser without WebRTC fails at once, and nobody is called or asked', async () => {
    const { meeting, network, browser } = await start({ startWithVideoMuted: false }, { isSupported: false });
    expect(meeting.getState().phase).toMatchObject({ name: 'failed', code: 'browser/unsupported' });
    expect(network.connections).toHaveLength(0);
    expect(await browser.asked()).toEqual([]);
  });

  test('a browser that has nothing in common with the bridge fails', async () => {
    const { meeting, greet } = await start({}, { loadDevice: () => Promise.reject(new Error('no')) });
    await greet();
    expect(meeting.getState().phase).toMatchObject({ name: 'failed', code: 'browser/unsupported' });
  });

  test('a page that is closed leaves, and one that comes back begins anew', async () => {
    const { meeting, network, page, phase, greet } = await seated();
    page()?.hidden();
    expect(network.last.take()).toEqual([{ type: 'leave', unload: true }]);
    expect(network.last.closedWith).toBe(1000);
    page()?.returned();
    expect(phase()).toBe('connecting');
    // As who they were: the ticket is kept for that.
    await greet();
    meeting.join({ displayName: '' });
    expect(network.last.take().at(-1)).toMatchObject({ type: 'join', restore: 'token-0' });
  });

  test('a page that comes back after the person left stays left', async () => {
    const { meeting, page, phase } = await seated();
    meeting.leave();
    page()?.hidden();
    page()?.returned();
    expect(phase()).toBe('left');
  });

  test('after dispose nothing is left behind', async () => {
    const { meeting, clock, browser, page, network } = await seated({ startWithVideoMuted: false });
    await browser.grant();
    let calls = 0;
    meeting.subscribe(() => calls++);
    meeting.levels.subscribe(() => undefined);
    meeting.dispose();
    meeting.dispose();
    meeting.retry();
    expect(browser.tracks[0]?.readyState).toBe('ended');
    expect(page()).toBeUndefined();
    expect(network.connections).toHaveLength(1);
    clock.advance(10_000);
    expect(clock.waiting).toBe(0);
    expect(calls).toBeLessThanOrEqual(3);
  });
});

describe('devices in the call', () => {
  test('what is open at the join is published, and is on when it is sent', async () => {
    const { meeting, browser, network, greet, send } = await start({ startWithVideoMuted: false });
    await browser.grant();
    expect(meeting.getState().local.camera.status).toBe('on');
    await greet();
    meeting.join({ displayName: '' });
    await send(joined());
    expect(actions(network.last.take()).slice(2)).toEqual(['connect', 'publish']);
    expect(meeting.getState().local.camera).toMatchObject({ status: 'on', source: '0000000a-v0' });
    // The prejoin page's track, not another one.
    expect(browser.tracks).toHaveLength(1);
  });

  test('the camera is published as small as the seat says', async () => {
    const { browser, network } = await seated(
      { startWithVideoMuted: false },
      { cameraCaps: { maxHeight: 180 } },
    );
    await browser.grant();
    expect(network.last.take()).toContainEqual(
      expect.objectContaining({
        body: expect.objectContaining({
          publication: expect.objectContaining({ width: 320, height: 180 }) as unknown,
        }) as unknown,
      }),
    );
  });

  test('muting the camera tells the others, then closes it; unmuting opens it again as the same source', async () => {
    const { meeting, browser, network } = await seated({ startWithVideoMuted: false });
    await browser.grant();
    network.last.take();
    meeting.setCamera(false);
    await turn();
    expect(actions(network.last.take())).toEqual(['mute-source']);
    expect(browser.tracks[0]?.readyState).toBe('ended');
    expect(meeting.getState().local.camera).toMatchObject({ status: 'off', track: undefined });
    meeting.setCamera(true);
    expect(meeting.getState().local.camera.status).toBe('starting');
    await browser.grant();
    expect(network.last.take()).toMatchObject([
      { command: { type: 'mute-source', source: '0000000a-v0', muted: false } },
    ]);
    expect(meeting.getState().local.camera.status).toBe('on');
  });

  test('muting the microphone is silence at once, with the device open for what the person says', async () => {
    const { meeting, browser, clock } = await seated({ startWithAudioMuted: false });
    await browser.grant();
    meeting.setMicrophone(false);
    expect(browser.tracks[0]).toMatchObject({ enabled: false, readyState: 'live' });
    expect(meeting.getState().local.microphone).toMatchObject({ status: 'off', track: undefined });
    clock.advance(1_500);
    expect(meeting.getState().local.talkingWhileMuted).toBe(true);
    meeting.setMicrophone(true);
    expect(browser.tracks[0]?.enabled).toBe(true);
    clock.advance(500);
    expect(meeting.getState().local.talkingWhileMuted).toBe(false);
  });

  test('a source that the server refuses is a problem of its device', async () => {
    const { meeting, browser, send } = await seated({ startWithVideoMuted: false });
    await browser.grant();
    const { source } = meeting.getState().local.camera;
    if (source === undefined) throw new Error('not published');
    await send({
      type: 'media',
      generation: 1,
      body: { action: 'source-refused', source, code: 'source/too-many' },
    });
    expect(meeting.getState().local.camera).toMatchObject({
      wanted: true,
      status: 'off',
      problem: 'refused',
    });
    meeting.setCamera(false);
    expect(meeting.getState().local.camera.problem).toBeUndefined();
    meeting.setCamera(true);
    await browser.grant();
    expect(meeting.getState().local.camera).toMatchObject({ status: 'on', source: '0000000a-v1' });
  });

  test('what a moderator mutes is switched off, until its owner switches it on again', async () => {
    const { meeting, browser, network, send } = await seated({ startWithVideoMuted: false });
    await browser.grant();
    const source = sourceId.parse('0000000a-v0');
    network.last.take();
    await send({
      type: 'event',
      seq: 1,
      event: { type: 'source-added', source: { id: source, kind: 'camera', muted: false, blocked: false } },
    });
    const told: string[] = [];
    meeting.listen((event, before) => told.push(`${event.type} of ${before.sources.length}`));
    // One's own doing, as the server tells it.
    await send({ type: 'event', seq: 2, event: { type: 'source-muted', source, muted: false } });
    expect(meeting.getState().local.camera.status).toBe('on');
    await send({ type: 'event', seq: 3, event: { type: 'source-muted', source, muted: true, by: OTHER } });
    expect(meeting.getState().local.camera).toMatchObject({ wanted: false, status: 'off' });
    expect(browser.tracks[0]?.readyState).toBe('ended');
    expect(told).toEqual(['source-muted of 1', 'source-muted of 1']);
    meeting.setCamera(true);
    await browser.grant();
    expect(network.last.take().at(-1)).toMatchObject({
      command: { type: 'mute-source', source, muted: false },
    });
  });

  test('who is removed is told by whom, comes back by nothing but a press, and then as somebody new', async () => {
    const { meeting, network, clock, send } = await seated();
    await send({ type: 'error', code: 'session/kicked', fatal: true, by: 'Bert', reason: 'too loud' });
    network.last.close(4000);
    expect(meeting.getState().phase).toEqual({
      name: 'failed',
      code: 'session/kicked',
      retryAfterMs: undefined,
      person: { name: 'Bert', reason: 'too loud' },
    });
    const { length } = network.connections;
    clock.advance(60_000);
    expect(network.connections).toHaveLength(length);
    expect(meeting.ticket).toBeUndefined();
  });

  test('new transports carry the sources under fresh ids', async () => {
    const { meeting, browser, network, send } = await seated({ startWithVideoMuted: false });
    await browser.grant();
    network.last.take();
    await send({ type: 'media', generation: 2, body: { action: 'offer', offer: offer(2) } });
    expect(network.last.take()).toMatchObject([
      { generation: 2, body: { action: 'connect' } },
      { generation: 2, body: { action: 'publish', publication: { source: '0000000a-v1' } } },
    ]);
    expect(meeting.getState().local.camera.source).toBe('0000000a-v1');
  });

  test('after a restart of the server the same participant goes on counting, and it is told that all is new', async () => {
    const { meeting, browser, network, clock, send } = await seated({ startWithVideoMuted: false });
    await browser.grant();
    expect(meeting.getState()).toMatchObject({ earlierEpoch: undefined });
    network.last.close(1006);
    clock.advance(5_000);
    network.last.accept();
    await send(welcome, { type: 'error', code: 'session/resume-refused', fatal: false });
    expect(network.last.take().at(-1)).toMatchObject({ type: 'join', restore: 'token-0' });
    const earlier = view().epoch;
    const epoch = incarnation.parse('f'.repeat(32));
    await send(joined({ view: view({ epoch }), token: 'token-1' }));
    expect(meeting.getState().local.camera.source).toBe('0000000a-v1');
    expect(meeting.getState().earlierEpoch).toBe(earlier);
    expect(meeting.ticket).toEqual({ token: 'token-1', epoch, self: SELF, sources: 2 });
    meeting.leave();
    expect(meeting.ticket).toBeUndefined();
  });

  test('a page that was loaded anew comes back with the ticket of the one before', async () => {
    const { meeting, browser, network, send } = await seated({ startWithVideoMuted: false });
    await browser.grant();
    network.last.close(1006);
    await send();
    const { ticket } = meeting;
    expect(ticket).toEqual({ token: 'token-0', epoch: view().epoch, self: SELF, sources: 1 });
    const next = await start({ startWithVideoMuted: false, ticket });
    await next.browser.grant();
    await next.greet();
    next.meeting.join({ displayName: 'Ann' });
    expect(next.network.last.take().at(-1)).toMatchObject({ type: 'join', restore: 'token-0' });
    await next.send(joined());
    expect(next.meeting.getState().local.camera.source).toBe('0000000a-v1');
  });

  test('a publication that was lost with the socket is made up for', async () => {
    const { meeting, browser, network, clock, send, greet } = await seated();
    const iceServers = { servers: [{ urls: ['turn:here'] }], expiresInMs: 300_000 };
    await send({ type: 'ice-servers', iceServers });
    network.last.close(1006);
    meeting.setCamera(true);
    await browser.grant();
    clock.advance(5_000);
    await greet();
    const resume = network.last.take().at(-1);
    expect(resume).toMatchObject({ type: 'resume', media: { publishing: ['0000000a-v0'] } });
    const code = 'source/unknown';
    await send({ type: 'resumed', token: 'token-1' });
    const ping = network.last.take().at(-1);
    if (ping?.type !== 'ping') throw new Error('no ping');
    const { source } = meeting.getState().local.camera;
    if (source === undefined) throw new Error('no source');
    await send(
      { type: 'media', generation: 1, body: { action: 'source-refused', source, code } },
      { type: 'pong', nonce: ping.nonce },
    );
    expect(actions(network.last.take()).toSorted()).toEqual(['connect', 'ice-servers', 'publish']);
    expect(meeting.getState().local.camera).toMatchObject({ status: 'on', source: '0000000a-v1' });
  });
});

describe('the shared screen', () => {
  const publications = (messages: ClientMessage[]) =>
    messages.flatMap((message) =>
      message.type === 'media' && message.body.action === 'publish' ? [message.body.publication] : [],
    );
  async function sharing() {
    const all = await seated();
    all.meeting.setScreenShare(true);
    const tracks = await all.browser.screens.choose({ sound: true });
    return { ...all, ...tracks, share: () => all.meeting.getState().local.screen };
  }

  test('is sent with its sound, beside the camera, and gone when it ends', async () => {
    const { meeting, network, share, picture } = await sharing();
    expect(publications(network.last.take())).toMatchObject([
      { source: '0000000a-v0', kind: 'screen', height: 1080, muted: false },
      { source: '0000000a-a1', kind: 'screenAudio', muted: false },
    ]);
    expect(share()).toMatchObject({ status: 'on', hasSound: true, source: '0000000a-v0', track: picture });
    meeting.setScreenShare(false);
    await turn();
    expect(actions(network.last.take())).toEqual(['unpublish', 'unpublish']);
    expect(share()).toMatchObject({ status: 'off', track: undefined, source: undefined });
  });

  test("ends with the browser's own button", async () => {
    const { network, share, picture } = await sharing();
    network.last.take();
    picture.end();
    await turn();
    expect(actions(network.last.take())).toEqual(['unpublish', 'unpublish']);
    expect(share().status).toBe('off');
  });

  test('is published anew on new transports, without another question', async () => {
    const { network, browser, send, share } = await sharing();
    network.last.take();
    await send({ type: 'media', generation: 2, body: { action: 'offer', offer: offer(2) } });
    expect(publications(network.last.take()).map(({ source }) => source)).toEqual([
      '0000000a-v2',
      '0000000a-a3',
    ]);
    expect(share()).toMatchObject({ status: 'on', source: '0000000a-v2' });
    expect(browser.screens.asked).toBe(0);
  });

  test('that the server refuses is captured no more', async () => {
    const { send, share, picture } = await sharing();
    const { source } = share();
    if (source === undefined) throw new Error('not published');
    const code = 'source/too-many';
    await send({ type: 'media', generation: 1, body: { action: 'source-refused', source, code } });
    expect(share()).toMatchObject({ status: 'off', problem: 'refused' });
    expect(picture.readyState).toBe('ended');
  });

  test('ends with the call and with a lost seat, and needs a seat to begin', async () => {
    const { meeting, network, clock, send, browser, picture, share } = await sharing();
    network.last.close(1006);
    clock.advance(5_000);
    network.last.accept();
    await send(welcome, { type: 'error', code: 'session/resume-refused', fatal: false });
    await send(joined({ view: view({ self: OTHER }) }));
    expect(picture.readyState).toBe('ended');
    expect(share().status).toBe('off');
    meeting.setScreenShare(true);
    const second = await browser.screens.choose();
    expect(share().status).toBe('on');
    meeting.leave();
    expect(second.picture.readyState).toBe('ended');
    meeting.setScreenShare(true);
    expect(browser.screens.asked).toBe(0);
  });
});

describe('the others', () => {
  test('their tracks come and go', async () => {
    const { meeting, send } = await seated();
    const consumer = consumerOf(OTHER, 'camera', 0);
    await send({ type: 'media', generation: 1, body: { action: 'consumers-added', consumers: [consumer] } });
    // Not before the conference has told whose it is.
    expect(meeting.getState().tracks.size).toBe(0);
    await send({
      type: 'event',
      seq: 1,
      event: {
        type: 'source-added',
        source: { id: consumer.source, kind: 'camera', muted: false, blocked: false },
      },
    });
    expect([...meeting.getState().tracks.keys()]).toEqual([consumer.source]);
    await send({
      type: 'media',
      generation: 1,
      body: { action: 'consumers-removed', consumers: [consumer.id] },
    });
    expect(meeting.getState().tracks.size).toBe(0);
  });

  test('when their media breaks off the socket has 3 s to prove that it lives', async () => {
    const { network, bridge, clock, send } = await seated();
    const consumers = [consumerOf(OTHER, 'camera', 0)];
    await send({ type: 'media', generation: 1, body: { action: 'consumers-added', consumers } });
    bridge.receiving[0]?.setState('connected');
    network.last.take();
    bridge.receiving[0]?.setState('disconnected');
    const [ping] = network.last.take();
    if (ping?.type !== 'ping') throw new Error('no ping');
    await send({ type: 'pong', nonce: ping.nonce });
    clock.advance(3_000);
    expect(network.last.open).toBe(true);
    bridge.receiving[0]?.setState('connected');
    bridge.receiving[0]?.setState('disconnected');
    clock.advance(3_000);
    expect(network.connections[0]?.open).toBe(false);
  });

  test('what is shown is said to each new seat', async () => {
    const { meeting, network, send, greet } = await start();
    const { source } = consumerOf(OTHER, 'camera', 0);
    meeting.setShown(new Map([[source, 180]]));
    await greet();
    meeting.join({ displayName: '' });
    network.last.take();
    await send(joined());
    expect(network.last.take()).toMatchObject([
      {
        body: { action: 'constraints', constraints: { defaultMaxHeight: 0, maxHeights: { [source]: 180 } } },
      },
    ]);
  });

  test('an event changes only what it is about', async () => {
    const { meeting, send } = await seated();
    const before = meeting.getState();
    await send({
      type: 'event',
      seq: 1,
      event: { type: 'participant-renamed', participant: SELF, displayName: 'Anna' },
    });
    const after = meeting.getState();
    expect(after).not.toBe(before);
    expect(after.local).toBe(before.local);
    expect(after.phase).toBe(before.phase);
    expect(after.tracks).toBe(before.tracks);
    expect(after.conference?.sources).toBe(before.conference?.sources);
  });

  test('nobody is told of a change that is none', async () => {
    const { meeting, send } = await seated();
    let calls = 0;
    meeting.subscribe(() => calls++);
    await send(
      { type: 'pong', nonce: 1 },
      { type: 'signal', signal: { type: 'audio-levels', levels: { [OTHER]: -20 } } },
    );
    expect(calls).toBe(0);
    expect(meeting.levels.get(OTHER)).toBeGreaterThan(0.5);
  });
});
