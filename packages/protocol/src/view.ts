import * as z from 'zod/mini';
import { agreedCodecs } from './codecs.ts';
import { LIMITS } from './limits.ts';
import {
  generation,
  incarnation,
  messageId,
  MUTABLES,
  mutable,
  participantId,
  sourceId,
  sourceKind,
} from './ids.ts';

/**
 * What one participant may see of a conference, and the events that change it. These travel; the state they are
 * projected from stays in the server.
 */
export const displayName = z.string().check(z.maxLength(LIMITS.displayNameLength));

export const role = z.enum(['moderator', 'participant']);
/** A moderator may do to others what the rules of the meeting allow. */
export type Role = z.infer<typeof role>;

export const participantView = z.object({
  id: participantId,
  /** Empty when the person gave none: the page then shows its own words for a guest. */
  displayName,
  role,
  /** Whether the name comes from an account or a token, and can't be changed here. */
  verified: z.boolean(),
  /** `interrupted`: the socket is lost, and the seat is held for `LIMITS.resumeMs`. */
  connection: z.enum(['connected', 'interrupted']),
});
export type ParticipantView = z.infer<typeof participantView>;

export const sourceView = z.object({
  id: sourceId,
  kind: sourceKind,
  /** By its owner or a moderator. Nothing is sent while it is true. */
  muted: z.boolean(),
  /** By the server: its owner may not unmute it. What is blocked is muted, too. */
  blocked: z.boolean(),
});
export type SourceView = z.infer<typeof sourceView>;

export const messageView = z.object({
  id: messageId,
  from: participantId,
  /** The sender's display name when it was sent: who wrote may have left since. */
  name: displayName,
  /** Absent: to everybody. The recipient, and their name then. */
  to: z.optional(z.object({ id: participantId, name: displayName })),
  /** Plain text; line feeds and tabs are its only control characters. */
  text: z.string().check(z.maxLength(LIMITS.messageLength)),
  /** The server's time of sending, milliseconds since the epoch. */
  at: z.int().check(z.minimum(0)),
});
export type MessageView = z.infer<typeof messageView>;

const messageIds = LIMITS.publicMessages + LIMITS.privateMessages;

/** One kind that only moderators unmute freely, and the others who may. */
export const moderatedKind = z.object({
  kind: mutable,
  allowed: z.array(participantId).check(z.maxLength(LIMITS.participants)),
});
export type ModeratedKind = z.infer<typeof moderatedKind>;

/** What those who come in switch off before. A courtesy of their clients: nobody is held to it. */
export const startMuted = z.object({ microphone: z.boolean(), camera: z.boolean() });
export type StartMuted = z.infer<typeof startMuted>;

export const subject = z.string().check(z.maxLength(LIMITS.subjectLength));

export const mediaMode = z.enum(['none', 'p2p', 'bridge']);
/** Where media flows: nobody to talk to, browser to browser, or over the bridge. */
export type MediaMode = z.infer<typeof mediaMode>;

/**
 * The ways that media takes. Who sends feeds every way that is named here; who receives takes each source from where `mode` says as soon as it comes
 * there, and from the other way until then: make before break.
 */
export const mediaRoute = z.object({
  mode: mediaMode,
  /** Number of the change to this `mode`; the command `media-ready` names it. */
  move: z.int().check(z.minimum(0)),
  /** Whether what is sent goes over the bridge. While it does not, the bridge's transports stay connected and idle. */
  bridge: z.boolean(),
  /** The direct connection that exists or is to be made; only its two ends are told. */
  p2p: z.optional(
    z.object({
      generation,
      peer: participantId,
      /** Whether the viewer makes the offers and restarts ICE (RFC 8829: one offerer, so no glare). */
      offers: z.boolean(),
    }),
  ),
});
export type MediaRoute = z.infer<typeof mediaRoute>;

/** Which rules stand between somebody outside and this conference. */
export const accessView = z.object({
  /** Whether there is one. It is told to nobody. */
  password: z.boolean(),
  /** Moderators decide about each who comes. */
  lobby: z.boolean(),
  /** Nobody new comes in. */
  locked: z.boolean(),
  /** How many digits, and nothing else, the operator wants a password to be. */
  passwordDigits: z.optional(z.int().check(z.minimum(1), z.maximum(LIMITS.roomPasswordLength))),
});
export type AccessView = z.infer<typeof accessView>;

/** A word between the moderators and somebody who waits to be let in. */
export const lobbyMessage = z.object({
  /** Whether the one who waits wrote it; else a moderator did. */
  fromKnocker: z.boolean(),
  /** The display name of who wrote it, as it was then. */
  name: displayName,
  text: z.string().check(z.maxLength(LIMITS.lobbyMessageLength)),
  /** Milliseconds since the epoch. */
  at: z.int().check(z.minimum(0)),
});
export type LobbyMessage = z.infer<typeof lobbyMessage>;

export const knockerView = z.object({
  /** What the person's id will be as a participant. */
  id: participantId,
  displayName,
  /** Whether the name comes from an account or a token. */
  verified: z.boolean(),
  connection: z.enum(['connected', 'interrupted']),
  messages: z.array(lobbyMessage).check(z.maxLength(LIMITS.lobbyMessages)),
});
export type KnockerView = z.infer<typeof knockerView>;

