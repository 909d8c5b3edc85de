import {
  makeSourceId,
  type CameraCaps,
  type ClientMediaAction,
  type SourceKind,
  type VideoCodec,
} from '@treff/protocol';
import { describe, expect, test } from 'vitest';
import { consumerOf, fakeBridgeDevice } from '../../test/fake-bridge-device.ts';
import { FakeClock } from '../../test/fake-clock.ts';
import { asTrack, FakeTrack, turn } from '../../test/fake-media.ts';
import { offer, OTHER, SELF } from '../../test/meeting-messages.ts';
import { BridgePath } from './bridge-path.ts';
import { IceServerList } from './ice-server-list.ts';

const camera = { width: 1280, height: 720 };

async function start(scales: ReadonlySet<VideoCodec> = new Set(), cameraCaps?: CameraCaps) {
  const { device, sending, receiving } = await fakeBridgeDevice();
  const clock = new FakeClock();
  const link = { up: true };
  const sent: { generation: number; action: ClientMediaAction }[] = [];
  const told: string[] = [];
  const iceServers = new IceServerList(clock, () => {
    told.push('asked for ICE servers');
    return link.up;
  });
  const path = new BridgePath({
    device,
    scales,
    cameraCaps,
    iceServers,
    clock,
    send: (generation, action) => {
      if (link.up) sent.push({ generation, action });
      return link.up;
    },
    log: () => undefined,
    listener: {
      changed: () => told.push('changed'),
      formsChanged: () => told.push('forms changed'),
      renewed: () => told.push('renewed'),
      refused: (source, code) => told.push(`refused ${source} ${code}`),
    },
  });
  const take = () => sent.splice(0).map(({ action }) => action);
  return { path, sending, receiving, iceServers, clock, link, sent, told, take };
}

function source(kind: SourceKind, index = 0, muted = false) {
  const track = asTrack(kind === 'camera' ? new FakeTrack('video', camera) : new FakeTrack('audio'));
  return { id: makeSourceId(SELF, kind, index), kind, track, muted: () => muted };
}

/** With an offer, and a camera of somebody else. */
async function receiving() {
  const all = await start();
  const consumer = consumerOf(OTHER, 'camera', 0);
  all.path.accept({ ...offer(1), consumers: [consumer] });
  await turn();
  all.take();
  all.told.length = 0;
  return { ...all, consumer };
}

