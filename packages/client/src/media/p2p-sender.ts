import { mediaKindOf, type CameraCaps, type SourceKind } from '@treff/protocol';
import type { Log } from '../core/index.ts';
import { directEncoding } from './encodings.ts';

/** What is sent in one section of a direct connection: reconciled, so the latest wish wins however fast they come. */
export class P2pSender {
  readonly #kind: SourceKind;
  readonly #log: Log;
  readonly #caps: CameraCaps;
  #sender: RTCRtpSender | undefined;
  #wanted: MediaStreamTrack | undefined;
  #sent: MediaStreamTrack | undefined;
  /** The track for whose size the encoding was set. */
  #encoded: MediaStreamTrack | undefined;
  #negotiated = false;
  #busy = false;
  #closed = false;

  constructor(kind: SourceKind, log: Log, caps: CameraCaps = {}) {
    this.#kind = kind;
    this.#log = log;
    this.#caps = caps;
  }

  /** Never rejects: a browser that cannot send the track says so in the log. The track stays its owner's. */
  set(track: MediaStreamTrack | undefined): void {
    this.#wanted = track;
    void this.#reconcile();
  }

  /** The section is there. */
  attach(sender: RTCRtpSender): void {
    this.#sender = sender;
    void this.#reconcile();
  }

  /** Both ends know the section: before that there is no encoding to set. */
  negotiated(): void {
    this.#negotiated = true;
    void this.#reconcile();
  }

  close(): void {
    this.#closed = true;
  }

  async #reconcile(): Promise<void> {
    const sender = this.#sender;
    if (this.#busy || sender === undefined) return;
    this.#busy = true;
    while (!this.#closed) {
      const track = this.#wanted;
      if (this.#sent !== track) {
        await this.#replace(sender, track);
        this.#sent = track;
      } else if (track !== undefined && this.#negotiated && this.#encoded !== track) {
        await this.#encode(sender, track);
        this.#encoded = track;
      } else break;
    }
    this.#busy = false;
  }

  async #replace(sender: RTCRtpSender, track: MediaStreamTrack | undefined): Promise<void> {
    try {
      await sender.replaceTrack(track ?? null);
    } catch (error) {
      if (!this.#closed) this.#log('warn', 'a track cannot be sent directly', { kind: this.#kind, error });
    }
  }

  async #encode(sender: RTCRtpSender, track: MediaStreamTrack): Promise<void> {
    if (mediaKindOf(this.#kind) === 'audio') return;
    try {
      const parameters = sender.getParameters();
      const [encoding] = parameters.encodings;
      if (encoding === undefined) return;
      Object.assign(encoding, directEncoding(this.#kind, track, this.#caps));
      // Text must stay legible, if need be at fewer frames a second.
      if (this.#kind === 'screen' && track.contentHint !== 'motion')
        parameters.degradationPreference = 'maintain-resolution';
      await sender.setParameters(parameters);
    } catch (error) {
      if (!this.#closed) this.#log('debug', 'the browser encodes as it likes', { kind: this.#kind, error });
    }
  }
}
