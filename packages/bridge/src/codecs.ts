import type { types } from 'mediasoup';

/**
 * What every router decodes and forwards, in order of preference. A video codec's RTX and the header extensions (transport-cc, audio
 * level, abs-capture-time, …) are mediasoup's defaults, and so is that Opus is retransmitted on its own SSRC, which most ends have to ask for: see `reception.ts`.
 */
export const MEDIA_CODECS: types.RouterRtpCodecCapability[] = [
  {
    kind: 'audio',
    mimeType: 'audio/opus',
    clockRate: 48_000,
    channels: 2,
    parameters: { useinbandfec: 1, usedtx: 1 },
  },
  // First, since every browser encodes it in three simulcast layers. Which one a conference uses, its members agree on.
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
  // Profile 0 only: 10-bit video (profile 2) is not captured by cameras that people meet with.
  { kind: 'video', mimeType: 'video/VP9', clockRate: 90_000, parameters: { 'profile-id': 0 } },
  {
    kind: 'video',
    mimeType: 'video/H264',
    clockRate: 90_000,
    // Constrained baseline, level 3.1: the one profile that all browsers have, Safari too.
    parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 },
  },
  { kind: 'video', mimeType: 'video/AV1', clockRate: 90_000 },
];