const knockers = z.array(knockerView).check(z.maxLength(LIMITS.knocking));

export const conferenceView = z.object({
  epoch: incarnation,
  room: z.string().check(z.maxLength(LIMITS.roomNameLength)),
  self: participantId,
  route: mediaRoute,
  /** In what pictures are to be encoded. */
  codecs: agreedCodecs,
  /** In order of joining, the viewer included. */
  participants: z.array(participantView).check(z.maxLength(LIMITS.participants)),
  /** In order of being added. The owner is in the id (`ownerOf`). */
  sources: z.array(sourceView).check(z.maxLength(LIMITS.participants * LIMITS.sourcesPerEndpoint)),
  /** Who spoke last, most recent first; the first is the dominant speaker. Those who never spoke are not in it. */
  speakers: z.array(participantId).check(z.maxLength(LIMITS.participants)),
  /** Who wants to speak, in the order in which hands went up. */
  hands: z.array(participantId).check(z.maxLength(LIMITS.participants)),
  access: accessView,
  /** Who waits to be let in, in order of coming; moderators alone are told. */
  knocking: knockers,
  /** What is moderated, in the order in which that began. Kinds that are missing everybody unmutes freely. */
  mediaModeration: z.array(moderatedKind).check(z.maxLength(MUTABLES.length)),
  startMuted,
  /** What the meeting is about; empty: nobody has said. */
  subject,
  /** The chat as the viewer remembers it, oldest first: what was said to everybody, and what the viewer wrote and got in private. */
  messages: z.array(messageView).check(z.maxLength(messageIds)),
});
export type ConferenceView = z.infer<typeof conferenceView>;

/** A change of a {@link ConferenceView}. */
export const viewEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('participant-joined'), participant: participantView }),
  z.object({
    type: z.literal('participant-left'),
    participant: participantId,
    reason: z.enum(['left', 'closed', 'timeout', 'replaced', 'kicked']),
    /** Of a kick: who did it. */
    by: z.optional(participantId),
  }),
  z.object({ type: z.literal('participant-renamed'), participant: participantId, displayName }),
  z.object({
    type: z.literal('participant-connection'),
    participant: participantId,
    connection: z.enum(['connected', 'interrupted']),
  }),
  z.object({
    type: z.literal('participant-role'),
    participant: participantId,
    role,
    /** Who did it; absent: the rules did, because nobody moderated. */
    by: z.optional(participantId),
  }),
  z.object({ type: z.literal('source-added'), source: sourceView }),
  z.object({ type: z.literal('source-removed'), source: sourceId }),
  /** In one go, so that nobody takes the camera for switched off meanwhile. */
  z.object({ type: z.literal('source-replaced'), replaced: sourceId, source: sourceView }),
  z.object({
    type: z.literal('source-muted'),
    source: sourceId,
    muted: z.boolean(),
    /** The moderator who did it; absent: its owner. */
    by: z.optional(participantId),
  }),
  z.object({ type: z.literal('source-blocked'), source: sourceId, blocked: z.boolean() }),
  z.object({ type: z.literal('media-moderated'), kind: mutable, on: z.boolean(), by: participantId }),
  z.object({
    type: z.literal('media-allowed'),
    kind: mutable,
    participant: participantId,
    allowed: z.boolean(),
    by: participantId,
  }),
  z.object({ type: z.literal('start-muted-set'), startMuted, by: participantId }),
  z.object({ type: z.literal('subject-set'), subject, by: participantId }),
  z.object({ type: z.literal('dominant-speaker'), participant: participantId }),
  /** To the viewer alone: somebody would like to hear them. */
  z.object({ type: z.literal('unmute-asked'), by: participantId }),
  z.object({ type: z.literal('hand-raised'), participant: participantId }),
  z.object({
    type: z.literal('hand-lowered'),
    participant: participantId,
    /** Absent: its owner has spoken for a while. */
    by: z.optional(participantId),
  }),
  z.object({ type: z.literal('message-sent'), message: messageView }),
  /** The oldest gave way to newer ones. */
  z.object({
    type: z.literal('messages-dropped'),
    messages: z.array(messageId).check(z.maxLength(messageIds)),
  }),
  z.object({ type: z.literal('media-route'), route: mediaRoute }),
  z.object({ type: z.literal('codecs-agreed'), codecs: agreedCodecs }),
  z.object({
    type: z.literal('access-changed'),
    access: accessView,
    /** The moderator who did it. */
    by: z.optional(participantId),
  }),
  z.object({ type: z.literal('knocked'), knocker: knockerView }),
  z.object({
    type: z.literal('knock-ended'),
    knocker: participantId,
    outcome: z.enum(['admitted', 'rejected', 'withdrawn', 'timeout']),
    /** The moderator who did it. */
    by: z.optional(participantId),
  }),
  z.object({
    type: z.literal('knocker-connection'),
    knocker: participantId,
    connection: z.enum(['connected', 'interrupted']),
  }),
  z.object({ type: z.literal('lobby-message'), knocker: participantId, message: lobbyMessage }),
  /** The viewer's role changed: all who wait, or, for whoever moderates no more, nobody. */
  z.object({ type: z.literal('knocking'), knocking: knockers }),
]);
export type ViewEvent = z.infer<typeof viewEvent>;
