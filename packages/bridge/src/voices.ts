import { type SourceId, LIMITS } from '@treff/protocol';
import type { PacketTime } from './packet-time.ts';

/**
 * Which microphones of a conference are heard, and which are ready to be: receivers have consumers of those only. The rules and their numbers are in
 * `SPEC.md`. It decides for the whole room, so that what it costs grows with people and not with their square. Times are milliseconds from any
 * beginning, handed in; they never go back.
 */

/** Microphones that are ready beside those that are heard: who spoke lately, or may speak soon, is heard again without negotiation. */
const READY_BESIDE = LIMITS.voices;
/** Milliseconds of silence after which a voice makes room for one that is switched on; and for which consumers last that were made. */
const YIELD_MS = 10_000;
/**
 * Milliseconds of silence after which a voice makes room for one that is heard: longer than the pause between two sentences. For packets of 20 ms: who sends longer ones is
 * looked at less often, and one look that finds a pause must not end their turn.
 */
const PAUSE_MS = 1_000;
/** Milliseconds for which a muted microphone stays ready in a conference that has more of them than may be heard. */
const MUTED_READY_MS = 60_000;

/** `absent`: nobody has consumers of it. `ready`: everybody has. `heard`: they run, and something comes. */
type Place = 'absent' | 'ready' | 'heard';

interface Voice {
  readonly id: SourceId;
  /** Milliseconds of silence that belong to what it says. */
  readonly pause: number;
  open: boolean;
  place: Place;
  /** When it was switched on or heard last. */
  sign: number;
  /** When it was heard last. */
  heard: number;
  /** When it came to its place, or was muted there. */
  since: number;
}

/** What is decided, until the next call. */
export interface VoiceDecision {
  /** Everybody has consumers of these. */
  readonly ready: ReadonlySet<SourceId>;
  /** Of these ready ones nothing is forwarded, though they are switched on. */
  readonly silenced: ReadonlySet<SourceId>;
  /** When to decide again, if nothing happens before; undefined: never. */
  readonly again: number | undefined;
}

export class Voices {
  readonly #voices = new Map<SourceId, Voice>();
  /** Since when there are more microphones than may be heard. */
  #crowdedSince: number | undefined;

  /** A microphone begins, whose packets last so many milliseconds. */
  add(id: SourceId, open: boolean, now: number, packetTime: PacketTime = 20): void {
    const sign = open ? now : -Infinity;
    const pause = (PAUSE_MS * packetTime) / 20;
    this.#voices.set(id, { id, pause, open, place: 'absent', sign, heard: -Infinity, since: now });
  }

  remove(id: SourceId): void {
    this.#voices.delete(id);
  }

  /** A microphone is switched on or off. */
  switch(id: SourceId, open: boolean, now: number): void {
    const voice = this.#voices.get(id);
    if (voice === undefined || voice.open === open) return;
    voice.open = open;
    if (open) voice.sign = now;
    else {
      if (voice.place === 'heard') voice.place = 'ready';
      voice.since = now;
    }
  }

  /** Something can be heard of these. */
  hear(ids: Iterable<SourceId>, now: number): void {
    for (const id of ids) {
      const voice = this.#voices.get(id);
      if (voice?.open !== true) continue;
      voice.sign = now;
      voice.heard = now;
    }
  }

