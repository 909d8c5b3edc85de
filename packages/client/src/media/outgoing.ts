import { mediaKindOf, SOURCE_KINDS, type ErrorCode, type SourceId, type SourceKind } from '@treff/protocol';
import type { Log } from '../core/index.ts';
import type { Devices } from './devices.ts';
import { wishOf } from './local-media.ts';
import { LocalSource } from './local-source.ts';
import type { ScreenCapture } from './screen-capture.ts';
import type { SeatMedia } from './seat-media.ts';

export interface OutgoingOptions {
  readonly devices: Pick<Devices, 'microphone' | 'camera'>;
  readonly screen: Pick<ScreenCapture, 'state'>;
  /** An id that was never used; undefined when all are used up. */
  readonly makeId: (kind: SourceKind) => SourceId | undefined;
  /** Tells the conference. */
  readonly sayMuted: (source: SourceId, muted: boolean) => void;
  readonly log: Log;
  readonly changed: () => void;
}

/** All that one sends: what the devices and the screen give, by both ways of the seat. */
export class Outgoing {
  readonly #options: OutgoingOptions;
  readonly #sources: Readonly<Record<SourceKind, LocalSource>>;
  #media: SeatMedia | undefined;

  constructor(options: OutgoingOptions) {
    const { makeId, sayMuted, log, changed } = options;
    const source = (kind: SourceKind) =>
      new LocalSource({
        kind,
        whenIdle: kind === 'screen' || kind === 'screenAudio' ? 'gone' : 'muted',
        whenRenewed: mediaKindOf(kind) === 'audio' ? 'while silent' : 'at once',
        makeId: () => makeId(kind),
        sayMuted,
        log,
        changed,
      });
    this.#options = options;
    this.#sources = {
      microphone: source('microphone'),
      camera: source('camera'),
      screen: source('screen'),
      screenAudio: source('screenAudio'),
    };
  }

  of(kind: SourceKind): LocalSource {
    return this.#sources[kind];
  }

  /** Where to send; undefined: nowhere. Media that begins anew is set again. */
  setMedia(media: SeatMedia | undefined): void {
    this.#media = media;
    for (const kind of SOURCE_KINDS) this.#sources[kind].setPath(media?.bridge);
    this.#feedDirect();
  }

  /** What is published may be encoded in another way now. */
  review(): void {
    for (const kind of SOURCE_KINDS) this.#sources[kind].review();
  }

  /** The bridge did not take a source. */
  refuse(source: SourceId, code: ErrorCode): void {
    for (const kind of SOURCE_KINDS) this.#sources[kind].refuse(source, code);
  }

  /** Devices or screen are others. */
  update(): void {
    const { devices, screen } = this.#options;
    for (const kind of ['microphone', 'camera'] as const)
      this.#sources[kind].set(wishOf(devices[kind], kind));
    this.#sources.screen.set({ track: screen.state.picture, muted: false });
    // Text and films are encoded in different forms.
    this.#sources.screen.review();
    this.#sources.screenAudio.set({ track: screen.state.sound, muted: false });
    this.#feedDirect();
  }

  /** The same tracks as over the bridge, whenever there is a direct connection. */
  #feedDirect(): void {
    const { devices, screen } = this.#options;
    for (const kind of ['microphone', 'camera'] as const)
      this.#media?.setOutgoing(kind, wishOf(devices[kind], kind).track);
    this.#media?.setOutgoing('screen', screen.state.picture);
    this.#media?.setOutgoing('screenAudio', screen.state.sound);
  }
}
