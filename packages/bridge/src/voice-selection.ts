import type { ParticipantId, SourceId } from '@treff/protocol';
import type { Clock } from './clock.ts';
import type { Source } from './source.ts';
import { type VoiceDecision, Voices } from './voices.ts';

export interface VoiceSelectionOptions {
  readonly clock: Clock;
  /** Other microphones are ready than before: receivers have consumers to get and to lose. */
  readonly readyChanged: () => void;
  /** Whether these are forwarded has changed ({@link Source.silenced}). */
  readonly silencedChanged: (sources: readonly SourceId[]) => void;
}

/** Keeps in step whose voices a conference hears (`SPEC.md`, VO) with which microphones there are, which are on, and which can be heard. */
export class VoiceSelection {
  readonly #options: VoiceSelectionOptions;
  readonly #voices = new Voices();
  readonly #microphones = new Map<SourceId, Source>();
  #decision: VoiceDecision = { ready: new Set(), silenced: new Set(), again: undefined };
  #stopTimer: (() => void) | undefined;
  #closed = false;

  constructor(options: VoiceSelectionOptions) {
    this.#options = options;
  }

  /** Whether receivers have a consumer of a source. Of what is no voice they have. */
  isReady({ id, kind }: Source): boolean {
    return kind !== 'microphone' || this.#decision.ready.has(id);
  }

  /** A source begins. What is no voice does not matter here. */
  add(source: Source): void {
    if (source.kind !== 'microphone') return;
    this.#microphones.set(source.id, source);
    this.#voices.add(source.id, !source.producer.paused, this.#options.clock.now(), source.packetTime);
    this.#decide();
  }

  /** Sources ended. */
  remove(sources: Iterable<SourceId>): void {
    let gone = false;
    for (const id of sources) {
      if (!this.#microphones.delete(id)) continue;
      this.#voices.remove(id);
      gone = true;
    }
    if (gone) this.#decide();
  }

  /** A source is switched on or off. */
  switch(id: SourceId, on: boolean): void {
    if (!this.#microphones.has(id)) return;
    this.#voices.switch(id, on, this.#options.clock.now());
    this.#decide();
  }

  /** These can be heard; of others nothing is said. */
  hear(levels: Readonly<Record<ParticipantId, number>>): void {
    const heard = [...this.#microphones.values()].filter(({ owner }) => levels[owner] !== undefined);
    if (heard.length === 0) return;
    this.#voices.hear(
      heard.map(({ id }) => id),
      this.#options.clock.now(),
    );
    this.#decide();
  }

  /** Nothing more is decided. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#stopTimer?.();
  }

  #decide(): void {
    if (this.#closed) return;
    const now = this.#options.clock.now();
    const { ready } = this.#decision;
    this.#decision = this.#voices.decide(now);
    const { again, silenced } = this.#decision;
    this.#stopTimer?.();
    this.#stopTimer =
      again === undefined ? undefined : this.#options.clock.after(again - now, () => this.#decide());
    const changed: SourceId[] = [];
    for (const source of this.#microphones.values()) {
      if (source.silenced === silenced.has(source.id)) continue;
      source.silenced = silenced.has(source.id);
      changed.push(source.id);
    }
    if (changed.length > 0) this.#options.silencedChanged(changed);
    if (!sameIds(ready, this.#decision.ready)) this.#options.readyChanged();
  }
}

function sameIds(one: ReadonlySet<SourceId>, other: ReadonlySet<SourceId>): boolean {
  return one.size === other.size && [...one].every((id) => other.has(id));
}
