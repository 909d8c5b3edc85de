import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../test/fake-clock.ts';
import { FakeDevices, turn } from '../../test/fake-media.ts';
import { Devices } from './devices.ts';

function open({
  muted = { microphone: true, camera: true },
  resolution,
  browser = new FakeDevices(),
}: {
  muted?: { microphone: boolean; camera: boolean };
  resolution?: number;
  browser?: FakeDevices;
} = {}) {
  const clock = new FakeClock();
  const devices = new Devices({
    access: browser.access,
    startMuted: muted,
    resolution,
    clock,
    log: () => undefined,
    changed: () => undefined,
  });
  devices.start();
  return { browser, devices, clock };
}

const both = { microphone: false, camera: false };

/** With the camera open. */
async function filming() {
  const all = open();
  all.devices.setWanted('camera', true);
  await all.browser.grant();
  const [track] = all.browser.tracks;
  if (track === undefined) throw new Error('no track');
  return { ...all, track };
}

describe('asking', () => {
  test('asks once for both, and each takes its track', async () => {
    const { browser, devices } = open({ muted: both });
    expect(await browser.asked()).toHaveLength(1);
    expect((await browser.asked())[0]).toEqual({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
      video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 }, facingMode: 'user' },
    });
    expect(devices.microphone).toMatchObject({ opening: true });
    await browser.grant();
    expect(devices.microphone).toMatchObject({ opening: false, track: { kind: 'audio' } });
    expect(devices.camera).toMatchObject({ opening: false, track: { kind: 'video' } });
    expect(await browser.asked()).toHaveLength(0);
  });

  test('asks for each alone when both are denied: one may be missing', async () => {
    const { browser, devices } = open({ muted: both });
    await browser.deny('NotFoundError');
    expect((await browser.asked()).map((constraints) => Object.keys(constraints))).toEqual([
      ['audio'],
      ['video'],
    ]);
    await browser.grant();
    await browser.deny('NotFoundError');
    expect(devices.microphone).toMatchObject({ track: { kind: 'audio' }, problem: undefined });
    expect(devices.camera).toMatchObject({ track: undefined, problem: 'not-found' });
    expect(await browser.asked()).toHaveLength(0);
  });

  test('nobody is asked for a device that starts muted', async () => {
    expect(await open().browser.asked()).toEqual([]);
    const { browser } = open({ muted: { microphone: false, camera: true } });
    expect(await browser.asked()).toMatchObject([{ audio: {} }]);
  });

  test('a resolution is a limit, unless the camera has nothing so small', async () => {
    const { browser, devices } = open({ muted: { microphone: true, camera: false }, resolution: 360 });
    expect((await browser.asked())[0]?.video).toMatchObject({
      width: { ideal: 640 },
      height: { ideal: 360, max: 360 },
    });
    await browser.deny('OverconstrainedError');
    expect((await browser.asked())[0]).toEqual({ video: true });
    await browser.grant();
    expect(devices.camera.track).toBeDefined();
    const together = open({ muted: both, resolution: 360 });
    expect((await together.browser.asked())[0]?.video).toMatchObject({ height: { max: 360 } });
  });

  test('a camera that gives fewer lines than the conference allows is asked for more, and opened with as many', async () => {
    const { devices, track, browser } = await filming();
    await devices.allow(480);
    await devices.allow(720);
    await devices.allow(undefined);
    expect(track.constraints).toEqual({});
    await devices.allow(1_080);
    expect(track.constraints).toEqual({
      width: { ideal: 1_920 },
      height: { ideal: 1_080, max: 1_080 },
      frameRate: { ideal: 30 },
    });
    devices.setWanted('camera', false);
    devices.setWanted('camera', true);
    expect((await browser.asked())[0]?.video).toMatchObject({ height: { ideal: 1_080 } });
  });

  test('a resolution of the page counts for more than what the conference allows', async () => {
    const { browser, devices } = open({ muted: { microphone: true, camera: false }, resolution: 360 });
    await browser.grant({ width: 640, height: 360 });
    await devices.allow(1_080);
    expect(browser.tracks[0]?.constraints).toEqual({});
  });

  test.each([
    ['NotAllowedError', 'permission-denied'],
    ['NotFoundError', 'not-found'],
    ['NotReadableError', 'in-use'],
    ['TypeError', 'failed'],
  ])('%s is told as %s', async (name, problem) => {
    const { browser, devices } = open();
    devices.setWanted('camera', true);
    await browser.deny(name);
    expect(devices.camera).toMatchObject({ wanted: true, opening: false, problem });
    devices.setWanted('camera', false);
    devices.setWanted('camera', true);
    expect(devices.camera).toMatchObject({ opening: true, problem: undefined });
  });

  test('an insecure page has no devices, and says so', async () => {
    const devices = new Devices({
      access: { mediaDevices: undefined, permissions: undefined, storage: undefined, isSecure: false },
      startMuted: both,
      resolution: undefined,
      clock: new FakeClock(),
      log: () => undefined,
      changed: () => undefined,
    });
    devices.start();
    await turn();
    expect(devices.microphone.problem).toBe('insecure');
    expect(devices.camera.problem).toBe('insecure');
  });
});

