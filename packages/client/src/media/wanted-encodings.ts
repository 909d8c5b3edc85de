import type { Log } from '../core/index.ts';

/** As much of a sender as this needs. */
export type EncodingSender = Pick<RTCRtpSender, 'getParameters' | 'setParameters'>;

/**
 * Encodes of a picture what somebody receives: so many of its encodings, counted from the lowest. Encodings that are switched off cost neither cycles nor
 * bits. Reconciled, so the latest wish wins however fast they come.
 */
export class WantedEncodings {
  readonly #sender: EncodingSender;
  readonly #log: Log;
  #wanted: number | undefined;
  #applied: number | undefined;
  #busy = false;
  #closed = false;

  constructor(sender: EncodingSender, log: Log) {
    this.#sender = sender;
    this.#log = log;
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
      const differs = parameters.encodings.some(({ active }, layer) => active !== layer < layers);
      if (!differs) return;
      for (const [layer, encoding] of parameters.encodings.entries()) encoding.active = layer < layers;
      await this.#sender.setParameters(parameters);
    } catch (error) {
      if (!this.#closed) this.#log('warn', 'encodings cannot be switched', { layers, error });
    }
  }
}
