import type { Clock, Log } from '../core/index.ts';
import { Capture, NoDevices, type CaptureState } from './capture.ts';
import { isTooChoosy } from './device-problem.ts';
import { recallDevices, rememberDevices, type RememberedDevices } from './remembered-devices.ts';
import type { DeviceChoice, LocalMedia } from './types.ts';

/** What the browser offers, as much as is used of it. */
export interface DeviceAccess {
  /** Undefined where there are no devices: in an insecure context, or an odd browser. */
  readonly mediaDevices:
    | (Pick<MediaDevices, 'getUserMedia' | 'enumerateDevices' | 'addEventListener' | 'removeEventListener'> &
        Partial<Pick<MediaDevices, 'getDisplayMedia'>>)
    | undefined;
  readonly permissions: Pick<Permissions, 'query'> | undefined;
  readonly storage: Pick<Storage, 'getItem' | 'setItem'> | undefined;
  readonly isSecure: boolean;
}

export interface DevicesOptions {
  readonly access: DeviceAccess;
  readonly startMuted: { readonly microphone: boolean; readonly camera: boolean };
  /** Pixels, the picture's height at most. Undefined: about 720, or what the conference allows. */
  readonly resolution: number | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly changed: () => void;
}

/** Lines of a camera as long as nobody says otherwise. */
const USUAL_LINES = 720;

type DeviceKind = 'microphone' | 'camera';

/** The microphone, the camera and the choice of loudspeaker of this browser. Tracks belong to it: it opens them and it stops them. */
export class Devices {
  readonly #options: DevicesOptions;
  readonly #captures: Readonly<Record<DeviceKind, Capture>>;
  #remembered: RememberedDevices;
  /** Lines of a camera that the conference allows; undefined: nobody said. */
  #lines: number | undefined;
  #lists: LocalMedia['devices'] = { microphones: [], cameras: [], speakers: [] };
  /** One question for both devices, so that the person is asked once. Each takes its track out of the answer. */
  #joint: { readonly stream: Promise<MediaStream>; readonly open: Set<DeviceKind> } | undefined;
  readonly #disposal = new AbortController();

  constructor(options: DevicesOptions) {
    const { access, startMuted, clock, log, changed } = options;
    this.#options = options;
    this.#remembered = recallDevices(access.storage);
    const capture = (kind: DeviceKind) =>
      new Capture({
        open: (deviceId) => this.#open(kind, deviceId),
        wanted: !startMuted[kind] && this.#remembered[`${kind}On`] !== false,
        deviceId: this.#remembered[kind],
        staysOpen: kind === 'microphone',
        clock,
        log,
        changed,
      });
    this.#captures = { microphone: capture('microphone'), camera: capture('camera') };
    const { signal } = this.#disposal;
    access.mediaDevices?.addEventListener('devicechange', () => this.#devicesChanged(), { signal });
    void this.#watchPermission('microphone');
    void this.#watchPermission('camera');
    void this.#list();
  }

  get microphone(): CaptureState {
    return this.#captures.microphone.state;
  }

  get camera(): CaptureState {
    return this.#captures.camera.state;
  }

  /** Another object when they changed. */
  get lists(): LocalMedia['devices'] {
    return this.#lists;
  }

  /** Empty: the system's default. */
  get speakerId(): string {
    return this.#remembered.speaker ?? '';
  }

  /** What the person chose last; undefined: the default one. */
  chosen(kind: DeviceKind): string | undefined {
    return this.#remembered[kind];
  }

  /** Opens what is wanted. If that is both, the person is asked once. */
  start(): void {
    const { microphone, camera } = this.#captures;
    if (asksAnew(microphone) && asksAnew(camera)) {
      const stream = this.#request({
        audio: audioConstraints(this.#remembered.microphone),
        video: this.#videoConstraints(this.#remembered.camera),
      });
      this.#joint = { stream, open: new Set(['microphone', 'camera']) };
    }
    microphone.start();
    camera.start();
  }

  /** Closes all. What is wanted is kept. */
  stop(): void {
    this.#captures.microphone.stop();
    this.#captures.camera.stop();
  }

  setWanted(kind: DeviceKind, wanted: boolean): void {
    this.#remember({ [`${kind}On`]: wanted });
    this.#captures[kind].setWanted(wanted);
  }