describe('sending', () => {
  test('connects, then publishes with the source and the size that were asked for', async () => {
    const { path, take } = await start();
    path.accept(offer());
    await path.publish(source('camera', 7, true));
    const [connect, publish] = take();
    expect(connect).toMatchObject({ action: 'connect', transport: 'send' });
    expect(publish).toMatchObject({
      action: 'publish',
      publication: { source: '0000000a-v7', kind: 'camera', height: 720, muted: true },
    });
    if (publish?.action !== 'publish') throw new Error('not published');
    const { encodings, codecs } = publish.publication.rtpParameters;
    expect(encodings).toHaveLength(3);
    expect(codecs[0]?.mimeType).toBe('video/VP8');
  });

  test('encodes in the first codec that was agreed on and that the browser has, or else in VP8', async () => {
    const { path, take, told } = await start(new Set(['VP9']));
    path.accept(offer());
    const codecOf = async (index: number) => {
      await path.publish(source('camera', index));
      const publish = take().findLast(({ action }) => action === 'publish');
      if (publish?.action !== 'publish') throw new Error('not published');
      const { codecs, encodings } = publish.publication.rtpParameters;
      return [codecs[0]?.mimeType, encodings.length, encodings[0]?.scalabilityMode];
    };
    expect(await codecOf(0)).toEqual(['video/VP8', 3, undefined]);
    const { kind, track } = source('camera');
    const form = path.formOf(kind, track);
    path.setCodecs({ camera: ['AV1', 'VP9', 'VP8'], screen: ['VP8'] });
    expect(told).toContain('forms changed');
    expect(path.formOf(kind, track)).not.toBe(form);
    expect(path.formOf('microphone', track)).toBe('microphone 20');
    // The screen's text has a codec of its own, films on it have the camera's.
    expect(path.formOf('screen', track)).toBe('VP8 1 ');
    track.contentHint = 'motion';
    expect(path.formOf('screen', track)).toBe('VP9 1 L1T1');
    expect(await codecOf(1)).toEqual(['video/VP9', 1, 'L3T3_KEY']);
    path.setCodecs({ camera: ['AV1'], screen: ['VP8'] });
    expect(await codecOf(2)).toEqual(['video/VP8', 3, undefined]);
    expect(path.formOf(kind, track)).toBe(form);
  });

  test('sends speech in packets as long as it is told, with error correction, silence left out, and to be sent again', async () => {
    const { path, sending, told } = await start();
    path.accept(offer());
    const usual = { opusFec: true, opusDtx: true, opusNack: true };
    await path.publish(source('microphone', 0));
    expect(sending[0]?.codecOptions).toEqual([usual]);
    const { kind, track } = source('microphone');
    const form = path.formOf(kind, track);
    path.setVoicePackets(40);
    expect(told).toContain('forms changed');
    expect(path.formOf(kind, track)).not.toBe(form);
    await path.publish(source('microphone', 1));
    expect(sending[0]?.codecOptions.at(-1)).toEqual({ ...usual, opusPtime: 40 });
    await path.publish(source('screenAudio', 2));
    expect(sending[0]?.codecOptions.at(-1)).not.toHaveProperty('opusPtime');
    path.setVoicePackets(20);
    expect(path.formOf(kind, track)).toBe(form);
  });

  test('says in one message what takes the place of what, and then ends the first', async () => {
    const { path, take } = await start();
    path.accept(offer());
    const [old, renewed] = [source('camera', 0), source('camera', 1)];
    await path.publish(old);
    take();
    await path.publish({ ...renewed, replaces: old.id });
    expect(take()).toMatchObject([
      { action: 'publish', publication: { source: renewed.id, replaces: old.id } },
    ]);
    expect(path.inventory()?.publishing).toEqual([renewed.id]);
    path.unpublish(old.id);
    expect(take()).toEqual([]);
  });

  test('waits until what is received is negotiated, but not for long', async () => {
    for (const patient of [true, false]) {
      const { path, receiving, clock, take } = await start();
      const negotiated = Promise.withResolvers<void>();
      path.accept({ ...offer(), consumers: [consumerOf(OTHER, 'camera', 0)] });
      for (const fake of receiving) fake.held = negotiated.promise;
      const publishing = path.publish(source('camera'));
      await turn();
      expect(take()).toEqual([]);
      if (patient) negotiated.resolve();
      else clock.advance(300);
      await publishing;
      expect(take().map(({ action }) => action)).toContain('publish');
      negotiated.resolve();
      await turn();
      expect(clock.waiting).toBe(0);
    }
  });

  test('sets what comes up only when it may, and publishes at once meanwhile', async () => {
    const { path, receiving, take } = await start();
    const consumer = consumerOf(OTHER, 'camera', 0);
    path.setReceives(false);
    path.accept({ ...offer(), consumers: [consumer] });
    path.handle(1, { action: 'consumers-added', consumers: [consumerOf(OTHER, 'microphone', 1)] });
    const publishing = path.publish(source('camera'));
    await turn();
    await publishing;
    expect(take().map(({ action }) => action)).toEqual(['connect', 'publish']);
    expect(receiving[0]?.negotiations).toEqual([]);
    expect(path.inventory()?.consuming).toHaveLength(2);
    path.setReceives(true);
    path.setReceives(false);
    await turn();
    expect(receiving[0]?.negotiations[0]).toBe(2);
    expect(path.tracks.size).toBe(2);
  });

  test('sends sound with error correction and silence suppression', async () => {
    const { path, take } = await start();
    path.accept(offer());
    await path.publish(source('microphone'));
    expect(take()[1]).toMatchObject({ publication: { source: '0000000a-a0', kind: 'microphone' } });
  });

  test('a source that was given up while it was set up is not announced', async () => {
    const { path, take } = await start();
    path.accept(offer());
    const publishing = path.publish(source('camera'));
    path.unpublish(source('camera').id);
    await expect(publishing).rejects.toThrow('given up');
    expect(take().map(({ action }) => action)).not.toContain('publish');
  });

  test('tracks belong to the devices: no end of the path stops them', async () => {
    const { path } = await start();
    path.accept(offer());
    const published = source('camera');
    await path.publish(published);
    path.unpublish(published.id);
    path.close();
    expect(published.track.readyState).toBe('live');
    expect(published.track.enabled).toBe(true);
  });

  test('sends another track, or none, as the same source', async () => {
    const { path, take } = await start();
    path.accept(offer());
    const { id } = source('camera');
    await path.publish(source('camera'));
    take();
    await path.replace(id, undefined);
    await path.replace(id, source('camera').track);
    expect(take()).toEqual([]);
    await expect(path.replace(source('camera', 9).id, undefined)).rejects.toThrow('not published');
  });

  test('encodes of a picture what somebody receives, told before or after the browser is ready to send', async () => {
    const { path, sending } = await start();
    path.accept(offer());
    const { id } = source('camera');
    const publishing = path.publish(source('camera'));
    path.handle(1, { action: 'sender-constraints', source: id, layers: 1 });
    await publishing;
    await turn();
    const encoder = sending[0]?.encoders[0];
    expect(encoder?.active).toBe('+--');
    for (const [layers, active] of [
      [0, '---'],
      [3, '+++'],
      [2, '++-'],
    ] as const) {
      path.handle(1, { action: 'sender-constraints', source: id, layers });
      await turn();
      expect(encoder?.active).toBe(active);
    }
    path.handle(1, { action: 'sender-constraints', source: source('camera', 9).id, layers: 0 });
    path.unpublish(id);
    path.handle(1, { action: 'sender-constraints', source: id, layers: 3 });
    await turn();
    expect(encoder?.active).toBe('++-');
  });

  test('makes a camera smaller for as long as it is told to, without a word, and another track as well', async () => {
    const { path, sending, take } = await start();
    path.accept(offer());
    const { id } = source('camera');
    await path.publish(source('camera'));
    take();
    const scales = () =>
      sending[0]?.encoders[0]?.encodings.map(({ scaleResolutionDownBy }) => scaleResolutionDownBy);
    path.handle(1, { action: 'sender-constraints', source: id, layers: 3, maxHeight: 480 });
    await turn();
    expect(scales()).toEqual([4, 2, 1.5]);
    await path.replace(id, asTrack(new FakeTrack('video', { width: 1920, height: 1080 })));
    await turn();
    expect(scales()).toEqual([4, 2.25, 2.25]);
    path.handle(1, { action: 'sender-constraints', source: id, layers: 3 });
    await turn();
    expect(scales()).toEqual([4, 2, 1]);
    expect(take()).toEqual([]);
  });

  test('publishes a camera as small as the conference wants it', async () => {
    const { path, take } = await start(new Set(), { maxHeight: 360, maxBitrate: 325_000 });
    path.accept(offer());
    await path.publish(source('camera'));
    const publish = take().find(({ action }) => action === 'publish');
    expect(publish).toMatchObject({ publication: { width: 640, height: 360 } });
    if (publish?.action !== 'publish') throw new Error('not published');
    const { encodings } = publish.publication.rtpParameters;
    expect(encodings.map(({ maxBitrate }) => maxBitrate)).toEqual([75_000, 250_000]);
  });

  test('has another form for a camera that gives more, as far as the conference allows it', async () => {
    const tracks = [720, 1_080, 2_160].map((height) =>
      asTrack(new FakeTrack('video', { width: (height * 16) / 9, height })),
    );
    const formsWithin = async (maxHeight: number) => {
      const { path } = await start(new Set(), { maxHeight });
      return new Set(tracks.map((track) => path.formOf('camera', track))).size;
    };
    expect(await formsWithin(720)).toBe(1);
    expect(await formsWithin(1_080)).toBe(2);
  });

  test('goes on encoding what somebody receives while nothing is fed, and with another track', async () => {
    const { path, sending } = await start();
    path.accept(offer());
    const { id } = source('camera');
    await path.publish(source('camera'));
    path.handle(1, { action: 'sender-constraints', source: id, layers: 1 });
    path.setFed(false);
    await path.replace(id, source('camera').track);
    path.setFed(true);
    await turn();
    expect(sending[0]?.encoders[0]?.active).toBe('+--');
  });

  test('a refused source is closed and told', async () => {
    const { path, told } = await start();
    path.accept(offer());
    const { id } = source('camera');
    await path.publish(source('camera'));
    path.handle(1, { action: 'source-refused', source: id, code: 'media/codec-unsupported' });
    expect(told).toContain(`refused ${id} media/codec-unsupported`);
    expect(path.inventory()).toMatchObject({ publishing: [] });
  });
});

