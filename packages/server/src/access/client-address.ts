import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv4 } from 'node:net';
import { addressBytes } from '../stun-message.ts';

/** Which peers are reverse proxies, whose word about where a request comes from is taken. */
export type TrustedProxies = (address: string) => boolean;

/** `blocks`: addresses or CIDR blocks (RFC 4632, RFC 4291 section 2.3). `undefined` if one is neither. */
export function readTrustedProxies(blocks: readonly string[]): TrustedProxies | undefined {
  const list = new BlockList();
  for (const block of blocks) {
    const [address = '', length, more] = block.split('/');
    const family = familyOf(address);
    if (family === undefined || more !== undefined) return undefined;
    const bits = family === 'ipv4' ? 32 : 128;
    if (length === undefined) list.addAddress(address, family);
    else if (/^\d{1,3}$/.test(length) && Number(length) <= bits)
      list.addSubnet(address, Number(length), family);
    else return undefined;
  }
  return (address) => {
    const family = familyOf(address);
    return family !== undefined && list.check(address, family);
  };
}

/**
 * Where a request comes from: its peer, or, if that is a trusted proxy, whom the proxy names in X-Forwarded-For. Each proxy appends
 * the peer it saw, so the header is read from the right, and only as far as those who wrote it are trusted: whatever stands further left the
 * client may have made up. IPv4 addresses that are mapped into IPv6 are given as IPv4 ones; empty if the connection is gone already.
 */
export function clientAddress(request: IncomingMessage, isTrusted: TrustedProxies): string {
  const header = request.headers['x-forwarded-for'];
  const hops = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',');
  let address = plainAddress(request.socket.remoteAddress ?? '') ?? '';
  while (isTrusted(address)) {
    const hop = hops.pop();
    const next = hop === undefined ? undefined : plainAddress(withoutPort(hop.trim()));
    if (next === undefined) break;
    address = next;
  }
  return address;
}

/**
 * What stands for one household or one machine when attempts are counted or somebody is kept out: an IPv4 address, or the first 64 bits
 * of an IPv6 one, of which anybody has the rest for themselves.
 */
export function addressPrefix(address: string): string {
  const plain = plainAddress(address);
  const bytes = plain === undefined || isIPv4(plain) ? undefined : addressBytes(plain);
  if (bytes === undefined) return plain ?? '';
  const groups = [0, 2, 4, 6].map((at) => bytes.readUInt16BE(at).toString(16));
  return `${groups.join(':')}::/64`;
}

/** Without a zone, and without the mapping of RFC 4291 section 2.5.5.2. `undefined`: it is no address. */
function plainAddress(text: string): string | undefined {
  const [address = ''] = text.split('%');
  if (isIP(address) === 0) return undefined;
  const bytes = isIPv4(address) ? undefined : addressBytes(address);
  const mapped = bytes?.subarray(0, 12).equals(MAPPED) === true ? bytes.subarray(12) : undefined;
  return mapped === undefined ? address : mapped.join('.');
}

const MAPPED = Buffer.from('00000000000000000000ffff', 'hex');

/** Some proxies add the port: `192.0.2.7:4711`, `[2001:db8::7]:4711`. */
function withoutPort(hop: string): string {
  return /^\[([^\]]*)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop;
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  switch (isIP(address)) {
    case 4:
      return 'ipv4';
    case 6:
      return 'ipv6';
    default:
      return undefined;
  }
}
