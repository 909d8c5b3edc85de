import { getSupportedRtpCapabilities, parseScalabilityMode, type types } from 'mediasoup';
import {
  type ParticipantId,
  type RtpCapabilities,
  type RtpParameters,
  type TransportParameters,
  TreffError,
  dtlsParameters,
  iceParameters,
} from '@treff/protocol';
import { MEDIA_CODECS } from './codecs.ts';

/**
 * What comes from a client is valid by the protocol's schema, yet a stranger's. Here it becomes what mediasoup and, through consumers,
 * other people's browsers are given: rebuilt field by field, so that nothing passes that was not looked at.
 */

const URIS = new Set<string>((getSupportedRtpCapabilities().headerExtensions ?? []).map(({ uri }) => uri));
const MIME_TYPES = new Set(
  MEDIA_CODECS.flatMap(({ kind, mimeType }) => [mimeType.toLowerCase(), `${kind}/rtx`]),
);

/** Layers that an encoder of ours or a browser's makes at most, in space and in time. */
const MAX_LAYERS = 3;

/** Neither spaces nor line ends: a consumer's codec parameters become lines of an SDP in other browsers. */
const PARAMETER_NAME = /^[a-z][\w-]{0,63}$/i;
const PARAMETER_VALUE = /^[\w.,:/+=-]*$/;
const MID = /^[\w-]{1,16}$/;

type CodecParameters = Record<string, string | number>;

/** The part of an endpoint's capabilities that matters here, which keeps the many comparisons with it short. */
export function receiverCapabilities(given: RtpCapabilities): types.RtpCapabilities {
  return {
    codecs: (given.codecs ?? [])
      .filter(({ mimeType }) => MIME_TYPES.has(mimeType.toLowerCase()))
      .map(({ kind, mimeType, preferredPayloadType, clockRate, channels, parameters, rtcpFeedback }) => ({
        kind,
        mimeType,
        preferredPayloadType,
        clockRate,
        ...(channels === undefined ? {} : { channels }),
        parameters: cleanParameters(parameters ?? {}),
        rtcpFeedback: feedback(rtcpFeedback),
      })),
    headerExtensions: (given.headerExtensions ?? []).flatMap(({ kind, uri, preferredId, direction }) =>
      isKnownUri(uri) ? [{ kind, uri, preferredId, ...(direction === undefined ? {} : { direction }) }] : [],
    ),
  };
}

/**
 * RTP parameters for a producer: one media codec and its RTX. The CNAME is the owner's id, so that sound and picture of one person are
 * played in step. Throws `media/invalid-parameters` for what contradicts itself; whether the codec is known is mediasoup's to say.
 */
export function senderParameters(
  given: RtpParameters,
  kind: 'audio' | 'video',
  owner: ParticipantId,
): types.RtpParameters {
  const media = given.codecs.find(({ mimeType }) => !isRtx(mimeType));
  if (media === undefined || !media.mimeType.toLowerCase().startsWith(`${kind}/`)) {
    throw invalid(`no ${kind} codec`);
  }
  const rtx = given.codecs.find(
    ({ mimeType, parameters }) => isRtx(mimeType) && parameters?.['apt'] === media.payloadType,
  );
  if (rtx?.payloadType === media.payloadType) throw invalid('payload type used twice');
  if (kind === 'audio' && given.encodings.length !== 1) throw invalid('several encodings of a sound');
  if (given.mid !== undefined && !MID.test(given.mid)) throw invalid('MID');
  checkEncodings(given);
  // mediasoup takes a single encoding with a mode for SVC, and forwards nothing of it where the codec has none.
  const layered = given.encodings.length > 1 || /\/(vp9|av1)$/i.test(media.mimeType);
  return {
    ...(given.mid === undefined ? {} : { mid: given.mid }),
    codecs: [
      {
        mimeType: media.mimeType,
        payloadType: media.payloadType,
        clockRate: media.clockRate,
        ...(media.channels === undefined ? {} : { channels: media.channels }),
        parameters: cleanParameters(media.parameters ?? {}),
        rtcpFeedback: feedback(media.rtcpFeedback),
      },
      ...(rtx === undefined
        ? []
        : [
            {
              mimeType: `${kind}/rtx`,
              payloadType: rtx.payloadType,
              clockRate: rtx.clockRate,
              parameters: { apt: media.payloadType },
              rtcpFeedback: [],
            },
          ]),
    ],
    headerExtensions: headerExtensions(given),
    encodings: given.encodings.map(
      ({ ssrc, rid, rtx: retransmission, dtx, scalabilityMode, maxBitrate }) => ({
        ...(ssrc === undefined ? {} : { ssrc }),
        ...(rid === undefined ? {} : { rid }),
        ...(retransmission === undefined || rtx === undefined ? {} : { rtx: { ssrc: retransmission.ssrc } }),
        ...(dtx === undefined ? {} : { dtx }),
        ...(scalabilityMode === undefined || !layered ? {} : { scalabilityMode }),
        ...(maxBitrate === undefined ? {} : { maxBitrate }),
      }),
    ),
    rtcp: { cname: owner, reducedSize: true },
  };
}

