import type { SourceId } from '@treff/protocol';
import { ConnectionStats, type RawStats, type StatsOf } from './connection-stats.ts';
import type {
  AddressKind,
  ConnectionReport,
  Flow,
  MeetingState,
  StreamReport,
  VideoReport,
} from './types.ts';

/** A look at the peer connections of one path. */
export interface PathStats {
  readonly way: ConnectionReport['way'];
  /** One of each peer connection, always in the same order; the first one's addresses and round trip are told. */
  readonly connections: readonly RawStats[];
  /** Whose track it is, by `MediaStreamTrack.id`. Streams of other tracks, and of muted sources, are left out of the report. */
  readonly sources: ReadonlyMap<string, TrackSource>;
}

export interface TrackSource {
  readonly source: SourceId;
  readonly isLocal: boolean;
}

/** What the next report is compared with. */
export interface Reading {
  readonly way: ConnectionReport['way'];
  readonly connections: readonly ConnectionStats[];
  /** What the other end last told of each stream that is sent, by connection and stream. */
  readonly told: ReadonlyMap<string, Told>;
  readonly sentLoss: number | undefined;
}

interface Told {
  readonly timestamp: number;
  readonly lost: number;
  /** How many packets had been sent when it was read. */
  readonly sent: number;
}

/**
 * What the statistics say, with rates since `before`. A reading of another way, or of peer connections that are gone, is compared with nothing.
 */
export function reportOf(
  { way, connections: raw, sources }: PathStats,
  before: Reading | undefined,
): { readonly report: ConnectionReport; readonly reading: Reading } {
  const earlier = before?.way === way ? before : undefined;
  const connections = raw.map((each) => new ConnectionStats(each));
  const looks = connections.map((now, index): Look => ({
    now,
    before: earlier?.connections[index],
    sources,
  }));
  const told = new Map<string, Told>();
  const sentLoss = sentLossOf(looks, earlier, told);
  const route = looks.find(({ now }) => now.pair !== undefined)?.now;
  const { local, remote } = addressesOf(route);
  const roundTrip = route?.pair?.currentRoundTripTime;
  const streams = looks.flatMap(receivedStreams);
  const jitters = streams.flatMap(({ jitterMs }) => jitterMs ?? []);
  const report: ConnectionReport = {
    way,
    roundTripMs: roundTrip === undefined ? undefined : roundTrip * 1000,
    jitterMs: jitters.length === 0 ? undefined : Math.max(...jitters),
    sent: { bitsPerSecond: rateOf(looks, 'bytesSent'), loss: sentLoss },
    received: { bitsPerSecond: rateOf(looks, 'bytesReceived'), loss: receivedLossOf(looks) },
    local: local?.candidateType,
    remote,
    protocol: local?.candidateType === 'relay' ? local.relayProtocol : local?.protocol,
    relayed: local?.candidateType === 'relay' || remote === 'relay',
    videos: [...looks.flatMap(sentVideos), ...looks.flatMap(receivedVideos)],
    streams,
    limited: looks.some(isLimited),
    audioCodec: looks.map(audioCodecOf).find((codec) => codec !== undefined),
  };
  return { report, reading: { way, connections, told, sentLoss } };
}

/** The sources that flow, by their tracks: not the muted ones. */
export function trackSources({
  conference,
  local,
  tracks,
}: Pick<MeetingState, 'conference' | 'local' | 'tracks'>): ReadonlyMap<string, TrackSource> {
  const muted = new Set(conference?.sources.filter((each) => each.muted).map(({ id }) => id));
  const received = [...tracks].map(([source, track]) => ({ source, track, isLocal: false }));
  const sent = [local.microphone, local.camera, local.screen].map((own) => ({ ...own, isLocal: true }));
  return new Map(
    [...sent, ...received].flatMap(({ source, track, isLocal }) =>
      source === undefined || track === undefined || muted.has(source)
        ? []
        : [[track.id, { source, isLocal }] as const],
    ),
  );
}