describe('receiving', () => {
  test('plays the consumers of an offer, which run already', async () => {
    const { path, take, receiving: transports } = await start();
    path.accept({
      ...offer(),
      consumers: [consumerOf(OTHER, 'camera', 0), consumerOf(OTHER, 'microphone', 1)],
    });
    await turn();
    expect([...path.tracks.keys()]).toEqual(['0000000b-v0', '0000000b-a1']);
    expect(take().map(({ action }) => action)).toEqual(['connect']);
    expect(transports[0]?.negotiations[0]).toBe(2);
  });

  test('sets all consumers of one message up in one negotiation, then starts them', async () => {
    const { path, take, receiving: transports } = await receiving();
    const added = [1, 2, 3, 4].map((index) => consumerOf(OTHER, 'microphone', index));
    path.handle(1, { action: 'consumers-added', consumers: added });
    await turn();
    expect(transports[0]?.negotiations).toContain(4);
    expect(take()).toEqual([{ action: 'start', consumers: added.map(({ id }) => id) }]);
    expect(path.tracks.size).toBe(5);
  });

  test('a consumer that is removed is played no more, even if it was just being set up', async () => {
    const { path, consumer, take } = await receiving();
    const late = consumerOf(OTHER, 'microphone', 1);
    path.handle(1, { action: 'consumers-added', consumers: [late] });
    path.handle(1, { action: 'consumers-removed', consumers: [late.id, consumer.id] });
    await turn();
    expect(path.tracks.size).toBe(0);
    expect(path.inventory()).toMatchObject({ consuming: [] });
    expect(take()).toEqual([]);
  });

  test('the map of tracks is another one only when it differs', async () => {
    const { path } = await receiving();
    const before = path.tracks;
    path.handle(1, { action: 'consumers-removed', consumers: ['unknown'] });
    path.handle(1, { action: 'consumers-added', consumers: [] });
    await turn();
    expect(path.tracks).toBe(before);
  });

  test('knows what is withheld, until other transports begin', async () => {
    const { path, consumer, told } = await receiving();
    expect(path.withheld).toEqual({});
    path.handle(1, { action: 'forwarded', withheld: { [consumer.source]: 'last-n' } });
    expect(path.withheld).toEqual({ [consumer.source]: 'last-n' });
    expect(told).toEqual(['changed']);
    path.handle(2, { action: 'offer', offer: { ...offer(2), consumers: [consumer] } });
    expect(path.withheld).toEqual({});
  });

  test('messages about earlier transports are passed over', async () => {
    const { path, consumer } = await receiving();
    path.handle(2, { action: 'offer', offer: { ...offer(2), consumers: [consumer] } });
    path.handle(1, { action: 'consumers-removed', consumers: [consumer.id] });
    path.handle(1, { action: 'offer', offer: offer(1) });
    await turn();
    expect(path.inventory()).toMatchObject({ generation: 2, consuming: [consumer.id] });
  });

  test('what a new generation brings again is played without a gap', async () => {
    const { path, consumer, told, receiving: transports } = await receiving();
    const before = path.tracks.get(consumer.source);
    path.handle(2, { action: 'offer', offer: { ...offer(2), consumers: [consumer] } });
    expect(path.tracks.get(consumer.source)).toBe(before);
    await turn();
    expect(path.tracks.get(consumer.source)).not.toBe(before);
    expect(path.tracks.size).toBe(1);
    expect(told).toContain('renewed');
    expect(transports[0]?.transport.closed).toBe(true);
  });
});