  /**
   * So many lines a camera may have here. One that is open is asked for them if it gives fewer; to take lines from it would change how it is sent. Resolves when it has answered.
   */
  async allow(lines: number | undefined): Promise<void> {
    this.#lines = lines;
    const { track } = this.camera;
    if (track === undefined || lines === undefined || this.#options.resolution !== undefined) return;
    const { width = 0, height = 0 } = track.getSettings();
    if (lines <= Math.max(USUAL_LINES, Math.min(width, height))) return;
    try {
      await track.applyConstraints(sizeConstraints(lines, lines));
    } catch (error) {
      this.#options.log('debug', 'the camera does not give more', { lines, error });
    }
  }

  /** Off for this meeting; the next one begins as the person left it. */
  switchOff(kind: DeviceKind): void {
    if (this.#captures[kind].state.wanted) this.#captures[kind].setWanted(false);
  }

  /** Empty: the system's default. */
  select(kind: DeviceKind, deviceId: string): void {
    const chosen = deviceId === '' ? undefined : deviceId;
    this.#remember({ [kind]: chosen });
    this.#captures[kind].select(chosen);
  }

  selectSpeaker(deviceId: string): void {
    this.#remember({ speaker: deviceId });
    this.#options.changed();
  }

  dispose(): void {
    this.#disposal.abort();
    this.stop();
  }

  async #open(kind: DeviceKind, deviceId: string | undefined): Promise<MediaStreamTrack> {
    const track = (await this.#openJointly(kind)) ?? (await this.#openAlone(kind, deviceId));
    // Labels can be read once a permission was given.
    void this.#list();
    return track;
  }

  /** The device's part of the question for both; undefined if there is none, or if it was answered with no: then it is asked for alone. */
  async #openJointly(kind: DeviceKind): Promise<MediaStreamTrack | undefined> {
    const joint = this.#joint;
    if (joint === undefined || !joint.open.delete(kind)) return undefined;
    try {
      return trackOf(await joint.stream, kind);
    } catch (error) {
      this.#options.log('debug', 'not both devices at once', { error });
      return undefined;
    }
  }

  async #openAlone(kind: DeviceKind, deviceId: string | undefined): Promise<MediaStreamTrack> {
    const { resolution } = this.#options;
    if (kind === 'microphone') {
      return trackOf(await this.#request({ audio: audioConstraints(deviceId) }), kind);
    }
    try {
      return trackOf(await this.#request({ video: this.#videoConstraints(deviceId) }), kind);
    } catch (error) {
      // A camera that has no smaller picture is better than none.
      if (resolution === undefined || deviceId !== undefined || !isTooChoosy(error)) throw error;
      return trackOf(await this.#request({ video: true }), kind);
    }
  }

  async #request(constraints: MediaStreamConstraints): Promise<MediaStream> {
    const { mediaDevices, isSecure } = this.#options.access;
    if (mediaDevices === undefined) throw new NoDevices(isSecure ? 'not-found' : 'insecure');
    return mediaDevices.getUserMedia(constraints);
  }

  #videoConstraints(deviceId: string | undefined): MediaTrackConstraints {
    const { resolution } = this.#options;
    return {
      ...sizeConstraints(resolution ?? this.#lines ?? USUAL_LINES, resolution),
      ...(deviceId === undefined ? { facingMode: 'user' } : { deviceId: { exact: deviceId } }),
    };
  }

  #devicesChanged(): void {
    void this.#list();
    this.#captures.microphone.tryAgain(['not-found', 'in-use']);
    this.#captures.camera.tryAgain(['not-found', 'in-use']);
  }

  /** A person who first said no may say yes later, in the browser's own controls. Not every browser tells. */
  async #watchPermission(kind: DeviceKind): Promise<void> {
    try {
      const status = await this.#options.access.permissions?.query({ name: kind });
      const { signal } = this.#disposal;
      const changed = () => {
        if (status?.state === 'granted') this.#captures[kind].tryAgain(['permission-denied']);
      };
      status?.addEventListener('change', changed, { signal });
    } catch (error) {
      this.#options.log('debug', 'this browser does not tell of permissions', { error });
    }
  }

  async #list(): Promise<void> {
    try {
      const infos = (await this.#options.access.mediaDevices?.enumerateDevices()) ?? [];
      const choices = (kind: MediaDeviceKind): DeviceChoice[] =>
        infos
          // Without a permission there is one nameless entry of each kind; Windows lists a `communications` device twice.
          .filter((info) => info.kind === kind && info.deviceId !== '' && info.deviceId !== 'communications')
          .map(({ deviceId, label }) => ({ deviceId, label }));
      const lists = {
        microphones: choices('audioinput'),
        cameras: choices('videoinput'),
        speakers: choices('audiooutput'),
      };
      if (JSON.stringify(lists) === JSON.stringify(this.#lists)) return;
      this.#lists = lists;
      this.#options.changed();
    } catch (error) {
      this.#options.log('warn', 'devices cannot be listed', { error });
    }
  }

  #remember(change: RememberedDevices): void {
    this.#remembered = { ...this.#remembered, ...change };
    rememberDevices(this.#options.access.storage, this.#remembered);
  }
}

/** Whether a start opens this device by a question of its own. */
function asksAnew({ state: { wanted, opening, track } }: Capture): boolean {
  return wanted && !opening && track === undefined;
}

function audioConstraints(deviceId: string | undefined): MediaTrackConstraints {
  return {
    echoCancellation: true,
    noiseSuppression: true,
    autoGainControl: true,
    ...(deviceId === undefined ? {} : { deviceId: { exact: deviceId } }),
  };
}

/** About so many lines, and at most as many as `most`. */
function sizeConstraints(lines: number, most: number | undefined): MediaTrackConstraints {
  return {
    width: { ideal: Math.round((lines * 16) / 9) },
    height: most === undefined ? { ideal: lines } : { ideal: lines, max: most },
    frameRate: { ideal: 30 },
  };
}

function trackOf(stream: MediaStream, kind: DeviceKind): MediaStreamTrack {
  const [track] = kind === 'microphone' ? stream.getAudioTracks() : stream.getVideoTracks();
  if (track === undefined) throw new DOMException('the browser gave no track', 'NotFoundError');
  return track;
}
