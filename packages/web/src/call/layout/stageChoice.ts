import type { ParticipantId } from '@treff/protocol';
import type { ScreenTileId, TileId } from '../people.ts';

/** Milliseconds that whoever comes on stage stays there, so that a cough does not change the picture. */
export const STAGE_HOLD_MS = 1500;

export interface StageCandidates {
  readonly self: ParticipantId;
  /** In order of joining. */
  readonly others: readonly ParticipantId[];
  /** Shared by others, the newest last. One's own is not among them: on the stage it would show itself. */
  readonly screens: readonly ScreenTileId[];
  /** Who spoke last, most recent first. */
  readonly speakers: readonly ParticipantId[];
  /** What the viewer wants to see, whoever speaks or shares. */
  readonly pinned: TileId | undefined;
}

export interface StageChoice {
  readonly tile: TileId;
  /** When it came on stage, milliseconds of any clock. */
  readonly since: number;
}

/**
 * What is on stage: the pinned, else the newest screen, else the other who spoke last, else who was there, else the latest to join, and oneself only
 * when alone. A change of speaker waits until the one on stage was there for {@link STAGE_HOLD_MS}; `recheckInMs` then says when to ask again.
 */
export function chooseStage(
  previous: StageChoice | undefined,
  candidates: StageCandidates,
  now: number,
): { readonly choice: StageChoice; readonly recheckInMs: number | undefined } {
  const { self, others, screens, speakers, pinned } = candidates;
  const before = others.find((id) => id === previous?.tile);
  const urgent = [self, ...others, ...screens].find((id) => id === pinned) ?? screens.at(-1);
  const speaker = speakers.find((id) => others.includes(id));
  const tile = urgent ?? speaker ?? before ?? others.at(-1) ?? self;

  if (previous?.tile === tile) return { choice: previous, recheckInMs: undefined };
  if (previous !== undefined && before !== undefined && urgent === undefined) {
    const left = previous.since + STAGE_HOLD_MS - now;
    if (left > 0) return { choice: previous, recheckInMs: left };
  }
  return { choice: { tile, since: now }, recheckInMs: undefined };
}