describe('a lost socket', () => {
  test('lists what there is', async () => {
    const { path, consumer } = await receiving();
    await path.publish(source('camera'));
    expect(path.inventory()).toEqual({
      generation: 1,
      publishing: [source('camera').id],
      consuming: [consumer.id],
    });
  });

  test('after a resume it says again what may have been lost', async () => {
    const { path, link, take, receiving: transports } = await start();
    path.accept(offer());
    link.up = false;
    path.constrain({ defaultMaxHeight: 0, maxHeights: {} });
    const late = consumerOf(OTHER, 'camera', 0);
    path.handle(1, { action: 'consumers-added', consumers: [late] });
    await turn();
    link.up = true;
    path.caughtUp();
    expect(take()).toMatchObject([
      { action: 'connect', transport: 'receive' },
      { action: 'constraints' },
      { action: 'start', consumers: [late.id] },
    ]);
    transports[0]?.setState('connected');
    path.caughtUp();
    expect(take().map(({ action }) => action)).toEqual(['constraints', 'start']);
  });

  test('constraints are said to each new generation', async () => {
    const { path, take, sent } = await receiving();
    path.constrain({ defaultMaxHeight: 0, maxHeights: {} });
    take();
    path.handle(2, { action: 'offer', offer: offer(2) });
    expect(sent).toMatchObject([{ generation: 2, action: { action: 'constraints' } }]);
  });
});

