import { describe, expect, it } from 'vitest';
import { type RtpParameters, codeOf, participantId } from '@treff/protocol';
import { receiverCapabilities, senderParameters, spatialLayers } from './rtp.ts';

const OWNER = participantId.parse('0fd81c2a');
const MID = 'urn:ietf:params:rtp-hdrext:sdes:mid';

const CAMERA: RtpParameters = {
  mid: '1',
  msid: 'stream track',
  codecs: [
    {
      mimeType: 'video/VP8',
      payloadType: 96,
      clockRate: 90_000,
      rtcpFeedback: [{ type: 'nack', parameter: 'pli' }],
    },
    { mimeType: 'video/rtx', payloadType: 97, clockRate: 90_000, parameters: { apt: 96 } },
  ],
  headerExtensions: [{ uri: MID, id: 4 }],
  encodings: [1, 2, 3].map((ssrc) => ({ ssrc, rtx: { ssrc: ssrc + 10 } })),
  rtcp: { cname: 'mallory' },
};

function refusal(change: Partial<RtpParameters>, kind: 'audio' | 'video' = 'video'): string {
  try {
    senderParameters({ ...CAMERA, ...change }, kind, OWNER);
    return 'accepted';
  } catch (error) {
    return codeOf(error);
  }
}

describe('what a publisher sends', () => {
  it('is passed on where it is in order, under its owner’s name', () => {
    expect(senderParameters(CAMERA, 'video', OWNER)).toEqual({
      mid: '1',
      codecs: [
        {
          mimeType: 'video/VP8',
          payloadType: 96,
          clockRate: 90_000,
          parameters: {},
          rtcpFeedback: [{ type: 'nack', parameter: 'pli' }],
        },
        {
          mimeType: 'video/rtx',
          payloadType: 97,
          clockRate: 90_000,
          parameters: { apt: 96 },
          rtcpFeedback: [],
        },
      ],
      headerExtensions: [{ uri: MID, id: 4 }],
      encodings: CAMERA.encodings,
      rtcp: { cname: OWNER, reducedSize: true },
    });
  });

  it('is one codec and its retransmission, whatever else is listed', () => {
    const others = [
      { mimeType: 'video/rtx', payloadType: 99, clockRate: 90_000, parameters: { apt: 98 } },
      { mimeType: 'video/VP9', payloadType: 98, clockRate: 90_000 },
    ];
    const { codecs } = senderParameters({ ...CAMERA, codecs: [...CAMERA.codecs, ...others] }, 'video', OWNER);
    expect(codecs.map(({ payloadType }) => payloadType)).toEqual([96, 97]);
  });

  it('loses the SSRCs of retransmission where no codec retransmits', () => {
    const { encodings } = senderParameters({ ...CAMERA, codecs: CAMERA.codecs.slice(0, 1) }, 'video', OWNER);
    expect(encodings).toEqual([{ ssrc: 1 }, { ssrc: 2 }, { ssrc: 3 }]);
  });

  it('keeps nothing that would be a line or a parameter of its own in another browser’s SDP', () => {
    const parameters = {
      'profile-level-id': '42e01f',
      'sprop-parameter-sets': 'Z0IACpZTBYmI,aMljiA==',
      useinbandfec: 1,
      injected: '1\r\na=candidate:evil',
      'a=b\r\n': 1,
      also: 'x;y=1',
      empty: null,
      yes: true,
      huge: 2 ** 40,
      half: 0.5,
      ['__proto__']: 'x',
    };
    const codecs = [
      {
        mimeType: 'video/VP8',
        payloadType: 96,
        clockRate: 90_000,
        parameters,
        rtcpFeedback: [{ type: 'nack\r\na=x' }, { type: 'ccm', parameter: 'fir' }],
      },
    ];
    const [codec] = senderParameters({ ...CAMERA, codecs }, 'video', OWNER).codecs;
    expect(codec?.parameters).toEqual({
      'profile-level-id': '42e01f',
      'sprop-parameter-sets': 'Z0IACpZTBYmI,aMljiA==',
      useinbandfec: 1,
    });
    expect(codec?.rtcpFeedback).toEqual([{ type: 'ccm', parameter: 'fir' }]);
  });

  it('leaves out header extensions that nobody behind the bridge knows', () => {
    const headerExtensions = [
      { uri: 'urn:unknown', id: 1 },
      { uri: MID, id: 4, parameters: { x: 1 } },
    ];
    expect(senderParameters({ ...CAMERA, headerExtensions }, 'video', OWNER).headerExtensions).toEqual([
      { uri: MID, id: 4 },
    ]);
  });

  const [one, two] = [{ ssrc: 1 }, { ssrc: 2 }];
  it.each<[string, Partial<RtpParameters>]>([
    ['SSRC twice', { encodings: [one, one] }],
    ['SSRC as its own retransmission', { encodings: [{ ssrc: 1, rtx: { ssrc: 1 } }] }],
    ['SSRC zero', { encodings: [{ ssrc: 0 }] }],
    ['RID twice', { encodings: [{ rid: 'h' }, { rid: 'h' }] }],
    ['encoding of several that has no name', { encodings: [one, {}] }],
    ['RIDs without a MID', { encodings: [{ rid: 'h' }, { rid: 'l' }], mid: undefined }],
    ['encoding that nothing tells', { encodings: [{}], mid: undefined }],
    ['MID with a line end', { mid: '1\r\n' }],
    ['empty MID', { mid: '' }],
    [
      'header extension number twice',
      {
        headerExtensions: [
          { uri: MID, id: 4 },
          { uri: 'urn:3gpp:video-orientation', id: 4 },
        ],
      },
    ],
    [
      'header extension twice',
      {
        headerExtensions: [
          { uri: MID, id: 4 },
          { uri: MID, id: 5 },
        ],
      },
    ],
    [
      'retransmission under the codec’s own number',
      {
        codecs: [
          { mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000 },
          { mimeType: 'video/rtx', payloadType: 96, clockRate: 90_000, parameters: { apt: 96 } },
        ],
      },
    ],
    ['retransmission of nothing', { codecs: CAMERA.codecs.slice(1) }],
    ['sound for a picture', { codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000 }] }],
    ['dozens of layers', { encodings: [{ ssrc: 1, scalabilityMode: 'L99T3' }] }],
    ['dozens of temporal layers', { encodings: [{ ssrc: 1, scalabilityMode: 'L1T42' }] }],
    [
      'simulcast of SVC',
      {
        encodings: [
          { ...one, scalabilityMode: 'L3T3' },
          { ...two, scalabilityMode: 'L3T3' },
        ],
      },
    ],
  ])('is refused with %s', (_, change) => {
    expect(refusal(change)).toBe('media/invalid-parameters');
  });

  it('may be told apart by RIDs, or be alone under its MID', () => {
    expect(refusal({ encodings: [{ rid: 'h' }, { rid: 'l' }] })).toBe('accepted');
    expect(refusal({ encodings: [{}] })).toBe('accepted');
  });

  it('is one encoding of a sound', () => {
    const codecs = [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 }];
    expect(refusal({ codecs, encodings: [one] }, 'audio')).toBe('accepted');
    expect(refusal({ codecs, encodings: [one, two] }, 'audio')).toBe('media/invalid-parameters');
  });
});

