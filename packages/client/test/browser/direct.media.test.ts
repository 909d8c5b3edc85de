import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchBrowser, openModule, until, type Browser, type Page } from '@treff/testing/browser';
import type { DirectCall } from './direct-call.ts';

/** Two real ends of a direct connection in one page of a real browser. */
let browser: Browser;
let page: Page;
const problems: string[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
});
beforeEach(async () => {
  page = await openModule(browser, 'packages/client/test/browser/direct-call.ts', problems);
  await page.waitForFunction('globalThis.call !== undefined');
});
afterEach(async () => {
  await page.close();
});
afterAll(() => browser.close());

/** Asks the page, where `call` is. */
function ask<T>(question: (call: DirectCall) => T | Promise<T>): Promise<T> {
  return page.evaluate<T>(`(${question.toString()})(globalThis.call)`);
}

/** What went wrong, until the call was ended and afterwards. */
async function trouble(): Promise<string[]> {
  await ask((call) => call.close());
  return [...problems, ...(await ask((call) => call.problems))];
}

function holds(condition: (call: DirectCall) => boolean, what: string): Promise<void> {
  return until(() => ask(condition), what, 20_000);
}

function connected(): Promise<void> {
  return holds((call) => call.states.every((state) => state === 'connected'), 'both ends to be connected');
}

test('all four kinds flow both ways, negotiated once, each encoded for what it is', async () => {
  await ask((call) => {
    // What is there before the connection, and what comes later.
    for (const from of [0, 1] as const)
      for (const kind of ['microphone', 'camera'] as const) call.send(from, kind);
  });
  await connected();
  const offers = await ask((call) => call.offers);
  await ask((call) => {
    for (const from of [0, 1] as const) {
      call.watch(from);
      for (const kind of ['screen', 'screenAudio'] as const) call.send(from, kind);
    }
  });
  await holds((call) => call.flows(0).length === 4 && call.flows(1).length === 4, 'everything to flow');
  await holds((call) => call.levels.every((level) => level !== undefined && level > -30), 'the voices');
  const ends = await ask((call) => Promise.all([call.look(0), call.look(1)]));
  for (const { formats, encodings, streams } of ends) {
    expect(formats).toEqual([
      expect.stringMatching(/^microphone: (?!.*stereo=1).*usedtx=1;useinbandfec=1/),
      expect.stringMatching(/^screenAudio: .*maxaveragebitrate=128000.*;stereo=1;usedtx=0/),
    ]);
    expect(encodings).toEqual({ camera: 735_294, screen: 2_500_000 });
    const [microphone, camera, screen, screenAudio] = streams;
    expect([camera, screenAudio]).toEqual([microphone, screen]);
    expect(camera).not.toBe(screen);
  }
  expect(await ask((call) => call.offers)).toBe(offers);
  expect(await trouble()).toEqual([]);
});

test('what is not sent any more falls silent, and another track flows without a word', async () => {
  await ask((call) => call.send(0, 'microphone'));
  await connected();
  await holds((call) => call.levels[1] !== undefined, 'the voice');
  await ask((call) => call.stop(0, 'microphone'));
  await holds((call) => call.levels[1] === undefined, 'silence');
  const offers = await ask((call) => call.offers);
  await ask((call) => {
    call.watch(1);
    call.send(0, 'microphone');
    call.send(0, 'camera');
  });
  await holds((call) => call.flows(1).length === 2, 'voice and picture');
  expect(await ask((call) => call.offers)).toBe(offers);
  expect(await trouble()).toEqual([]);
});

test('an ICE restart whose messages get lost is made up for, and media flows', async () => {
  await connected();
  await ask((call) => {
    call.delivers = false;
    call.networkChanged(0);
  });
  await holds((call) => call.offers > 1, 'another offer');
  await ask((call) => {
    call.delivers = true;
    call.caughtUp();
  });
  await holds((call) => call.iceGenerations.every((seen) => seen > 1), 'both ends to use the new candidates');
  await connected();
  await ask((call) => {
    call.watch(0);
    call.send(1, 'camera');
  });
  await holds((call) => call.flows(0).includes('camera'), 'the picture');
  expect(await trouble()).toEqual([]);
});
