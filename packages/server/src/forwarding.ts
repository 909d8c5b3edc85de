import type { ServerMediaAction, SourceId, WithheldReason } from '@treff/protocol';

type Withheld = Readonly<Record<SourceId, WithheldReason>>;

/** What an endpoint's client has to know of the bridge's choices: what it is not sent, and what of its own is received. Kept, so that it can be said again. */
export class Forwarding {
  readonly #send: (body: ServerMediaAction) => void;
  #withheld: Withheld = {};
  /** The client was told something else than that nothing is withheld, or was told so again. */
  #said = false;
  readonly #layers = new Map<SourceId, number>();

  constructor(send: (body: ServerMediaAction) => void) {
    this.#send = send;
  }

  /** Other transports: nothing is withheld, and everything of what will be published is wanted. */
  reset(): void {
    this.#withheld = {};
    this.#said = false;
    this.#layers.clear();
  }

  withhold(withheld: Withheld): void {
    this.#withheld = withheld;
    this.#sayWithheld();
  }

  want(source: SourceId, layers: number): void {
    if (this.#layers.get(source) === layers) return;
    this.#layers.set(source, layers);
    this.#send({ action: 'sender-constraints', source, layers });
  }

  /** A source that is no more. */
  forget(source: SourceId): void {
    this.#layers.delete(source);
  }

  /** As it is by a snapshot of the bridge. */
  correct(
    withheld: Withheld,
    sources: readonly { readonly source: SourceId; readonly layers: number }[],
  ): void {
    if (!same(withheld, this.#withheld)) this.withhold(withheld);
    for (const { source, layers } of sources) this.want(source, layers);
  }

  /** What was said may have been lost with a socket. */
  repeat(): void {
    if (this.#said) this.#sayWithheld();
    for (const [source, layers] of this.#layers) this.#send({ action: 'sender-constraints', source, layers });
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
