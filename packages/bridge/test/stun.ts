import { createHmac, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createConnection, isIPv6 } from 'node:net';
import { crc32 } from 'node:zlib';
import type { IceCandidate, IceParameters } from '@treff/protocol';

/** Milliseconds; over loopback and a local interface an answer takes less than one. */
const TIMEOUT_MS = 10_000;
const BINDING_REQUEST = 0x0001;
const BINDING_SUCCESS = 0x0101;

/**
 * Makes the connectivity check of an ICE agent (RFC 8445 section 7.2.2) with one candidate, and resolves with the address that the answer came from.
 * Rejects when none comes.
 */
export async function checkCandidate(candidate: IceCandidate, ice: IceParameters): Promise<string> {
  const request = bindingRequest(ice);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const timer = setTimeout(() => reject(new Error(`no answer from ${candidate.address}`)), TIMEOUT_MS);
  const hear = (message: Buffer, from: string): void => {
    const transaction = request.subarray(8, 20);
    if (message.readUInt16BE(0) === BINDING_SUCCESS && message.subarray(8, 20).equals(transaction))
      resolve(from);
    else reject(new Error(`refused by ${from}`));
  };
  if (candidate.protocol === 'udp') {
    const socket = createSocket(isIPv6(candidate.address) ? 'udp6' : 'udp4');
    socket.on('error', reject);
    socket.on('message', (message, { address, port }) => hear(message, `${address} ${port}`));
    socket.send(request, candidate.port, candidate.address);
    return promise.finally(() => {
      clearTimeout(timer);
      socket.close();
    });
  }
  const socket = createConnection(candidate.port, candidate.address);
  socket.on('error', reject);
  // Framed by its length (RFC 4571).
  socket.on('data', (data) =>
    hear(data.subarray(2), `${socket.remoteAddress ?? ''} ${socket.remotePort ?? 0}`),
  );
  const length = Buffer.alloc(2);
  length.writeUInt16BE(request.length);
  socket.write(Buffer.concat([length, request]));
  return promise.finally(() => {
    clearTimeout(timer);
    socket.destroy();
  });
}

/** RFC 8489 section 5, with the attributes that ICE asks for. */
function bindingRequest({ usernameFragment, password }: IceParameters): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt16BE(BINDING_REQUEST, 0);
  header.writeUInt32BE(0x2112_a442, 4);
  const head = [header, randomBytes(12)];
  const attributes = [
    attribute(0x0006, Buffer.from(`${usernameFragment}:peer`)),
    attribute(0x0024, Buffer.from([0x6e, 0, 0x1e, 0xff])),
    attribute(0x802a, randomBytes(8)),
  ];
  // Each of the last two counts in the length over which it is made.
  setLength(header, attributes, 24);
  const integrity = createHmac('sha1', password)
    .update(Buffer.concat([...head, ...attributes]))
    .digest();
  attributes.push(attribute(0x0008, integrity));
  setLength(header, attributes, 8);
  const fingerprint = Buffer.alloc(4);
  fingerprint.writeUInt32BE((crc32(Buffer.concat([...head, ...attributes])) ^ 0x5354_554e) >>> 0);
  return Buffer.concat([...head, ...attributes, attribute(0x8028, fingerprint)]);
}

function setLength(header: Buffer, attributes: readonly Buffer[], still: number): void {
  header.writeUInt16BE(
    attributes.reduce((sum, { length }) => sum + length, still),
    2,
  );
}

function attribute(type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}
