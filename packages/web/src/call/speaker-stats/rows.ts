import type { ParticipantId, SpokenTime } from '@treff/protocol';
import type { Person } from '../people.ts';

/** One line of the table. */
export interface SpeakerRow {
  readonly id: ParticipantId;
  /** As they gave it; may be empty. */
  readonly displayName: string;
  readonly isLocal: boolean;
  readonly left: boolean;
  readonly ms: number;
  readonly speaks: boolean;
}

/**
 * Everybody who is or was here, who has spoken longest first and otherwise in the order of `people`. `elapsedMs`: since `speakers` were told; whoever spoke then is
 * taken to have gone on.
 */
export function rowsOf(
  people: readonly Pick<Person, 'id' | 'displayName' | 'isLocal'>[],
  speakers: readonly SpokenTime[],
  elapsedMs: number,
): readonly SpeakerRow[] {
  const told = new Map(speakers.map((speaker) => [speaker.participant, speaker]));
  const timeOf = (speaker: SpokenTime | undefined) => ({
    ms: (speaker?.ms ?? 0) + (speaker?.speaks === true ? elapsedMs : 0),
    speaks: speaker?.speaks ?? false,
  });
  const here = people.map(({ id, displayName, isLocal }): SpeakerRow => {
    return { id, displayName, isLocal, left: false, ...timeOf(told.get(id)) };
  });
  const present = new Set(people.map(({ id }) => id));
  const gone = speakers
    .filter(({ participant }) => !present.has(participant))
    .map((speaker): SpeakerRow => {
      const { participant: id, displayName } = speaker;
      return { id, displayName, isLocal: false, left: true, ...timeOf(speaker) };
    });
  return [...here, ...gone].toSorted((one, other) => other.ms - one.ms);
}

/** Whether a name has these letters, whatever their case and accents. */
export function isFound(name: string, wanted: string): boolean {
  return plain(name).includes(plain(wanted.trim()));
}

function plain(text: string): string {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
}

/** `4:05`, `1:00:07`: how clocks that count up show it in both languages. */
export function clockText(ms: number): string {
  const all = Math.floor(ms / 1000);
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return hours === 0 ? `${minutes}:${two(seconds)}` : `${hours}:${two(minutes)}:${two(seconds)}`;
}
