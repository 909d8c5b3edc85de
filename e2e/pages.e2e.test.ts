import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  launchBrowser,
  openPage,
  startServer,
  type TestServer,
  until,
  type Browser,
  type BrowserContext,
  type Locator,
  type Page,
} from '@treff/testing/browser';

let server: TestServer;
let browser: Browser;
let context: BrowserContext;
let problems: string[] = [];

beforeAll(async () => {
  server = await startServer();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});
afterEach(async () => {
  await context.close();
  expect(problems).toEqual([]);
  problems = [];
});

async function open(path: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
  context = await browser.newContext({ locale: 'en', viewport: { width: 1280, height: 720 }, ...options });
  return openPage(context, `${server.origin}${path}`, problems);
}

describe('the welcome page', () => {
  test('leads to the room that was named, normalised', async () => {
    const page = await open('/');
    await page.getByRole('textbox', { name: 'Room name' }).fill('My Club Evening');
    await page.getByRole('button', { name: 'Start meeting' }).click();
    await page.getByRole('button', { name: 'Join meeting' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/myclubevening');
  });

  test('proposes another unguessable room each time, which one click opens, and remembers it here only', async () => {
    const page = await open('/');
    const rooms = new Set<string>();
    for (let turn = 0; turn < 2; turn++) {
      await page.goto(`${server.origin}/`);
      await page.getByRole('button', { name: 'Start meeting' }).click();
      await page.getByRole('button', { name: 'Join meeting' }).waitFor();
      const room = new URL(page.url()).pathname.slice(1);
      rooms.add(room);
      expect(room.length).toBeGreaterThan(16);
      await page.getByRole('button', { name: 'Join meeting' }).click();
      await page.locator('[data-local]').first().waitFor();
    }
    expect(rooms.size).toBe(2);
    await page.goto(`${server.origin}/`);
    for (const room of rooms) await page.getByRole('link', { name: new RegExp(room, 'i') }).waitFor();
  });

  test('can be used with the keyboard alone', async () => {
    const page = await open('/');
    await page.getByRole('textbox', { name: 'Room name' }).focus();
    await page.keyboard.type('keyboard room');
    await page.keyboard.press('Enter');
    const join = page.getByRole('button', { name: 'Join meeting' });
    await join.waitFor();
    await tabTo(page, 'Enter your name');
    await page.keyboard.type('Kim');
    await page.keyboard.press('Enter');
    await page.locator('[data-local]').first().waitFor();
    await tabTo(page, 'Mute microphone');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Unmute microphone' }).waitFor();
    await tabTo(page, 'Leave the meeting');
    await page.keyboard.press('Enter');
    await page.locator('[data-local]').first().waitFor({ state: 'detached' });
  });
});

describe('overrides in the address', () => {
  test('skip the prejoin page, name the person, start muted', async () => {
    const page = await open(
      '/skip#config.prejoinConfig.enabled=false&userInfo.displayName="Ann"&config.startWithAudioMuted=true&config.startWithVideoMuted=true',
    );
    await page.locator('[data-local]', { hasText: 'Ann' }).first().waitFor();
    await page.getByRole('button', { name: 'Unmute microphone' }).waitFor();
    await page.getByRole('button', { name: 'Start camera' }).waitFor();
    expect(await page.locator('[data-local] video').count()).toBe(0);
  });

  test('limit the resolution of the camera', async () => {
    const page = await open('/resolution#config.prejoinConfig.enabled=false&config.resolution=360');
    const video = page.locator('[data-local] video').first();
    await video.waitFor();
    await until(
      () => video.evaluate((element) => element instanceof HTMLVideoElement && element.videoHeight > 0),
      'the own picture',
      15_000,
    );
    expect(
      await video.evaluate((element) => (element instanceof HTMLVideoElement ? element.videoHeight : 0)),
    ).toBeLessThanOrEqual(360);
  });

  test('that are unknown or wrong change nothing', async () => {
    const page = await open(
      '/odd#config.prejoinConfig.enabled=maybe&config.resolution=-1&config.evil={"a":1}&__proto__.x=1',
    );
    await page.getByRole('button', { name: 'Join meeting' }).waitFor();
  });
});

test('German speakers are greeted in German', async () => {
  const page = await open('/', { locale: 'de-DE' });
  await page.getByRole('button', { name: 'Meeting starten' }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('de');
});

test.each(['light', 'dark'] as const)(
  'the settings in the call can be read on a %s system',
  async (colorScheme) => {
    const page = await open('/contrast#config.prejoinConfig.enabled=false', { colorScheme });
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Settings' }).click();
    const dialog = page.getByRole('dialog', { name: 'Settings' });
    for (const control of [
      dialog.getByRole('textbox', { name: 'Your name' }),
      dialog.getByRole('combobox').first(),
    ])
      expect(await contrast(control)).toBeGreaterThanOrEqual(4.5);
    expect(await contrast(dialog.getByText('Your name', { exact: true }))).toBeGreaterThanOrEqual(4.5);
  },
);

test.each([
  [360, 740],
  [1280, 720],
  [3840, 2160],
])('nothing is cut off or scrolls sideways at %i x %i', async (width, height) => {
  const page = await open('/', { viewport: { width, height } });
  await page.getByRole('button', { name: 'Start meeting' }).waitFor();
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  await page.goto(`${server.origin}/narrow`);
  await page.getByRole('button', { name: 'Join meeting' }).waitFor();
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  await page.getByRole('button', { name: 'Join meeting' }).click();
  const leave = page.getByRole('button', { name: 'Leave the meeting' });
  await leave.waitFor();
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  const box = await leave.boundingBox();
  expect(box).not.toBeNull();
  expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(width);
  expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(height);
});

async function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Presses Tab until the control of that name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    const focused = page.getByLabel(name, { exact: true }).and(page.locator(':focus'));
    if ((await focused.count()) > 0) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Sixty times Tab did not lead to ${name}`);
}

/** Contrast of an element's text to what is behind it (WCAG 2.2, 1.4.3): 1 to 21. */
async function contrast(element: Locator): Promise<number> {
  await element.waitFor();
  return element.evaluate((start) => {
    const brush = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    if (brush === null) throw new Error('no canvas');
    const rgba = (colour: string) => {
      brush.clearRect(0, 0, 1, 1);
      brush.fillStyle = colour;
      brush.fillRect(0, 0, 1, 1);
      return [...brush.getImageData(0, 0, 1, 1).data];
    };
    const luminance = ([red = 0, green = 0, blue = 0]: number[]) => {
      const [r = 0, g = 0, b = 0] = [red, green, blue].map((value) =>
        value <= 10 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
      );
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    // The nearest opaque background; translucent ones do not occur between a control and its dialog.
    let behind: Element | null = start;
    while (behind !== null && (rgba(getComputedStyle(behind).backgroundColor)[3] ?? 0) < 255)
      behind = behind.parentElement;
    const back = luminance(
      behind === null ? [255, 255, 255] : rgba(getComputedStyle(behind).backgroundColor),
    );
    const front = luminance(rgba(getComputedStyle(start).color));
    return (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
  });
}
