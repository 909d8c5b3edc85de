import { maySend } from '@treff/conference';
import {
  ownerOf,
  type ConferenceView,
  type Mutable,
  type ParticipantId,
  type ViewEvent,
} from '@treff/protocol';

/** Something that was done to somebody: a text, and who is named in it. */
export interface Tidings {
  readonly text:
    | 'tidings.nowModerator'
    | 'tidings.nowModeratorBy'
    | 'tidings.noModeratorBy'
    | 'tidings.becameModerator'
    | 'tidings.noLongerModerator'
    | 'tidings.mutedBy'
    | 'tidings.cameraStoppedBy'
    | 'tidings.screenStoppedBy'
    | 'tidings.removed'
    | 'tidings.handRaised'
    | 'tidings.handLoweredBy'
    | 'tidings.handSpoken'
    | `tidings.${'moderated' | 'freed' | 'leaveTaken' | 'heldBack'}.${Mutable}`
    | 'tidings.startMuted'
    | 'tidings.subject'
    | 'tidings.noSubject'
    | 'tidings.passwordSet'
    | 'tidings.passwordRemoved'
    | 'tidings.lobbyOn'
    | 'tidings.lobbyOff'
    | 'tidings.locked'
    | 'tidings.unlocked'
    | 'tidings.admitted'
    | 'tidings.rejected'
    | 'tidings.stoppedWaiting';
  /** Whom it names, as they gave their name; may be empty. */
  readonly name: string;
  /** What the meeting is about now, where that is the news. */
  readonly subject?: string;
  /** Whom it was done to, when `name` did it; may be empty. */
  readonly other?: string;
  /** Whether it was done to oneself. */
  readonly concernsSelf: boolean;
}

/** What there is to say about an event; `before` is the conference that it came into. One's own doing is seen, and no news. */
export function tidingsOf(event: ViewEvent, before: ConferenceView): Tidings | undefined {
  switch (event.type) {
    case 'participant-role':
      return ofRole(event, before);
    case 'source-muted':
      return ofMute(event, before);
    case 'participant-left':
      if (event.reason !== 'kicked' || event.by === before.self) return undefined;
      return { text: 'tidings.removed', name: nameOf(before, event.participant), concernsSelf: false };
    case 'hand-raised': {
      const { participant } = event;
      if (participant === before.self) return undefined;
      return { text: 'tidings.handRaised', name: nameOf(before, participant), concernsSelf: false };
    }
    case 'hand-lowered': {
      const { participant, by } = event;
      if (participant !== before.self || by === participant) return undefined;
      if (by === undefined) return { text: 'tidings.handSpoken', name: '', concernsSelf: true };
      return { text: 'tidings.handLoweredBy', name: nameOf(before, by), concernsSelf: true };
    }
    case 'media-moderated':
      return ofModeration(event, before);
    case 'media-allowed': {
      // That it was given is said with a button to use it.
      const { participant, kind, allowed, by } = event;
      if (allowed || participant !== before.self) return undefined;
      return { text: `tidings.leaveTaken.${kind}`, name: nameOf(before, by), concernsSelf: true };
    }
    case 'start-muted-set':
      if (event.by === before.self) return undefined;
      return { text: 'tidings.startMuted', name: nameOf(before, event.by), concernsSelf: false };
    case 'subject-set': {
      const { subject, by } = event;
      if (by === before.self) return undefined;
      const name = nameOf(before, by);
      if (subject === '') return { text: 'tidings.noSubject', name, concernsSelf: false };
      return { text: 'tidings.subject', name, subject, concernsSelf: false };
    }
    case 'access-changed':
      return ofAccess(event, before);
    case 'knock-ended':
      return ofKnock(event, before);
    default:
      return undefined;
  }
}

/** It concerns those who are not free of it. */
function ofModeration(
  { kind, on, by }: Extract<ViewEvent, { type: 'media-moderated' }>,
  before: ConferenceView,
): Tidings | undefined {
  const { self, participants } = before;
  if (by === self) return undefined;
  const concernsSelf = participants.some(({ id, role }) => id === self && role !== 'moderator');
  const text = on ? (`tidings.moderated.${kind}` as const) : (`tidings.freed.${kind}` as const);
  return { text, name: nameOf(before, by), concernsSelf };
}

function ofRole(
  { participant, role, by }: Extract<ViewEvent, { type: 'participant-role' }>,
  before: ConferenceView,
): Tidings | undefined {
  const { self } = before;
  if (by === self) return undefined;
  if (participant !== self) {
    const text = role === 'moderator' ? 'tidings.becameModerator' : 'tidings.noLongerModerator';
    return { text, name: nameOf(before, participant), concernsSelf: false };
  }
  if (by === undefined) return { text: 'tidings.nowModerator', name: '', concernsSelf: true };
  const text = role === 'moderator' ? 'tidings.nowModeratorBy' : 'tidings.noModeratorBy';
  return { text, name: nameOf(before, by), concernsSelf: true };
}

/** The sound of a screen goes with its picture, and is no news of its own. */
function ofMute(
  { source, by }: Extract<ViewEvent, { type: 'source-muted' }>,
  before: ConferenceView,
): Tidings | undefined {
  if (by === undefined || ownerOf(source) !== before.self) return undefined;
  const kind = before.sources.find(({ id }) => id === source)?.kind ?? 'screenAudio';
  if (kind === 'screenAudio') return undefined;
  const text = maySend(before, before.self, kind) ? MUTED[kind] : (`tidings.heldBack.${kind}` as const);
  return { text, name: nameOf(before, by), concernsSelf: true };
}

const MUTED = {
  microphone: 'tidings.mutedBy',
  camera: 'tidings.cameraStoppedBy',
  screen: 'tidings.screenStoppedBy',
} as const satisfies Record<Mutable, Tidings['text']>;

/** That a password was replaced by another shows by nothing else having changed. */
function ofAccess(
  { access, by }: Extract<ViewEvent, { type: 'access-changed' }>,
  before: ConferenceView,
): Tidings | undefined {
  if (by === undefined || by === before.self) return undefined;
  const { password, lobby, locked } = before.access;
  const tidings = (text: Tidings['text']) => ({ text, name: nameOf(before, by), concernsSelf: false });
  if (access.lobby !== lobby) return tidings(access.lobby ? 'tidings.lobbyOn' : 'tidings.lobbyOff');
  if (access.locked !== locked) return tidings(access.locked ? 'tidings.locked' : 'tidings.unlocked');
  if (!access.password && !password) return undefined;
  return tidings(access.password ? 'tidings.passwordSet' : 'tidings.passwordRemoved');
}

/** What another moderator decided about somebody who waited, or that nothing is to be decided any more. */
function ofKnock(
  { knocker, outcome, by }: Extract<ViewEvent, { type: 'knock-ended' }>,
  before: ConferenceView,
): Tidings | undefined {
  const who = before.knocking.find(({ id }) => id === knocker)?.displayName ?? '';
  if (outcome === 'withdrawn' || outcome === 'timeout')
    return { text: 'tidings.stoppedWaiting', name: who, concernsSelf: false };
  if (by === undefined || by === before.self) return undefined;
  return { text: `tidings.${outcome}`, name: nameOf(before, by), other: who, concernsSelf: false };
}

function nameOf({ participants }: ConferenceView, id: ParticipantId): string {
  return participants.find((participant) => participant.id === id)?.displayName ?? '';
}