  /** Decides. The same again changes nothing until `again`. */
  decide(now: number): VoiceDecision {
    let again = Infinity;
    if (this.#voices.size <= LIMITS.voices) {
      this.#crowdedSince = undefined;
      for (const voice of this.#voices.values()) place(voice, voice.open ? 'heard' : 'ready', now);
    } else {
      this.#crowdedSince ??= now;
      const crowd = new Crowd([...this.#voices.values()], this.#crowdedSince, now);
      crowd.forget();
      crowd.admit();
      again = crowd.again;
    }
    return this.#decision(again);
  }

  #decision(again: number): VoiceDecision {
    const ready = new Set<SourceId>();
    const silenced = new Set<SourceId>();
    for (const { id, open, place: where } of this.#voices.values()) {
      if (where !== 'absent') ready.add(id);
      if (where === 'ready' && open) silenced.add(id);
    }
    return { ready, silenced, again: again === Infinity ? undefined : again };
  }
}

/** A conference with more microphones than may be heard, at one moment. */
class Crowd {
  /** When something may change by itself; Infinity: never. */
  again = Infinity;
  readonly #voices: readonly Voice[];
  readonly #since: number;
  readonly #now: number;
  /** In no order. */
  readonly #heard: Set<Voice>;
  readonly #ready: Set<Voice>;

  constructor(voices: readonly Voice[], since: number, now: number) {
    this.#voices = voices;
    this.#since = since;
    this.#now = now;
    this.#heard = new Set(voices.filter((voice) => voice.place === 'heard'));
    this.#ready = new Set(voices.filter((voice) => voice.place === 'ready'));
  }

  /** Those that are muted for long have no consumers any more. */
  forget(): void {
    for (const voice of this.#ready) {
      if (voice.open) continue;
      if (this.#isDue(Math.max(voice.since, this.#since) + MUTED_READY_MS)) this.#place(voice, 'absent');
    }
  }

  /** Lets in whoever gave a sign last, first. */
  admit(): void {
    const waiting = this.#voices.filter((voice) => voice.open && voice.place !== 'heard');
    for (const voice of waiting.toSorted((one, other) => other.sign - one.sign)) {
      if (this.#makeReady(voice) && this.#makeRoom(voice)) this.#place(voice, 'heard');
    }
  }

  /** Whether everybody has consumers of it from now on, or had before. */
  #makeReady(voice: Voice): boolean {
    if (voice.place !== 'absent') return true;
    if (this.#heard.size + this.#ready.size >= LIMITS.voices + READY_BESIDE) {
      const last = this.#yielding(voice);
      if (last === undefined) return false;
      this.#place(last, 'absent');
    }
    this.#place(voice, 'ready');
    return true;
  }

  /** Who is ready and gives way to a voice. While there is room to be heard, a muted one does in any case. */
  #yielding(voice: Voice): Voice | undefined {
    const free = this.#heard.size < LIMITS.voices;
    return longestSilent(this.#ready, ({ open, sign, since }) => {
      if (free && !open) return true;
      return sign < voice.sign && this.#isDue(since + YIELD_MS);
    });
  }

  /** Whether there is room to be heard; a voice that was silent for long enough makes it. */
  #makeRoom({ sign, heard, pause }: Voice): boolean {
    if (this.#heard.size < LIMITS.voices) return true;
    const isHeard = this.#now - heard < pause;
    const last = longestSilent(
      this.#heard,
      (other) => other.sign < sign && this.#isDue(other.sign + (isHeard ? other.pause : YIELD_MS)),
    );
    if (last === undefined) return false;
    this.#place(last, 'ready');
    return true;
  }

  #place(voice: Voice, where: Place): void {
    place(voice, where, this.#now);
    this.#heard.delete(voice);
    this.#ready.delete(voice);
    if (where === 'heard') this.#heard.add(voice);
    if (where === 'ready') this.#ready.add(voice);
  }

  /** Whether that time has come. If not, it is looked again then. */
  #isDue(time: number): boolean {
    if (time <= this.#now) return true;
    this.again = Math.min(this.again, time);
    return false;
  }
}

function longestSilent(voices: Iterable<Voice>, suits: (voice: Voice) => boolean): Voice | undefined {
  let found: Voice | undefined;
  for (const voice of voices)
    if ((found === undefined || voice.sign < found.sign) && suits(voice)) found = voice;
  return found;
}

function place(voice: Voice, where: Place, now: number): void {
  if (voice.place === where) return;
  voice.place = where;
  voice.since = now;
}
