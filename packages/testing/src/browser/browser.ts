import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import type { Machine } from '../network/network.ts';

const CHROMIUM = process.env['TREFF_CHROMIUM'] ?? '/usr/bin/chromium';

/** Chromium's commands come through its pipe, which leads from one namespace into another. */
const CHROMIUM_IN_NAMESPACE = fileURLToPath(new URL('../network/chromium-in-namespace.sh', import.meta.url));

/** The flags keep Debian's Chromium off the network and give it fake devices and a permission for them. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Two cameras, so that one can be switched to or unplugged; there are several microphones anyway.
  '--use-fake-device-for-media-stream=device-count=2',
];

export interface BrowserOptions {
  /** Grant devices without asking; `false` leaves the real permission question, which headless Chromium denies. */
  readonly grantDevices?: boolean;
  /** Let pages play sound without a click. */
  readonly autoplay?: boolean;
  /** Runs on this computer, with the origin of a server as trusted there as `localhost` is here. */
  readonly at?: { readonly computer: Machine; readonly origin: string };
}

export async function launchBrowser({
  grantDevices = true,
  autoplay = true,
  at,
}: BrowserOptions = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: at === undefined ? CHROMIUM : CHROMIUM_IN_NAMESPACE,
    ...(at === undefined
      ? {}
      : { env: { ...process.env, TREFF_CHROMIUM: CHROMIUM, TREFF_NAMESPACE: at.computer.namespace } }),
    chromiumSandbox: false,
    // Playwright mutes headless Chromium, and a muted one may not decode at all.
    ignoreDefaultArgs: ['--mute-audio', ...(autoplay ? [] : ['--autoplay-policy=no-user-gesture-required'])],
    args: [
      ...FLAGS,
      ...(grantDevices ? ['--use-fake-ui-for-media-stream'] : []),
      autoplay
        ? '--autoplay-policy=no-user-gesture-required'
        : '--autoplay-policy=document-user-activation-required',
      ...(at === undefined ? [] : [`--unsafely-treat-insecure-origin-as-secure=${at.origin}`]),
    ],
  });
}

/** How a person can be told from the others: by the tone of the voice and the colour of the picture. */
export interface Persona {
  readonly name: string;
  /** Hz of a continuous sine. */
  readonly tone: number;
  /** Red, green, blue, each 0 to 255. */
  readonly colour: readonly [number, number, number];
}

/** Tones are whole multiples apart from nothing: no harmonic of one is another. Colours survive VP8's chroma subsampling. */
export const PERSONAS: readonly Persona[] = [
  { name: 'Ann', tone: 440, colour: [220, 30, 30] },
  { name: 'Ben', tone: 610, colour: [30, 200, 30] },
  { name: 'Cem', tone: 830, colour: [40, 40, 230] },
  { name: 'Dora', tone: 1130, colour: [230, 220, 40] },
  { name: 'Eva', tone: 1510, colour: [220, 40, 220] },
];

export function persona(index: number): Persona {
  const found = PERSONAS[index];
  if (found === undefined) throw new RangeError(`There are ${PERSONAS.length} personas`);
  return found;
}

export interface Camera {
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
  /** The picture is grained, so that it takes all the bits it may; a plain one takes next to none. */
  readonly grained?: boolean;
}

const SMALL: Camera = { width: 320, height: 180, frameRate: 10 };

/** The same person before the second camera: red and blue are exchanged. */
export function atSecondCamera(who: Persona): Persona {
  const [red, green, blue] = who.colour;
  return { ...who, colour: [blue, green, red] };
}

/**
 * A context whose `getUserMedia` gives the persona's continuous tone and plain-coloured picture, with a bar that moves in every frame.
 * The request still goes through the fake devices first: permissions, missing devices and labels are the browser's own.
 */
export async function contextOf(
  browser: Browser,
  who: Persona,
  camera: Camera = SMALL,
): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, locale: 'en' });
  await context.addInitScript(substituteDevices, { who, camera, screen: { who: screenOf(who), ...SCREEN } });
  return context;
}

/** What somebody shares: plain-coloured like their camera, but in the opposite colour, and with a tone far above their voice. */
export function screenOf(who: Persona): Persona {
  const [red, green, blue] = who.colour;
  return {
    name: `${who.name}'s screen`,
    tone: who.tone + 1700,
    colour: [255 - red, 255 - green, 255 - blue],
  };
}

/** Size of a substituted screen, and its frames a second: as many as somebody makes who scrolls. */
const SCREEN: Camera = { width: 1280, height: 720, frameRate: 5 };

