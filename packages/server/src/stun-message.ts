import { isIPv4, isIPv6 } from 'node:net';
import { crc32 } from 'node:zlib';

/** Where a datagram came from, as the socket says it. */
export interface Sender {
  readonly address: string;
  readonly port: number;
}

/** A STUN message whose form is right (RFC 8489 section 5). What its attributes hold is not looked at. */
export interface StunMessage {
  /** Class and method. */
  readonly type: number;
  /** 12 bytes. */
  readonly transaction: Buffer;
  readonly attributes: readonly StunAttribute[];
}

export interface StunAttribute {
  readonly type: number;
  readonly value: Buffer;
}

/** Bytes: what fits into any path over IPv6 (RFC 8489 section 6.1). */
const LARGEST = 1_280 - 48;
const HEADER = 20;
const COOKIE = 0x2112_a442;
const BINDING_REQUEST = 0x0001;
const BINDING_SUCCESS = 0x0101;
const XOR_MAPPED_ADDRESS = 0x0020;
const FINGERPRINT = 0x8028;
/** Attributes from here on may be passed over by who does not know them. */
const OPTIONAL = 0x8000;

/**
 * The answer of a basic server (RFC 8489 section 12) to a datagram: for a Binding request the sender's address, with a FINGERPRINT if there was one.
 * Undefined for everything else, which is to stay unanswered. That goes for requests with attributes which have to be understood as well: a server
 * that everybody may ask, under an address that may not be theirs, is better silent than exact (the RFC would have it answer 420). Never throws.
 *
 * At most 24 bytes longer than the request.
 */
export function answerBinding(datagram: Buffer, sender: Sender): Buffer | undefined {
  const request = parseStun(datagram);
  if (request?.type !== BINDING_REQUEST) return undefined;
  if (request.attributes.some(({ type }) => type < OPTIONAL)) return undefined;
  const mapped = xorMappedAddress(sender, request.transaction);
  if (mapped === undefined) return undefined;
  const marked = request.attributes.at(-1)?.type === FINGERPRINT;
  const message = Buffer.concat([
    header(BINDING_SUCCESS, mapped.length + (marked ? 8 : 0), request.transaction),
    mapped,
  ]);
  return marked ? Buffer.concat([message, attribute(FINGERPRINT, fingerprintOf(message))]) : message;
}

/** Undefined for what is no STUN message, is cut off or has bytes too many, and for one whose FINGERPRINT is wrong or not the last. */
export function parseStun(datagram: Buffer): StunMessage | undefined {
  if (datagram.length < HEADER || datagram.length > LARGEST) return undefined;
  const type = datagram.readUInt16BE(0);
  if (type >= 0x4000 || datagram.readUInt32BE(4) !== COOKIE) return undefined;
  if (datagram.readUInt16BE(2) !== datagram.length - HEADER || datagram.length % 4 !== 0) return undefined;
  const attributes: StunAttribute[] = [];
  let at = HEADER;
  while (at < datagram.length) {
    const type = datagram.readUInt16BE(at);
    const start = at + 4;
    const end = start + datagram.readUInt16BE(at + 2);
    const next = end + padding(end);
    if (next > datagram.length) return undefined;
    const value = datagram.subarray(start, end);
    if (type === FINGERPRINT) {
      if (next !== datagram.length || !value.equals(fingerprintOf(datagram.subarray(0, at))))
        return undefined;
    }
    attributes.push({ type, value });
    at = next;
  }
  return { type, transaction: datagram.subarray(8, HEADER), attributes };
}

function header(type: number, length: number, transaction: Buffer): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt16BE(length, 2);
  bytes.writeUInt32BE(COOKIE, 4);
  return Buffer.concat([bytes, transaction]);
}

function attribute(type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value]);
}

/** RFC 8489 section 14.2. Undefined if the address is none. */
function xorMappedAddress({ address, port }: Sender, transaction: Buffer): Buffer | undefined {
  const bytes = addressBytes(address);
  if (bytes === undefined) return undefined;
  const mask = Buffer.alloc(4 + transaction.length);
  mask.writeUInt32BE(COOKIE);
  transaction.copy(mask, 4);
  const value = Buffer.alloc(4 + bytes.length);
  value.writeUInt8(bytes.length === 4 ? 1 : 2, 1);
  value.writeUInt16BE(port ^ (COOKIE >>> 16), 2);
  for (const [index, byte] of bytes.entries()) value.writeUInt8(byte ^ mask.readUInt8(index), 4 + index);
  return attribute(XOR_MAPPED_ADDRESS, value);
}

/** RFC 8489 section 14.7, over a message whose length counts the attribute already. */
function fingerprintOf(message: Buffer): Buffer {
  const value = Buffer.alloc(4);
  value.writeUInt32BE((crc32(message) ^ 0x5354_554e) >>> 0);
  return value;
}

function padding(length: number): number {
  return (4 - (length % 4)) % 4;
}

/** The 4 or 16 bytes of an address in text (RFC 4291 section 2.2), with or without a zone. */
export function addressBytes(text: string): Buffer | undefined {
  if (isIPv4(text)) return Buffer.from(text.split('.').map(Number));
  if (!isIPv6(text)) return undefined;
  const [address = ''] = text.split('%');
  const [left, right] = address.split('::').map(groupBytes);
  if (left === undefined) return undefined;
  if (right === undefined) return left;
  return Buffer.concat([left, Buffer.alloc(16 - left.length - right.length), right]);
}

/** Of a part of an IPv6 address; its end may be written as an IPv4 address. */
function groupBytes(groups: string): Buffer {
  if (groups === '') return Buffer.alloc(0);
  return Buffer.concat(
    groups.split(':').map((group) => {
      if (isIPv4(group)) return Buffer.from(group.split('.').map(Number));
      const bytes = Buffer.alloc(2);
      bytes.writeUInt16BE(Number.parseInt(group, 16));
      return bytes;
    }),
  );
}
