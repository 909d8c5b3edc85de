import { LIMITS, type ConnectionDetails, type ConnectionQuality } from '@treff/protocol';
import type { ConnectionReport } from './types.ts';

/** From here on it is heard and seen: speech loses syllables that error correction can't fill in, people talk at the same time. */
const POOR = { loss: 0.1, roundTripMs: 800, jitterMs: 150 };
/** From here on it is noticed by who listens for it. */
const FAIR = { loss: 0.03, roundTripMs: 300, jitterMs: 60 };

type Measured = Exclude<ConnectionQuality, 'lost'>;

/** How well a connection carries, by one reading. */
export function qualityOf({ sent, received, roundTripMs, jitterMs, limited }: ConnectionReport): Measured {
  const loss = Math.max(sent.loss ?? 0, received.loss ?? 0);
  const isBeyond = (limit: typeof POOR) =>
    loss >= limit.loss || (roundTripMs ?? 0) >= limit.roundTripMs || (jitterMs ?? 0) >= limit.jitterMs;
  if (isBeyond(POOR)) return 'poor';
  return limited || isBeyond(FAIR) ? 'fair' : 'good';
}

/** A quality, and what the latest reading said. */
export interface Judgement {
  readonly quality: Measured;
  readonly latest: Measured;
}

export const NO_JUDGEMENT: Judgement = { quality: 'good', latest: 'good' };

/** One bad reading is a hiccup: the quality is another one when two readings in a row are on the same side of it, and then the nearer of both. */
export function judge({ quality, latest }: Judgement, reading: Measured): Judgement {
  const [better, worse] = RANK[reading] < RANK[latest] ? [reading, latest] : [latest, reading];
  if (RANK[better] > RANK[quality]) return { quality: better, latest: reading };
  if (RANK[worse] < RANK[quality]) return { quality: worse, latest: reading };
  return { quality, latest: reading };
}

const RANK = { good: 0, fair: 1, poor: 2 } as const satisfies Readonly<Record<Measured, number>>;

/** As much of a report as others are told: no addresses, not even of what kind they are. */
export function detailsOf(report: ConnectionReport, quality: ConnectionQuality): ConnectionDetails {
  const { way, roundTripMs, jitterMs, sent, received, videos, audioCodec, protocol, relayed } = report;
  const [own] = videos
    .filter(({ isLocal }) => isLocal)
    .toSorted((one, other) => (other.height ?? 0) - (one.height ?? 0));
  const { width, height } = own ?? {};
  return {
    quality,
    way,
    roundTripMs: whole(roundTripMs, LIMITS.figureMs),
    jitterMs: whole(jitterMs, LIMITS.figureMs),
    sentBitsPerSecond: whole(sent.bitsPerSecond, LIMITS.figureBitsPerSecond),
    receivedBitsPerSecond: whole(received.bitsPerSecond, LIMITS.figureBitsPerSecond),
    sentLoss: thousandths(sent.loss),
    receivedLoss: thousandths(received.loss),
    video:
      width === undefined || height === undefined
        ? undefined
        : {
            width,
            height,
            framesPerSecond: whole(own?.framesPerSecond, LIMITS.figureFrames),
            codec: own?.codec,
          },
    audioCodec,
    protocol,
    relayed,
  };
}

function whole(value: number | undefined, maximum: number): number | undefined {
  return value === undefined ? undefined : Math.min(maximum, Math.round(value));
}

function thousandths(share: number | undefined): number | undefined {
  return share === undefined ? undefined : Math.round(share * 1000) / 1000;
}
