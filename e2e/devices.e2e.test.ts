import { describe, expect, test } from 'vitest';
import {
  allMeet,
  atSecondCamera,
  type Attendee,
  type BrowserContext,
  enter,
  hears,
  hearsNothing,
  look,
  type Page,
  sees,
  unplug,
  until,
  setStage,
} from '@treff/testing/browser';

const stage = setStage({ errors: 'expected' });

async function pair(room: string): Promise<[Attendee, Attendee]> {
  const both = await Promise.all([stage.attend(room, 0), stage.attend(room, 1)]);
  await allMeet(both);
  return both;
}

const micMuted = (page: Page, id: string) =>
  page.locator(`[data-participant-id="${id}"] [data-muted="microphone"]`).first();

test('who mutes the microphone is silent for the others, who are told so; unmuted, the voice is back', async () => {
  const [ann, ben] = await pair('mute');
  await ann.page.getByRole('button', { name: 'Mute microphone' }).click();
  await hearsNothing(ben.page, ann.id, ann.who);
  await micMuted(ben.page, ann.id).waitFor();
  await ann.page.getByRole('button', { name: 'Unmute microphone' }).click();
  await hears(ben.page, ann.id, ann.who);
  await micMuted(ben.page, ann.id).waitFor({ state: 'detached' });
});

test('a stopped camera ends its track, so that its light goes off, and the others get an avatar; started, it is seen again', async () => {
  const [ann, ben] = await pair('camera');
  const track = await ann.page.evaluateHandle(() => {
    const stream = document.querySelector<HTMLVideoElement>('[data-local] video')?.srcObject;
    return stream instanceof MediaStream ? stream.getVideoTracks()[0] : undefined;
  });
  expect(await track.evaluate((own) => own?.readyState)).toBe('live');
  await ann.page.getByRole('button', { name: 'Stop camera' }).click();
  await until(async () => (await look(ben.page, ann.id)) === undefined, 'the avatar', 15_000);
  expect(await track.evaluate((own) => own?.readyState)).toBe('ended');
  await ann.page.getByRole('button', { name: 'Start camera' }).click();
  await sees(ben.page, ann.id, ann.who);
});

test('muting and unmuting in quick succession ends in the last state', async () => {
  const [ann, ben] = await pair('flicker');
  for (let turn = 0; turn < 5; turn++) {
    await ann.page.getByRole('button', { name: 'Mute microphone' }).click();
    await ann.page.getByRole('button', { name: 'Unmute microphone' }).click();
    await ann.page.getByRole('button', { name: 'Stop camera' }).click();
    await ann.page.getByRole('button', { name: 'Start camera' }).click();
  }
  await hears(ben.page, ann.id, ann.who);
  await sees(ben.page, ann.id, ann.who);
});

test('another camera and another microphone are taken up in the middle of the call', async () => {
  const [ann, ben] = await pair('switch');
  await ann.page.getByRole('button', { name: 'Choose camera' }).click();
  await ann.page.getByRole('menuitemradio', { name: 'fake_device_1' }).click();
  await ann.page.keyboard.press('Escape');
  await sees(ben.page, ann.id, atSecondCamera(ann.who));
  await ann.page.getByRole('button', { name: 'Choose microphone and speaker' }).click();
  await ann.page.getByRole('menuitemradio', { name: 'Fake Audio Input 2' }).click();
  await ann.page.keyboard.press('Escape');
  await hears(ben.page, ann.id, ann.who);
  await sees(ann.page, ben.id, ben.who);
});

test('when the camera is unplugged, the call goes on with the other one', async () => {
  const [ann, ben] = await pair('hot-plug');
  await unplug(ann.page, 'fake_device_0');
  await sees(ben.page, ann.id, atSecondCamera(ann.who));
  await hears(ben.page, ann.id, ann.who);
});

test('whoever speaks is marked, and takes the stage of the others', async () => {
  const [ann, ben] = await pair('speaking');
  const third = await stage.attend('speaking', 2);
  for (const { page } of [ben, third]) await page.getByRole('button', { name: 'Mute microphone' }).click();
  await third.page.locator(`[data-participant-id="${ann.id}"][data-speaking]`).first().waitFor();
  await third.page
    .locator(`[data-participant-id="${ben.id}"][data-speaking]`)
    .first()
    .waitFor({ state: 'detached' });
  await third.page.getByRole('button', { name: 'Exit tile view' }).click();
  await third.page.locator(`[data-participant-id="${ann.id}"][data-role="stage"]`).waitFor();
  await ann.page.getByRole('button', { name: 'Mute microphone' }).click();
  await ben.page.getByRole('button', { name: 'Unmute microphone' }).click();
  await third.page.locator(`[data-participant-id="${ben.id}"][data-role="stage"]`).waitFor();
  await sees(third.page, ben.id, ben.who);
});

describe('joining works', () => {
  test.each([
    ['without a camera', { video: 'NotFoundError' }],
    ['without a microphone', { audio: 'NotFoundError' }],
    ['without either', { audio: 'NotFoundError', video: 'NotFoundError' }],
    ['with permissions denied', { audio: 'NotAllowedError', video: 'NotAllowedError' }],
    ['while another program has the camera', { video: 'NotReadableError' }],
  ] as const)('%s, says so, and the others are seen and heard', async (how, failures) => {
    const room = encodeURIComponent(`lacking ${how}`);
    const lacks = (context: BrowserContext) =>
      context.addInitScript((names: { audio?: string; video?: string }) => {
        const given = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = async (constraints) => {
          for (const kind of ['audio', 'video'] as const) {
            const name = names[kind];
            if (name !== undefined && constraints?.[kind]) throw new DOMException('injected', name);
          }
          return given(constraints);
        };
      }, failures);
    const [ben, visitor] = await Promise.all([stage.attend(room, 1), stage.visit(room, 0, lacks)]);
    const { page } = visitor;
    await page.locator('[data-device-problem]').first().waitFor();
    expect((await page.locator('[data-device-problem]').first().innerText()).length).toBeGreaterThan(10);
    const ann = await enter(visitor);
    await sees(page, ben.id, ben.who);
    await hears(page, ben.id, ben.who);
    if (!('audio' in failures)) await hears(ben.page, ann.id, ann.who);
    if (!('video' in failures)) await sees(ben.page, ann.id, ann.who);
  });
});

test('a camera of 640x360 is received at 640x360', async () => {
  const camera = { width: 640, height: 360, frameRate: 15 };
  const [ann, ben] = await Promise.all([stage.attend('size', 0, { camera }), stage.attend('size', 1)]);
  await until(async () => (await look(ben.page, ann.id))?.height === 360, 'the full picture', 20_000);
  expect((await look(ben.page, ann.id))?.width).toBe(640);
});
