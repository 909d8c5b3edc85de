import {
  LIMITS,
  mediaKindOf,
  mutableOf,
  ownerOf,
  type Mutable,
  type ParticipantId,
  type SourceId,
  type SourceKind,
  type SourceView,
} from '@treff/protocol';
import { accept, never, refuse, type Feature } from '../../feature.ts';
import type { Actor, ConferenceState } from '../../state.ts';

/** What is published, in order of being added, and which numbers were used up. */
export interface SourcesState {
  readonly live: ReadonlyMap<SourceId, Source>;
  /** The highest number that each seat has given an audio and a video source: an id is never used again. Never projected. */
  readonly used: ReadonlyMap<ParticipantId, { readonly audio: number; readonly video: number }>;
}

export interface Source {
  readonly id: SourceId;
  readonly owner: ParticipantId;
  readonly kind: SourceKind;
  readonly muted: boolean;
  /** Its owner may not unmute it. What is blocked is muted, too, so that to free it switches nothing on. */
  readonly blocked: boolean;
}

type NewSource = Pick<Source, 'id' | 'kind' | 'muted'>;

export type SourcesCommand =
  | {
      readonly type: 'add-source';
      readonly source: NewSource;
      /** One's own of that kind, which ends with it. */
      readonly replaces?: SourceId | undefined;
    }
  | { readonly type: 'remove-source'; readonly source: SourceId }
  | { readonly type: 'mute-source'; readonly source: SourceId; readonly muted: boolean };

export type SourcesEvent =
  | { readonly type: 'source-added'; readonly source: Source }
  | { readonly type: 'source-removed'; readonly source: SourceId }
  /** The same picture, encoded anew. What was blocked stays that. */
  | { readonly type: 'source-replaced'; readonly replaced: SourceId; readonly source: Source }
  | {
      readonly type: 'source-muted';
      readonly source: SourceId;
      readonly muted: boolean;
      /** The moderator who did it; absent: its owner. */
      readonly by?: ParticipantId;
    }
  /** Follows from any other event (see `nextBlocks`). */
  | { readonly type: 'source-blocked'; readonly source: SourceId; readonly blocked: boolean };

export const sources: Feature<SourcesState, SourcesCommand, SourcesEvent, 'sources'> = {
  initial: { live: new Map(), used: new Map() },

  decide: {
    'add-source'(state, { source, replaces }, actor) {
      if (actor.kind === 'system') return refuse('permission/denied');
      const media = mediaKindOf(source.kind);
      if (ownerOf(source.id) !== actor.id || letterOf(source.id) !== media)
        return refuse('source/invalid-id');
      const used = state.sources.used.get(actor.id);
      if (used !== undefined && numberOf(source.id) <= used[media]) return refuse('source/invalid-id');
      const own = [...state.sources.live.values()].filter((other) => other.owner === actor.id);
      const { id, kind, muted } = source;
      const replaced = own.find((other) => other.id === replaces && other.kind === kind);
      if (replaced !== undefined) {
        const { owner, blocked } = replaced;
        // To encode a picture anew switches nothing on.
        const successor = { id, owner, kind, muted: muted || replaced.muted, blocked };
        return accept({ type: 'source-replaced', replaced: replaced.id, source: successor });
      }
      if (own.length >= LIMITS.sourcesPerEndpoint || own.some((other) => other.kind === kind))
        return refuse('source/too-many');
      return accept({ type: 'source-added', source: { id, owner: actor.id, kind, muted, blocked: false } });
    },

    'remove-source'(state, { source }, actor) {
      const refusal = refusalFor(state.sources, source, actor);
      return refusal ?? accept({ type: 'source-removed', source });
    },

    'mute-source'(state, { source, muted }, actor) {
      const refusal = refusalFor(state.sources, source, actor);
      if (refusal !== undefined) return refusal;
      const before = state.sources.live.get(source);
      if (before?.muted === muted) return accept();
      if (before?.blocked === true) return refuse('moderation/blocked');
      return accept({ type: 'source-muted', source, muted });
    },
  },

  evolve(slice, event) {
    switch (event.type) {
      case 'source-added':
        return add(slice, event.source);
      case 'source-replaced': {
        const live = new Map(slice.live);
        live.delete(event.replaced);
        return add({ ...slice, live }, event.source);
      }
      case 'source-removed': {
        const live = new Map(slice.live);
        live.delete(event.source);
        return { ...slice, live };
      }
      case 'source-muted':
        return change(slice, event.source, { muted: event.muted });
      case 'source-blocked':
        return change(
          slice,
          event.source,
          event.blocked ? { blocked: true, muted: true } : { blocked: false },
        );
      case 'participant-left': {
        if (!slice.used.has(event.participant)) return slice;
        const used = new Map(slice.used);
        used.delete(event.participant);
        return {
          live: new Map([...slice.live].filter(([, source]) => source.owner !== event.participant)),
          used,
        };
      }
      default:
        return slice;
    }
  },

  project(state) {
    return { sources: [...state.sources.live.values()].map(viewOf) };
  },

  projectEvent(_before, event) {
    switch (event.type) {
      case 'source-added':
        return [{ type: event.type, source: viewOf(event.source) }];
      case 'source-replaced':
        return [{ type: event.type, replaced: event.replaced, source: viewOf(event.source) }];
      case 'source-removed':
      case 'source-muted':
      case 'source-blocked':
        return [event];
      default:
        return [];
    }
  },

  nextDeadline: never,
};

/** What a moderator's muting does to those who are meant. */
export function mutesOf(
  state: ConferenceState,
  kind: Mutable,
  by: ParticipantId,
  isMeant: (owner: ParticipantId) => boolean,
): readonly SourcesEvent[] {
  return [...state.sources.live.values()]
    .filter((source) => !source.muted && mutableOf(source.kind) === kind && isMeant(source.owner))
    .map(({ id }) => ({ type: 'source-muted', source: id, muted: true, by }) as const);
}

function add(slice: SourcesState, source: Source): SourcesState {
  const { id, owner, kind } = source;
  const before = slice.used.get(owner) ?? { audio: -1, video: -1 };
  return {
    live: new Map(slice.live).set(id, source),
    used: new Map(slice.used).set(owner, { ...before, [mediaKindOf(kind)]: numberOf(id) }),
  };
}

function change(slice: SourcesState, id: SourceId, difference: Partial<Source>): SourcesState {
  const source = slice.live.get(id);
  return source === undefined
    ? slice
    : { ...slice, live: new Map(slice.live).set(id, { ...source, ...difference }) };
}

function viewOf({ id, kind, muted, blocked }: Source): SourceView {
  return { id, kind, muted, blocked };
}

/** Knowing an id gives no right: only the owner acts on a source. */
function refusalFor(slice: SourcesState, id: SourceId, actor: Actor) {
  const source = slice.live.get(id);
  if (source === undefined) return refuse('source/unknown');
  return actor.kind === 'participant' && actor.id !== source.owner ? refuse('permission/denied') : undefined;
}

function letterOf(id: SourceId): 'audio' | 'video' {
  return id[9] === 'a' ? 'audio' : 'video';
}

function numberOf(id: SourceId): number {
  return Number(id.slice(10));
}
