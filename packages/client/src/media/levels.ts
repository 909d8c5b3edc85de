import { LIMITS, participantId, type ParticipantId } from '@treff/protocol';
import type { Clock } from '../core/index.ts';
import { loudness } from './loudness.ts';
import type { Levels } from './types.ts';

/** Milliseconds between looks at the microphone, and between calls to listeners while something is heard. */
const BEAT_MS = 100;
/** Milliseconds between looks while only the words of a muted person are listened for. */
const SLOW_BEAT_MS = 200;
/** Milliseconds one's own level holds: a syllable. */
const LOCAL_HOLD_MS = 300;
/** Milliseconds a remote level holds, unless it is told earlier that nothing is heard: in big rooms the bridge looks every 800 ms. */
const REMOTE_HOLD_MS = 1_000;
/** Milliseconds in which a level halves after that. */
const HALF_LIFE_MS = 120;
/** Below this a level is silence, and nobody is told any more. */
const INAUDIBLE = 0.02;

/** Loudness from which a muted person is taken to speak, not to type or breathe. */
const SPEECH = 0.4;
/** Looks within {@link RECENT_MS} that found speech before one says so: a cough is shorter. */
const SPEECH_LOOKS = 3;
const RECENT_MS = 1_500;
/** Milliseconds it is said for after the last word. */
const REMIND_MS = 3_000;

/** Loudness from which an open microphone is not quiet: little above what is left of a room behind noise suppression. */
const SOUND = 0.15;
/** Milliseconds without any before the person is taken to listen: longer than a thought between two sentences. */
const QUIET_MS = 5_000;

export interface LevelsOptions {
  readonly clock: Clock;
  /** dBFS of one's own microphone now; undefined while it is closed. */
  readonly readMicrophone: () => number | undefined;
  /** Whether the microphone is open though muted. */
  readonly listensMuted: () => boolean;
  readonly talkingWhileMutedChanged: () => void;
  /** The microphone is on, and nothing has been said for a while; or that is over. Never told while nobody looks at levels. */
  readonly quietChanged: (quiet: boolean) => void;
  /** Whether nobody else listens who speaks, so that everybody says so for themselves. */
  readonly tellsSpeech: () => boolean;
  /** Only then: the person speaks, or has fallen silent `LIMITS.speechPauseMs` ago. */
  readonly speechChanged: (speaks: boolean) => void;
}

/** How loud everybody is, for the eye: rises at once, falls softly. Works only while somebody looks, a muted microphone is open, or who speaks has to be told. */
export class LevelMeter implements Levels {
  readonly #options: LevelsOptions;
  readonly #listeners = new Set<() => void>();
  readonly #remote = new Map<ParticipantId, { readonly level: number; readonly at: number }>();
  #local = { level: 0, at: 0 };
  #stopBeat: (() => void) | undefined;
  /** When the person spoke lately, newest last. */
  #speech: number[] = [];
  #talkingUntil = 0;
  #talking = false;
  #speaksUntil = 0;
  #speaks = false;
  #audible = false;
  /** When the open microphone may not have been quiet, last. */
  #soundAt = -Infinity;
  #quiet = false;
  #closed = false;

  constructor(options: LevelsOptions) {
    this.#options = options;
  }

  /** The person speaks while muted. */
  get talkingWhileMuted(): boolean {
    return this.#talking;
  }

  get(of: ParticipantId | 'local'): number {
    const heard = of === 'local' ? this.#local : this.#remote.get(of);
    if (heard === undefined) return 0;
    const hold = of === 'local' ? LOCAL_HOLD_MS : REMOTE_HOLD_MS;
    const age = this.#options.clock.now() - heard.at - hold;
    const level = age <= 0 ? heard.level : heard.level * 0.5 ** (age / HALF_LIFE_MS);
    return level < INAUDIBLE ? 0 : level;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    this.wake();
    return () => this.#listeners.delete(listener);
  }

