import * as z from 'zod/mini';
import { cameraCaps } from './camera.ts';
import { errorCode } from './errors.ts';
import { commandId, generation, incarnation, mutable, participantId, sourceId, sourceKind } from './ids.ts';
import { iceServers } from './ice-servers.ts';
import { LIMITS } from './limits.ts';
import { p2pAction } from './p2p.ts';
import { dtlsParameters, iceParameters, rtpCapabilities, rtpParameters, transportParameters } from './rtp.ts';
import { clientSignal, signal } from './statistics.ts';
import { conferenceView, displayName, lobbyMessage, viewEvent } from './view.ts';

/** Raised with every change that an older page or server would misunderstand. */
export const PROTOCOL_VERSION = 4;

const text = (length: number) => z.string().check(z.maxLength(length));
const sequence = z.int().check(z.minimum(0), z.maximum(Number.MAX_SAFE_INTEGER));
const height = z.int().check(z.minimum(0), z.maximum(LIMITS.maxHeight));
const consumerId = text(64);

// --- Media messages: reliable, ordered, unlogged; each names the generation of transports it is about -----------------------

/** One remote source as this endpoint receives it. */
export const consumerParameters = z.object({
  id: consumerId,
  source: sourceId,
  kind: sourceKind,
  rtpParameters,
});
export type ConsumerParameters = z.infer<typeof consumerParameters>;

/** Everything an endpoint needs to send and receive over the bridge. */
export const mediaOffer = z.object({
  generation,
  send: transportParameters,
  receive: transportParameters,
  /** Running already: they start with the transport, no acknowledgement needed. */
  consumers: z.array(consumerParameters).check(z.maxLength(LIMITS.participants * LIMITS.sourcesPerEndpoint)),
});
export type MediaOffer = z.infer<typeof mediaOffer>;

const transportRole = z.enum(['send', 'receive']);
export type TransportRole = z.infer<typeof transportRole>;

/**
 * What a receiver shows. Heights are in pixels of the picture as displayed (device pixels): the bridge forwards the
 * smallest layer at least that tall, or the tallest. 0 asks for nothing. Sound is not constrained.
 * Names after Jitsi Videobridge's receiver constraints.
 */
export const receiverConstraints = z.object({
  /** For video sources that `maxHeights` does not name. */
  defaultMaxHeight: height,
  maxHeights: z
    .record(sourceId, height)
    .check(z.refine((heights) => Object.keys(heights).length <= LIMITS.constraintSources)),
  /** How many cameras are to come at most, those of whoever spoke last first; -1 or absent: all. Screens come in any case. */
  lastN: z.optional(z.int().check(z.minimum(-1), z.maximum(LIMITS.participants))),
  /** What is shown large, and what the person chose: both come before whoever speaks, in that order. */
  onStageSources: z.optional(z.array(sourceId).check(z.maxLength(LIMITS.onStageSources))),
  selectedSources: z.optional(z.array(sourceId).check(z.maxLength(LIMITS.selectedSources))),
});
export type ReceiverConstraints = z.infer<typeof receiverConstraints>;

/** Why a picture that is shown does not come: it is not among the last N, or the way to the receiver is too narrow for it. */
const withheldReason = z.enum(['last-n', 'bandwidth']);
export type WithheldReason = z.infer<typeof withheldReason>;

/** A source as its owner publishes it. */
export const publication = z.object({
  source: sourceId,
  kind: sourceKind,
  rtpParameters,
  /** Pixels of the captured picture, which is the highest encoding's without a cap; absent for audio. Without a width it is taken for 16:9. */
  height: z.optional(z.int().check(z.minimum(1), z.maximum(LIMITS.maxHeight))),
  width: z.optional(z.int().check(z.minimum(1), z.maximum(LIMITS.maxWidth))),
  muted: z.boolean(),
  /** The source of the same kind whose place it takes: the same picture, encoded anew. */
  replaces: z.optional(sourceId),
});
export type Publication = z.infer<typeof publication>;

