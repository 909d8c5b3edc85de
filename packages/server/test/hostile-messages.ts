import { LIMITS, PROTOCOL_VERSION, SOURCE_KINDS } from '@treff/protocol';
import type { Random } from './random.ts';
import { OPUS, VP8 } from './test-client.ts';

/** What an attacker has learned: of itself, and of people whose seats and sources it would like to have. */
export interface Knowledge {
  readonly participants: readonly string[];
  readonly sources: readonly string[];
  readonly consumers: readonly string[];
  readonly tokens: readonly string[];
  readonly epochs: readonly string[];
  readonly generation: number;
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A message as a hostile, broken or just strange client might send it. */
export function hostileMessage(random: Random, known: Knowledge): string {
  if (random.chance(0.01)) return random.pick(MONSTERS)(random);
  const kind = random.below(19);
  if (kind < 8) return JSON.stringify(validMessage(random, known));
  if (kind < 14) return JSON.stringify(mutateJson(random, validMessage(random, known)));
  if (kind < 17) return mutateText(random, JSON.stringify(validMessage(random, known)));
  if (kind === 17) return JSON.stringify(anyJson(random, 4));
  return anyText(random, 200);
}

/** Fits a schema; what it asks for may still be outrageous. */
function validMessage(random: Random, known: Knowledge): Json {
  const command = (body: Json): Json => ({ type: 'command', id: `c${random.below(500)}`, command: body });
  const media = (body: Json): Json => ({
    type: 'media',
    generation: random.chance(0.8) ? known.generation : 1 + random.below(1e9),
    body,
  });
  return random.pick<() => Json>([
    () => ({
      type: 'hello',
      protocol: PROTOCOL_VERSION,
      room: random.pick(['room', 'other', 'x y', '../room']),
    }),
    () => join(random),
    () => join(random),
    () => ({
      type: 'resume',
      token: anyOf(random, known.tokens),
      epoch: anyOf(random, known.epochs),
      seq: random.pick([0, 1, random.below(2_000), Number.MAX_SAFE_INTEGER]),
      ...(random.chance(0.7) && { media: inventory(random, known) }),
    }),
    () => ({ type: 'leave' }),
    () => ({ type: 'ping', nonce: random.below(1e6) }),
    () =>
      command({
        type: 'send-message',
        text: anyText(random, 40),
        ...(random.chance(0.5) && { to: anyOf(random, known.participants) }),
      }),
    () => command({ type: 'rename', displayName: anyText(random, LIMITS.displayNameLength / 2) }),
    () => command({ type: 'mute-source', source: source(random, known), muted: random.chance(0.5) }),
    () => command({ type: 'moderate-media', kind: random.pick(SOURCE_KINDS), on: random.chance(0.5) }),
    () =>
      command({
        type: random.pick(['allow-media', 'disallow-media']),
        participant: anyOf(random, known.participants),
        kind: random.pick(SOURCE_KINDS),
      }),
    () => command({ type: 'set-subject', subject: anyText(random, LIMITS.subjectLength) }),
    () => command({ type: 'media-ready', move: random.below(6), ready: random.chance(0.7) }),
    () => command({ type: 'allow-p2p', allowed: random.chance(0.5) }),
    () => ({ type: 'ice-servers' }),
    () => ({ type: 'signal', signal: signal(random, known) }),
    () => ({ type: 'p2p', generation: 1 + random.below(4), body: p2p(random) }),
    () => media({ action: 'publish', publication: publication(random, known) }),
    () => media({ action: 'publish', publication: publication(random, known) }),
    () => media({ action: 'unpublish', source: source(random, known) }),
    () =>
      media({ action: 'start', consumers: [anyOf(random, known.consumers), anyOf(random, known.consumers)] }),
    () => media({ action: 'constraints', constraints: constraints(random, known) }),
    () =>
      media({ action: 'connect', transport: random.pick(['send', 'receive']), dtlsParameters: dtls(random) }),
    () => media({ action: 'restart-ice' }),
    () => media({ action: 'renew' }),
  ])();
}

const signal = (random: Random, known: Knowledge): Json =>
  random.pick<() => Json>([
    () => ({ type: 'speech', speaks: random.chance(0.5) }),
    () => ({ type: 'ask-speakers' }),
    () => ({ type: 'ask-connection', participant: anyOf(random, known.participants) }),
    () => ({
      type: 'connection',
      details: {
        quality: random.pick(['good', 'fair', 'poor', 'lost']),
        way: 'bridge',
        roundTripMs: random.below(2 * LIMITS.figureMs),
        relayed: random.chance(0.5),
      },
    }),
  ])();

const p2p = (random: Random): Json =>
  random.pick<() => Json>([
    () => ({ action: 'offer', attempt: 1 + random.below(3), sdp: anyText(random, 400) }),
    () => ({ action: 'answer', attempt: 1 + random.below(3), sdp: anyText(random, 400) }),
    () => ({
      action: 'candidates',
      attempt: 1,
      candidates: [{ candidate: anyText(random, 100), sdpMid: '0', sdpMLineIndex: 0 }],
    }),
    () => ({ action: 'restart' }),
  ])();

const join = (random: Random): Json => ({
  type: 'join',
  p2p: random.chance(0.5),
  displayName: random.chance(0.9) ? 'attacker' : anyText(random, LIMITS.displayNameLength / 2),
  rtpCapabilities: random.chance(0.5)
    ? {}
    : {
        codecs: [
          {
            kind: 'audio',
            mimeType: 'audio/opus',
            preferredPayloadType: 100,
            clockRate: 48_000,
            channels: 2,
          },
          {
            kind: 'video',
            mimeType: 'video/VP8',
            preferredPayloadType: random.below(128),
            clockRate: 90_000,
          },
        ],
      },
});

const inventory = (random: Random, known: Knowledge): Json => ({
  generation: random.chance(0.7) ? known.generation : 1 + random.below(10),
  publishing: [...known.sources].slice(0, random.below(LIMITS.sourcesPerEndpoint)),
  consuming: [...known.consumers].slice(0, random.below(10)),
});

const publication = (random: Random, known: Knowledge): Json => {
  const kind = random.pick(SOURCE_KINDS);
  const parameters = structuredClone(random.chance(0.5) ? OPUS : VP8) as unknown as { [key: string]: Json };
  const encodings = Array.from({ length: 1 + random.below(3) }, () => ({ ssrc: random.below(2 ** 32) }));
  return {
    source: source(random, known),
    kind,
    rtpParameters: { ...parameters, mid: `${random.below(50)}`, encodings },
    muted: random.chance(0.5),
    ...(random.chance(0.5) && { height: 1 + random.below(LIMITS.maxHeight) }),
  };
};

const constraints = (random: Random, known: Knowledge): Json => ({
  defaultMaxHeight: random.below(LIMITS.maxHeight),
  maxHeights: Object.fromEntries(known.sources.map((id) => [id, random.below(LIMITS.maxHeight)])),
});

const dtls = (random: Random): Json => ({
  role: random.pick(['auto', 'client', 'server']),
  fingerprints: [
    {
      algorithm: 'sha-256',
      value: Array.from({ length: 32 }, () => random.below(256).toString(16).padStart(2, '0')).join(':'),
    },
  ],
});

const source = (random: Random, known: Knowledge): string =>
  random.chance(0.4)
    ? anyOf(random, known.sources)
    : `${anyOf(random, known.participants)}-${random.pick(['a', 'v'])}${random.below(9_999)}`;

function anyOf(random: Random, choices: readonly string[]): string {
  return choices[random.below(choices.length + 1)] ?? 'ffffffff';
}

/** Changes one value somewhere: takes it away, doubles it, or puts something else there. */
function mutateJson(random: Random, value: Json): Json {
  if (typeof value !== 'object' || value === null || random.chance(0.15)) return anyJson(random, 2);
  const keys = Object.keys(value);
  const key = keys[random.below(keys.length)];
  if (key === undefined) return anyJson(random, 2);
  if (Array.isArray(value)) {
    const copy = [...value];
    if (random.chance(0.3)) copy.push(...copy);
    else copy[Number(key)] = mutateJson(random, copy[Number(key)] ?? null);
    return copy;
  }
  const copy = { ...value };
  const change = random.below(8);
  if (change === 0) delete copy[key];
  else if (change === 1) copy[anyText(random, 10)] = anyJson(random, 2);
  else copy[key] = mutateJson(random, copy[key] ?? null);
  return copy;
}

/** Cuts, doubles, swaps or overwrites characters. */
function mutateText(random: Random, text: string): string {
  const at = random.below(text.length);
  const to = at + random.below(20);
  return random.pick<() => string>([
    () => text.slice(0, at),
    () => text.slice(0, at) + text.slice(to),
    () => text.slice(0, to) + text.slice(at),
    () => text.slice(0, at) + anyText(random, 5) + text.slice(at + 1),
    () => text + text,
  ])();
}

function anyJson(random: Random, depth: number): Json {
  return random.pick<() => Json>([
    () => null,
    () => random.chance(0.5),
    () => random.pick([0, -1, 1.5, 1e308, -0, 2 ** 53, 2 ** 31, random.below(1e6)]),
    () => anyText(random, 40),
    () => random.pick(['hello', '__proto__', 'constructor', 'toString', '', '\u0000', '\ud800']),
    () => (depth === 0 ? [] : Array.from({ length: random.below(4) }, () => anyJson(random, depth - 1))),
    () =>
      depth === 0
        ? {}
        : Object.fromEntries(
            Array.from({ length: random.below(4) }, () => [
              random.pick(['type', 'body', '__proto__', 'id', anyText(random, 8)]),
              anyJson(random, depth - 1),
            ]),
          ),
  ])();
}

function anyText(random: Random, longest: number): string {
  const highest = random.pick([0x7f, 0x7f, 0xff, 0xffff]);
  return String.fromCharCode(
    ...Array.from({ length: random.below(longest + 1) }, () => random.below(highest + 1)),
  );
}

/** Large, deep, repetitive. */
const MONSTERS: [(random: Random) => string, ...((random: Random) => string)[]] = [
  () => 'x'.repeat(LIMITS.messageBytes),
  () => '['.repeat(20_000),
  () => `${'{"a":'.repeat(8_000)}1${'}'.repeat(8_000)}`,
  () => JSON.stringify({ type: 'ping', nonce: 1, pad: 'ä'.repeat(LIMITS.messageBytes / 2) }),
  () => `{${'"type":"ping",'.repeat(3_000)}"nonce":1}`,
  () => '{"__proto__":{"type":"leave"},"type":"ping","nonce":{"__proto__":1}}',
  (random) =>
    JSON.stringify({
      type: 'join',
      displayName: '',
      p2p: true,
      rtpCapabilities: { codecs: Array(random.below(2_000)).fill(null) },
    }),
];
