import {
  LIMITS,
  type ConferenceView,
  type Incarnation,
  type ParticipantId,
  type StartMuted,
  type ViewEvent,
} from '@treff/protocol';
import { accept, refuse, type Decision, type Feature } from './feature.ts';
import { nextAccess, type AccessState } from './features/access/access.ts';
import type { AccessPolicy } from './features/access/admission.ts';
import { nextHands } from './features/hands/hands.ts';
import { nextBlocks } from './features/media-moderation/media-moderation.ts';
import { nextRoute } from './features/media/route.ts';
import { nextRoles, type RolePolicy } from './features/roles/roles.ts';
import { nextTurns } from './features/speaker-stats/speaker-stats.ts';
import { refusalOf } from './permissions.ts';
import { FEATURES, type ConferenceCommand, type ConferenceEvent } from './registry.ts';
import { mediaModerationOf, type Rules } from './rules.ts';
import type { Actor, ConferenceState, DecisionContext } from './state.ts';

export interface ConferenceOptions {
  readonly epoch: Incarnation;
  /** Normalised name. */
  readonly room: string;
  /** Whether browsers may connect directly. */
  readonly p2p: boolean;
  /** Who moderates, by the operator's will or the owner's. */
  readonly roles?: RolePolicy | undefined;
  /** Who comes in, likewise. */
  readonly access?: AccessPolicy | undefined;
  /** What is asked of people from the start. */
  readonly doors?: Partial<Pick<AccessState, 'password' | 'lobby'>> | undefined;
  /** With what switched off people come in, until a moderator changes it. */
  readonly startMuted?: StartMuted | undefined;
  /** The rules of the conference in this room that a crash ended at most `LIMITS.rulesMs` ago. */
  readonly restored?: Rules | undefined;
  /** Milliseconds since the epoch. */
  readonly now?: number | undefined;
}

/** A conference before anybody joined. */
export function createConference(options: ConferenceOptions): ConferenceState {
  const { restored, now = 0 } = options;
  return {
    epoch: options.epoch,
    room: options.room,
    participants: FEATURES.participants.initial,
    roles: {
      ...FEATURES.roles.initial,
      policy: options.roles ?? FEATURES.roles.initial.policy,
      vacantUntil: restored === undefined ? undefined : now + LIMITS.vacancyAfterCrashMs,
    },
    sources: FEATURES.sources.initial,
    speakers: FEATURES.speakers.initial,
    speakerStats: FEATURES.speakerStats.initial,
    hands: FEATURES.hands.initial,
    moderation: { ...FEATURES.moderation.initial, kicked: new Map(restored?.kicked) },
    mediaModeration: restored === undefined ? FEATURES.mediaModeration.initial : mediaModerationOf(restored),
    startMuted: restored?.startMuted ?? options.startMuted ?? FEATURES.startMuted.initial,
    subject: restored?.subject ?? FEATURES.subject.initial,
    chat: FEATURES.chat.initial,
    media: { ...FEATURES.media.initial, p2pEnabled: options.p2p },
    access: {
      ...FEATURES.access.initial,
      policy: options.access ?? FEATURES.access.initial.policy,
      ...options.doors,
      ...restored?.doors,
      expected: new Map(restored?.present),
    },
  };
}

/**
 * Permission first, then the feature's own judgement, then what follows for roles, for raised hands, for what is blocked, for the route of media and for turns of speech. Pure: nothing happens
 * until the events are evolved.
 */
export function decide(
  state: ConferenceState,
  command: ConferenceCommand,
  actor: Actor,
  context: DecisionContext,
): Decision {
  const refusal = refusalOf(state, command, actor);
  if (refusal !== undefined) return refuse(refusal);
  const decision = judge(command.type, state, command, actor, context);
  if (!decision.ok) return decision;
  const after = decision.events.reduce(evolve, state);
  const roles = nextRoles(state, after, decision.events, context.now);
  const events: ConferenceEvent[] = [
    ...decision.events,
    ...roles,
    ...nextHands(after, context.now),
    ...nextBlocks(state, roles.reduce(evolve, after)),
    ...nextAccess(after, decision.events, context.now),
  ];
  const route = nextRoute(after, context.now);
  if (route !== after.media.route) events.push({ type: 'media-routed', route });
  // Whose turn it is depends on all of that; most of the time nobody speaks.
  if (after.speakerStats.turns.size === 0) return accept(...events);
  return accept(...events, ...nextTurns(events.reduce(evolve, state), context.now));
}

