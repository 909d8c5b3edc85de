/** When packets arrived, by their transport-wide number (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1). */
export interface TransportFeedbackPacket {
  readonly type: 'transport-cc';
  readonly senderSsrc: number;
  readonly mediaSsrc: number;
  /** Number of the first packet that `deltas` tells of. */
  readonly baseSequence: number;
  /** What the first delta counts from, in 64 ms: 24 bits, signed. */
  readonly referenceTime: number;
  /** 0 to 255, one more with each feedback. */
  readonly feedbackCount: number;
  /**
   * One entry a packet from `baseSequence` on, at least one: 250 µs since the one that arrived before it in this list (the first:
   * since the reference time), -32768 to 32767; undefined for a packet that did not arrive.
   */
  readonly deltas: readonly (number | undefined)[];
}

const MISSING = 0;
const SMALL = 1;
const LARGE = 2;
/** Fixed part of the body: two SSRCs, base and count, reference time and feedback count. */
const HEAD = 16;
const MAX_RUN = 0x1fff;

/** Reads the body that follows an RTCP header. Undefined if it contradicts itself. */
export function readTransportFeedback(body: Buffer): TransportFeedbackPacket | undefined {
  if (body.length < HEAD) return undefined;
  const count = body.readUInt16BE(10);
  if (count === 0) return undefined;
  const symbols: number[] = [];
  let at = HEAD;
  while (symbols.length < count) {
    if (at + 2 > body.length) return undefined;
    const chunk = body.readUInt16BE(at);
    at += 2;
    if ((chunk & 0x8000) === 0) {
      const run = Math.min(chunk & MAX_RUN, count - symbols.length);
      if (run === 0) return undefined;
      const symbol = (chunk >> 13) & 3;
      for (let index = 0; index < run; index += 1) symbols.push(symbol);
    } else {
      const bits = (chunk & 0x4000) === 0 ? 1 : 2;
      for (let shift = 14 - bits; shift >= 0 && symbols.length < count; shift -= bits) {
        symbols.push((chunk >> shift) & (bits === 1 ? 1 : 3));
      }
    }
  }
  const deltas: (number | undefined)[] = [];
  for (const symbol of symbols) {
    const size = symbol === SMALL ? 1 : symbol === LARGE ? 2 : 0;
    if (at + size > body.length) return undefined;
    deltas.push(size === 0 ? undefined : size === 1 ? body.readUInt8(at) : body.readInt16BE(at));
    at += size;
  }
  return {
    type: 'transport-cc',
    senderSsrc: body.readUInt32BE(0),
    mediaSsrc: body.readUInt32BE(4),
    baseSequence: body.readUInt16BE(8),
    referenceTime: body.readIntBE(12, 3),
    feedbackCount: body.readUInt8(15),
    deltas,
  };
}

/** The body that follows an RTCP header, filled up to a word. Throws a `RangeError` where a field does not fit. */
export function writeTransportFeedback(packet: TransportFeedbackPacket): Buffer {
  const { deltas } = packet;
  if (deltas.length === 0 || deltas.length > 0xffff)
    throw new RangeError(`transport-cc of ${deltas.length} packets`);
  const symbols = deltas.map((delta) =>
    delta === undefined ? MISSING : delta >= 0 && delta <= 255 ? SMALL : LARGE,
  );
  const chunks = chunksOf(symbols);
  const size = HEAD + chunks.length * 2 + symbols.reduce<number>((sum, symbol) => sum + symbol, 0);
  const body = Buffer.alloc(Math.ceil(size / 4) * 4);
  body.writeUInt32BE(packet.senderSsrc, 0);
  body.writeUInt32BE(packet.mediaSsrc, 4);
  body.writeUInt16BE(packet.baseSequence, 8);
  body.writeUInt16BE(deltas.length, 10);
  body.writeIntBE(packet.referenceTime, 12, 3);
  body.writeUInt8(packet.feedbackCount, 15);
  let at = HEAD;
  for (const chunk of chunks) at = body.writeUInt16BE(chunk, at);
  for (const [index, delta] of deltas.entries()) {
    if (delta === undefined) continue;
    at = symbols[index] === SMALL ? body.writeUInt8(delta, at) : body.writeInt16BE(delta, at);
  }
  return body;
}

/** Runs where seven or more packets are alike, vectors of seven two-bit symbols elsewhere. */
function chunksOf(symbols: readonly number[]): number[] {
  const chunks: number[] = [];
  let at = 0;
  while (at < symbols.length) {
    const symbol = symbols[at] ?? MISSING;
    let run = 1;
    while (run < MAX_RUN && symbols[at + run] === symbol) run += 1;
    if (run >= 7 || at + run === symbols.length) {
      chunks.push((symbol << 13) | run);
      at += run;
    } else {
      let chunk = 0xc000;
      for (let index = 0; index < 7; index += 1)
        chunk |= (symbols[at + index] ?? MISSING) << (12 - index * 2);
      chunks.push(chunk);
      at += 7;
    }
  }
  return chunks;
}
