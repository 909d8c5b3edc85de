import { expect, test } from 'vitest';
import { FakeScreens } from '../../test/fake-media.ts';
import { ScreenCapture } from './screen-capture.ts';

const OFF = {
  wanted: false,
  opening: false,
  problem: undefined,
  picture: undefined,
  sound: undefined,
  content: 'text',
};

function start(stored = new Map<string, string>()) {
  const screens = new FakeScreens();
  const storage = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
  };
  const capture = new ScreenCapture({
    mediaDevices: { getDisplayMedia: screens.ask },
    storage,
    log: () => undefined,
    changed: () => undefined,
  });
  return { screens, capture };
}

test('what the person chooses is captured, sharp and with its sound', async () => {
  const { screens, capture } = start();
  capture.setWanted(true);
  expect(capture.state).toMatchObject({ wanted: true, opening: true });
  const { picture, sound } = await screens.choose({ sound: true });
  expect(capture.state).toMatchObject({ wanted: true, opening: false, picture, sound });
  expect(picture.contentHint).toBe('detail');
  capture.setWanted(false);
  expect(capture.state).toEqual(OFF);
  expect(screens.tracks.map(({ readyState }) => readyState)).toEqual(['ended', 'ended']);
});

test('a film stays fluid instead, from now on and also the next time', async () => {
  const stored = new Map<string, string>();
  const { screens, capture } = start(stored);
  capture.setWanted(true);
  const { picture } = await screens.choose();
  expect(picture.constraints).toEqual({ frameRate: { ideal: 15, max: 15 } });
  capture.setContent('video');
  expect(picture.contentHint).toBe('motion');
  expect(picture.constraints).toEqual({ frameRate: { ideal: 30, max: 30 } });

  const later = start(stored);
  expect(later.capture.state.content).toBe('video');
  later.capture.setWanted(true);
  expect((await later.screens.choose()).picture.contentHint).toBe('motion');
});

test('what nobody could have chosen is forgotten', () => {
  expect(start(new Map([['treff.screen', 'poetry']])).capture.state.content).toBe('text');
});

test('the question is asked within the press of the button, and once', () => {
  const { screens, capture } = start();
  capture.setWanted(true);
  expect(screens.asked).toBe(1);
  capture.setWanted(true);
  expect(screens.asked).toBe(1);
});

test('a wish that is taken back before the answer closes what the answer gives', async () => {
  const { screens, capture } = start();
  capture.setWanted(true);
  capture.setWanted(false);
  const { picture } = await screens.choose();
  expect(picture.readyState).toBe('ended');
  expect(capture.state).toEqual(OFF);
});

test('a wish that comes back before the answer takes it, without another question', async () => {
  const { screens, capture } = start();
  capture.setWanted(true);
  capture.setWanted(false);
  capture.setWanted(true);
  expect(screens.asked).toBe(1);
  const { picture } = await screens.choose();
  expect(capture.state).toMatchObject({ wanted: true, picture });
});

test('a refusal is no problem, anything else is one until the next try', async () => {
  const { screens, capture } = start();
  capture.setWanted(true);
  await screens.refuse();
  expect(capture.state).toEqual(OFF);
  capture.setWanted(true);
  await screens.refuse('NotReadableError');
  expect(capture.state).toEqual({ ...OFF, problem: 'failed' });
  capture.setWanted(true);
  expect(capture.state.problem).toBeUndefined();
});

test("the browser's own button ends it; a sound that ends alone leaves the picture", async () => {
  const { screens, capture } = start();
  capture.setWanted(true);
  const { picture, sound } = await screens.choose({ sound: true });
  sound.end();
  expect(capture.state).toMatchObject({ wanted: true, picture, sound: undefined });
  picture.end();
  expect(capture.state).toEqual(OFF);
});

test('an earlier screen that ends late ends nothing', async () => {
  const { screens, capture } = start();
  capture.setWanted(true);
  const first = await screens.choose();
  capture.setWanted(false);
  capture.setWanted(true);
  const second = await screens.choose();
  first.picture.end();
  expect(capture.state.picture).toBe(second.picture);
});

test('a browser that cannot share is not asked', () => {
  const capture = new ScreenCapture({
    mediaDevices: {},
    storage: undefined,
    log: () => undefined,
    changed: () => undefined,
  });
  expect(capture.isSupported).toBe(false);
  capture.setWanted(true);
  expect(capture.state).toEqual(OFF);
});
