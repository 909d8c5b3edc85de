import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import {
  type Bridge,
  type BridgeEvent,
  type BridgeMessage,
  type DtlsParameters,
  type EndpointRef,
  type ErrorCode,
  type Incarnation,
  type MediaOffer,
  type ParticipantId,
  type RtpCapabilities,
  type SourceKind,
  codeOf,
  incarnation,
  makeSourceId,
  mediaKindOf,
  participantId,
} from '@treff/protocol';

export type BridgePublication = Parameters<Bridge['publish']>[1];

export function newIncarnation(): Incarnation {
  return incarnation.parse(randomBytes(16).toString('hex'));
}

/** The `index`th participant of a test. */
export function participant(index: number): ParticipantId {
  return participantId.parse((0xa000_0000 + index).toString(16));
}

export function refTo(conference: Incarnation, endpoint: ParticipantId, generation = 1): EndpointRef {
  return { incarnation: conference, endpoint, generation };
}

/** A valid publication. Its MID and SSRCs follow from `index`, so that two of one endpoint do not collide. */
export function publicationOf(owner: ParticipantId, kind: SourceKind, index = 0): BridgePublication {
  const media = mediaKindOf(kind);
  const slot = ['microphone', 'camera', 'screen', 'screenAudio'].indexOf(kind) + 4 * index;
  const ssrc = 1_000 * (slot + 1);
  const source = makeSourceId(owner, kind, slot);
  if (media === 'audio') {
    return {
      source,
      kind,
      paused: false,
      rtpParameters: {
        mid: `${slot}`,
        codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 }],
        encodings: [{ ssrc }],
      },
    };
  }
  return {
    source,
    kind,
    paused: false,
    height: 540,
    rtpParameters: {
      mid: `${slot}`,
      codecs: [
        { mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000 },
        { mimeType: 'video/rtx', payloadType: 97, clockRate: 90_000, parameters: { apt: 96 } },
      ],
      encodings: [0, 1, 2].map((layer) => ({ ssrc: ssrc + layer, rtx: { ssrc: ssrc + 500 + layer } })),
    },
  };
}

/** DTLS parameters of a certificate that follows from `seed`. */
export function dtlsOf(seed: number): DtlsParameters {
  const byte = (seed % 256).toString(16).padStart(2, '0').toUpperCase();
  return {
    role: 'client',
    fingerprints: [{ algorithm: 'sha-256', value: Array.from({ length: 32 }, () => byte).join(':') }],
  };
}

/** What an endpoint without a video decoder can receive. */
export function soundOnly(capabilities: RtpCapabilities): RtpCapabilities {
  return {
    codecs: (capabilities.codecs ?? []).filter(({ kind }) => kind === 'audio'),
    headerExtensions: (capabilities.headerExtensions ?? []).filter(({ kind }) => kind === 'audio'),
  };
}

/** Expects a refusal with this code. */
export async function expectRefusal(call: Promise<unknown>, code: ErrorCode): Promise<void> {
  const outcome = await call.then(
    () => 'accepted',
    (error: unknown) => codeOf(error),
  );
  expect(outcome).toBe(code);
}

/** Expects that what was thrown is a refusal with this code. */
export function expectRefused(error: unknown, code: ErrorCode): void {
  expect(codeOf(error)).toBe(code);
}

/** Waits until `receiver` has these sources and no others. Calls `meanwhile` before each look. */
export async function untilReceived(
  bridge: Bridge,
  receiver: EndpointRef,
  sources: readonly string[],
  meanwhile?: () => void,
): Promise<void> {
  let has: readonly string[] = [];
  await until(
    async () => {
      meanwhile?.();
      const { endpoints } = await bridge.snapshot(receiver.incarnation);
      const endpoint = endpoints.find((candidate) => candidate.endpoint === receiver.endpoint);
      has = (endpoint?.consumers ?? []).map(({ source }) => source).toSorted();
      return has.join(' ') === sources.toSorted().join(' ');
    },
    () => ({ has, wanted: sources }),
  );
}

/** Expects that every call about this endpoint is refused, save those named. */
export async function expectAllStale(
  bridge: Bridge,
  ref: EndpointRef,
  except: readonly string[] = [],
): Promise<void> {
  const calls: Record<string, () => Promise<unknown>> = {
    endpoint: () => bridge.endpoint(ref, { rtpCapabilities: bridge.rtpCapabilities }),
    connect: () => bridge.connect(ref, 'send', dtlsOf(9)),
    restartIce: () => bridge.restartIce(ref, 9),
    publish: () => bridge.publish(ref, publicationOf(ref.endpoint, 'screen', 9)),
    pause: () => bridge.pause(ref, publicationOf(ref.endpoint, 'camera').source, true),
    start: () => bridge.start(ref, ['unknown']),
    constrain: () => bridge.constrain(ref, { defaultMaxHeight: 0, maxHeights: {} }),
  };
  for (const [call, make] of Object.entries(calls)) {
    if (!except.includes(call)) await expectRefusal(make(), 'media/stale-generation');
  }
}

/** Waits for a condition that asynchronous work fulfils, half a minute at most; then fails with what `describe` shows. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  describe: () => unknown,
): Promise<void> {
  for (let attempt = 0; attempt < 3_000; attempt++) {
    if (await condition()) return;
    await delay(10);
  }
  expect.fail(`did not happen: ${JSON.stringify(describe())}`);
}

/**
 * What a focus knows of a bridge by listening: events in order, and which consumers each endpoint has. Ids never come back, so a
 * removal that overtakes the offer it belongs to is not forgotten.
 */
export class Listener {
  readonly messages: BridgeMessage[] = [];
  readonly #consumers = new Map<string, Set<string>>();
  readonly #removed = new Set<string>();
  readonly unsubscribe: () => void;

  constructor(bridge: Bridge) {
    this.unsubscribe = bridge.subscribe((message) => {
      this.messages.push(message);
      if (!('event' in message)) return;
      const { event } = message;
      if (event.type === 'consumers-added') {
        for (const { id } of event.consumers) this.#of(event).add(id);
      }
      if (event.type === 'consumers-removed') for (const id of event.consumers) this.#removed.add(id);
    });
  }

  /** Events of one conference, in order. */
  events(conference: Incarnation): BridgeEvent[] {
    return this.messages.flatMap((message) =>
      'event' in message && message.event.incarnation === conference ? [message.event] : [],
    );
  }

  /** An answer of `endpoint` tells of consumers as well. */
  hearOffer(ref: EndpointRef, offer: MediaOffer): void {
    for (const { id } of offer.consumers) this.#of(ref).add(id);
  }

  /** Ids of the consumers an endpoint has by all that was heard. */
  consumersOf(ref: EndpointRef): string[] {
    return [...this.#of(ref)].filter((id) => !this.#removed.has(id)).toSorted();
  }

  /** Sources that an endpoint was told of by events so far, removed ones included. */
  addedSources(ref: EndpointRef): string[] {
    return this.events(ref.incarnation).flatMap((event) =>
      event.type === 'consumers-added' &&
      event.endpoint === ref.endpoint &&
      event.generation === ref.generation
        ? event.consumers.map(({ source }) => source)
        : [],
    );
  }

  #of({ incarnation: conference, endpoint, generation }: EndpointRef): Set<string> {
    const key = `${conference} ${endpoint} ${generation}`;
    const known = this.#consumers.get(key) ?? new Set();
    this.#consumers.set(key, known);
    return known;
  }
}
