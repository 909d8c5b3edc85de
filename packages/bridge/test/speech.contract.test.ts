import { type types, createWorker } from 'mediasoup';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ParticipantId, type SourceKind, makeSourceId } from '@treff/protocol';
import { participant, until } from '@treff/testing';
import { IDLE } from '../src/load.ts';
import type { PacketTime } from '../src/packet-time.ts';
import { Outlets, Pipes } from '../src/pipes.ts';
import { Placement } from '../src/placement.ts';
import { Source } from '../src/source.ts';
import { workerBinary } from './test-bridge.ts';

const [ANN, BEN] = [participant(1), participant(2)];
const AUDIO_LEVEL = 1;
const PAYLOAD_TYPE = 111;

/** One Opus packet with its audio level (RFC 6464) in a one-byte header extension. `level` is dBov, -127 to 0. */
function soundPacket(ssrc: number, sequence: number, level: number, packetTime: number): Buffer {
  const packet = Buffer.alloc(12 + 8 + 20);
  packet.writeUInt8(0x90, 0);
  packet.writeUInt8(PAYLOAD_TYPE, 1);
  packet.writeUInt16BE(sequence % 65_536, 2);
  packet.writeUInt32BE((sequence * packetTime * 48) % 2 ** 32, 4);
  packet.writeUInt32BE(ssrc, 8);
  packet.writeUInt16BE(0xbede, 12);
  packet.writeUInt16BE(1, 14);
  packet.writeUInt8(AUDIO_LEVEL << 4, 16);
  packet.writeUInt8(0x80 | -level, 17);
  return packet;
}