describe('switching on and off', () => {
  test('a camera that is switched off is stopped, so that its light goes off', async () => {
    const { devices, track } = await filming();
    devices.setWanted('camera', false);
    expect(track.readyState).toBe('ended');
    expect(devices.camera.track).toBeUndefined();
  });

  test('a muted microphone stays open but gives silence', async () => {
    const { devices, browser } = open({ muted: { microphone: false, camera: true } });
    await browser.grant();
    const [track] = browser.tracks;
    expect(track?.enabled).toBe(true);
    devices.setWanted('microphone', false);
    expect(track).toMatchObject({ enabled: false, readyState: 'live' });
    devices.setWanted('microphone', true);
    expect(track?.enabled).toBe(true);
    expect(await browser.asked()).toHaveLength(0);
  });

  test('a microphone that was muted while it was being opened gives silence from the start', async () => {
    const { devices, browser } = open({ muted: { microphone: false, camera: true } });
    devices.setWanted('microphone', false);
    await browser.grant();
    expect(browser.tracks[0]).toMatchObject({ enabled: false, readyState: 'live' });
  });

  test('a camera that is no longer wanted when it opens is stopped at once', async () => {
    const { devices, browser } = open();
    devices.setWanted('camera', true);
    devices.setWanted('camera', false);
    await browser.grant();
    expect(browser.tracks[0]?.readyState).toBe('ended');
    expect(devices.camera).toMatchObject({ wanted: false, opening: false, track: undefined });
  });

  test('the latest wish wins, and one question is asked at a time', async () => {
    const { devices, browser } = open();
    for (const wanted of [true, false, true, false, true]) devices.setWanted('camera', wanted);
    expect(await browser.asked()).toHaveLength(1);
    await browser.grant();
    expect(devices.camera.track).toBeDefined();
    expect(browser.tracks).toHaveLength(1);
  });

  test('leaving stops what is open, and what opens afterwards', async () => {
    const { devices, track, browser } = await filming();
    devices.setWanted('microphone', true);
    devices.stop();
    expect(track.readyState).toBe('ended');
    await browser.grant();
    expect(browser.tracks.map(({ readyState }) => readyState)).toEqual(['ended', 'ended']);
    expect(devices.microphone).toMatchObject({ wanted: true, track: undefined });
  });

  test('a second start opens what is wanted again', async () => {
    const { devices, browser } = await filming();
    devices.stop();
    devices.start();
    await browser.grant();
    expect(devices.camera.track).toMatchObject({ readyState: 'live' });
  });
});