export async function openPage(context: BrowserContext, url: string, problems: string[]): Promise<Page> {
  const page = await context.newPage();
  page.on('pageerror', (error) => problems.push(`${page.url()}: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`${page.url()}: ${message.text()}`);
  });
  await page.goto(url);
  return page;
}

/** Runs in the page, before any of its scripts. */
function substituteDevices({
  who,
  camera,
  screen,
}: {
  who: Persona;
  camera: Camera;
  screen: Camera & { who: Persona };
}): void {
  const real = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
  if (real === undefined) return;
  let audio: AudioContext | undefined;
  const unplugged = new Set<string>();
  /** Pixels by which the grain of a picture moves at most. */
  const GRAIN = 64;
  const live: { deviceId: string | undefined; track: MediaStreamTrack }[] = [];

  function voice(tone: number): MediaStreamTrack {
    audio ??= new AudioContext();
    const oscillator = new OscillatorNode(audio, { frequency: tone });
    const gain = new GainNode(audio, { gain: 0.3 });
    const destination = audio.createMediaStreamDestination();
    oscillator.connect(gain).connect(destination);
    oscillator.start();
    return first(destination.stream);
  }

  function picture(colour: readonly number[], look: Camera): MediaStreamTrack {
    const { width, height, frameRate, grained = false } = look;
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    const brush = canvas.getContext('2d');
    const grain = grained ? grainOf(width, height) : undefined;
    let frame = 0;
    const draw = () => {
      if (brush === null) return;
      brush.fillStyle = `rgb(${colour.join(',')})`;
      brush.fillRect(0, 0, canvas.width, canvas.height);
      if (grain !== undefined) {
        brush.globalAlpha = 0.3;
        brush.drawImage(grain, -Math.random() * GRAIN, -Math.random() * GRAIN);
        brush.globalAlpha = 1;
      }
      brush.fillStyle = 'black';
      brush.fillRect((frame++ * 8) % canvas.width, 0, 8, 16);
    };
    draw();
    const track = first(canvas.captureStream(frameRate));
    const timer = setInterval(
      () => (track.readyState === 'live' ? draw() : clearInterval(timer)),
      1000 / frameRate,
    );
    const settings = track.getSettings.bind(track);
    track.getSettings = () => ({ ...settings(), width, height, frameRate });
    return track;
  }

  /** Random greys, a bit larger than the picture, so that it can be put elsewhere in each frame. */
  function grainOf(width: number, height: number): OffscreenCanvas {
    const grain = new OffscreenCanvas(width + GRAIN, height + GRAIN);
    const brush = grain.getContext('2d');
    const pixels = new ImageData(grain.width, grain.height);
    const { data } = pixels;
    for (let at = 0; at < data.length; at += 4)
      data.fill(Math.random() * 256, at, at + 3).fill(255, at + 3, at + 4);
    brush?.putImageData(pixels, 0, 0);
    return grain;
  }

  function first(stream: MediaStream): MediaStreamTrack {
    const [track] = stream.getTracks();
    if (track === undefined) throw new Error('A captured stream has a track');
    return track;
  }

  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const granted = await real(await plugged(constraints));
    const substitute = granted.getTracks().map((device) => {
      const { deviceId } = device.getSettings();
      const colour = device.label.includes('fake_device_1') ? who.colour.toReversed() : who.colour;
      const track = device.kind === 'audio' ? voice(who.tone) : picture(colour, camera);
      const settings = track.getSettings.bind(track);
      track.getSettings = () => ({ ...settings(), ...(deviceId === undefined ? {} : { deviceId }) });
      live.push({ deviceId, track });
      device.stop();
      return track;
    });
    return new MediaStream(substitute);
  };

  /** The constraints, away from a camera that was unplugged: the browser itself still has it. */
  async function plugged(constraints: MediaStreamConstraints = {}): Promise<MediaStreamConstraints> {
    if (unplugged.size === 0 || !constraints.video) return constraints;
    const cameras = (await navigator.mediaDevices.enumerateDevices()).filter(
      ({ kind }) => kind === 'videoinput',
    );
    if (cameras[0] === undefined) throw new DOMException('unplugged', 'NotFoundError');
    const wish = typeof constraints.video === 'object' ? constraints.video : {};
    return { ...constraints, video: { ...wish, deviceId: { exact: cameras[0].deviceId } } };
  }

  // Unplugging: the device is gone from the list, its tracks end, and the page is told, in this order.
  const list = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
  navigator.mediaDevices.enumerateDevices = async () =>
    (await list()).filter(({ deviceId }) => !unplugged.has(deviceId));

  // A screen can't be chosen without a person; refusals are injected by replacing this.
  let shared: MediaStreamTrack[] = [];
  navigator.mediaDevices.getDisplayMedia = async (constraints) => {
    shared = [picture(screen.who.colour, screen)];
    if (constraints?.audio) shared.push(voice(screen.who.tone));
    return new MediaStream(shared);
  };
  Object.assign(globalThis, {
    endScreen(): void {
      for (const track of shared.splice(0)) {
        track.stop();
        track.dispatchEvent(new Event('ended'));
      }
    },
    unplug(id: string): void {
      unplugged.add(id);
      for (const { deviceId, track } of live) {
        if (deviceId !== id || track.readyState === 'ended') continue;
        track.stop();
        track.dispatchEvent(new Event('ended'));
      }
      navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
    },
  });
}

/** Pulls the plug of the device whose label contains `label`. */
export async function unplug(page: Page, label: string): Promise<void> {
  await page.evaluate(async (wanted) => {
    const devices = await navigator.mediaDevices.enumerateDevices();
    const device = devices.find((candidate) => candidate.label.includes(wanted));
    if (device === undefined) throw new Error(`No device is called ${wanted}`);
    (globalThis as unknown as { unplug(id: string): void }).unplug(device.deviceId);
  }, label);
}

/** Presses the browser's own "Stop sharing". */
export async function endScreen(page: Page): Promise<void> {
  await page.evaluate(() => (globalThis as unknown as { endScreen(): void }).endScreen());
}
