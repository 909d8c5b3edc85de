interface Bounds {
  readonly messages: number;
  /** UTF-16 code units of all texts together. */
  readonly characters: number;
}

/** The last messages within bounds, each with a number that is never used again. A value: `with` gives another one. */
export class History<Message extends { readonly text: string }> {
  /** Oldest first. */
  readonly messages: readonly Message[];
  /** The number of the oldest message that is remembered. */
  readonly begin: number;
  readonly #bounds: Bounds;
  readonly #characters: number;

  constructor(bounds: Bounds, messages: readonly Message[] = [], begin = 0, characters = 0) {
    this.#bounds = bounds;
    this.messages = messages;
    this.begin = begin;
    this.#characters = characters;
  }

  /** The number that the next message will have. */
  get end(): number {
    return this.begin + this.messages.length;
  }

  at(number: number): Message | undefined {
    return this.messages[number - this.begin];
  }

  /** With a message at its end, and without the oldest as far as the bounds ask for it; never without the newest. */
  with(message: Message): History<Message> {
    const messages = [...this.messages, message];
    let characters = this.#characters + message.text.length;
    let drop = 0;
    for (const { text } of this.messages) {
      if (messages.length - drop <= this.#bounds.messages && characters <= this.#bounds.characters) break;
      characters -= text.length;
      drop++;
    }
    return new History(this.#bounds, messages.slice(drop), this.begin + drop, characters);
  }
}