/** How many spatial layers a source of these parameters has: its simulcast encodings, or the layers of its single one (SVC). */
export function spatialLayers(parameters: RtpParameters): number {
  const [first, ...others] = parameters.encodings;
  return others.length > 0 ? others.length + 1 : parseScalabilityMode(first?.scalabilityMode).spatialLayers;
}

/** Whether a source of these parameters can be forwarded with fewer frames. */
export function hasTemporalLayers({ encodings: [first] }: RtpParameters): boolean {
  return parseScalabilityMode(first?.scalabilityMode).temporalLayers > 1;
}

/** What a client needs of a transport, but for its candidates. Of the certificate's fingerprints it is told the one that everybody knows. */
export function transportParameters(
  transport: types.WebRtcTransport,
  iceCandidates: TransportParameters['iceCandidates'],
): TransportParameters {
  const { role, fingerprints } = transport.dtlsParameters;
  return {
    id: transport.id,
    iceParameters: iceParameters.parse(transport.iceParameters),
    iceCandidates,
    dtlsParameters: dtlsParameters.parse({
      role,
      fingerprints: fingerprints.filter(({ algorithm }) => algorithm === 'sha-256'),
    }),
  };
}

function checkEncodings({ encodings, mid }: RtpParameters): void {
  const ssrcs = encodings.flatMap(({ ssrc, rtx }) =>
    [ssrc, rtx?.ssrc].filter((value) => value !== undefined),
  );
  if (ssrcs.includes(0) || new Set(ssrcs).size !== ssrcs.length) throw invalid('SSRC zero or used twice');
  const rids = encodings.flatMap(({ rid }) => rid ?? []);
  if (new Set(rids).size !== rids.length) throw invalid('RID used twice');
  // A single encoding may be told by its MID alone; of several, each needs a name of its own.
  const named = encodings.every(
    ({ ssrc, rid }) => ssrc !== undefined || (rid !== undefined && mid !== undefined),
  );
  if (!named && !(encodings.length === 1 && mid !== undefined)) throw invalid('encoding without SSRC or RID');
  for (const { scalabilityMode } of encodings) {
    const layers = parseScalabilityMode(scalabilityMode);
    if (layers.spatialLayers > MAX_LAYERS || layers.temporalLayers > MAX_LAYERS)
      throw invalid('too many layers');
    if (encodings.length > 1 && layers.spatialLayers > 1) throw invalid('simulcast of SVC');
  }
}

/** Extensions that mediasoup does not know are of no use to anybody behind it. */
function headerExtensions({
  headerExtensions: given = [],
}: RtpParameters): types.RtpHeaderExtensionParameters[] {
  const known = given.flatMap(({ uri, id }) => (isKnownUri(uri) ? [{ uri, id }] : []));
  const unique =
    new Set(known.map(({ id }) => id)).size === known.length &&
    new Set(known.map(({ uri }) => uri)).size === known.length;
  if (!unique) throw invalid('header extension used twice');
  return known;
}

/** Values that mediasoup cannot carry (null, booleans, numbers beyond 32 bits) have no meaning in any `fmtp` line either. */
function cleanParameters(given: Record<string, string | number | boolean | null>): CodecParameters {
  const clean: CodecParameters = {};
  for (const [name, value] of Object.entries(given)) {
    if (!PARAMETER_NAME.test(name)) continue;
    if (isInteger32(value) || (typeof value === 'string' && PARAMETER_VALUE.test(value))) clean[name] = value;
  }
  return clean;
}

function feedback(
  given: readonly { type: string; parameter?: string | undefined }[] = [],
): types.RtcpFeedback[] {
  return given
    .filter(({ type, parameter }) => PARAMETER_NAME.test(type) && PARAMETER_VALUE.test(parameter ?? ''))
    .map(({ type, parameter }) => ({ type, ...(parameter === undefined ? {} : { parameter }) }));
}

function isInteger32(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 2 ** 31;
}

function isKnownUri(uri: string): uri is types.RtpHeaderExtensionUri {
  return URIS.has(uri);
}

function isRtx(mimeType: string): boolean {
  return /^(audio|video)\/rtx$/i.test(mimeType);
}

function invalid(detail: string): TreffError {
  return new TreffError('media/invalid-parameters', detail);
}
