import * as z from 'zod/mini';

/**
 * Every refusal and failure that crosses a wire, as a stable code. Pages translate codes; nobody matches text.
 * A code is never renamed or given another meaning.
 */
export const ERROR_CODES = [
  /** The message is not JSON, or no schema fits it. */
  'protocol/malformed',
  /** A message of this type is not expected now: hello twice, a command before the join. */
  'protocol/unexpected',
  /** The other end speaks another version of the protocol: a page reloads itself. */
  'protocol/version',
  /** Larger than `LIMITS.messageBytes` (before hello: `LIMITS.helloBytes`). */
  'protocol/too-large',
  /** Too many messages; the socket's token bucket is empty. */
  'protocol/rate-limited',
  /** Too many protocol errors: the socket is closed. */
  'protocol/abuse',
  /** Hello or join did not come in time. */
  'protocol/timeout',
  /** The path does not name a room. */
  'room/invalid-name',
  /** `LIMITS.participants` are in the conference. */
  'room/full',
  /** The conference ended meanwhile. */
  'room/gone',
  /** A moderator ended the conference for everybody. */
  'room/ended',
  /** A moderator locked the conference: nobody new comes in. */
  'room/locked',
  /** The conference has a password, and none was given. */
  'room/password-required',
  /** The password that was given is not the conference's (any more). */
  'room/password-wrong',
  /** A password that moderators set is too short, too long, or not of the operator's form. */
  'room/password-unfit',
  /** Too many wrong passwords from this address or for this room. `retryAfterMs` says when another one is looked at. */
  'room/too-many-attempts',
  /** Moderators decide who comes in: ask them by joining with `knock`. */
  'room/knock-required',
  /** As many wait to be let in as may. */
  'room/lobby-full',
  /** Only who is signed in may open this room; others wait. */
  'room/host-required',
  /** Only who is signed in may come in. */
  'room/sign-in-required',
  /** The room's owner opens it later. */
  'room/not-yet',
  /** The room's owner has closed it. */
  'room/no-longer',
  /** The invitation is not one of this room's, has expired, or was taken back. */
  'room/invitation-invalid',
  /** Too many joins from this address. `retryAfterMs` says when to try again. */
  'room/too-many-joins',
  /** A moderator did not let this person in. */
  'lobby/rejected',
  /** Nobody of that id waits to be let in. */
  'lobby/unknown',
  /** A moderator removed this participant. */
  'session/kicked',
  /** The token does not open a seat here: wrong signature, other incarnation, or the seat was given up. */
  'session/resume-refused',
  /** Another socket took this seat over by its resume token. */
  'session/replaced',
  /** The socket did not take what was sent to it. */
  'session/too-slow',
  /** The server holds as many sockets or conferences as it may, or has so much to forward that nobody new can be carried. `retryAfterMs` says when to try again. */
  'server/full',
  /** The server is stopping. */
  'server/stopping',
  /** Something failed that is not the sender's fault; the server's log has it. */
  'server/internal',
  /** The display name is empty or too long. */
  'participant/invalid-name',
  /** The operator wants to know who comes: a display name is needed. */
  'participant/name-required',
  /** The name is the account's, and is changed there. */
  'participant/name-fixed',
  /** Only for who is signed in. */
  'auth/required',
  /** No account has this name and this password. */
  'auth/wrong-credentials',
  /** Too many attempts to sign in, from this address or with this name. `retryAfterMs` says when another one is looked at. */
  'auth/too-many-attempts',
  /** A page of another origin asked. */
  'auth/foreign-page',
  /** An account of this name is there already. */
  'account/taken',
  /** No account has this name. */
  'account/unknown',
  /** The name is empty or too long, or has other characters than letters, digits and `. _ - @`. */
  'account/invalid-name',
  /** Shorter than `LIMITS.accountPasswordShortest` or longer than `LIMITS.accountPasswordLongest`. */
  'account/password-unfit',
  /** The room belongs to somebody else. */
  'room/taken',
  /** The room belongs to nobody, or not to who asks. */
  'room/not-owned',
  /** Its owner has `LIMITS.ownedRooms` already. */
  'room/too-many',
  /** No such invitation to this room. */
  'invitation/unknown',
  /** It would have expired already, or last longer than `LIMITS.invitationMs`. */
  'invitation/expiry-unfit',
  /** The room has `LIMITS.invitations` already. */
  'invitation/too-many',
  /** No such participant, or not one that this actor may know of. */
  'participant/unknown',
  /** The actor may not do that. */
  'permission/denied',
  /** Nobody else is a moderator, and somebody has to be. */
  'role/last-moderator',
  /** Moderators have forbidden to unmute this, and have not allowed it to its owner. */
  'moderation/blocked',
  /** Longer than `LIMITS.subjectLength`. */
  'subject/too-long',
  /** Nothing that can be seen is in the message. */
  'chat/empty',
  /** Longer than `LIMITS.messageLength`. */
  'chat/too-long',
  /** More than `LIMITS.messagePace` messages within `LIMITS.messagePaceMs`. */
  'chat/too-fast',
  /** A message to oneself. */
  'chat/to-oneself',
  /** The id's prefix is not the sender's endpoint id, its letter does not fit its kind, or it was used before. */
  'source/invalid-id',
  /** No such source of this endpoint. */
  'source/unknown',
  /** A second source of that kind, or more than `LIMITS.sourcesPerEndpoint`. */
  'source/too-many',
  /** Nobody could decode it: no codec of these RTP parameters is the bridge's. */
  'media/codec-unsupported',
  /** The RTP parameters contradict themselves or another source's (SSRC, MID). */
  'media/invalid-parameters',
  /** This transport was not created, or its DTLS role or fingerprints are wrong. */
  'media/transport-failed',
  /** A call or message about transports that were replaced. */
  'media/stale-generation',
  /** No media worker is there just now; media returns by itself. */
  'media/bridge-unavailable',
  /** The token (JWT) is none, is not signed by whom the operator trusts, or says something that is not accepted here. */
  'auth/token-invalid',
  /** The token was good until a while ago. */
  'auth/token-expired',
  /** The token will be good later. */
  'auth/token-not-yet-valid',
  /** The token is for another room. */
  'auth/token-wrong-room',
  /** The keys that check tokens can't be had just now: it may be good. */
  'auth/token-unverifiable',
  /** The OpenID provider's answer does not fit what was asked: too late, from another browser, or wrong. */
  'auth/oidc-failed',
  /** The person, or the provider for them, refused. */
  'auth/oidc-denied',
  /** The OpenID provider can't be reached just now. */
  'auth/oidc-unavailable',
] as const;

export const errorCode = z.enum(ERROR_CODES);
export type ErrorCode = z.infer<typeof errorCode>;

/** A refusal with its code. `detail` is for logs and developers, in English, and never holds what a person wrote. */
export class TreffError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, detail?: string, options?: { retryAfterMs?: number; cause?: unknown }) {
    super(
      detail === undefined ? code : `${code}: ${detail}`,
      options?.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = 'TreffError';
    this.code = code;
    this.retryAfterMs = options?.retryAfterMs;
  }
}

/** The code of anything thrown: its own for a {@link TreffError}, else `server/internal`. */
export function codeOf(error: unknown): ErrorCode {
  return error instanceof TreffError ? error.code : 'server/internal';
}
