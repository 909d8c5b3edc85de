import type { ServerMediaAction, SourceId, WithheldReason } from '@treff/protocol';

type Withheld = Readonly<Record<SourceId, WithheldReason>>;

/** What is wanted of one's own source, as `sender-constraints` says. */
export interface Wanted {
  readonly layers: number;
  /** Absent: any. */
  readonly maxHeight?: number | undefined;
}

/** What an endpoint's client has to know of the bridge's choices: what it is not sent, and what of its own is received. Kept, so that it can be said again. */
export class Forwarding {
  readonly #send: (body: ServerMediaAction) => void;
  #withheld: Withheld = {};
  /** The client was told something else than that nothing is withheld, or was told so again. */
  #said = false;
  readonly #wanted = new Map<SourceId, Wanted>();

  constructor(send: (body: ServerMediaAction) => void) {
    this.#send = send;
  }

  /** Other transports: nothing is withheld, and everything of what will be published is wanted. */
  reset(): void {
    this.#withheld = {};
    this.#said = false;
    this.#wanted.clear();
  }

  withhold(withheld: Withheld): void {
    this.#withheld = withheld;
    this.#sayWithheld();
  }

  want(source: SourceId, { layers, maxHeight }: Wanted): void {
    const before = this.#wanted.get(source);
    if (before?.layers === layers && before.maxHeight === maxHeight) return;
    this.#wanted.set(source, { layers, maxHeight });
    this.#sayWanted(source, { layers, maxHeight });
  }

  /** A source that is no more. */
  forget(source: SourceId): void {
    this.#wanted.delete(source);
  }

  /** As it is by a snapshot of the bridge. */
  correct(withheld: Withheld, sources: readonly ({ readonly source: SourceId } & Wanted)[]): void {
    if (!same(withheld, this.#withheld)) this.withhold(withheld);
    for (const { source, ...wanted } of sources) this.want(source, wanted);
  }

  /** What was said may have been lost with a socket. */
  repeat(): void {
    if (this.#said) this.#sayWithheld();
    for (const [source, wanted] of this.#wanted) this.#sayWanted(source, wanted);
  }

  #sayWanted(source: SourceId, { layers, maxHeight }: Wanted): void {
    this.#send({
      action: 'sender-constraints',
      source,
      layers,
      ...(maxHeight === undefined ? {} : { maxHeight }),
    });
  }

  #sayWithheld(): void {
    this.#said = true;
    this.#send({ action: 'forwarded', withheld: { ...this.#withheld } });
  }
}

function same(one: Withheld, other: Withheld): boolean {
  const [ones, others] = [new Map(Object.entries(one)), new Map(Object.entries(other))];
  return ones.size === others.size && [...ones].every(([source, reason]) => others.get(source) === reason);
}
