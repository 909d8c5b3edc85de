import { LIMITS, ownerOf, type ParticipantId, type SpokenTime } from '@treff/protocol';
import { accept, never, refuse, type Feature } from '../../feature.ts';
import type { ConferenceState } from '../../state.ts';

/**
 * Who has spoken how long. While the bridge hears everybody, the dominant speaker alone speaks, as in Jitsi Meet, and only for as long as they are heard. While two are
 * connected directly the bridge hears nobody, and either speaks who says so. Nothing of it is projected: who looks asks for it.
 */
export interface SpeakerStatsState {
  /** Everybody who is or was here, in order of coming. */
  readonly records: ReadonlyMap<ParticipantId, SpeakerRecord>;
  /** Who speaks now, and since when in milliseconds since the epoch. */
  readonly turns: ReadonlyMap<ParticipantId, number>;
}

interface SpeakerRecord {
  readonly displayName: string;
  /** Milliseconds, without the turn that goes on. */
  readonly ms: number;
  readonly left: boolean;
}

/** Somebody who may speak is heard, or has not been for `LIMITS.speechPauseMs`. */
export type SpeakerStatsCommand = {
  readonly type: 'voice';
  readonly participant: ParticipantId;
  readonly heard: boolean;
};

export type SpeakerStatsEvent =
  | { readonly type: 'turn-began'; readonly participant: ParticipantId; readonly at: number }
  /** Also follows from any other event (see {@link nextTurns}). */
  | { readonly type: 'turn-ended'; readonly participant: ParticipantId; readonly at: number };

export const speakerStats: Feature<SpeakerStatsState, SpeakerStatsCommand, SpeakerStatsEvent, never> = {
  initial: { records: new Map(), turns: new Map() },

  decide: {
    voice(state, { participant, heard }, _actor, { now }) {
      if (!state.participants.has(participant)) return refuse('participant/unknown');
      const since = state.speakerStats.turns.get(participant);
      if (heard) {
        if (since !== undefined || !maySpeak(state, participant)) return accept();
        return accept({ type: 'turn-began', participant, at: now });
      }
      if (since === undefined) return accept();
      return accept({ type: 'turn-ended', participant, at: Math.max(since, now - LIMITS.speechPauseMs) });
    },
  },

  evolve(slice, event) {
    switch (event.type) {
      case 'participant-joined': {
        const { id, displayName } = event.participant;
        const records = new Map(slice.records);
        let ms = 0;
        // Who comes back is not somebody else.
        for (const former of new Set([id, event.formerly ?? id])) {
          const record = records.get(former);
          if (record?.left !== true) continue;
          records.delete(former);
          ms += record.ms;
        }
        return { ...slice, records: records.set(id, { displayName, ms, left: false }) };
      }
      case 'participant-renamed':
        return change(slice, event.participant, { displayName: event.displayName });
      case 'participant-left':
        return forgetSilent(change(slice, event.participant, { left: true }));
      case 'dominant-speaker': {
        const { participant, at } = event;
        const others = [...slice.turns.keys()].filter((id) => id !== participant);
        return begin(
          others.reduce((ended, id) => end(ended, id, at), slice),
          participant,
          at,
        );
      }
      case 'turn-began':
        return begin(slice, event.participant, event.at);
      case 'turn-ended':
        return end(slice, event.participant, event.at);
      default:
        return slice;
    }
  },

  project: () => ({}),
  projectEvent: () => [],
  nextDeadline: never,
};

/** Turns that are over by what else happened: their speakers were muted, have left, or another way is listened to now. */
export function nextTurns(state: ConferenceState, now: number): readonly SpeakerStatsEvent[] {
  return [...state.speakerStats.turns.keys()]
    .filter((participant) => !maySpeak(state, participant))
    .map((participant) => ({ type: 'turn-ended', participant, at: now }) as const);
}

/** Who has spoken or has left; those with the longest time first. `now`: milliseconds since the epoch, not before any event. */
export function spokenTimes(
  { speakerStats: { records, turns } }: ConferenceState,
  now: number,
): SpokenTime[] {
  const times = [...records].map(([participant, { displayName, ms, left }]): SpokenTime => {
    const since = turns.get(participant);
    const all = ms + (since === undefined ? 0 : now - since);
    return { participant, displayName, ms: Math.round(all), speaks: since !== undefined, left };
  });
  return times
    .filter(({ ms, speaks, left }) => ms > 0 || speaks || left)
    .toSorted((one, other) => other.ms - one.ms);
}

/** Whether what is heard of somebody counts. */
function maySpeak(state: ConferenceState, participant: ParticipantId): boolean {
  const { route } = state.media;
  const isOpen = [...state.sources.live.values()].some(
    ({ id, kind, muted }) => kind === 'microphone' && !muted && ownerOf(id) === participant,
  );
  if (!isOpen) return false;
  if (route.bridge) return state.speakers[0] === participant;
  // Nobody can say of somebody without a socket that they have fallen silent.
  return route.mode === 'p2p' && state.participants.get(participant)?.resumeBefore === undefined;
}

function begin(slice: SpeakerStatsState, participant: ParticipantId, at: number): SpeakerStatsState {
  if (slice.turns.has(participant)) return slice;
  return { ...slice, turns: new Map(slice.turns).set(participant, at) };
}

function end(slice: SpeakerStatsState, participant: ParticipantId, at: number): SpeakerStatsState {
  const since = slice.turns.get(participant);
  if (since === undefined) return slice;
  const turns = new Map(slice.turns);
  turns.delete(participant);
  const ms = (slice.records.get(participant)?.ms ?? 0) + at - since;
  return change({ ...slice, turns }, participant, { ms });
}

function change(
  slice: SpeakerStatsState,
  participant: ParticipantId,
  difference: Partial<SpeakerRecord>,
): SpeakerStatsState {
  const before = slice.records.get(participant);
  if (before === undefined) return slice;
  return { ...slice, records: new Map(slice.records).set(participant, { ...before, ...difference }) };
}

function forgetSilent(slice: SpeakerStatsState): SpeakerStatsState {
  const gone = [...slice.records].filter(([, { left }]) => left);
  if (gone.length <= LIMITS.speakersGone) return slice;
  const records = new Map(slice.records);
  const [least] = gone.toSorted(([, one], [, other]) => one.ms - other.ms);
  if (least !== undefined) records.delete(least[0]);
  return { ...slice, records };
}
