import type { types } from 'mediasoup-client';
import { mediaKindOf } from '@treff/protocol';
import type { Log } from '../core/index.ts';
import type { Encoding } from './encodings.ts';
import type { OutgoingSource } from './path.ts';
import { WantedEncodings } from './wanted-encodings.ts';

/** One source that is sent over one set of transports: brings what the browser sends and encodes to what is to be sent. */
export class Producing {
  readonly source: OutgoingSource;
  readonly #log: Log;
  /** Of a camera with layers within its stream: what to encode for so many of them. */
  readonly #within: readonly Encoding[] | undefined;
  #producer: types.Producer | undefined;
  /** What is to be sent while the path is fed. */
  #track: MediaStreamTrack | undefined;
  /** What the browser was given last. */
  #given: MediaStreamTrack | undefined;
  #fed = true;
  /** Settled when the browser has what is to be sent; absent while it has. */
  #feeding: Promise<void> | undefined;
  /** How many of its encodings somebody receives; undefined until that is told: all. */
  #layers: number | undefined;
  #encodings: WantedEncodings | undefined;

  constructor(source: OutgoingSource, within: readonly Encoding[] | undefined, log: Log) {
    this.source = source;
    this.#within = within;
    this.#log = log;
    this.#track = source.track;
    this.#given = source.track;
  }

  /** Whether it is set up. */
  get isReady(): boolean {
    return this.#producer !== undefined;
  }

  /** It is set up: what was wanted of it before holds from now on. */
  attach(producer: types.Producer): void {
    this.#producer = producer;
    this.#encode();
  }

  /** Sends another track, or none. Rejects when the browser can't. */
  replace(track: MediaStreamTrack | undefined): Promise<void> {
    this.#track = track;
    return this.#feed();
  }

  /** Whether anything is sent at all. Rejects when the browser can't. */
  setFed(fed: boolean): Promise<void> {
    this.#fed = fed;
    return this.#feed();
  }

  /** Somebody receives so many of its encodings. What is told before the browser is ready to send holds from then on. */
  want(layers: number): void {
    this.#layers = layers;
    this.#encode();
  }

  /** Idempotent. */
  close(): void {
    this.#encodings?.close();
    this.#producer?.close();
  }

  #encode(): void {
    const sender = this.#producer?.rtpSender;
    if (this.#layers === undefined || sender === undefined || mediaKindOf(this.source.kind) === 'audio')
      return;
    this.#encodings ??= new WantedEncodings(sender, this.#log, this.#within);
    this.#encodings.set(this.#layers);
  }

  /** One step at a time: mediasoup-client compares with what was before the last step ended. */
  #feed(): Promise<void> {
    if (this.#isFed) return Promise.resolve();
    this.#feeding ??= this.#feedStepwise();
    return this.#feeding;
  }

  async #feedStepwise(): Promise<void> {
    try {
      while (!this.#isFed) {
        const track = this.#due;
        await this.#producer?.replaceTrack({ track: track ?? null });
        this.#given = track;
      }
    } finally {
      this.#feeding = undefined;
    }
  }

  get #due(): MediaStreamTrack | undefined {
    return this.#fed ? this.#track : undefined;
  }

  /** Or cannot be: its device will say what comes next. */
  get #isFed(): boolean {
    const track = this.#due;
    return track === this.#given || this.#producer?.closed !== false || track?.readyState === 'ended';
  }
}
