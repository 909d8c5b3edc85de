import type { ParticipantId } from '@treff/protocol';

/** Milliseconds that whoever comes on stage stays there, so that a cough does not change the picture. */
export const STAGE_HOLD_MS = 1500;

export interface StageCandidates {
  readonly self: ParticipantId;
  /** In order of joining. */
  readonly others: readonly ParticipantId[];
  /** Who spoke last, most recent first. */
  readonly speakers: readonly ParticipantId[];
  /** Whom the viewer wants to see, whoever speaks. */
  readonly pinned: ParticipantId | undefined;
}

export interface StageChoice {
  readonly participant: ParticipantId;
  /** When they came on stage, milliseconds of any clock. */
  readonly since: number;
}

/**
 * Who is on stage: the pinned, else the other who spoke last, else who was there, else the latest to join, and oneself only
 * when alone. A change of speaker waits until the one on stage was there for {@link STAGE_HOLD_MS}; `recheckInMs` then says when to ask again.
 */
export function chooseStage(
  previous: StageChoice | undefined,
  candidates: StageCandidates,
  now: number,
): { readonly choice: StageChoice; readonly recheckInMs: number | undefined } {
  const { self, others, speakers, pinned } = candidates;
  const there = (id: ParticipantId | undefined) => id !== undefined && others.includes(id);
  const pinnedIsThere = pinned !== undefined && (pinned === self || there(pinned));
  const current = previous !== undefined && there(previous.participant) ? previous : undefined;
  const wanted = pinnedIsThere
    ? pinned
    : (speakers.find(there) ?? current?.participant ?? others.at(-1) ?? self);

  if (previous?.participant === wanted) return { choice: previous, recheckInMs: undefined };
  if (current !== undefined && !pinnedIsThere) {
    const left = current.since + STAGE_HOLD_MS - now;
    if (left > 0) return { choice: current, recheckInMs: left };
  }
  return { choice: { participant: wanted, since: now }, recheckInMs: undefined };
}
