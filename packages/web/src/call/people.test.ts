import type { LocalDevice } from '@treff/client/media';
import { conferenceView, sourceId, type ConferenceView, type SourceId } from '@treff/protocol';
import { describe, expect, it } from 'vitest';
import { handsFirst, isScreenTile, peopleOf, screensOf, soundsOf, tileOrder } from './people.ts';

const SELF = 'aaaaaaaa';
const BEN = 'cccccccc';
const ANN = 'bbbbbbbb';
const track = (name: string) => ({ id: name }) as MediaStreamTrack;
const device = (over: Partial<LocalDevice> = {}): LocalDevice => ({
  wanted: false,
  blocked: false,
  status: 'off',
  problem: undefined,
  deviceId: undefined,
  track: undefined,
  source: undefined,
  ...over,
});
const off = { microphone: device(), camera: device() };

function viewWith(sources: { id: string; kind: string; muted: boolean }[]): ConferenceView {
  return conferenceView.parse({
    epoch: '0'.repeat(32),
    room: 'tea',
    self: SELF,
    route: { mode: 'bridge', move: 1, bridge: true },
    participants: [
      { id: ANN, displayName: 'Ann', role: 'participant', verified: false, connection: 'interrupted' },
      { id: SELF, displayName: '', role: 'moderator', verified: false, connection: 'connected' },
    ],
    sources,
    speakers: [],
    hands: [],
    codecs: { camera: ['VP8'], screen: ['VP8'] },
    mediaModeration: [],
    startMuted: { microphone: false, camera: false },
    subject: '',
    access: { password: false, lobby: false, locked: false },
    knocking: [],
    messages: [],
  });
}
const tracksOf = (...ids: string[]): Map<SourceId, MediaStreamTrack> =>
  new Map(ids.map((id) => [sourceId.parse(id), track(id)]));

describe('the people on the page', () => {
  it('begin with oneself', () => {
    const people = peopleOf(viewWith([]), off, new Map());
    expect(people.map(({ id, isLocal, interrupted }) => [id, isLocal, interrupted])).toEqual([
      [SELF, true, false],
      [ANN, false, true],
    ]);
  });

  it('are listed with raised hands first, in the order in which they went up', () => {
    const view = conferenceView.parse({ ...viewWith([]), hands: [ANN] });
    const people = peopleOf(view, off, new Map());
    expect(people.map(({ id, hand }) => [id, hand])).toEqual([
      [SELF, undefined],
      [ANN, 1],
    ]);
    expect(handsFirst(people).map(({ id }) => id)).toEqual([ANN, SELF]);
    expect(handsFirst(peopleOf(viewWith([]), off, new Map())).map(({ id }) => id)).toEqual([SELF, ANN]);
  });

  it('show what they need leave for while it is moderated, and what they have it for', () => {
    const rights = (view: ConferenceView) =>
      peopleOf(view, off, new Map()).map(({ blocked, allowed }) => [blocked, allowed]);
    expect(rights(viewWith([]))).toEqual([
      [[], []],
      [[], []],
    ]);
    const mediaModeration = [
      { kind: 'microphone', allowed: [] },
      { kind: 'screen', allowed: [ANN] },
    ];
    // Whoever moderates needs no leave, and has none.
    expect(rights(conferenceView.parse({ ...viewWith([]), mediaModeration }))).toEqual([
      [[], []],
      [['microphone'], ['screen']],
    ]);
  });

  it('show a picture only while the camera is on and its track is there', () => {
    const camera = { id: `${ANN}-v1`, kind: 'camera', muted: false, blocked: false };
    const tracks = tracksOf(camera.id);
    expect(peopleOf(viewWith([camera]), off, tracks)[1]?.picture?.id).toBe(camera.id);
    expect(peopleOf(viewWith([camera]), off, new Map())[1]?.picture).toBeUndefined();
    const paused = peopleOf(viewWith([camera]), off, tracks, { [sourceId.parse(camera.id)]: 'last-n' })[1];
    expect(paused).toMatchObject({ cameraOn: true, picture: undefined, withheld: 'last-n' });
    const muted = peopleOf(viewWith([{ ...camera, muted: true }]), off, tracks)[1];
    expect(muted?.picture).toBeUndefined();
    expect(muted?.camera).toBe(camera.id);
  });

  it('show oneself from the device, before the conference knows of it', () => {
    const own = track('own');
    const [self] = peopleOf(
      viewWith([]),
      { ...off, camera: device({ status: 'on', track: own }) },
      new Map(),
    );
    expect(self?.picture).toBe(own);
  });

  it('are silent without an unmuted microphone', () => {
    const microphone = { id: `${ANN}-a0`, kind: 'microphone', muted: false, blocked: false };
    expect(peopleOf(viewWith([]), off, new Map())[1]?.silent).toBe(true);
    expect(peopleOf(viewWith([microphone]), off, new Map())[1]?.silent).toBe(false);
    expect(peopleOf(viewWith([{ ...microphone, muted: true }]), off, new Map())[1]?.silent).toBe(true);
  });
});

