import type { Generation, MediaMode, ParticipantId } from '@treff/protocol';
import type { ConferenceState } from '../../state.ts';

/** Where media flows, and how far a move from one way to the other has come. */
export interface Route {
  readonly mode: MediaMode;
  /** Counts the changes of `mode`. */
  readonly move: number;
  /** Whether those who send feed the bridge. */
  readonly bridge: boolean;
  /** The direct connection; during a move to the bridge it goes on until the move is over. */
  readonly p2p: P2pLink | undefined;
  /** Who receives everything by the way of `mode`. */
  readonly ready: readonly ParticipantId[];
  /** When patience ends: with a first direct connection, or with those who do not get along over the bridge. Milliseconds since the epoch. */
  readonly until: number | undefined;
  /** Before this moment no direct connection begins: whoever just left may come back. Milliseconds since the epoch. */
  readonly calmAt: number | undefined;
  /** How many have a seat. */
  readonly seats: number;
  /** Direct connections so far. */
  readonly generations: Generation;
}

export interface P2pLink {
  readonly generation: Generation;
  /** Makes the offers. The one who has been here longer: nothing else keeps that browser busy. */
  readonly offerer: ParticipantId;
  readonly answerer: ParticipantId;
}

/** Milliseconds that a new pair waits for a direct connection before the bridge carries, too. */
const ALONE_MS = 2_000;
/** Milliseconds after which a direct connection ends though somebody has not got everything over the bridge. */
const LEAVE_MS = 10_000;
/** Milliseconds after somebody left or a direct connection ended in which no other begins. */
const CALM_MS = 5_000;

export const NO_ROUTE: Route = {
  mode: 'none',
  move: 0,
  bridge: false,
  p2p: undefined,
  ready: [],
  until: undefined,
  calmAt: undefined,
  seats: 0,
  generations: 0,
};

/** Exactly two, and nobody has anything against it. What is moderated goes over the bridge, where the server has the say. */
function p2pEligible({ media, mediaModeration, participants }: ConferenceState): boolean {
  if (!media.p2pEnabled || mediaModeration.size > 0 || participants.size !== 2) return false;
  return [...participants.values()].every(({ p2p }) => p2p);
}

/** The route after whatever happened; the same object if it stays. Applied again it changes nothing more. */
export function nextRoute(state: ConferenceState, now: number): Route {
  const before = state.media.route;
  const after = follow(state, before, now);
  return isSame({ ...before }, { ...after }) ? before : after;
}

/** When `nextRoute` has to be asked again though nothing happened. */
export function routeDeadline(state: ConferenceState): number | undefined {
  const { until, calmAt, mode, p2p } = state.media.route;
  const begins = mode === 'bridge' && p2p === undefined && canBegin(state) ? calmAt : undefined;
  if (until === undefined || begins === undefined) return until ?? begins;
  return Math.min(until, begins);
}

/** What the one end has at the other; `undefined`: this one is no end of it. */
export function peerOf(link: P2pLink | undefined, participant: ParticipantId): ParticipantId | undefined {
  if (link?.offerer === participant) return link.answerer;
  return link?.answerer === participant ? link.offerer : undefined;
}

function isSame(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): boolean {
  return Object.keys(before).every((key) => before[key] === after[key]);
}

function follow(state: ConferenceState, before: Route, now: number): Route {
  const { participants } = state;
  const here = (id: ParticipantId) => participants.has(id);
  const seats = participants.size;
  const { p2p } = before;
  const route: Route = {
    ...before,
    seats,
    calmAt: seats < before.seats ? now + CALM_MS : before.calmAt,
    p2p: p2p !== undefined && here(p2p.offerer) && here(p2p.answerer) ? p2p : undefined,
    ready: before.ready.every(here) ? before.ready : before.ready.filter(here),
  };
  if (seats < 2) return alone(route);
  switch (route.mode) {
    case 'none':
      return canBegin(state) ? direct(state, route, now) : overBridge(route);
    case 'p2p':
      if (route.p2p !== undefined && p2pEligible(state)) return settle(route, now);
      return leave(state, { ...overBridge(route), calmAt: now + CALM_MS }, now);
    case 'bridge': {
      const left = leave(state, route, now);
      const calm = left.calmAt === undefined || left.calmAt <= now;
      return left.p2p === undefined && calm && canBegin(state) ? direct(state, left, now) : left;
    }
  }
}

/** A direct connection is made between people who are both there to answer. */
function canBegin(state: ConferenceState): boolean {
  return (
    p2pEligible(state) &&
    [...state.participants.values()].every(({ resumeBefore }) => resumeBefore === undefined)
  );
}

function alone(route: Route): Route {
  if (route.mode === 'none') return { ...route, calmAt: undefined };
  return { ...NO_ROUTE, move: route.move + 1, seats: route.seats, generations: route.generations };
}

function overBridge(route: Route): Route {
  return { ...route, mode: 'bridge', move: route.move + 1, bridge: true, ready: [], until: undefined };
}

/** A pair tries it alone first, so that a broken one is noticed now; who talks already goes on over the bridge meanwhile. */
function direct(state: ConferenceState, route: Route, now: number): Route {
  const [offerer, answerer] = [...state.participants.keys()];
  if (offerer === undefined || answerer === undefined) return route;
  const generation = route.generations + 1;
  return {
    ...route,
    mode: 'p2p',
    move: route.move + 1,
    p2p: { generation, offerer, answerer },
    ready: [],
    until: route.bridge ? undefined : now + ALONE_MS,
    calmAt: undefined,
    generations: generation,
  };
}

/** While both get everything directly the bridge rests; when that is not so, or no more, it carries too. */
function settle(route: Route, now: number): Route {
  if (isReady(route)) return { ...route, bridge: false, until: undefined };
  if (route.bridge || (route.until !== undefined && now < route.until)) return route;
  return { ...route, bridge: true, until: undefined };
}

/**
 * The direct connection ends when both ends get everything over the bridge, or had time enough; somebody whose socket is lost knows of nothing yet. Where media
 * is moderated that is no excuse: the one who does not obey would only have to stay away.
 */
function leave({ mediaModeration, participants }: ConferenceState, route: Route, now: number): Route {
  const { p2p, until } = route;
  const over = { ...route, p2p: undefined, until: undefined };
  if (p2p === undefined || isReady(route)) return over;
  const away = [p2p.offerer, p2p.answerer].some((end) => participants.get(end)?.resumeBefore !== undefined);
  if (away && mediaModeration.size === 0) return { ...route, until: undefined };
  if (until === undefined) return { ...route, until: now + LEAVE_MS };
  return now < until ? route : over;
}

function isReady({ p2p, ready }: Route): boolean {
  return p2p !== undefined && ready.includes(p2p.offerer) && ready.includes(p2p.answerer);
}