describe('TURN servers', () => {
  const turn1 = { urls: ['turn:here'], username: '1:a', credential: 'one' };
  const turn2 = { urls: ['turn:here'], username: '2:b', credential: 'two' };

  test('are what both transports are made with, and STUN is not needed', async () => {
    const { path, iceServers, sending, receiving: transports } = await start();
    iceServers.accept({ servers: [{ urls: ['stun:here'] }, turn1], expiresInMs: 300_000 });
    path.accept(offer());
    expect([sending[0]?.iceServers, transports[0]?.iceServers]).toEqual([[turn1], [turn1]]);
  });

  test('are asked for anew before an ICE restart, unless they are fresh, and then used by it', async () => {
    const { path, iceServers, told, sending, receiving: transports, clock } = await receiving();
    iceServers.accept({ servers: [turn1], expiresInMs: 0 });
    transports[0]?.setState('connected');
    transports[0]?.setState('disconnected');
    clock.advance(2_000);
    expect(told).toContain('asked for ICE servers');
    iceServers.accept({ servers: [turn2], expiresInMs: 300_000 });
    path.iceServersChanged();
    await turn();
    expect([sending[0]?.iceServers, transports[0]?.iceServers]).toEqual([[turn2], [turn2]]);
    told.length = 0;
    clock.advance(5_000);
    expect(told).not.toContain('asked for ICE servers');
  });
});

describe('a lost network', () => {
  test('tells how it is: connecting, connected, reconnecting, connected', async () => {
    const { path, receiving: transports } = await receiving();
    expect(path.state).toBe('connecting');
    transports[0]?.setState('connected');
    expect(path.state).toBe('connected');
    transports[0]?.setState('disconnected');
    expect(path.state).toBe('reconnecting');
    transports[0]?.setState('connecting');
    expect(path.state).toBe('reconnecting');
    transports[0]?.setState('connected');
    expect(path.state).toBe('connected');
  });

  test('with nothing to carry it is well', async () => {
    const { path } = await start();
    path.accept(offer());
    expect(path.state).toBe('connected');
  });

  test('a second transport that begins is no reason to ask for patience', async () => {
    const { path, receiving: transports } = await receiving();
    transports[0]?.setState('connected');
    await path.publish(source('camera'));
    expect(path.state).toBe('connected');
  });

  test('ICE is restarted on both transports with one message', async () => {
    const { path, take, receiving: transports, clock } = await receiving();
    transports[0]?.setState('connected');
    transports[0]?.setState('disconnected');
    clock.advance(2_000);
    expect(take()).toEqual([{ action: 'restart-ice' }]);
    const { send, receive } = offer();
    path.handle(1, { action: 'ice-restarted', send: send.iceParameters, receive: receive.iceParameters });
    await turn();
    transports[0]?.setState('connected');
    clock.advance(60_000);
    expect(take()).toEqual([]);
  });

  test('after vain restarts it asks for new transports', async () => {
    const { take, receiving: transports, clock } = await receiving();
    transports[0]?.setState('failed');
    clock.advance(15_000);
    expect(take().map(({ action }) => action)).toEqual([
      'restart-ice',
      'restart-ice',
      'restart-ice',
      'renew',
    ]);
  });

  test('a closed path waits for nothing', async () => {
    const { path, receiving: transports, clock } = await receiving();
    transports[0]?.setState('disconnected');
    path.close();
    path.close();
    expect(clock.waiting).toBe(0);
    expect(path.tracks.size).toBe(0);
    path.handle(2, { action: 'offer', offer: offer(2) });
    expect(path.inventory()).toBeUndefined();
  });
});