export const clientMediaAction = z.discriminatedUnion('action', [
  /** mediasoup-client's `connect`: this end's DTLS parameters of one transport. */
  z.object({ action: z.literal('connect'), transport: transportRole, dtlsParameters }),
  /** A new source. Refused afterwards, if at all, by `source-refused`. */
  z.object({ action: z.literal('publish'), publication }),
  z.object({ action: z.literal('unpublish'), source: sourceId }),
  /** Consumers that were announced by `consumers-added` and are set up: the bridge may start them. */
  z.object({
    action: z.literal('start'),
    consumers: z.array(consumerId).check(z.minLength(1), z.maxLength(LIMITS.constraintSources)),
  }),
  z.object({ action: z.literal('constraints'), constraints: receiverConstraints }),
  /** New ICE credentials for both transports, after a network change or a loss of media. */
  z.object({ action: z.literal('restart-ice') }),
  /** These transports are beyond repair: a new generation, please. */
  z.object({ action: z.literal('renew') }),
]);
export type ClientMediaAction = z.infer<typeof clientMediaAction>;

export const serverMediaAction = z.discriminatedUnion('action', [
  /** A new set of transports, unasked or after `renew`: what was there is dead, publish anew. */
  z.object({ action: z.literal('offer'), offer: mediaOffer }),
  /** Set these up, then say `start`. */
  z.object({
    action: z.literal('consumers-added'),
    consumers: z
      .array(consumerParameters)
      .check(z.maxLength(LIMITS.participants * LIMITS.sourcesPerEndpoint)),
  }),
  z.object({ action: z.literal('consumers-removed'), consumers: z.array(consumerId) }),
  z.object({ action: z.literal('source-refused'), source: sourceId, code: errorCode }),
  z.object({ action: z.literal('ice-restarted'), send: iceParameters, receive: iceParameters }),
  /** What is shown and yet not forwarded, all of it; none at first. Names after Jitsi Videobridge's ForwardedSources. */
  z.object({
    action: z.literal('forwarded'),
    withheld: z
      .record(sourceId, withheldReason)
      .check(
        z.refine(
          (withheld) => Object.keys(withheld).length <= LIMITS.participants * LIMITS.sourcesPerEndpoint,
        ),
      ),
  }),
  /**
   * Somebody receives the `layers` lowest encodings of one's own source, and nobody more; 0: nobody receives it. The picture is to have at most
   * `maxHeight` lines; absent: any number. Of a source that was just published all encodings are wanted, within `cameraCaps` of `joined`.
   * Names after Jitsi Videobridge's SenderSourceConstraints.
   */
  z.object({
    action: z.literal('sender-constraints'),
    source: sourceId,
    layers: z.int().check(z.minimum(0), z.maximum(LIMITS.rtpEncodings)),
    maxHeight: z.optional(z.int().check(z.minimum(1), z.maximum(LIMITS.maxHeight))),
  }),
  /** Another media action failed. */
  z.object({ action: z.literal('failed'), code: errorCode }),
]);
export type ServerMediaAction = z.infer<typeof serverMediaAction>;

// --- Commands: what a participant asks of the conference ---------------------------------------------------------------------