describe('what a receiver decodes', () => {
  it('is kept as far as the bridge forwards it', () => {
    const codec = { clockRate: 90_000, kind: 'video' as const, preferredPayloadType: 96 };
    const uri = 'urn:unknown';
    expect(
      receiverCapabilities({
        codecs: [
          { ...codec, mimeType: 'video/vp8', parameters: { good: 1, bad: null } },
          { ...codec, mimeType: 'video/H265' },
        ],
        headerExtensions: [
          { kind: 'video', uri, preferredId: 1 },
          { kind: 'video', uri: MID, preferredId: 2, direction: 'sendrecv' },
        ],
      }),
    ).toEqual({
      codecs: [{ ...codec, mimeType: 'video/vp8', parameters: { good: 1 }, rtcpFeedback: [] }],
      headerExtensions: [{ kind: 'video', uri: MID, preferredId: 2, direction: 'sendrecv' }],
    });
  });

  it('may be nothing', () => {
    expect(receiverCapabilities({})).toEqual({ codecs: [], headerExtensions: [] });
  });
});

describe('spatial layers', () => {
  it('are the encodings of simulcast, the layers of SVC, or one', () => {
    const layers = (encodings: RtpParameters['encodings']): number => spatialLayers({ ...CAMERA, encodings });
    expect(layers([{ ssrc: 1 }, { ssrc: 2 }])).toBe(2);
    expect(layers([{ ssrc: 1, scalabilityMode: 'L3T3_KEY' }])).toBe(3);
    expect(layers([{ ssrc: 1 }])).toBe(1);
    expect(
      layers([
        { ssrc: 1, scalabilityMode: 'L1T3' },
        { ssrc: 2, scalabilityMode: 'L1T3' },
      ]),
    ).toBe(2);
  });
});
