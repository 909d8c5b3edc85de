import * as z from 'zod/mini';

const count = z.optional(z.number());
const text = z.optional(z.string());
const common = { id: z.string(), timestamp: z.number() };
const kind = z.enum(['audio', 'video']);
const candidateType = z.enum(['host', 'srflx', 'prflx', 'relay']);
const frames = { frameWidth: count, frameHeight: count, framesPerSecond: count };

/** As much of W3C webrtc-stats as a report tells. Browsers leave out what they do not know. */
const stats = z.discriminatedUnion('type', [
  z.object({ ...common, type: z.literal('transport'), selectedCandidatePairId: text }),
  z.object({
    ...common,
    type: z.literal('candidate-pair'),
    state: text,
    nominated: z.optional(z.boolean()),
    localCandidateId: z.string(),
    remoteCandidateId: z.string(),
    bytesSent: count,
    bytesReceived: count,
    currentRoundTripTime: count,
  }),
  z.object({
    ...common,
    type: z.literal('local-candidate'),
    candidateType,
    protocol: z.optional(z.enum(['udp', 'tcp'])),
    relayProtocol: z.optional(z.enum(['udp', 'tcp', 'tls'])),
  }),
  z.object({ ...common, type: z.literal('remote-candidate'), candidateType }),
  z.object({ ...common, type: z.literal('codec'), mimeType: z.string() }),
  z.object({ ...common, type: z.literal('media-source'), trackIdentifier: text }),
  z.object({
    ...common,
    ...frames,
    type: z.literal('inbound-rtp'),
    kind,
    trackIdentifier: text,
    codecId: text,
    packetsReceived: count,
    packetsLost: count,
    bytesReceived: count,
    jitter: count,
    framesDecoded: count,
  }),
  z.object({
    ...common,
    ...frames,
    type: z.literal('outbound-rtp'),
    kind,
    mediaSourceId: text,
    codecId: text,
    packetsSent: count,
    framesEncoded: count,
    qualityLimitationReason: text,
  }),
  z.object({ ...common, type: z.literal('remote-inbound-rtp'), localId: text, packetsLost: count }),
]);
type AnyStats = z.infer<typeof stats>;
export type StatsOf<Type extends AnyStats['type']> = Extract<AnyStats, { type: Type }>;

/** An `RTCStatsReport`. */
export type RawStats = Iterable<readonly [string, unknown]>;

/** What one peer connection says at one moment. */
export class ConnectionStats {
  readonly #byId = new Map<string, AnyStats>();

  constructor(raw: RawStats) {
    for (const [, value] of raw) {
      const parsed = stats.safeParse(value);
      if (parsed.success) this.#byId.set(parsed.data.id, parsed.data);
    }
  }

  all<Type extends AnyStats['type']>(type: Type): StatsOf<Type>[] {
    return [...this.#byId.values()].filter((each): each is StatsOf<Type> => each.type === type);
  }

  find<Type extends AnyStats['type']>(type: Type, id: string | undefined): StatsOf<Type> | undefined {
    return this.all(type).find((each) => each.id === id);
  }

  /** The pair of addresses in use. Browsers that describe no transport name it by its state alone. */
  get pair(): StatsOf<'candidate-pair'> | undefined {
    const [transport] = this.all('transport');
    if (transport !== undefined) return this.find('candidate-pair', transport.selectedCandidatePairId);
    return this.all('candidate-pair').find(
      ({ nominated, state }) => nominated === true && state === 'succeeded',
    );
  }
}