/** One peer connection now and at the reading before. */
interface Look {
  readonly now: ConnectionStats;
  readonly before: ConnectionStats | undefined;
  readonly sources: ReadonlyMap<string, TrackSource>;
}

function addressesOf(route: ConnectionStats | undefined): {
  readonly local: StatsOf<'local-candidate'> | undefined;
  readonly remote: AddressKind | undefined;
} {
  return {
    local: route?.find('local-candidate', route.pair?.localCandidateId),
    remote: route?.find('remote-candidate', route.pair?.remoteCandidateId)?.candidateType,
  };
}

/** Bits per second over all connections; unknown when one of them has just found its pair of addresses, or another one. */
function rateOf(looks: readonly Look[], field: 'bytesSent' | 'bytesReceived'): Flow['bitsPerSecond'] {
  const rates = looks.flatMap(({ now, before }) => {
    const { pair } = now;
    if (pair === undefined) return [];
    const earlier = before?.find('candidate-pair', pair.id);
    const bytes = grown(earlier?.[field], pair[field]);
    const ms = grown(earlier?.timestamp, pair.timestamp);
    return [bytes === undefined || ms === undefined || ms === 0 ? undefined : (bytes * 8000) / ms];
  });
  return rates.length === 0 ? undefined : total(rates);
}

function receivedLossOf(looks: readonly Look[]): Flow['loss'] {
  let lost = 0;
  let expected = 0;
  for (const { now, before, sources } of looks) {
    for (const stream of now.all('inbound-rtp')) {
      if (sourceOf(sources, stream.trackIdentifier) === undefined) continue;
      const packets = packetsOf(stream, before?.find('inbound-rtp', stream.id));
      lost += packets?.lost ?? 0;
      expected += packets?.expected ?? 0;
    }
  }
  return share(lost, expected);
}

/** What should have come since the reading before, and what of it did not. A packet that came late after all is no longer counted as lost, so that may be less than nothing. */
function packetsOf(
  now: StatsOf<'inbound-rtp'>,
  before: StatsOf<'inbound-rtp'> | undefined,
): { readonly lost: number; readonly expected: number } | undefined {
  const arrived = grown(before?.packetsReceived, now.packetsReceived);
  if (arrived === undefined || before?.packetsLost === undefined || now.packetsLost === undefined)
    return undefined;
  const lost = now.packetsLost - before.packetsLost;
  return { lost, expected: arrived + lost };
}

function receivedStreams({ now, before, sources }: Look): StreamReport[] {
  return now.all('inbound-rtp').flatMap((stream) => {
    const source = sourceOf(sources, stream.trackIdentifier)?.source;
    if (source === undefined) return [];
    const earlier = before?.find('inbound-rtp', stream.id);
    const bytes = grown(earlier?.bytesReceived, stream.bytesReceived);
    const ms = grown(earlier?.timestamp, stream.timestamp);
    const packets = packetsOf(stream, earlier);
    return {
      source,
      bitsPerSecond: bytes === undefined || ms === undefined || ms === 0 ? undefined : (bytes * 8000) / ms,
      loss: packets === undefined ? undefined : share(packets.lost, packets.expected),
      jitterMs: stream.jitter === undefined ? undefined : stream.jitter * 1000,
    };
  });
}

function isLimited({ now }: Look): boolean {
  return now
    .all('outbound-rtp')
    .some(({ qualityLimitationReason }) => qualityLimitationReason === 'bandwidth');
}