describe('choosing and plugging', () => {
  test('another camera takes over, and the old one is stopped', async () => {
    const { devices, browser, track } = await filming();
    devices.select('camera', 'other');
    expect(track.readyState).toBe('ended');
    expect((await browser.asked())[0]?.video).toMatchObject({ deviceId: { exact: 'other' } });
    await browser.grant();
    expect(devices.camera.track).toMatchObject({ readyState: 'live' });
  });

  test('a choice made while a device opens is not lost', async () => {
    const { devices, browser } = open();
    devices.setWanted('camera', true);
    devices.select('camera', 'second');
    await browser.grant();
    expect((await browser.asked())[0]?.video).toMatchObject({ deviceId: { exact: 'second' } });
    await browser.grant();
    expect(browser.tracks.map(({ readyState }) => readyState)).toEqual(['ended', 'live']);
  });

  test('a choice made while another device refuses to open is not lost', async () => {
    const { devices, browser } = open();
    devices.setWanted('camera', true);
    devices.select('camera', 'second');
    await browser.deny('NotReadableError');
    expect((await browser.asked())[0]?.video).toMatchObject({ deviceId: { exact: 'second' } });
    expect(devices.camera.problem).toBeUndefined();
  });

  test('a chosen device that vanishes gives way to the default one, and stays away when it comes back', async () => {
    const { devices, browser } = await filming();
    devices.select('camera', 'unplugged-soon');
    await browser.grant();
    browser.tracks[1]?.end();
    expect((await browser.asked())[0]?.video).toMatchObject({ deviceId: { exact: 'unplugged-soon' } });
    await browser.deny('OverconstrainedError');
    expect((await browser.asked())[0]?.video).toMatchObject({ facingMode: 'user' });
    await browser.grant();
    expect(devices.camera).toMatchObject({ problem: undefined, track: { readyState: 'live' } });
    browser.deviceChange();
    await turn();
    expect(await browser.asked()).toHaveLength(0);
  });

  test('a missing device is tried again when something is plugged in', async () => {
    const { devices, browser } = open();
    devices.setWanted('camera', true);
    await browser.deny('NotFoundError');
    browser.deviceChange();
    await browser.grant();
    expect(devices.camera).toMatchObject({ problem: undefined, track: { readyState: 'live' } });
  });

  test('a denied device is tried again when the permission is given', async () => {
    const { devices, browser } = open();
    devices.setWanted('camera', true);
    await browser.deny('NotAllowedError');
    const status = browser.permissions.get('camera');
    if (status === undefined) throw new Error('nobody watches the permission');
    Object.assign(status, { state: 'granted' });
    status.dispatchEvent(new Event('change'));
    await browser.grant();
    expect(devices.camera).toMatchObject({ problem: undefined, track: { readyState: 'live' } });
  });

  test('a device that ends again and again is given up', async () => {
    const { devices, browser, track } = await filming();
    track.end();
    await browser.grant();
    browser.tracks[1]?.end();
    await turn();
    expect(devices.camera.problem).toBe('failed');
    expect(await browser.asked()).toHaveLength(0);
  });

  test('a device that ends after a while is opened again', async () => {
    const { devices, browser, clock } = await filming();
    for (let round = 0; round < 5; round++) {
      clock.advance(10_000);
      browser.tracks.at(-1)?.end();
      await browser.grant();
    }
    expect(devices.camera.track).toMatchObject({ readyState: 'live' });
  });

  test('lists devices that have names, without doubles', async () => {
    const browser = new FakeDevices();
    browser.infos = [
      { kind: 'audioinput', deviceId: 'm', label: 'Microphone' },
      { kind: 'audioinput', deviceId: 'communications', label: 'Again' },
      { kind: 'videoinput', deviceId: '', label: '' },
      { kind: 'audiooutput', deviceId: 's', label: 'Speaker' },
    ];
    const { devices } = open({ browser });
    await turn();
    expect(devices.lists).toEqual({
      microphones: [{ deviceId: 'm', label: 'Microphone' }],
      cameras: [],
      speakers: [{ deviceId: 's', label: 'Speaker' }],
    });
    const { lists } = devices;
    browser.deviceChange();
    await turn();
    expect(devices.lists).toBe(lists);
  });
});

describe('remembering', () => {
  test('choices and switches hold for the next visit, and nothing else is kept', async () => {
    const { devices, browser } = open({ muted: both });
    devices.select('camera', 'c');
    devices.selectSpeaker('s');
    devices.setWanted('microphone', false);
    expect([...browser.stored]).toEqual([
      ['treff.devices', '{"camera":"c","speaker":"s","microphoneOn":false}'],
    ]);
    const next = open({ browser: Object.assign(new FakeDevices(), { stored: browser.stored }), muted: both });
    expect(next.devices.microphone.wanted).toBe(false);
    expect(next.devices.speakerId).toBe('s');
    expect((await next.browser.asked())[0]).toMatchObject({ video: { deviceId: { exact: 'c' } } });
  });

  test.each(['', 'null', '[]', '{', '{"camera":7}'])('what is stored may be anything: %j', (text) => {
    const browser = new FakeDevices();
    browser.stored.set('treff.devices', text);
    expect(open({ browser, muted: both }).devices.camera.wanted).toBe(true);
  });
});
