import { peerOf, spokenTimes, type ConferenceCommand, type ConferenceState } from '@treff/conference';
import {
  LIMITS,
  type ConferenceSignal,
  type ClientSignal,
  type ConnectionDetails,
  type ConnectionQuality,
  type ParticipantId,
  type ServerMessage,
  type Signal,
} from '@treff/protocol';
import type { Clock } from './clock.ts';
import { TokenBucket } from './rate.ts';
import type { Seat } from './seat.ts';

export interface ConferenceSignalsOptions {
  readonly clock: Clock;
  readonly state: () => ConferenceState;
  readonly seats: ReadonlyMap<ParticipantId, Seat>;
  /** In the queue of the conference, as the shell. */
  readonly dispatch: (command: ConferenceCommand) => void;
}

/**
 * What is said in passing in one conference: levels, connections, who has spoken. All of it may be lost, and none of it is kept: the latest word of each
 * participant about their connection goes with them.
 *
 * How much is sent does not grow with how much is said: about connections everybody is told once in a few seconds, in one signal, of those alone that are bad; whatever is
 * longer goes to those who ask, and they are answered once a second in the long run.
 */
export class ConferenceSignals {
  readonly #options: ConferenceSignalsOptions;
  readonly #connections = new Map<ParticipantId, ConnectionDetails>();
  /** How often each may still be answered. */
  readonly #answers = new Map<ParticipantId, TokenBucket>();
  /** Somebody whose turn it is has not been heard since a moment ago. */
  #silence: { readonly of: ParticipantId; readonly cancel: () => void } | undefined;
  #spread: { readonly at: number; readonly cancel: () => void } | undefined;
  #spreadAt = -Infinity;
  #closed = false;

  constructor(options: ConferenceSignalsOptions) {
    this.#options = options;
  }

  /** The bridge listened. */
  heard({ type, levels }: ConferenceSignal): void {
    this.#tellAll({ type, levels });
    this.#followSpeech(levels);
  }

  /** A participant, known by the session, said something. */
  take(participant: ParticipantId, said: ClientSignal): void {
    switch (said.type) {
      case 'connection':
        return this.#note(participant, said.details);
      case 'speech': {
        // The bridge knows better, as long as it hears anything.
        const { bridge, p2p } = this.#options.state().media.route;
        if (bridge || peerOf(p2p, participant) === undefined) return;
        return this.#options.dispatch({ type: 'voice', participant, heard: said.speaks });
      }
      case 'ask-speakers':
        return this.#answer(participant, () => ({
          type: 'speakers',
          speakers: spokenTimes(this.#options.state(), this.#options.clock.now()),
        }));
      case 'ask-connection': {
        // What was said by somebody who is gone went with them.
        const about = said.participant;
        const details = this.#connections.get(about);
        return this.#answer(participant, () => ({
          type: 'connection',
          participant: about,
          ...(details === undefined ? {} : { details }),
        }));
      }
    }
  }

  /** Somebody took a seat, or took theirs back: they have not heard what the others have. */
  arrived(): void {
    if (this.#bad().length > 0) this.#spreadSoon();
  }

  left(participant: ParticipantId): void {
    this.#answers.delete(participant);
    // The others forget by themselves who is gone.
    this.#connections.delete(participant);
  }

  close(): void {
    this.#closed = true;
    this.#silence?.cancel();
    this.#spread?.cancel();
    this.#connections.clear();
    this.#answers.clear();
  }

  /** Lets the turn of the dominant speaker end and begin with what is heard of them. */
  #followSpeech(levels: ConferenceSignal['levels']): void {
    const { clock, state, dispatch } = this.#options;
    const { speakers, speakerStats } = state();
    const [dominant] = speakers;
    if (this.#silence !== undefined && (this.#silence.of !== dominant || levels[dominant] !== undefined)) {
      this.#silence.cancel();
      this.#silence = undefined;
    }
    if (dominant === undefined) return;
    const speaks = speakerStats.turns.has(dominant);
    if (levels[dominant] !== undefined) {
      if (!speaks) dispatch({ type: 'voice', participant: dominant, heard: true });
    } else if (speaks && this.#silence === undefined) {
      // The bridge says nothing more while all are silent.
      const cancel = clock.after(LIMITS.speechPauseMs, () => {
        this.#silence = undefined;
        dispatch({ type: 'voice', participant: dominant, heard: false });
      });
      this.#silence = { of: dominant, cancel };
    }
  }

  #note(participant: ParticipantId, details: ConnectionDetails): void {
    if (!this.#options.seats.has(participant)) return;
    const before = this.#connections.get(participant)?.quality ?? 'good';
    this.#connections.set(participant, details);
    if (details.quality !== before) this.#spreadSoon();
  }

  #bad(): [ParticipantId, ConnectionQuality][] {
    return [...this.#connections].flatMap(([id, { quality }]) => (quality === 'good' ? [] : [[id, quality]]));
  }

  /** Tells everybody whose connection is bad: soon, but not sooner than a while after the last time. */
  #spreadSoon(): void {
    this.#spreadBy(Math.max(this.#options.clock.now(), this.#spreadAt + LIMITS.connectionSpreadMs));
  }

  #spreadBy(at: number): void {
    if (this.#closed || (this.#spread !== undefined && this.#spread.at <= at)) return;
    this.#spread?.cancel();
    const { clock } = this.#options;
    const cancel = clock.after(at - clock.now(), () => {
      this.#spread = undefined;
      this.#spreadAt = clock.now();
      const bad = this.#bad();
      this.#tellAll({ type: 'connection-qualities', qualities: Object.fromEntries(bad) });
      if (bad.length > 0) this.#spreadBy(this.#spreadAt + LIMITS.connectionRepeatMs);
    });
    this.#spread = { at, cancel };
  }

  /** To one who looks. What is asked too often is not answered. */
  #answer(participant: ParticipantId, what: () => Signal): void {
    const now = this.#options.clock.now();
    const seat = this.#options.seats.get(participant);
    if (seat?.phase.name !== 'seated') return;
    const { statisticsBurst: burst, statisticsPerSecond: perSecond } = LIMITS;
    const answers = this.#answers.get(participant) ?? new TokenBucket({ burst, perSecond, now });
    this.#answers.set(participant, answers);
    if (answers.take(now)) seat.session?.sendSignal(textOf(what()));
  }

  #tellAll(signal: Signal): void {
    const text = textOf(signal);
    for (const seat of this.#options.seats.values())
      if (seat.phase.name === 'seated') seat.session?.sendSignal(text);
  }
}

function textOf(signal: Signal): string {
  return JSON.stringify({ type: 'signal', signal } satisfies ServerMessage);
}