/** From the receiver reports of the other end (RFC 3550 section 6.4) that came since the reading before; until some do, what they last said holds. */
function sentLossOf(
  looks: readonly Look[],
  before: Reading | undefined,
  told: Map<string, Told>,
): Flow['loss'] {
  let lost = 0;
  let sent = 0;
  looks.forEach(({ now }, index) => {
    for (const { localId, timestamp, packetsLost } of now.all('remote-inbound-rtp')) {
      const stream = now.find('outbound-rtp', localId);
      if (stream?.packetsSent === undefined || packetsLost === undefined) continue;
      const key = `${index} ${stream.id}`;
      const earlier = before?.told.get(key);
      const isNews = timestamp !== earlier?.timestamp;
      const news = { timestamp, lost: packetsLost, sent: stream.packetsSent };
      told.set(key, isNews ? news : earlier);
      if (earlier === undefined || !isNews) continue;
      lost += packetsLost - earlier.lost;
      sent += stream.packetsSent - earlier.sent;
    }
  });
  return share(lost, sent) ?? before?.sentLoss;
}

function sentVideos(look: Look): VideoReport[] {
  const { now, before, sources } = look;
  const largest = new Map<SourceId, StatsOf<'outbound-rtp'>>();
  for (const stream of now.all('outbound-rtp')) {
    const track = now.find('media-source', stream.mediaSourceId)?.trackIdentifier;
    const source = sourceOf(sources, track)?.source;
    if (stream.kind !== 'video' || source === undefined) continue;
    const earlier = before?.find('outbound-rtp', stream.id);
    if (!flows(earlier?.framesEncoded, stream.framesEncoded)) continue;
    if ((stream.frameHeight ?? 0) >= (largest.get(source)?.frameHeight ?? 0)) largest.set(source, stream);
  }
  return [...largest].map(([source, stream]) => videoOf(now, source, true, stream));
}

function receivedVideos({ now, before, sources }: Look): VideoReport[] {
  return now.all('inbound-rtp').flatMap((stream) => {
    const source = sourceOf(sources, stream.trackIdentifier)?.source;
    if (stream.kind !== 'video' || source === undefined) return [];
    const earlier = before?.find('inbound-rtp', stream.id);
    if (!flows(earlier?.framesDecoded, stream.framesDecoded)) return [];
    return [videoOf(now, source, false, stream)];
  });
}

function videoOf(
  now: ConnectionStats,
  source: SourceId,
  isLocal: boolean,
  { frameWidth, frameHeight, framesPerSecond, codecId }: StatsOf<'inbound-rtp' | 'outbound-rtp'>,
): VideoReport {
  return {
    source,
    isLocal,
    width: frameWidth,
    height: frameHeight,
    framesPerSecond,
    codec: codecOf(now, codecId),
  };
}

function audioCodecOf({ now, sources }: Look): string | undefined {
  const heard = now
    .all('inbound-rtp')
    .filter(({ trackIdentifier }) => sourceOf(sources, trackIdentifier) !== undefined);
  const streams = [...heard, ...now.all('outbound-rtp')].filter(({ kind }) => kind === 'audio');
  return streams.map(({ codecId }) => codecOf(now, codecId)).find((codec) => codec !== undefined);
}

function sourceOf(
  sources: ReadonlyMap<string, TrackSource>,
  track: string | undefined,
): TrackSource | undefined {
  return track === undefined ? undefined : sources.get(track);
}

function codecOf(now: ConnectionStats, id: string | undefined): string | undefined {
  return now.find('codec', id)?.mimeType.split('/')[1];
}

/** Whether frames came since the reading before; at the first one, whether any ever did. */
function flows(before: number | undefined, now: number | undefined): boolean {
  return now !== undefined && now > (before ?? 0);
}

/** How much a counter has grown; unknown if it was not there, or began anew. */
function grown(before: number | undefined, now: number | undefined): number | undefined {
  return before === undefined || now === undefined || now < before ? undefined : now - before;
}

function total(values: readonly (number | undefined)[]): number | undefined {
  return values.reduce<number | undefined>(
    (sum, value) => (sum === undefined || value === undefined ? undefined : sum + value),
    0,
  );
}

function share(part: number, whole: number): number | undefined {
  return whole <= 0 ? undefined : Math.min(1, Math.max(0, part / whole));
}
