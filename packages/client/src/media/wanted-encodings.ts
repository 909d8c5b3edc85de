import type { Log } from '../core/index.ts';
import type { Encoding } from './encodings.ts';

/** As much of a sender as this needs. */
export type EncodingSender = Pick<RTCRtpSender, 'getParameters' | 'setParameters'>;

/**
 * Encodes of a picture what somebody receives: so many of its encodings, counted from the lowest. Encodings that are switched off cost neither cycles nor
 * bits. A stream that has its layers within itself is encoded smaller instead, and larger again when somebody wants that. Reconciled, so the latest wish wins
 * however fast they come.
 */
export class WantedEncodings {
  readonly #sender: EncodingSender;
  readonly #log: Log;
  /** Of a stream that has layers: what to encode for so many of them, from 1. */
  readonly #layered: readonly Encoding[] | undefined;
  #wanted: number | undefined;
  #applied: number | undefined;
  #busy = false;
  #closed = false;

  constructor(sender: EncodingSender, log: Log, layered?: readonly Encoding[]) {
    this.#sender = sender;
    this.#log = log;
    this.#layered = layered;
  }

  /** Never rejects: a browser that cannot do it goes on encoding, and says so in the log. */
  set(layers: number): void {
    this.#wanted = layers;
    void this.#reconcile();
  }

  close(): void {
    this.#closed = true;
  }

  async #reconcile(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    while (!this.#closed && this.#applied !== this.#wanted) {
      const wanted = this.#wanted;
      await this.#apply(wanted);
      this.#applied = wanted;
    }
    this.#busy = false;
  }

  async #apply(layers: number | undefined): Promise<void> {
    if (layers === undefined) return;
    try {
      const parameters = this.#sender.getParameters();
      if (this.#layered !== undefined) return await this.#applyWithin(parameters, this.#layered, layers);
      const differs = parameters.encodings.some(({ active }, layer) => active !== layer < layers);
      if (!differs) return;
      for (const [layer, encoding] of parameters.encodings.entries()) encoding.active = layer < layers;
      await this.#sender.setParameters(parameters);
    } catch (error) {
      if (!this.#closed) this.#log('warn', 'encodings cannot be switched', { layers, error });
    }
  }

  async #applyWithin(
    parameters: RTCRtpSendParameters,
    layered: readonly Encoding[],
    layers: number,
  ): Promise<void> {
    const [encoding] = parameters.encodings;
    if (encoding === undefined) return;
    const wanted = layers === 0 ? { active: false } : { active: true, ...layered[layers - 1] };
    const now = new Map<string, unknown>(Object.entries(encoding));
    if (Object.entries(wanted).every(([name, value]) => now.get(name) === value)) return;
    Object.assign(encoding, wanted);
    await this.#sender.setParameters(parameters);
  }
}
