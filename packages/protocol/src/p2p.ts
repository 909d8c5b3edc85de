import * as z from 'zod/mini';
import { LIMITS } from './limits.ts';

const attempt = z.int().check(z.minimum(1), z.maximum(1_000_000));
const sdp = z.string().check(z.maxLength(LIMITS.sdpLength));

/** As `RTCIceCandidateInit` (W3C WebRTC section 4.8.1); an empty `candidate` says that there are no more. */
const candidate = z.object({
  candidate: z.string().check(z.maxLength(LIMITS.iceCandidateLength)),
  sdpMid: z.nullable(z.string().check(z.maxLength(32))),
  sdpMLineIndex: z.nullable(z.int().check(z.minimum(0), z.maximum(64))),
  usernameFragment: z.optional(z.nullable(z.string().check(z.maxLength(LIMITS.rtpString)))),
});
export type P2pCandidate = z.infer<typeof candidate>;

/**
 * What the two ends of a direct connection say to each other; the server passes it on and keeps nothing. Only the one end that the server named makes
 * offers. Each offer has a number, which its answer and the candidates of both sides name; what names an older one is dropped.
 */
export const p2pAction = z.discriminatedUnion('action', [
  /** With another number than 1 it restarts ICE. The four media sections are microphone, camera, screen, screen sound, each in both directions. */
  z.object({ action: z.literal('offer'), attempt, sdp }),
  z.object({ action: z.literal('answer'), attempt, sdp }),
  z.object({
    action: z.literal('candidates'),
    attempt,
    candidates: z.array(candidate).check(z.minLength(1), z.maxLength(LIMITS.iceCandidates)),
  }),
  /** To the end that makes the offers: another one, please. */
  z.object({ action: z.literal('restart') }),
]);
export type P2pAction = z.infer<typeof p2pAction>;
