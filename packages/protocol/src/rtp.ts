import * as z from 'zod/mini';
import { LIMITS } from './limits.ts';

/**
 * RTP capabilities and parameters, ICE and DTLS parameters as mediasoup 3 and mediasoup-client name them (after ORTC), bounded.
 * What is not listed here is dropped by the parse.
 */
const text = z.string().check(z.maxLength(LIMITS.rtpString));
const payloadType = z.int().check(z.minimum(0), z.maximum(127));
const ssrc = z.int().check(z.minimum(0), z.maximum(0xffff_ffff));
const codecParameters = z
  .record(text, z.union([text, z.number(), z.boolean(), z.null()]))
  .check(z.refine((parameters) => Object.keys(parameters).length <= 32));

const mimeType = z.string().check(z.maxLength(LIMITS.rtpString), z.regex(/^(audio|video)\/[\w.+-]+$/i));
const rtcpFeedback = z.array(z.object({ type: text, parameter: z.optional(text) })).check(z.maxLength(16));
const mediaKind = z.enum(['audio', 'video']);
const direction = z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive']);

export const rtpCapabilities = z.object({
  codecs: z.optional(
    z
      .array(
        z.object({
          kind: mediaKind,
          mimeType,
          preferredPayloadType: payloadType,
          clockRate: z.int().check(z.minimum(1), z.maximum(1_000_000)),
          channels: z.optional(z.int().check(z.minimum(1), z.maximum(8))),
          parameters: z.optional(codecParameters),
          rtcpFeedback: z.optional(rtcpFeedback),
        }),
      )
      .check(z.maxLength(LIMITS.rtpCodecs)),
  ),
  headerExtensions: z.optional(
    z
      .array(
        z.object({
          kind: mediaKind,
          uri: text,
          preferredId: z.int().check(z.minimum(1), z.maximum(255)),
          preferredEncrypt: z.optional(z.boolean()),
          direction: z.optional(direction),
        }),
      )
      .check(z.maxLength(LIMITS.rtpHeaderExtensions)),
  ),
});
export type RtpCapabilities = z.infer<typeof rtpCapabilities>;

export const rtpParameters = z.object({
  mid: z.optional(z.string().check(z.maxLength(32))),
  msid: z.optional(text),
  codecs: z
    .array(
      z.object({
        mimeType,
        payloadType,
        clockRate: z.int().check(z.minimum(1), z.maximum(1_000_000)),
        channels: z.optional(z.int().check(z.minimum(1), z.maximum(8))),
        parameters: z.optional(codecParameters),
        rtcpFeedback: z.optional(rtcpFeedback),
      }),
    )
    .check(z.minLength(1), z.maxLength(16)),
  headerExtensions: z.optional(
    z
      .array(
        z.object({
          uri: text,
          id: z.int().check(z.minimum(1), z.maximum(255)),
          encrypt: z.optional(z.boolean()),
          parameters: z.optional(codecParameters),
        }),
      )
      .check(z.maxLength(LIMITS.rtpHeaderExtensions)),
  ),
  encodings: z
    .array(
      z.object({
        ssrc: z.optional(ssrc),
        rid: z.optional(z.string().check(z.maxLength(16), z.regex(/^[\w-]+$/))),
        codecPayloadType: z.optional(payloadType),
        rtx: z.optional(z.object({ ssrc })),
        dtx: z.optional(z.boolean()),
        scalabilityMode: z.optional(
          z.string().check(z.maxLength(16), z.regex(/^[LS][1-9]\d?T[1-9]\d?(_KEY(_SHIFT)?|h)?$/)),
        ),
        maxBitrate: z.optional(z.int().check(z.minimum(1), z.maximum(1_000_000_000))),
      }),
    )
    .check(z.minLength(1), z.maxLength(LIMITS.rtpEncodings)),
  rtcp: z.optional(z.object({ cname: z.optional(text), reducedSize: z.optional(z.boolean()) })),
});
export type RtpParameters = z.infer<typeof rtpParameters>;

export const dtlsParameters = z.object({
  role: z.optional(z.enum(['auto', 'client', 'server'])),
  fingerprints: z
    .array(
      z.object({
        algorithm: z.enum(['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512']),
        value: z.string().check(z.regex(/^([0-9A-F]{2}:){19,63}[0-9A-F]{2}$/i)),
      }),
    )
    .check(z.minLength(1), z.maxLength(LIMITS.dtlsFingerprints)),
});
export type DtlsParameters = z.infer<typeof dtlsParameters>;

export const iceParameters = z.object({
  usernameFragment: text,
  password: text,
  iceLite: z.optional(z.boolean()),
});
export type IceParameters = z.infer<typeof iceParameters>;

export const iceCandidate = z.object({
  foundation: text,
  priority: z.int().check(z.minimum(0), z.maximum(0xffff_ffff)),
  ip: text,
  address: text,
  protocol: z.enum(['udp', 'tcp']),
  port: z.int().check(z.minimum(0), z.maximum(65_535)),
  type: z.enum(['host', 'srflx', 'prflx', 'relay']),
  tcpType: z.optional(z.literal('passive')),
});
export type IceCandidate = z.infer<typeof iceCandidate>;

/** What a client needs to create one of its transports. `id` is opaque to it. */
export const transportParameters = z.object({
  id: z.string().check(z.maxLength(64)),
  iceParameters,
  iceCandidates: z.array(iceCandidate).check(z.maxLength(64)),
  dtlsParameters,
});
export type TransportParameters = z.infer<typeof transportParameters>;
