import type { MediaMode, ParticipantId, SourceId, SourceKind } from '@treff/protocol';
import { never, type Feature } from '../../feature.ts';
import type { ConferenceState } from '../../state.ts';

/** What the media plane should look like; the shell reconciles bridges and clients towards it. */
export interface MediaPlan {
  readonly mode: MediaMode;
  /** Every seat has its endpoint at the bridge, also while alone: whoever comes next is then seen at once. */
  readonly endpoints: ReadonlyMap<ParticipantId, { readonly sources: readonly PlannedSource[] }>;
}

export interface PlannedSource {
  readonly id: SourceId;
  readonly kind: SourceKind;
  /** Not forwarded, because its owner muted it. */
  readonly paused: boolean;
}

export function mediaPlan(state: ConferenceState): MediaPlan {
  const endpoints = new Map<ParticipantId, { sources: PlannedSource[] }>();
  for (const id of state.participants.keys()) endpoints.set(id, { sources: [] });
  for (const { id, owner, kind, muted } of state.sources.live.values())
    endpoints.get(owner)?.sources.push({ id, kind, paused: muted });
  return { mode: mediaModeOf(state), endpoints };
}

/** Shows viewers where media flows. It has no state: the mode follows from who is there. */
export const media: Feature<undefined, never, never, 'mediaMode'> = {
  initial: undefined,
  decide: {},
  evolve: () => undefined,
  project: (state) => ({ mediaMode: mediaModeOf(state) }),
  projectEvent(before, _event, after) {
    const mode = mediaModeOf(after);
    return mode === mediaModeOf(before) ? [] : [{ type: 'media-mode', mediaMode: mode }];
  },
  nextDeadline: never,
};

function mediaModeOf(state: ConferenceState): MediaMode {
  return state.participants.size > 1 ? 'bridge' : 'none';
}
