import type { Log } from '../core/index.ts';
import type { Encoding } from './encodings.ts';

/** As much of a sender as this needs. */
export type EncodingSender = Pick<RTCRtpSender, 'getParameters' | 'setParameters'>;

/** What to encode, for each encoding in the order in which they are sent. */
export type Encodings = readonly (Partial<Encoding> & { readonly active: boolean })[];

/**
 * Encodes of a picture what somebody receives. Encodings that are switched off cost neither cycles nor bits, and smaller ones less; nothing is negotiated for it. Reconciled, so
 * the latest wish wins however fast they come.
 */
export class WantedEncodings {
  readonly #sender: EncodingSender;
  readonly #log: Log;
  #wanted: Encodings | undefined;
  #applied: Encodings | undefined;
  #busy = false;
  #closed = false;

  constructor(sender: EncodingSender, log: Log) {
    this.#sender = sender;
    this.#log = log;
  }

  /** Never rejects: a browser that cannot do it goes on encoding, and says so in the log. */
  set(encodings: Encodings): void {
    this.#wanted = encodings;
    void this.#reconcile();
  }

  close(): void {
    this.#closed = true;
  }

  async #reconcile(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    while (!this.#closed && this.#applied !== this.#wanted) {
      const wanted = this.#wanted ?? [];
      await this.#apply(wanted);
      this.#applied = wanted;
    }
    this.#busy = false;
  }

  async #apply(wanted: Encodings): Promise<void> {
    try {
      const parameters = this.#sender.getParameters();
      const { encodings } = parameters;
      // A track of another size is about to be published anew: until then only what is switched on can be said.
      const changes = wanted.length === encodings.length ? wanted : wanted.map(({ active }) => ({ active }));
      if (!encodings.some((encoding, index) => differs(encoding, changes[index]))) return;
      for (const [index, encoding] of encodings.entries()) Object.assign(encoding, changes[index]);
      await this.#sender.setParameters(parameters);
    } catch (error) {
      if (!this.#closed) this.#log('warn', 'encodings cannot be switched', { wanted, error });
    }
  }
}

function differs(encoding: RTCRtpEncodingParameters, change: object = {}): boolean {
  const now = new Map<string, unknown>(Object.entries(encoding));
  return Object.entries(change).some(([name, value]) => now.get(name) !== value);
}
