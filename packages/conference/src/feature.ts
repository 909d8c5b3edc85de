import type { ConferenceView, ErrorCode, ParticipantId, ViewEvent } from '@treff/protocol';
import type { ConferenceEvent } from './registry.ts';
import type { Actor, ConferenceState, DecisionContext } from './state.ts';

/** What came of a command: events that are to be evolved in order (none: nothing to change), or the code of a refusal. */
export type Decision<Event = ConferenceEvent> =
  | { readonly ok: true; readonly events: readonly Event[] }
  | { readonly ok: false; readonly code: ErrorCode };

export function accept<Event>(...events: readonly Event[]): Decision<Event> {
  return { ok: true, events };
}

export function refuse(code: ErrorCode): Decision<never> {
  return { ok: false, code };
}

/**
 * One feature of a conference: its slice of the state and the pure functions over it. Permissions are checked before `decide`
 * (see permissions.ts); a feature decides on facts only.
 */
export interface Feature<
  Slice,
  FeatureCommand extends { readonly type: string },
  FeatureEvent,
  ViewPart extends keyof ConferenceView,
> {
  readonly initial: Slice;
  /** One function for each of its commands. */
  readonly decide: {
    readonly [Type in FeatureCommand['type']]: (
      state: ConferenceState,
      command: Extract<FeatureCommand, { type: Type }>,
      actor: Actor,
      context: DecisionContext,
    ) => Decision<FeatureEvent>;
  };
  /** Its slice after any event of the conference; the same object when nothing of it changed. */
  evolve(slice: Slice, event: ConferenceEvent): Slice;
  /** Its part of what the viewer sees. */
  project(state: ConferenceState, viewer: ParticipantId): Pick<ConferenceView, ViewPart>;
  /** What an event means to a viewer who was there before and after. Law: folding it gives `project` of the state after. */
  projectEvent(
    before: ConferenceState,
    event: ConferenceEvent,
    after: ConferenceState,
    viewer: ParticipantId,
  ): readonly ViewEvent[];
  /** Milliseconds since the epoch at which it wants a `tick`. */
  nextDeadline(state: ConferenceState): number | undefined;
}

/** A feature that has no state or no deadline of its own says so with these. */
export const never = (): undefined => undefined;
