import {
  mutableOf,
  type ConferenceView,
  type ModeratedKind,
  type Mutable,
  type ParticipantId,
} from '@treff/protocol';
import { accept, never, refuse, type Decision, type Feature } from '../../feature.ts';
import type { ConferenceEvent } from '../../registry.ts';
import type { Actor, ConferenceState } from '../../state.ts';
import { roleOf } from '../roles/roles.ts';
import { mutesOf, type Source, type SourcesEvent } from '../sources/sources.ts';

/** Kinds that only moderators unmute freely, in the order in which that began, and the others who may. */
export type MediaModerationState = ReadonlyMap<Mutable, ReadonlySet<ParticipantId>>;

export type MediaModerationCommand =
  | { readonly type: 'moderate-media'; readonly kind: Mutable; readonly on: boolean }
  | { readonly type: 'allow-media'; readonly participant: ParticipantId; readonly kind: Mutable }
  /** Mutes, too. Not of moderators: whoever wants that takes their role. */
  | { readonly type: 'disallow-media'; readonly participant: ParticipantId; readonly kind: Mutable };

export type MediaModerationEvent =
  | {
      readonly type: 'media-moderated';
      readonly kind: Mutable;
      readonly on: boolean;
      readonly by: ParticipantId;
    }
  | {
      readonly type: 'media-allowed';
      readonly kind: Mutable;
      readonly participant: ParticipantId;
      readonly allowed: boolean;
      readonly by: ParticipantId;
    };

/** Whether people may unmute as they like, or need a moderator's leave. What follows for their sources is {@link nextBlocks}. */
export const mediaModeration: Feature<
  MediaModerationState,
  MediaModerationCommand,
  MediaModerationEvent | SourcesEvent,
  'mediaModeration'
> = {
  initial: new Map(),

  decide: {
    'moderate-media'(state, { kind, on }, actor) {
      if (actor.kind === 'system') return refuse('permission/denied');
      if (state.mediaModeration.has(kind) === on) return accept();
      return accept({ type: 'media-moderated', kind, on, by: actor.id });
    },

    'allow-media': (state, { participant, kind }, actor) => allow(state, participant, kind, true, actor),

    'disallow-media'(state, { participant, kind }, actor) {
      if (state.roles.moderators.has(participant)) return refuse('permission/denied');
      return allow(state, participant, kind, false, actor);
    },
  },

  evolve(slice, event) {
    switch (event.type) {
      case 'media-moderated': {
        const next = new Map(slice);
        if (event.on) next.set(event.kind, new Set());
        else next.delete(event.kind);
        return next;
      }
      case 'media-allowed': {
        const allowed = new Set(slice.get(event.kind));
        if (event.allowed) allowed.add(event.participant);
        else allowed.delete(event.participant);
        return new Map(slice).set(event.kind, allowed);
      }
      case 'participant-left': {
        const { participant } = event;
        if (![...slice.values()].some((allowed) => allowed.has(participant))) return slice;
        const without = (allowed: ReadonlySet<ParticipantId>) =>
          new Set([...allowed].filter((id) => id !== participant));
        return new Map([...slice].map(([kind, allowed]) => [kind, without(allowed)]));
      }
      default:
        return slice;
    }
  },

  project: ({ mediaModeration: moderated }) => ({
    mediaModeration: [...moderated].map(([kind, allowed]) => ({ kind, allowed: [...allowed] })),
  }),

  projectEvent: (_before, event) =>
    event.type === 'media-moderated' || event.type === 'media-allowed' ? [event] : [],

  nextDeadline: never,
};

/**
 * What follows for sources from whatever happened: whose owner may not unmute is blocked as soon as it is muted or new, so who is speaking goes on until
 * then; and is free when its owner may. Freed is not unmuted: nobody but its owner does that.
 */
export function nextBlocks(
  before: ConferenceState,
  after: ConferenceState,
  events: readonly ConferenceEvent[] = [],
): readonly SourcesEvent[] {
  const renewed = new Set(
    events.flatMap((event) => (event.type === 'source-replaced' ? [event.source.id] : [])),
  );
  const isNew = ({ id }: Source) => !before.sources.live.has(id) && !renewed.has(id);
  return [...after.sources.live.values()].flatMap((source) => {
    const blocked = !mayUnmute(after, source) && (source.blocked || source.muted || isNew(source));
    return blocked === source.blocked
      ? []
      : [{ type: 'source-blocked', source: source.id, blocked } as const];
  });
}

/** Whether a participant may unmute something of a kind, as everybody sees it. */
export function maySend(
  { mediaModeration: moderated, participants }: Pick<ConferenceView, 'mediaModeration' | 'participants'>,
  participant: ParticipantId,
  kind: Mutable,
): boolean {
  const rule: ModeratedKind | undefined = moderated.find((each) => each.kind === kind);
  if (rule === undefined || rule.allowed.includes(participant)) return true;
  return participants.some(({ id, role }) => id === participant && role === 'moderator');
}

function mayUnmute(state: ConferenceState, { owner, kind }: Source): boolean {
  const allowed = state.mediaModeration.get(mutableOf(kind));
  return allowed === undefined || allowed.has(owner) || roleOf(state, owner) === 'moderator';
}

/** Where nothing of that kind is moderated, nothing is allowed or taken back. */
function allow(
  state: ConferenceState,
  participant: ParticipantId,
  kind: Mutable,
  allowed: boolean,
  actor: Actor,
): Decision<MediaModerationEvent | SourcesEvent> {
  if (actor.kind === 'system') return refuse('permission/denied');
  if (!state.participants.has(participant)) return refuse('participant/unknown');
  const rule = state.mediaModeration.get(kind);
  if (rule === undefined) return accept();
  const by = actor.id;
  const changes =
    rule.has(participant) === allowed
      ? []
      : ([{ type: 'media-allowed', kind, participant, allowed, by }] as const);
  const muted = allowed ? [] : mutesOf(state, kind, by, (owner) => owner === participant);
  return accept<MediaModerationEvent | SourcesEvent>(...changes, ...muted);
}