describe('who speaks', () => {
  let worker: types.Worker;
  let server: types.WebRtcServer;
  let placement: Placement;
  const levels: Record<ParticipantId, number>[] = [];
  const dominant: ParticipantId[] = [];
  const speakers: { stop: () => void }[] = [];

  beforeAll(async () => {
    worker = await createWorker({ workerBin: await workerBinary() });
    server = await worker.createWebRtcServer({
      listenInfos: [{ protocol: 'udp', ip: '127.0.0.1', port: 43_600 }],
    });
    placement = await Placement.open(
      { port: 43_600, worker, server, load: 0, measured: IDLE },
      {
        levels: (heard) => void levels.push(heard),
        dominant: (endpoint) => void dominant.push(endpoint),
      },
    );
  });
  afterAll(() => {
    for (const { stop } of speakers) stop();
    worker.close();
  });

  /** A source that sends packets of so many milliseconds, silent or with the ups and downs of speech: a steady sound is noise to the observer. */
  async function speaker(owner: ParticipantId, kind: SourceKind, ssrc: number, packetTime: PacketTime = 20) {
    const transport = await placement.router.createDirectTransport();
    const rtpParameters = {
      codecs: [
        {
          mimeType: 'audio/opus',
          payloadType: PAYLOAD_TYPE,
          clockRate: 48_000,
          channels: 2,
          parameters: { ptime: packetTime },
        },
      ],
      headerExtensions: [{ uri: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level' as const, id: AUDIO_LEVEL }],
      encodings: [{ ssrc }],
    };
    const producer = await transport.produce({ kind: 'audio', rtpParameters });
    const publication = { source: makeSourceId(owner, kind, ssrc), kind, height: undefined, rtpParameters };
    const outlets = new Outlets(placement.router, producer, new Pipes());
    await placement.listenTo(new Source(owner, publication, producer, outlets));
    let loudness: number | undefined;
    let steady = false;
    let sequence = 0;
    const timer = setInterval(() => {
      sequence += 1;
      const syllable = (sequence * packetTime) % 300 < 200;
      const level = loudness === undefined ? -127 : steady || syllable ? loudness : loudness - 15;
      producer.send(soundPacket(ssrc, sequence, level, packetTime));
    }, packetTime);
    const made = {
      speakAt: (level: number) => {
        loudness = level;
      },
      hum: (level: number) => {
        loudness = level;
        steady = true;
      },
      hush: () => {
        loudness = undefined;
      },
      mute: () => producer.pause(),
      stop: () => {
        clearInterval(timer);
        transport.close();
      },
    };
    speakers.push(made);
    return made;
  }

  /** The observers have looked a few times more. */
  async function untilLooked(): Promise<void> {
    const hush = await speaker(participant(9), 'microphone', 900);
    const heard = levels.length;
    hush.speakAt(-50);
    await until(
      () => levels.slice(heard).filter((level) => participant(9) in level).length > 3,
      () => levels,
    );
    hush.stop();
  }

  it('is nobody while all are silent, one while one speaks, and then the other', async () => {
    const ann = await speaker(ANN, 'microphone', 1);
    const ben = await speaker(BEN, 'microphone', 2);
    // The observer chooses somebody at once; that alone is not speech.
    await untilLooked();
    expect(dominant.filter((endpoint) => endpoint === ANN || endpoint === BEN)).toEqual([]);
    dominant.length = 0;

    ann.speakAt(-10);
    await until(
      () => dominant.at(-1) === ANN && levels.at(-1)?.[ANN] !== undefined,
      () => ({ dominant, levels }),
    );
    await until(
      () => Math.abs((levels.at(-1)?.[ANN] ?? -127) + 15) <= 5,
      () => levels,
    );
    expect(levels.at(-1)?.[BEN]).toBeUndefined();

    ann.hush();
    ben.speakAt(-10);
    await until(
      () => dominant.at(-1) === BEN,
      () => ({ dominant, levels }),
    );
    expect(dominant.filter((endpoint) => endpoint === BEN)).toHaveLength(1);

    ben.hush();
    await until(
      () => Object.keys(levels.at(-1) ?? { nothing: 0 }).length === 0,
      () => levels,
    );
  });

  it('is not told by what a shared screen plays', async () => {
    dominant.length = 0;
    const heard = levels.length;
    const screen = await speaker(ANN, 'screenAudio', 3);
    screen.speakAt(-5);
    await untilLooked();
    expect(dominant).not.toContain(ANN);
    expect(levels.slice(heard).some((level) => ANN in level)).toBe(false);
  });

  it('is who plays a steady sound when nobody speaks', async () => {
    dominant.length = 0;
    const cem = await speaker(participant(3), 'microphone', 5);
    cem.hum(-20);
    await until(
      () => dominant.at(-1) === participant(3),
      () => ({ dominant, levels }),
    );
    cem.stop();
  });

  it('is who speaks over another’s steady sound', async () => {
    dominant.length = 0;
    const [humming, speaking] = [participant(4), participant(5)];
    const hum = await speaker(humming, 'microphone', 6);
    hum.hum(-30);
    await until(
      () => dominant.at(-1) === humming,
      () => ({ dominant, levels }),
    );
    const voice = await speaker(speaking, 'microphone', 7);
    voice.speakAt(-10);
    await until(
      () => dominant.at(-1) === speaking,
      () => ({ dominant, levels }),
    );
    expect(levels.at(-1)?.[humming]).toBeDefined();
    hum.stop();
    voice.stop();
  });

  it.each([40, 60] as const)('is heard and dominates with packets of %i ms, too', async (packetTime) => {
    const [first, second] = [participant(10 + packetTime), participant(11 + packetTime)];
    const one = await speaker(first, 'microphone', 10 + packetTime, packetTime);
    const other = await speaker(second, 'microphone', 11 + packetTime, packetTime);
    dominant.length = 0;
    one.speakAt(-10);
    await until(
      () => dominant.at(-1) === first && Math.abs((levels.at(-1)?.[first] ?? -127) + 15) <= 5,
      () => ({ dominant, levels: levels.slice(-5) }),
    );
    expect(levels.at(-1)?.[second]).toBeUndefined();
    one.hush();
    other.speakAt(-10);
    await until(
      () => dominant.at(-1) === second && levels.at(-1)?.[first] === undefined,
      () => ({ dominant, levels: levels.slice(-5) }),
    );
    one.stop();
    other.stop();
    await until(
      () => Object.keys(levels.at(-1) ?? {}).length === 0,
      () => levels.slice(-5),
    );
  });

  it('is told of all alike, whatever packets they send, until they are silent or muted', async () => {
    const [short, long, late] = [participant(80), participant(81), participant(82)];
    const people = await Promise.all([
      speaker(short, 'microphone', 80),
      speaker(long, 'microphone', 81, 40),
      speaker(late, 'microphone', 82, 40),
    ]);
    for (const { speakAt } of people) speakAt(-20);
    const isHeard = (owner: ParticipantId) => levels.at(-1)?.[owner] !== undefined;
    await until(
      () => [short, long, late].every(isHeard),
      () => levels.slice(-5),
    );
    // No look at the one kind says that the others are silent.
    const before = levels.length;
    await until(
      () => levels.length >= before + 6,
      () => levels.slice(before),
    );
    expect(levels.slice(before).every((told) => short in told && long in told && late in told)).toBe(true);

    const [shorter, longer, muted] = people;
    await muted.mute();
    await until(
      () => !isHeard(late),
      () => levels.slice(-5),
    );
    shorter.hush();
    await until(
      () => !isHeard(short),
      () => levels.slice(-5),
    );
    expect(isHeard(long)).toBe(true);
    longer.hush();
    await until(
      () => Object.keys(levels.at(-1) ?? { nothing: 0 }).length === 0,
      () => levels.slice(-5),
    );
    for (const { stop } of people) stop();
  });

  it('is forgotten with the microphone', async () => {
    const ann = await speaker(ANN, 'microphone', 4);
    ann.speakAt(-20);
    await until(
      () => levels.at(-1)?.[ANN] !== undefined,
      () => levels,
    );
    ann.stop();
    await until(
      () => levels.at(-1)?.[ANN] === undefined,
      () => levels,
    );
  });
});
