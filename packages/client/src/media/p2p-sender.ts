import { mediaKindOf, type SourceKind } from '@treff/protocol';
import type { Log } from '../core/index.ts';
import { directEncoding } from './encodings.ts';

/** What is sent in one section of a direct connection: reconciled, so the latest wish wins however fast they come. */
export class P2pSender {
  readonly #kind: SourceKind;
  readonly #log: Log;
  #wanted: MediaStreamTrack | undefined;
  #sent: MediaStreamTrack | undefined;
  #sender: RTCRtpSender | undefined;
  #negotiated = false;
  #busy = false;
  #closed = false;

  constructor(kind: SourceKind, log: Log) {
    this.#kind = kind;
    this.#log = log;
  }

  /** Never rejects: a browser that cannot send the track says so in the log. The track stays its owner's. */
  set(track: MediaStreamTrack | undefined): void {
    this.#wanted = track;
    void this.#reconcile();
  }

  /** The section is there. `negotiated`: both ends know it, so that its encoding can be set. */
  attach(sender: RTCRtpSender, negotiated: boolean): void {
    const news = sender !== this.#sender || negotiated !== this.#negotiated;
    this.#sender = sender;
    this.#negotiated = negotiated;
    if (!news) return;
    if (this.#sent !== undefined) void this.#encode(sender, this.#sent);
    void this.#reconcile();
  }

  close(): void {
    this.#closed = true;
  }

  async #reconcile(): Promise<void> {
    const sender = this.#sender;
    if (this.#busy || sender === undefined) return;
    this.#busy = true;
    while (this.#sent !== this.#wanted && !this.#closed) {
      const track = this.#wanted;
      try {
        await sender.replaceTrack(track ?? null);
      } catch (error) {
        if (!this.#closed) this.#log('warn', 'a track cannot be sent directly', { kind: this.#kind, error });
      }
      this.#sent = track;
      if (track !== undefined) await this.#encode(sender, track);
    }
    this.#busy = false;
  }

  async #encode(sender: RTCRtpSender, track: MediaStreamTrack): Promise<void> {
    if (!this.#negotiated || this.#closed || mediaKindOf(this.#kind) === 'audio') return;
    try {
      const parameters = sender.getParameters();
      const [first] = parameters.encodings;
      if (first === undefined) return;
      Object.assign(first, directEncoding(this.#kind, track));
      // Text must stay legible, if need be at fewer frames a second.
      if (this.#kind === 'screen') parameters.degradationPreference = 'maintain-resolution';
      await sender.setParameters(parameters);
    } catch (error) {
      if (!this.#closed) this.#log('debug', 'the browser encodes as it likes', { kind: this.#kind, error });
    }
  }
}
