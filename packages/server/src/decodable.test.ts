import { type RtpCapabilities, rtpCapabilities } from '@treff/protocol';
import { expect, it } from 'vitest';
import { decodable } from './decodable.ts';

function capabilities(
  ...codecs: [mimeType: string, parameters?: Record<string, string | number>][]
): RtpCapabilities {
  return rtpCapabilities.parse({
    codecs: codecs.map(([mimeType, parameters], index) => ({
      kind: mimeType.startsWith('audio') ? 'audio' : 'video',
      mimeType,
      preferredPayloadType: 96 + index,
      clockRate: 90_000,
      ...(parameters === undefined ? {} : { parameters }),
    })),
  });
}

it('names the codecs of a browser, each once, and nothing else', () => {
  const browser = capabilities(
    ['audio/opus'],
    ['video/VP8'],
    ['video/rtx', { apt: 97 }],
    ['video/vp9', { 'profile-id': 0 }],
    ['video/VP9', { 'profile-id': 2 }],
    ['video/H264', { 'packetization-mode': 1, 'profile-level-id': '42e01f' }],
    ['video/AV1'],
    ['video/H265'],
  );
  expect(decodable(browser)).toEqual(['VP8', 'VP9', 'H264', 'AV1']);
});

it.each([
  ['VP9 of ten bits', capabilities(['video/VP9', { 'profile-id': 2 }])],
  [
    'H264 in single packets',
    capabilities(['video/H264', { 'packetization-mode': 0, 'profile-level-id': '42e01f' }]),
  ],
  [
    'H264 of another profile',
    capabilities(['video/H264', { 'packetization-mode': 1, 'profile-level-id': '640c1f' }]),
  ],
  ['sound', capabilities(['audio/opus'])],
  ['nothing at all', rtpCapabilities.parse({})],
])('does not count %s, which the bridge would not forward', (_what, given) => {
  expect(decodable(given)).toEqual([]);
});

it('takes VP9 without a profile for the usual one', () => {
  expect(decodable(capabilities(['video/VP9']))).toEqual(['VP9']);
});