export const command = z.discriminatedUnion('type', [
  /** Changes one's own name. */
  z.object({ type: z.literal('rename'), displayName }),
  /** To everybody, or to one participant. What is somewhat too long is refused with a code rather than as malformed. */
  z.object({
    type: z.literal('send-message'),
    text: text(2 * LIMITS.messageLength),
    to: z.optional(participantId),
  }),
  /** A moderator: makes somebody one, or takes it back, from oneself too. The last one stays. */
  z.object({ type: z.literal('grant-moderator'), participant: participantId }),
  z.object({ type: z.literal('revoke-moderator'), participant: participantId }),
  z.object({ type: z.literal('raise-hand') }),
  /** One's own; a moderator: anybody's. */
  z.object({ type: z.literal('lower-hand'), participant: participantId }),
  z.object({ type: z.literal('lower-all-hands') }),
  /** A moderator: mutes what somebody else sends, or everybody else. Only its owner unmutes it. */
  z.object({ type: z.literal('mute-participant'), participant: participantId, kind: mutable }),
  z.object({ type: z.literal('mute-everyone'), kind: mutable }),
  z.object({ type: z.literal('ask-to-unmute'), participant: participantId }),
  z.object({
    type: z.literal('kick'),
    participant: participantId,
    reason: z.optional(text(LIMITS.kickReasonLength)),
  }),
  /** For everybody. */
  z.object({ type: z.literal('end-meeting') }),
  /** A moderator: what people outside have to know; absent: nothing any more. Those inside stay. */
  z.object({
    type: z.literal('set-password'),
    password: z.optional(text(2 * LIMITS.roomPasswordLength)),
  }),
  /** A moderator: whether each who comes has to be let in. Switched off, it lets all in who wait. */
  z.object({ type: z.literal('set-lobby'), on: z.boolean() }),
  /** A moderator: whether nobody new comes in at all. */
  z.object({ type: z.literal('set-lock'), on: z.boolean() }),
  /** A moderator: about those who wait. */
  z.object({ type: z.literal('admit'), knocker: participantId }),
  z.object({ type: z.literal('admit-all') }),
  z.object({ type: z.literal('reject'), knocker: participantId }),
  z.object({
    type: z.literal('send-lobby-message'),
    knocker: participantId,
    text: text(2 * LIMITS.lobbyMessageLength),
  }),
  /** A moderator: whether those who don't moderate need leave to unmute; who has it, and who has it no more. */
  z.object({ type: z.literal('moderate-media'), kind: mutable, on: z.boolean() }),
  z.object({ type: z.literal('allow-media'), participant: participantId, kind: mutable }),
  z.object({ type: z.literal('disallow-media'), participant: participantId, kind: mutable }),
  /** A moderator: with what switched off clients come in. */
  z.object({ type: z.literal('set-start-muted'), microphone: z.boolean(), camera: z.boolean() }),
  /** A moderator: what the meeting is about. What is somewhat too long is refused with a code; empty takes it away. */
  z.object({ type: z.literal('set-subject'), subject: text(2 * LIMITS.subjectLength) }),
  /** Mutes or unmutes one's own source. */
  z.object({ type: z.literal('mute-source'), source: sourceId, muted: z.boolean() }),
  /** Whether everything that is to be received comes by the way that the route's `mode` names; `false` takes it back. Of earlier moves nothing is noted. */
  z.object({ type: z.literal('media-ready'), move: z.int().check(z.minimum(0)), ready: z.boolean() }),
  /** Whether one agrees to direct connections, which show one's address to the other. */
  z.object({ type: z.literal('allow-p2p'), allowed: z.boolean() }),
]);
export type Command = z.infer<typeof command>;

// --- Client to server ----------------------------------------------------------------------------------------------------------

/** What a client still has of its media when it resumes; the server sends the difference. */
const mediaInventory = z.object({
  generation,
  publishing: z.array(sourceId).check(z.maxLength(LIMITS.sourcesPerEndpoint)),
  consuming: z.array(consumerId).check(z.maxLength(LIMITS.participants * LIMITS.sourcesPerEndpoint)),
});
export type MediaInventory = z.infer<typeof mediaInventory>;

export const clientMessage = z.discriminatedUnion('type', [
  /** The first message of every socket. */
  z.object({
    type: z.literal('hello'),
    protocol: z.int(),
    /** As in the page's path; the server normalises it. */
    room: text(LIMITS.roomNameLength * 12),
  }),
  /**
   * Takes a seat. Answered by `joined`, by `waiting`, or by an `error`, which says what is missing. Who waits may say it again, with a password, say.
   */
  z.object({
    type: z.literal('join'),
    displayName,
    rtpCapabilities,
    /** Whether one agrees to direct connections. */
    p2p: z.boolean(),
    /** The token of a seat that was lost, perhaps with the server that gave it: its participant returns. One that opens nothing is passed over. */
    restore: z.optional(text(LIMITS.tokenLength)),
    /** The conference's. */
    password: z.optional(text(2 * LIMITS.roomPasswordLength)),
    /** A JSON Web Token (RFC 7519) with Jitsi's claims: who the person is. */
    jwt: z.optional(text(2 * LIMITS.jwtLength)),
    /** The secret of an invitation to this room. */
    invitation: z.optional(text(LIMITS.invitationLength)),
    /** Asks the moderators to be let in, if need be. */
    knock: z.optional(z.boolean()),
  }),
  /** To the moderators, from somebody who waits to be let in. */
  z.object({ type: z.literal('lobby-message'), text: text(2 * LIMITS.lobbyMessageLength) }),
  /**
   * Instead of `join`, after a hello: takes one's seat back. `seq` is the last number seen. Answered by `resumed` and what
   * was missed, or by `error` `session/resume-refused`, after which the socket may still `join`.
   */
  z.object({
    type: z.literal('resume'),
    token: text(LIMITS.tokenLength),
    epoch: incarnation,
    seq: sequence,
    media: z.optional(mediaInventory),
  }),
  /** Gives the seat up. The server closes the socket with 1000. */
  z.object({
    type: z.literal('leave'),
    /** The page goes away and may be loaded again: whoever moderated alone keeps that for `LIMITS.resumeMs`. */
    unload: z.optional(z.boolean()),
  }),
  /** Answered by a `result` through the outbox. A repeated id does nothing twice. */
  z.object({ type: z.literal('command'), id: commandId, command }),
  z.object({ type: z.literal('media'), generation, body: clientMediaAction }),
  /** To the other end of the direct connection. What is about an earlier one is dropped. */
  z.object({ type: z.literal('p2p'), generation, body: p2pAction }),
  /** Droppable, unnumbered. */
  z.object({ type: z.literal('signal'), signal: clientSignal }),
  /** Answered by `ice-servers`: those that were told have expired, or soon will. */
  z.object({ type: z.literal('ice-servers') }),
  /** Answered by `pong` with the same number; the browser cannot see WebSocket pings. */
  z.object({ type: z.literal('ping'), nonce: sequence }),
]);
export type ClientMessage = z.infer<typeof clientMessage>;

