import { describe, expect, it } from 'vitest';
import { AudioSource, type AudioSourceOptions } from './audio-source.ts';
import { RtpPacket } from './rtp-packet.ts';
import { RtpSender } from './rtp-sender.ts';

function source(options: Partial<AudioSourceOptions>) {
  const sent: RtpPacket[] = [];
  const sender = new RtpSender({
    sink: {
      send: (buffer) => {
        const packet = new RtpPacket();
        sent.push(packet);
        return packet.read(Buffer.from(buffer));
      },
      nextTransportSequence: () => 0,
    },
    ssrc: 7,
    payloadType: 100,
    clockRate: 48_000,
    mid: '1',
    extensions: { mid: 1, audioLevel: 6, transportCc: 0 },
    history: 0,
  });
  return { it: new AudioSource({ codecs: [], encodings: [] }, sender, options), sent };
}

const packetTimes = [20, 40, 60] as const;

describe('AudioSource', () => {
  it.each(packetTimes)('sends packets of %i ms one after the other in RTP’s clock', (packetMs) => {
    const { it: sound, sent } = source({ packetMs });
    for (let at = 0; at < 5; at += 1) sound.sendFrame(at * packetMs);
    const steps = sent.slice(1).map(({ timestamp }, at) => (timestamp - (sent[at]?.timestamp ?? 0)) >>> 0);
    expect(steps).toEqual([1, 1, 1, 1].map(() => packetMs * 48));
    expect(sent.map(({ marker }) => marker)).toEqual([true, false, false, false, false]);
  });

  it.each(packetTimes)('catches up with the clock after a pause, by whole packets of %i ms', (packetMs) => {
    const { it: sound, sent } = source({ packetMs });
    sound.sendFrame(0);
    sound.sendFrame(10 * packetMs + 3);
    expect(((sent[1]?.timestamp ?? 0) - (sent[0]?.timestamp ?? 0)) >>> 0).toBe(10 * packetMs * 48);
  });

  it('sends as many bits a second in fewer packets', () => {
    for (const [packetMs, bytes] of [
      [20, 100],
      [40, 200],
      [60, 300],
    ] as const) {
      const { it: sound, sent } = source({ packetMs, bitrate: 40_000 });
      sound.sendFrame(0);
      // Frames of a packet are of one size: a byte or two may be too many.
      expect(sent[0]?.payloadLength).toBeGreaterThan(bytes - 3);
      expect(sent[0]?.payloadLength).toBeLessThanOrEqual(bytes);
    }
  });

  it('writes how many frames of 20 ms a packet holds, as Opus does', () => {
    // RFC 6716 section 3.2: one; two of one size, so that an even number of bytes follows; a count, and so many of one size.
    const payloads = packetTimes.map((packetMs) => {
      const { it: sound, sent } = source({ packetMs });
      sound.sendFrame(0);
      return sent[0]?.payload ?? Buffer.alloc(0);
    });
    expect(payloads.map((payload) => payload.readUInt8(0) & 3)).toEqual([0, 1, 3]);
    expect((payloads[1]?.length ?? 0) % 2).toBe(1);
    expect(payloads[2]?.readUInt8(1)).toBe(3);
    expect(((payloads[2]?.length ?? 0) - 2) % 3).toBe(0);
  });
});
