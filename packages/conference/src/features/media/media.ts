import type { MediaMode, MediaRoute, ParticipantId, SourceId, SourceKind } from '@treff/protocol';
import { accept, refuse, type Feature } from '../../feature.ts';
import type { ConferenceState } from '../../state.ts';
import { NO_ROUTE, peerOf, routeDeadline, type Route } from './route.ts';

/** What the media plane should look like; the shell reconciles bridges and clients towards it. */
export interface MediaPlan {
  readonly mode: MediaMode;
  /** Every seat has its endpoint at the bridge, also while alone or directly connected: whoever comes next is then seen at once. */
  readonly endpoints: ReadonlyMap<ParticipantId, { readonly sources: readonly PlannedSource[] }>;
}

export interface PlannedSource {
  readonly id: SourceId;
  readonly kind: SourceKind;
  /** Not forwarded: its owner or a moderator muted it, or the owner may not unmute it. */
  readonly paused: boolean;
}

export interface MediaState {
  /** Whether the operator lets browsers connect directly. */
  readonly p2pEnabled: boolean;
  readonly route: Route;
}

export type MediaCommand = {
  readonly type: 'media-ready';
  readonly move: number;
  readonly ready: boolean;
};

export type MediaEvent =
  | {
      readonly type: 'media-reported';
      readonly participant: ParticipantId;
      readonly ready: boolean;
    }
  /** Follows from any other event (see `decide`). */
  | { readonly type: 'media-routed'; readonly route: Route };

export function mediaPlan(state: ConferenceState): MediaPlan {
  const endpoints = new Map<ParticipantId, { sources: PlannedSource[] }>();
  for (const id of state.participants.keys()) endpoints.set(id, { sources: [] });
  for (const { id, owner, kind, muted, blocked } of state.sources.live.values())
    endpoints.get(owner)?.sources.push({ id, kind, paused: muted || blocked });
  return { mode: state.media.route.mode, endpoints };
}

/** Where media flows: nowhere, between two browsers, or over the bridge; and the moves in between. */
export const media: Feature<MediaState, MediaCommand, MediaEvent, 'route'> = {
  initial: { p2pEnabled: true, route: NO_ROUTE },

  decide: {
    'media-ready'({ media: { route } }, { move, ready }, actor) {
      if (actor.kind === 'system') return refuse('permission/denied');
      if (move !== route.move || ready === route.ready.includes(actor.id)) return accept();
      return accept({ type: 'media-reported', participant: actor.id, ready });
    },
  },

  evolve(slice, event) {
    switch (event.type) {
      case 'media-reported': {
        const others = slice.route.ready.filter((id) => id !== event.participant);
        const ready = event.ready ? [...others, event.participant] : others;
        return { ...slice, route: { ...slice.route, ready } };
      }
      case 'media-routed':
        return { ...slice, route: event.route };
      default:
        return slice;
    }
  },

  project: ({ media: { route } }, viewer) => ({ route: viewOf(route, viewer) }),

  projectEvent(before, event, after, viewer) {
    if (event.type !== 'media-routed') return [];
    const [from, to] = [viewOf(before.media.route, viewer), viewOf(after.media.route, viewer)];
    return isSame(from, to) ? [] : [{ type: 'media-route', route: to }];
  },

  nextDeadline: routeDeadline,
};

function viewOf({ mode, move, bridge, p2p }: Route, viewer: ParticipantId): MediaRoute {
  const peer = peerOf(p2p, viewer);
  if (p2p === undefined || peer === undefined) return { mode, move, bridge };
  return { mode, move, bridge, p2p: { generation: p2p.generation, peer, offers: p2p.offerer === viewer } };
}

function isSame(one: MediaRoute, other: MediaRoute): boolean {
  return (
    one.mode === other.mode &&
    one.move === other.move &&
    one.bridge === other.bridge &&
    one.p2p?.generation === other.p2p?.generation
  );
}