// --- Server to client ----------------------------------------------------------------------------------------------------------

export const serverMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('welcome'),
    protocol: z.int(),
    /** The normalised name. */
    room: text(LIMITS.roomNameLength),
    /** The bridge's, so that the page can load its device while the person still looks at the prejoin page. */
    rtpCapabilities,
  }),
  z.object({
    type: z.literal('joined'),
    /** Number of the last event that is contained in `view`. */
    seq: sequence,
    view: conferenceView,
    /** Opens this seat again for as long as it is held. Rotates with every resume. */
    token: text(LIMITS.tokenLength),
    media: mediaOffer,
    iceServers,
    /** Where the server stands, in the operator's words. */
    region: z.optional(text(LIMITS.regionLength)),
    /** What one's camera is to be at most, by whatever way it is sent. It holds for as long as the conference. */
    cameraCaps: z.optional(cameraCaps),
  }),
  /** Instead of `joined`, which follows by itself, or an `error`. Nothing of the conference is told meanwhile. */
  z.object({
    type: z.literal('waiting'),
    /** `host`: somebody who is signed in has to come first; `admission`: a moderator decides. */
    for: z.enum(['host', 'admission']),
    /** Given as `restore` in another `join` it keeps the place of who waits, in case the socket is lost. */
    token: z.optional(text(LIMITS.tokenLength)),
    /** What was said until now. */
    messages: z.array(lobbyMessage).check(z.maxLength(LIMITS.lobbyMessages)),
  }),
  /** To somebody who waits, what they wrote too. */
  z.object({ type: z.literal('lobby-message'), message: lobbyMessage }),
  z.object({ type: z.literal('resumed'), token: text(LIMITS.tokenLength) }),
  /** One numbered change; numbers of a seat have no gaps. */
  z.object({ type: z.literal('event'), seq: sequence, event: viewEvent }),
  /** Replaces the replica: after an overflow or a change of what the viewer may see. */
  z.object({ type: z.literal('snapshot'), seq: sequence, view: conferenceView }),
  z.object({ type: z.literal('result'), seq: sequence, id: commandId, code: z.optional(errorCode) }),
  z.object({ type: z.literal('media'), generation, body: serverMediaAction }),
  /** From the other end of the direct connection; the server passed it on as it was. */
  z.object({ type: z.literal('p2p'), generation, body: p2pAction }),
  z.object({ type: z.literal('ice-servers'), iceServers }),
  z.object({ type: z.literal('signal'), signal }),
  z.object({
    type: z.literal('error'),
    code: errorCode,
    /** The socket is closed after this message. */
    fatal: z.boolean(),
    retryAfterMs: z.optional(z.int().check(z.minimum(0))),
    /** Of a refused join: the moderators may be asked to be let in all the same, with `knock`. */
    canKnock: z.optional(z.boolean()),
    /** Of `session/kicked`, `room/ended` and `lobby/rejected`: the name of who did it, and the reason if one was given. */
    by: z.optional(displayName),
    reason: z.optional(text(LIMITS.kickReasonLength)),
  }),
  z.object({ type: z.literal('pong'), nonce: sequence }),
]);
export type ServerMessage = z.infer<typeof serverMessage>;

/** WebSocket close codes: why the server ended a socket (RFC 6455 section 7.4; 4000 to 4999 are an application's own). */
export const CLOSE = {
  left: 1000,
  goingAway: 1001,
  /** With an `error` message before it that says why. */
  refused: 4000,
  replaced: 4001,
  tooSlow: 4002,
  timeout: 4003,
} as const;
