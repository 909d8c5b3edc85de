import type { types } from 'mediasoup-client';
import { mediaKindOf } from '@treff/protocol';
import type { Log } from '../core/index.ts';
import type { Wanted } from './encodings.ts';
import type { OutgoingSource } from './path.ts';
import { WantedEncodings, type Encodings } from './wanted-encodings.ts';

/** What to encode of a track when somebody receives so much of it. */
type EncodingsOf = (track: MediaStreamTrack, wanted: Wanted) => Encodings;

/** One source that is sent over one set of transports: brings what the browser sends and encodes to what is to be sent. */
export class Producing {
  readonly source: OutgoingSource;
  readonly #log: Log;
  readonly #encodingsOf: EncodingsOf;
  #producer: types.Producer | undefined;
  /** What is to be sent while the path is fed. */
  #track: MediaStreamTrack | undefined;
  /** What the browser was given last. */
  #given: MediaStreamTrack | undefined;
  #fed = true;
  /** Settled when the browser has what is to be sent; absent while it has. */
  #feeding: Promise<void> | undefined;
  /** The last track that was to be sent: what is wanted is encoded for its size. */
  #shown: MediaStreamTrack;
  /** What somebody receives of it. */
  #wanted: Wanted = { layers: Infinity, maxHeight: Infinity };
  #encodings: WantedEncodings | undefined;

  constructor(source: OutgoingSource, encodingsOf: EncodingsOf, log: Log) {
    this.source = source;
    this.#encodingsOf = encodingsOf;
    this.#log = log;
    this.#shown = source.track;
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
    if (track !== undefined && track !== this.#shown) {
      this.#shown = track;
      this.#encode();
    }
    return this.#feed();
  }

  /** Whether anything is sent at all. Rejects when the browser can't. */
  setFed(fed: boolean): Promise<void> {
    this.#fed = fed;
    return this.#feed();
  }

  /** Somebody receives so much of it. What is told before the browser is ready to send holds from then on. */
  want(wanted: Wanted): void {
    this.#wanted = wanted;
    this.#encode();
  }

  /** Idempotent. */
  close(): void {
    this.#encodings?.close();
    this.#producer?.close();
  }

  #encode(): void {
    const sender = this.#producer?.rtpSender;
    if (sender === undefined || mediaKindOf(this.source.kind) === 'audio') return;
    this.#encodings ??= new WantedEncodings(sender, this.#log);
    this.#encodings.set(this.#encodingsOf(this.#shown, this.#wanted));
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