type CommandType = ConferenceCommand['type'];
type CommandOf<Type extends CommandType> = {
  readonly [Each in Type]: Extract<ConferenceCommand, { type: Each }>;
}[Type];

type Deciders = {
  readonly [Type in CommandType]: (
    state: ConferenceState,
    command: CommandOf<Type>,
    actor: Actor,
    context: DecisionContext,
  ) => Decision;
};

/** Who judges which command. Pure, so that a page, which decides nothing, is not given what it would need for that. */
const DECIDERS = /* @__PURE__ */ decidersOf(FEATURES);

/** A command that no feature decides does not compile. */
function decidersOf({
  participants,
  roles,
  sources,
  speakers,
  speakerStats,
  hands,
  moderation,
  mediaModeration,
  startMuted,
  subject,
  chat,
  media,
  access,
}: typeof FEATURES): Deciders {
  return {
    ...participants.decide,
    ...roles.decide,
    ...sources.decide,
    ...speakers.decide,
    ...speakerStats.decide,
    ...hands.decide,
    ...moderation.decide,
    ...mediaModeration.decide,
    ...startMuted.decide,
    ...subject.decide,
    ...chat.decide,
    ...media.decide,
    ...access.decide,
  };
}

function judge<Type extends CommandType>(
  type: Type,
  state: ConferenceState,
  command: CommandOf<Type>,
  actor: Actor,
  context: DecisionContext,
): Decision {
  return DECIDERS[type](state, command, actor, context);
}

/** The state after an event. Never refuses: what is an event has happened. */
export function evolve(state: ConferenceState, event: ConferenceEvent): ConferenceState {
  return {
    ...state,
    participants: FEATURES.participants.evolve(state.participants, event),
    roles: FEATURES.roles.evolve(state.roles, event),
    sources: FEATURES.sources.evolve(state.sources, event),
    speakers: FEATURES.speakers.evolve(state.speakers, event),
    speakerStats: FEATURES.speakerStats.evolve(state.speakerStats, event),
    hands: FEATURES.hands.evolve(state.hands, event),
    moderation: FEATURES.moderation.evolve(state.moderation, event),
    mediaModeration: FEATURES.mediaModeration.evolve(state.mediaModeration, event),
    startMuted: FEATURES.startMuted.evolve(state.startMuted, event),
    subject: FEATURES.subject.evolve(state.subject, event),
    chat: FEATURES.chat.evolve(state.chat, event),
    media: FEATURES.media.evolve(state.media, event),
    access: FEATURES.access.evolve(state.access, event),
  };
}

/** Everything that the viewer, who has a seat, may see. */
export function project(state: ConferenceState, viewer: ParticipantId): ConferenceView {
  return {
    epoch: state.epoch,
    room: state.room,
    self: viewer,
    ...FEATURES.participants.project(state, viewer),
    ...FEATURES.sources.project(state, viewer),
    ...FEATURES.speakers.project(state, viewer),
    ...FEATURES.hands.project(state, viewer),
    ...FEATURES.mediaModeration.project(state, viewer),
    ...FEATURES.startMuted.project(state, viewer),
    ...FEATURES.subject.project(state, viewer),
    ...FEATURES.chat.project(state, viewer),
    ...FEATURES.media.project(state, viewer),
    ...FEATURES.access.project(state, viewer),
  };
}

/** What one event means to a viewer who has a seat before and after it. Who has just joined gets `project` instead. */
export function projectEvent(
  before: ConferenceState,
  event: ConferenceEvent,
  after: ConferenceState,
  viewer: ParticipantId,
): readonly ViewEvent[] {
  return Object.values<AnyFeature>(FEATURES).flatMap((feature) =>
    feature.projectEvent(before, event, after, viewer),
  );
}

/** The earliest moment (milliseconds since the epoch) at which the shell must send a `tick`; `undefined`: none. */
export function nextDeadline(state: ConferenceState): number | undefined {
  const deadlines = Object.values<AnyFeature>(FEATURES).flatMap(
    (feature) => feature.nextDeadline(state) ?? [],
  );
  return deadlines.length === 0 ? undefined : Math.min(...deadlines);
}

type AnyFeature = Pick<Feature<unknown, never, never, never>, 'projectEvent' | 'nextDeadline'>;
