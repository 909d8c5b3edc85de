import type { DeviceAccess } from '../src/media/devices.ts';

/** As much of a `MediaStreamTrack` as the client uses. */
export class FakeTrack extends EventTarget {
  readonly kind: 'audio' | 'video';
  readonly settings: MediaTrackSettings;
  contentHint = '';
  /** What was asked of it last. */
  constraints: MediaTrackConstraints = {};
  enabled = true;
  readyState: 'live' | 'ended' = 'live';

  constructor(kind: 'audio' | 'video', settings: MediaTrackSettings = {}) {
    super();
    this.kind = kind;
    this.settings = settings;
  }

  getSettings(): MediaTrackSettings {
    return this.settings;
  }

  async applyConstraints(constraints: MediaTrackConstraints): Promise<void> {
    this.constraints = constraints;
  }

  stop(): void {
    this.readyState = 'ended';
  }

  clone(): FakeTrack {
    return new FakeTrack(this.kind, this.settings);
  }

  /** The device is unplugged, or its permission withdrawn. */
  end(): void {
    this.readyState = 'ended';
    this.dispatchEvent(new Event('ended'));
  }
}

/** As the type that the code under test takes. */
export function asTrack(track: FakeTrack): MediaStreamTrack {
  return track as unknown as MediaStreamTrack;
}

/** A receiver that counts as a browser's does: what has come, and come out. */
export class FakeReceiver {
  readonly track: MediaStreamTrack;
  readonly #kind: 'audio' | 'video';
  /** Packets, frames and samples, all the same. */
  count = 0;

  constructor(kind: 'audio' | 'video') {
    this.#kind = kind;
    this.track = asTrack(new FakeTrack(kind));
  }

  async getStats(): Promise<RTCStatsReport> {
    const { count } = this;
    const stats = {
      type: 'inbound-rtp',
      kind: this.#kind,
      packetsReceived: count,
      framesDecoded: count,
      jitterBufferEmittedCount: count,
      totalSamplesReceived: count,
    };
    return new Map([['stream', stats]]);
  }
}

/** As the type that the code under test takes. */
export function asReceiver(receiver: FakeReceiver): RTCRtpReceiver {
  return receiver as unknown as RTCRtpReceiver;
}

/** A browser's sender of one track, with its encodings. */
export class FakeEncoder {
  encodings: RTCRtpEncodingParameters[];

  constructor(encodings: number) {
    this.encodings = Array.from({ length: encodings }, () => ({ active: true }));
  }

  /** Which are on, from the lowest: `++-`. */
  get active(): string {
    return this.encodings.map(({ active }) => (active === true ? '+' : '-')).join('');
  }

  getParameters(): Pick<RTCRtpSendParameters, 'encodings'> {
    return { encodings: this.encodings.map((encoding) => ({ ...encoding })) };
  }

  async setParameters({ encodings }: RTCRtpSendParameters): Promise<void> {
    this.encodings = encodings;
  }
}

export function asSender(encoder: FakeEncoder): RTCRtpSender {
  return encoder as unknown as RTCRtpSender;
}

interface Question {
  readonly constraints: MediaStreamConstraints;
  readonly answer: PromiseWithResolvers<MediaStream>;
}

/** A browser's devices: every question waits until a test answers it. */
export class FakeDevices {
  readonly #questions: Question[] = [];
  /** Every track that was ever handed out. */
  readonly tracks: FakeTrack[] = [];
  infos: Partial<MediaDeviceInfo>[] = [];
  readonly stored = new Map<string, string>();
  /** What `getDisplayMedia` was asked, oldest question first. */
  readonly screens = new FakeScreens();
  readonly permissions = new Map<string, EventTarget>();
  readonly #events = new EventTarget();

  get access(): DeviceAccess {
    const mediaDevices = Object.assign(this.#events, {
      getUserMedia: (constraints: MediaStreamConstraints) => {
        const answer = Promise.withResolvers<MediaStream>();
        this.#questions.push({ constraints, answer });
        return answer.promise;
      },
      getDisplayMedia: this.screens.ask,
      enumerateDevices: async () => this.infos as MediaDeviceInfo[],
    }) as unknown as NonNullable<DeviceAccess['mediaDevices']>;
    return {
      mediaDevices,
      permissions: {
        query: async ({ name }) => {
          const status = Object.assign(new EventTarget(), { state: 'prompt', name, onchange: null } as const);
          this.permissions.set(name, status);
          return status;
        },
      },
      storage: {
        getItem: (key) => this.stored.get(key) ?? null,
        setItem: (key, value) => void this.stored.set(key, value),
      },
      isSecure: true,
    };
  }

  /** What is being asked for, oldest question first. */
  async asked(): Promise<MediaStreamConstraints[]> {
    await turn();
    return this.#questions.map(({ constraints }) => constraints);
  }

  /** Answers the oldest question with what it asks for; `settings` are the camera's. Resolves when the answer has been heard. */
  async grant(settings: MediaTrackSettings = { width: 1280, height: 720 }): Promise<void> {
    const { constraints, answer } = await this.#take();
    const audio = constraints.audio === undefined ? [] : [new FakeTrack('audio')];
    const video = constraints.video === undefined ? [] : [new FakeTrack('video', settings)];
    this.tracks.push(...audio, ...video);
    answer.resolve({ getAudioTracks: () => audio, getVideoTracks: () => video } as unknown as MediaStream);
    await turn();
  }

  async deny(name = 'NotAllowedError'): Promise<void> {
    const { answer } = await this.#take();
    answer.reject(new DOMException('no', name));
    await turn();
  }

  deviceChange(): void {
    this.#events.dispatchEvent(new Event('devicechange'));
  }

  async #take(): Promise<Question> {
    await turn();
    const question = this.#questions.shift();
    if (question === undefined) throw new Error('nobody asks for a device');
    return question;
  }
}

/** A browser's question what to share: it waits until a test answers it. */
export class FakeScreens {
  readonly #questions: PromiseWithResolvers<MediaStream>[] = [];
  /** Every track that was ever handed out. */
  readonly tracks: FakeTrack[] = [];

  readonly ask = (): Promise<MediaStream> => {
    const answer = Promise.withResolvers<MediaStream>();
    this.#questions.push(answer);
    return answer.promise;
  };

  get asked(): number {
    return this.#questions.length;
  }

  /** The person chooses a screen. Its tracks. */
  async choose({ sound = false } = {}): Promise<{ picture: FakeTrack; sound: FakeTrack }> {
    const picture = new FakeTrack('video', { width: 1920, height: 1080 });
    const heard = new FakeTrack('audio');
    const audio = sound ? [heard] : [];
    this.tracks.push(picture, ...audio);
    this.#questions
      .shift()
      ?.resolve({ getVideoTracks: () => [picture], getAudioTracks: () => audio } as unknown as MediaStream);
    await turn();
    return { picture, sound: heard };
  }

  async refuse(name = 'NotAllowedError'): Promise<void> {
    this.#questions.shift()?.reject(new DOMException('no', name));
    await turn();
  }
}

/** Lets everything happen that waits for nothing but its turn. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}
