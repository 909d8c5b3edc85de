import { describe, expect, test } from 'vitest';
import { breaksIn, continuityOf } from './continuity.ts';
import type { MediaRecord, RecordedTrack, Scene, Shown } from './media-record.ts';

const VOICE = 'ann/microphone';
const PICTURE = 'ann/camera';

/** Moments every `step` ms from `begin` to before `end`. */
function every(step: number, begin: number, end: number): number[] {
  return Array.from({ length: Math.ceil((end - begin) / step) }, (_, index) => begin + index * step);
}

function sound(direct: boolean, begin: number, end: number): RecordedTrack {
  return { kind: 'audio', direct, moments: every(10, begin, end) };
}

function picture(direct: boolean, begin: number, end: number): RecordedTrack {
  return { kind: 'video', direct, moments: every(100, begin, end) };
}

function piece(source: string, track: number, element = 0, perceived = true): Shown {
  return { source, element, track, perceived };
}

/** The first track until `changed`, then the second, in the same element. */
function handOver(source: string, changed: number): Scene[] {
  return [
    { at: 0, shown: [piece(source, 0)] },
    { at: changed, shown: [piece(source, 1)] },
  ];
}

function voices(scenes: Scene[], ...tracks: RecordedTrack[]): MediaRecord {
  return { tracks, scenes, presented: [], stalls: [] };
}

const inWindow = (record: MediaRecord, source = VOICE) => continuityOf(record, source, 100, 1_000);

describe('the order of a move', () => {
  const moved = (secondBegins: number, changed: number) =>
    inWindow(voices(handOver(VOICE, changed), sound(true, 0, changed), sound(false, secondBegins, 1_000)));

  test('is right when the new way brought something before the old one was let go', () => {
    const move = moved(400, 500);
    expect(move.ways).toEqual([
      { direct: true, first: 100, last: 490, attached: 100, detached: 500 },
      { direct: false, first: 400, last: 990, attached: 500, detached: undefined },
    ]);
    expect(breaksIn(move)).toEqual([]);
  });

  test('is wrong when the new way brings something later', () => {
    expect(breaksIn(moved(510, 500))).toEqual(['way 2 brought something 10 ms after way 1 was let go']);
  });

  test('is wrong when the new way never brings anything', () => {
    expect(breaksIn(moved(1_000, 500))).toEqual(['way 2 was taken and never brought anything']);
  });

  test('counts of the new way only what came in the window, not what an earlier use of it brought', () => {
    const record = voices(handOver(VOICE, 500), sound(true, 0, 500), {
      ...sound(false, 0, 50),
      moments: [...every(10, 0, 50), ...every(10, 600, 1_000)],
    });
    expect(breaksIn(inWindow(record))).toEqual(['way 2 brought something 100 ms after way 1 was let go']);
  });

  test('is wrong when for a while no element has a track', () => {
    const scenes = [
      { at: 0, shown: [piece(VOICE, 0)] },
      { at: 500, shown: [] },
      { at: 530, shown: [piece(VOICE, 1)] },
    ];
    const move = inWindow(voices(scenes, sound(true, 0, 500), sound(false, 400, 1_000)));
    expect(move.withoutTrack).toBe(30);
    expect(breaksIn(move)).toEqual(['nothing was there for 30 ms']);
  });
});

test('what is there and yet neither seen nor heard is counted apart', () => {
  const scenes = [
    { at: 0, shown: [piece(PICTURE, 0)] },
    { at: 400, shown: [piece(PICTURE, 0, 0, false), piece(PICTURE, 1, 1, false)] },
    { at: 550, shown: [piece(PICTURE, 1, 1)] },
  ];
  const record = {
    tracks: [picture(true, 0, 500), picture(false, 300, 1_000)],
    scenes,
    presented: [],
    stalls: [],
  };
  expect(inWindow(record, PICTURE)).toMatchObject({ unperceived: 150, withoutTrack: 0 });
});

describe('sound', () => {
  test('has no gap longer than its own grain while it goes on from one way to the other', () => {
    expect(
      inWindow(voices(handOver(VOICE, 500), sound(true, 0, 600), sound(false, 400, 1_000))).longestGap,
    ).toBe(10);
  });

  test('is missed while the track that plays is silent, whatever the other one brings', () => {
    expect(
      inWindow(voices(handOver(VOICE, 500), sound(true, 0, 300), sound(false, 200, 1_000))).longestGap,
    ).toBe(210);
  });

  test('is missed while its element is muted, and until the end of the window when it never comes', () => {
    const scenes = [
      { at: 0, shown: [piece(VOICE, 0)] },
      { at: 600, shown: [piece(VOICE, 0, 0, false)] },
    ];
    expect(inWindow(voices(scenes, sound(true, 0, 1_000))).longestGap).toBe(410);
  });

  test('is doubled as long as two elements give it, not while one of them is muted or silent', () => {
    const scenes = [
      { at: 0, shown: [piece(VOICE, 0)] },
      { at: 300, shown: [piece(VOICE, 0), piece(VOICE, 1, 1, false)] },
      { at: 400, shown: [piece(VOICE, 0), piece(VOICE, 1, 1)] },
      { at: 600, shown: [piece(VOICE, 1, 1)] },
    ];
    const both = (secondBegins: number) =>
      inWindow(voices(scenes, sound(true, 0, 1_000), sound(false, secondBegins, 1_000))).doubled;
    expect(both(0)).toBe(200);
    expect(both(550)).toBe(50);
    expect(both(700)).toBe(0);
  });

  test('of somebody else changes nothing', () => {
    const scenes = [{ at: 0, shown: [piece(VOICE, 0), piece('ben/microphone', 1, 1)] }];
    expect(inWindow(voices(scenes, sound(true, 0, 1_000), sound(true, 0, 1_000)))).toMatchObject({
      ways: [{ direct: true }],
      doubled: 0,
    });
  });
});

describe('a picture', () => {
  const scenes = handOver(PICTURE, 500);
  const tracks = [picture(true, 0, 500), picture(false, 400, 1_000)];
  const frame = (at: number, track: number, count: number, element = 0) => ({
    at,
    source: PICTURE,
    element,
    track,
    count,
    height: 180,
  });

  test('stands as long as nothing new is put on screen, though frames are decoded', () => {
    const presented = [frame(150, 0, 1), frame(250, 0, 2), frame(800, 1, 3), frame(900, 1, 4)];
    expect(inWindow({ tracks, scenes, presented, stalls: [] }, PICTURE).longestGap).toBe(550);
  });

  test('goes on while the page is too busy to be told of every frame', () => {
    const presented = [frame(150, 0, 1), frame(480, 0, 4), frame(520, 1, 5), frame(990, 1, 10)];
    expect(inWindow({ tracks, scenes, presented, stalls: [] }, PICTURE).longestGap).toBe(100);
  });

  test('counts frames of two elements apart, and sees the newer of them', () => {
    const presented = [frame(150, 0, 9), frame(350, 1, 1, 1), frame(550, 1, 2, 1), frame(950, 1, 3, 1)];
    expect(inWindow({ tracks, scenes, presented, stalls: [] }, PICTURE).longestGap).toBe(400);
  });
});

test('the longest time in which the page could do nothing is told, of the window alone', () => {
  const stalls = [
    { at: 50, duration: 900 },
    { at: 300, duration: 120 },
    { at: 500, duration: 110 },
  ];
  expect(inWindow({ ...voices([]), stalls }).stall).toBe(120);
});
