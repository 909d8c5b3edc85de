import { describe, expect, it } from 'vitest';
import { codeOf, type RtpCapabilities } from '@treff/protocol';
import { nativeRtpCapabilities, receiveCodec, sendCodec } from './capabilities.ts';

const MID = 'urn:ietf:params:rtp-hdrext:sdes:mid';
const TRANSPORT_CC = 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01';

const rtx = (preferredPayloadType: number, apt: number) =>
  ({
    kind: 'video',
    mimeType: 'video/rtx',
    preferredPayloadType,
    clockRate: 90_000,
    parameters: { apt },
  }) as const;

const bridge: RtpCapabilities = {
  codecs: [
    { kind: 'audio', mimeType: 'audio/opus', preferredPayloadType: 100, clockRate: 48_000, channels: 2 },
    { kind: 'audio', mimeType: 'audio/PCMU', preferredPayloadType: 0, clockRate: 8_000 },
    { kind: 'video', mimeType: 'video/VP9', preferredPayloadType: 103, clockRate: 90_000 },
    rtx(104, 103),
    {
      kind: 'video',
      mimeType: 'video/VP8',
      preferredPayloadType: 101,
      clockRate: 90_000,
      rtcpFeedback: [
        { type: 'nack' },
        { type: 'nack', parameter: 'pli' },
        { type: 'ccm', parameter: 'fir' },
        { type: 'goog-remb' },
        { type: 'transport-cc' },
      ],
    },
    rtx(102, 101),
  ],
  headerExtensions: [
    { kind: 'audio', uri: MID, preferredId: 1 },
    { kind: 'video', uri: MID, preferredId: 1 },
    { kind: 'video', uri: 'urn:3gpp:video-orientation', preferredId: 8 },
    { kind: 'video', uri: TRANSPORT_CC, preferredId: 5 },
  ],
};

function thrown(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}

describe('nativeRtpCapabilities', () => {
  it('keeps Opus, VP8 and its retransmission, and only feedback that a native peer gives', () => {
    const { codecs, headerExtensions } = nativeRtpCapabilities(bridge);
    expect(codecs?.map(({ preferredPayloadType }) => preferredPayloadType)).toEqual([100, 101, 102]);
    expect(codecs?.[1]?.rtcpFeedback).toEqual([
      { type: 'nack' },
      { type: 'nack', parameter: 'pli' },
      { type: 'transport-cc' },
    ]);
    expect(headerExtensions?.map(({ uri }) => uri)).toEqual([MID, MID, TRANSPORT_CC]);
  });

  it('says nothing of transport-cc where the bridge shall not estimate', () => {
    const { codecs, headerExtensions } = nativeRtpCapabilities(bridge, { estimate: false });
    expect(codecs?.[1]?.rtcpFeedback).toEqual([{ type: 'nack' }, { type: 'nack', parameter: 'pli' }]);
    expect(headerExtensions?.map(({ uri }) => uri)).toEqual([MID, MID]);
  });
});

describe('sendCodec', () => {
  it('takes payload types and extension ids as the bridge prefers them', () => {
    const video = sendCodec(bridge, 'video', 'me');
    expect(video).toMatchObject({ payloadType: 101, rtxPayloadType: 102, clockRate: 90_000 });
    expect(video.extensions).toEqual({ mid: 1, transportCc: 5, audioLevel: 0 });
    expect(video.parameters.codecs.map(({ mimeType }) => mimeType)).toEqual(['video/VP8', 'video/rtx']);
    expect(sendCodec(bridge, 'audio', 'me')).toMatchObject({ payloadType: 100, rtxPayloadType: undefined });
  });

  it('refuses a bridge that takes nothing of what it sends', () => {
    expect(codeOf(thrown(() => sendCodec({ codecs: [] }, 'audio', 'me')))).toBe('media/codec-unsupported');
  });
});

describe('receiveCodec', () => {
  it('reads what packets of a consumer look like', () => {
    const { parameters } = sendCodec(bridge, 'video', 'me');
    const stream = { ...parameters, encodings: [{ ssrc: 7, rtx: { ssrc: 8 } }] };
    expect(receiveCodec(stream)).toEqual({
      ssrc: 7,
      payloadType: 101,
      clockRate: 90_000,
      mimeType: 'video/vp8',
      rtx: { ssrc: 8, payloadType: 102 },
      nack: true,
      transportCc: 5,
    });
  });

  it('refuses a stream without an SSRC', () => {
    const { parameters } = sendCodec(bridge, 'audio', 'me');
    expect(codeOf(thrown(() => receiveCodec({ ...parameters, encodings: [{}] })))).toBe(
      'media/invalid-parameters',
    );
  });
});
