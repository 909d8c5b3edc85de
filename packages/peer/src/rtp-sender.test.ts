import { describe, expect, it } from 'vitest';
import { RtpPacket } from './rtp-packet.ts';
import { RtpSender } from './rtp-sender.ts';

function sender({ rtx = true, drop = (): boolean => false } = {}) {
  const sent: Buffer[] = [];
  let transportSequence = 0;
  const it = new RtpSender({
    sink: {
      send: (packet) => sent.push(Buffer.from(packet)) > 0,
      nextTransportSequence: () => (transportSequence += 1),
    },
    ssrc: 7,
    payloadType: 101,
    clockRate: 90_000,
    mid: 'm1',
    ...(rtx ? { rtx: { ssrc: 8, payloadType: 102 } } : {}),
    extensions: { mid: 1, audioLevel: 6, transportCc: 5 },
    history: 4,
    drop,
  });
  const read = (index: number) => {
    const packet = new RtpPacket();
    expect(packet.read(sent.at(index) ?? Buffer.alloc(0))).toBe(true);
    return packet;
  };
  const send = (text: string) => it.send(Buffer.from(`_${text}_`), 1, text.length, 3_000, true, -20);
  return { it, send, sent, read };
}

describe('RtpSender', () => {
  it('numbers packets of its stream and of the transport, and fills the extensions in', () => {
    const { send, read } = sender();
    send('one');
    send('two');
    const [one, two] = [read(0), read(1)];
    expect(two.sequenceNumber).toBe((one.sequenceNumber + 1) & 0xffff);
    expect([one.extensionUint16(5), two.extensionUint16(5)]).toEqual([1, 2]);
    expect(one.extension(1)?.toString()).toBe('m1');
    expect(one.extension(6)).toEqual(Buffer.of(0x80 | 20));
    expect(one).toMatchObject({ marker: true, payloadType: 101, timestamp: 3_000, ssrc: 7 });
    expect(one.payload.toString()).toBe('one');
  });

  it('sends a lost packet again on the other SSRC, with its own number inside', () => {
    const { it: stream, send, read } = sender();
    send('one');
    const { sequenceNumber } = read(0);
    expect(stream.retransmit(sequenceNumber)).toBe(true);
    const again = read(1);
    expect(again).toMatchObject({ ssrc: 8, payloadType: 102, timestamp: 3_000, marker: true });
    expect(again.extensionUint16(5)).toBe(2);
    expect(again.unwrapRetransmission(7, 101)).toBe(true);
    expect([again.sequenceNumber, again.payload.toString()]).toEqual([sequenceNumber, 'one']);
  });

  it('repeats a packet as it was where there is no other SSRC', () => {
    const { it: stream, send, read } = sender({ rtx: false });
    send('one');
    expect(stream.retransmit(read(0).sequenceNumber)).toBe(true);
    expect(read(1)).toMatchObject({ ssrc: 7, sequenceNumber: read(0).sequenceNumber });
  });

  it('keeps only so many packets', () => {
    const { it: stream, send, read, sent } = sender();
    for (const text of ['1', '2', '3', '4', '5']) send(text);
    expect(stream.retransmit(read(0).sequenceNumber)).toBe(false);
    expect(stream.retransmit(read(1).sequenceNumber)).toBe(true);
    expect(sent).toHaveLength(6);
  });

  it('numbers dropped packets like any other', () => {
    let packets = 0;
    const { it: stream, send, read, sent } = sender({ drop: () => (packets += 1) === 1 });
    send('one');
    send('two');
    expect(sent).toHaveLength(1);
    expect(read(0).extensionUint16(5)).toBe(2);
    expect(stream).toMatchObject({ dropped: 1, packets: 2, octets: 6 });
  });

  it('refuses a payload that does not fit into a packet', () => {
    const { it: stream } = sender();
    const payload = Buffer.alloc(stream.maxPayload + 1);
    stream.send(payload, 0, stream.maxPayload, 0, false);
    expect(() => stream.send(payload, 0, payload.length, 0, false)).toThrow(RangeError);
  });

  it('reports what it sent, with the time on both clocks', () => {
    const { it: stream, send } = sender();
    expect(stream.senderReport(0)).toBeUndefined();
    send('four');
    const report = stream.senderReport(1_000);
    expect(report).toMatchObject({ ssrc: 7, packets: 1, octets: 4, rtpTimestamp: stream.timestampAt(1_000) });
    const elapsed = (stream.timestampAt(2_000) - stream.timestampAt(1_000)) >>> 0;
    expect(elapsed).toBe(90_000);
  });
});