describe('the screens on the page', () => {
  const hers = { id: `${ANN}-v2`, kind: 'screen', muted: false, blocked: false };
  const mine = { id: `${SELF}-v3`, kind: 'screen', muted: false, blocked: false };
  const share = {
    content: 'text',
    status: 'on',
    blocked: false,
    problem: undefined,
    track: track('mine'),
    hasSound: false,
    source: sourceId.parse(mine.id),
  } as const;

  it('are those of others as they arrive, and one own from the capture', () => {
    const screens = screensOf(viewWith([hers, mine]), { screen: share }, tracksOf(hers.id, mine.id));
    expect(
      screens.map(({ source, displayName, isLocal, picture }) => [source, displayName, isLocal, picture?.id]),
    ).toEqual([
      [hers.id, 'Ann', false, hers.id],
      [mine.id, '', true, 'mine'],
    ]);
    expect(screensOf(viewWith([hers]), { screen: share }, new Map())[0]?.picture).toBeUndefined();
    const withheld = { [sourceId.parse(hers.id)]: 'bandwidth' } as const;
    expect(screensOf(viewWith([hers]), { screen: share }, tracksOf(hers.id), withheld)[0]).toMatchObject({
      picture: undefined,
      withheld: 'bandwidth',
    });
  });

  it('stay the same where what is shared is only encoded anew', () => {
    const [before, after] = [hers, { ...hers, id: `${ANN}-v5` }].map(
      (source) => screensOf(viewWith([source]), { screen: share }, new Map())[0],
    );
    expect(after?.id).toBe(before?.id);
    expect(after?.source).not.toBe(before?.source);
  });

  it('lack one own that has ended before the conference knows of it', () => {
    const ended = { ...share, status: 'off', track: undefined, source: undefined } as const;
    expect(screensOf(viewWith([mine]), { screen: ended }, new Map())).toEqual([]);
  });

  it('come first, the newest before, but for one own, which stands by oneself', () => {
    const his = { ...hers, id: `${BEN}-v4` };
    const view = viewWith([hers, mine, his]);
    const screens = screensOf(view, { screen: share }, new Map());
    const order = tileOrder(peopleOf(view, off, new Map()), screens);
    expect(order).toEqual([`${BEN}-screen`, `${ANN}-screen`, SELF, `${SELF}-screen`, ANN]);
    expect(order.map(isScreenTile)).toEqual([true, true, false, true, false]);
  });
});

describe('the sounds on the page', () => {
  it('are those of others, muted or not, and never pictures', () => {
    const sources = [
      { id: `${SELF}-a0`, kind: 'microphone', muted: false, blocked: false },
      { id: `${ANN}-a0`, kind: 'microphone', muted: true, blocked: false },
      { id: `${ANN}-v1`, kind: 'camera', muted: false, blocked: false },
      { id: `${ANN}-a2`, kind: 'screenAudio', muted: false, blocked: false },
    ];
    const tracks = tracksOf(...sources.map(({ id }) => id));
    expect(soundsOf(viewWith(sources), tracks).map(({ source }) => source)).toEqual([
      `${ANN}-a0`,
      `${ANN}-a2`,
    ]);
    expect(soundsOf(viewWith(sources), new Map())).toEqual([]);
  });
});
