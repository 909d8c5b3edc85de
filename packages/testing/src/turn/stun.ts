import { createHash, createHmac, randomBytes } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** STUN messages (RFC 8489) with what TURN (RFC 8656) needs of them, for tests: nothing is checked that a test does not ask for. */
export interface Attribute {
  readonly type: number;
  readonly value: Buffer;
}

export interface Answer {
  /** Class and method. */
  readonly type: number;
  readonly transaction: Buffer;
  /** The first attribute of that type. */
  get(type: number): Buffer | undefined;
  /** Undefined for a success. */
  readonly error: number | undefined;
}

export interface Credentials {
  readonly username: string;
  readonly credential: string;
}

export const ATTRIBUTE = {
  channelNumber: 0x000c,
  lifetime: 0x000d,
  xorPeerAddress: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  xorRelayedAddress: 0x0016,
  requestedAddressFamily: 0x0017,
  requestedTransport: 0x0019,
} as const;

const USERNAME = 0x0006;
const MESSAGE_INTEGRITY = 0x0008;
const ERROR_CODE = 0x0009;
const COOKIE = 0x2112_a442;

/** Long-term credentials with what the server said to them (RFC 8489 section 9.2). */
export interface Challenge {
  readonly realm: Buffer;
  readonly nonce: Buffer;
}

/** A request, or an indication; the former signed if there are credentials. */
export function encode(
  type: number,
  attributes: (transaction: Buffer) => readonly Attribute[],
  signature?: Credentials & Challenge,
): { message: Buffer; transaction: Buffer } {
  const transaction = randomBytes(12);
  const parts = attributes(transaction).map(encodeAttribute);
  if (signature === undefined) return { message: withHeader(type, transaction, parts, 0), transaction };
  const { username, credential, realm, nonce } = signature;
  parts.push(
    encodeAttribute({ type: USERNAME, value: Buffer.from(username) }),
    encodeAttribute({ type: ATTRIBUTE.realm, value: realm }),
    encodeAttribute({ type: ATTRIBUTE.nonce, value: nonce }),
  );
  const key = createHash('md5').update(`${username}:${realm.toString()}:${credential}`).digest();
  const signed = withHeader(type, transaction, parts, 24);
  const value = createHmac('sha1', key).update(signed).digest();
  return {
    message: Buffer.concat([signed, encodeAttribute({ type: MESSAGE_INTEGRITY, value })]),
    transaction,
  };
}

export function decode(message: Buffer): Answer {
  const attributes: Attribute[] = [];
  for (let at = 20; at + 4 <= message.length;) {
    const length = message.readUInt16BE(at + 2);
    attributes.push({ type: message.readUInt16BE(at), value: message.subarray(at + 4, at + 4 + length) });
    at += 4 + length + ((4 - (length % 4)) % 4);
  }
  const get = (type: number) => attributes.find((attribute) => attribute.type === type)?.value;
  const code = get(ERROR_CODE);
  return {
    type: message.readUInt16BE(0),
    transaction: message.subarray(8, 20),
    get,
    error: code === undefined ? undefined : code.readUInt8(2) * 100 + code.readUInt8(3),
  };
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/**
 * XOR-PEER-ADDRESS (RFC 8656 section 18.3). An IPv6 address is given in full, as eight groups: exactly these bytes are sent, also for one that the
 * system would write as an IPv4 address.
 */
export function peerAddress(address: string, port: number, transaction: Buffer): Buffer {
  const bytes = isIPv4(address)
    ? Buffer.from(address.split('.').map(Number))
    : Buffer.from(
        address
          .split(':')
          .map((group) => group.padStart(4, '0'))
          .join(''),
        'hex',
      );
  const mask = Buffer.concat([uint32(COOKIE), transaction]);
  const head = Buffer.from([0, bytes.length === 4 ? 1 : 2, 0, 0]);
  head.writeUInt16BE(port ^ (COOKIE >>> 16), 2);
  return Buffer.concat([head, bytes.map((byte, index) => byte ^ mask.readUInt8(index))]);
}

function withHeader(type: number, transaction: Buffer, parts: readonly Buffer[], still: number): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(
    parts.reduce((sum, { length }) => sum + length, still),
    2,
  );
  head.writeUInt32BE(COOKIE, 4);
  return Buffer.concat([head, transaction, ...parts]);
}

function encodeAttribute({ type, value }: Attribute): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}
