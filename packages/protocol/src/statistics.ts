import * as z from 'zod/mini';
import { participantId } from './ids.ts';
import { LIMITS } from './limits.ts';
import { displayName } from './view.ts';

/** A figure of a connection: whole, not negative; absent where the browser does not say. */
const figure = (maximum: number) => z.optional(z.int().check(z.minimum(0), z.maximum(maximum)));
const share = z.optional(z.number().check(z.minimum(0), z.maximum(1)));
const codec = z.optional(z.string().check(z.regex(/^[\w-]+$/), z.maxLength(LIMITS.codecNameLength)));
const pixels = z.int().check(z.minimum(1), z.maximum(LIMITS.maxWidth));

/** How well a connection carries. `lost`: nothing comes through just now. */
export const connectionQuality = z.enum(['good', 'fair', 'poor', 'lost']);
export type ConnectionQuality = z.infer<typeof connectionQuality>;

/**
 * What somebody's client says of its own connection: figures without anything that tells where the person is, no address above all.
 * It may say what it likes, and only about itself.
 */
export const connectionDetails = z.object({
  quality: connectionQuality,
  way: z.enum(['p2p', 'bridge']),
  /** Milliseconds to the other end of the connection, the other browser or the server, and back. */
  roundTripMs: figure(LIMITS.figureMs),
  /** By how many milliseconds packets come more or less late than the ones before (RFC 3550 section 6.4.1); the worst of what is received. */
  jitterMs: figure(LIMITS.figureMs),
  sentBitsPerSecond: figure(LIMITS.figureBitsPerSecond),
  receivedBitsPerSecond: figure(LIMITS.figureBitsPerSecond),
  /** Share of packets that were lost. */
  sentLoss: share,
  receivedLoss: share,
  /** The largest picture that is sent. */
  video: z.optional(
    z.object({ width: pixels, height: pixels, framesPerSecond: figure(LIMITS.figureFrames), codec }),
  ),
  audioCodec: codec,
  protocol: z.optional(z.enum(['udp', 'tcp', 'tls'])),
  /** Whether a TURN relay stands between. */
  relayed: z.boolean(),
});
export type ConnectionDetails = z.infer<typeof connectionDetails>;

/** How long somebody has spoken in this conference. */
export const spokenTime = z.object({
  participant: participantId,
  /** As it is, or was when they left. */
  displayName,
  /** Milliseconds until now. */
  ms: z.int().check(z.minimum(0)),
  /** Whether they speak just now. */
  speaks: z.boolean(),
  /** They are not here any more. */
  left: z.boolean(),
});
export type SpokenTime = z.infer<typeof spokenTime>;

/** Server to client. Droppable, unnumbered, the latest wins. */
export const signal = z.discriminatedUnion('type', [
  /** Who can be heard now, and how loud: dBov from -127 (silence) to 0 (RFC 6464). Who is not listed is silent. */
  z.object({
    type: z.literal('audio-levels'),
    levels: z.record(participantId, z.int().check(z.minimum(-127), z.maximum(0))),
  }),
  /** Whose connection is not good. Of who is not listed, nothing is the matter, or nothing is known. */
  z.object({
    type: z.literal('connection-qualities'),
    qualities: z
      .record(participantId, connectionQuality)
      .check(z.refine((qualities) => Object.keys(qualities).length <= LIMITS.participants)),
  }),
  /** The answer to `ask-connection`: what that participant's client said last. */
  z.object({
    type: z.literal('connection'),
    participant: participantId,
    details: z.optional(connectionDetails),
  }),
  /** The answer to `ask-speakers`: who has spoken, and who has left. Of whoever else is here not a word has been heard. */
  z.object({
    type: z.literal('speakers'),
    speakers: z.array(spokenTime).check(z.maxLength(LIMITS.participants + LIMITS.speakersGone)),
  }),
]);
export type Signal = z.infer<typeof signal>;

/** Client to server, in the same way: what comes too often is passed over, and what is lost is made up for by the next. */
export const clientSignal = z.discriminatedUnion('type', [
  /** How one's own connection is: about every ten seconds, and when it becomes better or worse. */
  z.object({ type: z.literal('connection'), details: connectionDetails }),
  /** Whether one speaks, while two are connected directly and the bridge hears nobody. */
  z.object({ type: z.literal('speech'), speaks: z.boolean() }),
  /** Answered once a second in the long run; whoever looks at one of these asks again and again. */
  z.object({ type: z.literal('ask-speakers') }),
  z.object({ type: z.literal('ask-connection'), participant: participantId }),
]);
export type ClientSignal = z.infer<typeof clientSignal>;