  /** What the bridge hears, in dBov. Who is not listed falls silent. */
  hear(levels: Readonly<Record<ParticipantId, number>>): void {
    const at = this.#options.clock.now();
    for (const [id, heard] of this.#remote) {
      if (at - heard.at > 2 * REMOTE_HOLD_MS) this.#remote.delete(id);
      // It falls from now on.
      else if (levels[id] === undefined)
        this.#remote.set(id, { ...heard, at: Math.min(heard.at, at - REMOTE_HOLD_MS) });
    }
    for (const [id, db] of entries(levels)) this.#remote.set(id, { level: loudness(db), at });
    this.wake();
  }

  /** Something changed that it should look at: the microphone was opened, muted or unmuted. */
  wake(): void {
    if (this.#stopBeat !== undefined || this.#closed) return;
    // What was said while nobody looked is not known.
    this.#soundAt = this.#options.clock.now();
    this.#beat();
  }

  /** What was said of one's speech may be lost. */
  caughtUp(): void {
    this.#speaks = false;
  }

  close(): void {
    this.#closed = true;
    this.#stopBeat?.();
    this.#stopBeat = undefined;
  }

  #beat(): void {
    this.#stopBeat = undefined;
    const hears = this.#look();
    const watched = this.#listeners.size > 0;
    const busy = watched && (this.#audible || hears);
    const tells = hears && this.#options.tellsSpeech();
    if (!busy && !tells && !this.#speaks && !this.#talking && !this.#options.listensMuted()) {
      // Nobody listens any more for when it is over.
      this.#sayQuiet(false);
      return;
    }
    this.#stopBeat = this.#options.clock.after(busy ? BEAT_MS : SLOW_BEAT_MS, () => this.#beat());
  }

  /** Returns whether the microphone is open. */
  #look(): boolean {
    const now = this.#options.clock.now();
    const muted = this.#options.listensMuted();
    const reading = this.#options.readMicrophone();
    const heard = loudness(reading ?? -127);
    // A muted microphone shows nothing: it would look as if others heard it.
    const shown = muted ? 0 : heard;
    if (muted) this.#local = { level: 0, at: now };
    else if (shown >= this.get('local')) this.#local = { level: shown, at: now };
    this.#noteSpeech(heard >= SPEECH, now, muted);
    if (reading === undefined || muted || heard >= SOUND) this.#soundAt = now;
    this.#sayQuiet(now - this.#soundAt >= QUIET_MS);

    const audible = this.get('local') > 0 || [...this.#remote.keys()].some((id) => this.get(id) > 0);
    // Once more after the last sound, so that every bar goes down to nothing.
    if (audible || this.#audible) for (const listener of this.#listeners) listener();
    this.#audible = audible;
    return reading !== undefined;
  }

  #noteSpeech(loud: boolean, now: number, muted: boolean): void {
    const tells = !muted && this.#options.tellsSpeech();
    this.#speech = muted || tells ? this.#speech.filter((at) => now - at < RECENT_MS) : [];
    if (loud) this.#speech.push(now);
    const spoke = loud && this.#speech.length >= SPEECH_LOOKS;
    if (spoke && muted) this.#talkingUntil = now + REMIND_MS;
    if (spoke && tells) this.#speaksUntil = now + LIMITS.speechPauseMs;
    this.#sayTalking(muted && now < this.#talkingUntil);
    this.#saySpeaks(tells && now < this.#speaksUntil);
  }

  #sayQuiet(quiet: boolean): void {
    if (quiet === this.#quiet) return;
    this.#quiet = quiet;
    this.#options.quietChanged(quiet);
  }

  #sayTalking(talking: boolean): void {
    if (talking === this.#talking) return;
    this.#talking = talking;
    this.#options.talkingWhileMutedChanged();
  }

  #saySpeaks(speaks: boolean): void {
    if (speaks === this.#speaks) return;
    this.#speaks = speaks;
    // Once the bridge listens, nobody has to say that they are silent.
    if (this.#options.tellsSpeech()) this.#options.speechChanged(speaks);
  }
}

function entries(levels: Readonly<Record<ParticipantId, number>>): [ParticipantId, number][] {
  return Object.entries(levels).map(([id, db]) => [participantId.parse(id), db]);
}
