import { expect, test } from 'vitest';
import { FakeScreens } from '../../test/fake-media.ts';
import { ScreenCapture } from './screen-capture.ts';

const OFF = { wanted: false, opening: false, problem: undefined, picture: undefined, sound: undefined };

function start() {
  const screens = new FakeScreens();
  const capture = new ScreenCapture({
    mediaDevices: { getDisplayMedia: screens.ask },
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
  const capture = new ScreenCapture({ mediaDevices: {}, log: () => undefined, changed: () => undefined });
  expect(capture.isSupported).toBe(false);
  capture.setWanted(true);
  expect(capture.state).toEqual(OFF);
});
