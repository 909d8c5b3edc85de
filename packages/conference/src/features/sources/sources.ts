import {
  LIMITS,
  mediaKindOf,
  ownerOf,
  type ParticipantId,
  type SourceId,
  type SourceKind,
} from '@treff/protocol';
import { accept, never, refuse, type Feature } from '../../feature.ts';
import type { Actor } from '../../state.ts';

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
}

type NewSource = Pick<Source, 'id' | 'kind' | 'muted'>;

export type SourcesCommand =
  | { readonly type: 'add-source'; readonly source: NewSource }
  | { readonly type: 'remove-source'; readonly source: SourceId }
  | { readonly type: 'mute-source'; readonly source: SourceId; readonly muted: boolean };

export type SourcesEvent =
  | { readonly type: 'source-added'; readonly source: Source }
  | { readonly type: 'source-removed'; readonly source: SourceId }
  | {
      readonly type: 'source-muted';
      readonly source: SourceId;
      readonly muted: boolean;
      /** The moderator who did it; absent: its owner. */
      readonly by?: ParticipantId;
    };

export const sources: Feature<SourcesState, SourcesCommand, SourcesEvent, 'sources'> = {
  initial: { live: new Map(), used: new Map() },

  decide: {
    'add-source'(state, { source }, actor) {
      if (actor.kind === 'system') return refuse('permission/denied');
      const media = mediaKindOf(source.kind);
      if (ownerOf(source.id) !== actor.id || letterOf(source.id) !== media)
        return refuse('source/invalid-id');
      const used = state.sources.used.get(actor.id);
      if (used !== undefined && numberOf(source.id) <= used[media]) return refuse('source/invalid-id');
      const own = [...state.sources.live.values()].filter((other) => other.owner === actor.id);
      if (own.length >= LIMITS.sourcesPerEndpoint || own.some((other) => other.kind === source.kind))
        return refuse('source/too-many');
      const { id, kind, muted } = source;
      return accept({ type: 'source-added', source: { id, owner: actor.id, kind, muted } });
    },

    'remove-source'(state, { source }, actor) {
      const refusal = refusalFor(state.sources, source, actor);
      return refusal ?? accept({ type: 'source-removed', source });
    },

    'mute-source'(state, { source, muted }, actor) {
      const refusal = refusalFor(state.sources, source, actor);
      if (refusal !== undefined) return refusal;
      if (state.sources.live.get(source)?.muted === muted) return accept();
      return accept({ type: 'source-muted', source, muted });
    },
  },

  evolve(slice, event) {
    switch (event.type) {
      case 'source-added': {
        const { id, owner, kind } = event.source;
        const before = slice.used.get(owner) ?? { audio: -1, video: -1 };
        return {
          live: new Map(slice.live).set(id, event.source),
          used: new Map(slice.used).set(owner, { ...before, [mediaKindOf(kind)]: numberOf(id) }),
        };
      }
      case 'source-removed': {
        const live = new Map(slice.live);
        live.delete(event.source);
        return { ...slice, live };
      }
      case 'source-muted': {
        const source = slice.live.get(event.source);
        if (source === undefined) return slice;
        return { ...slice, live: new Map(slice.live).set(source.id, { ...source, muted: event.muted }) };
      }
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
    return { sources: [...state.sources.live.values()].map(({ id, kind, muted }) => ({ id, kind, muted })) };
  },

  projectEvent(_before, event) {
    switch (event.type) {
      case 'source-added': {
        const { id, kind, muted } = event.source;
        return [{ type: event.type, source: { id, kind, muted } }];
      }
      case 'source-removed':
      case 'source-muted':
        return [event];
      default:
        return [];
    }
  },

  nextDeadline: never,
};

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
