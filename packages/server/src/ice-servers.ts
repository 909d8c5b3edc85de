import { createHmac, randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { LIMITS, type IceServers } from '@treff/protocol';

export interface IceServersOptions {
  /** UDP port of the STUN responder; absent: there is none. */
  readonly stunPort: number | undefined;
  readonly turn: TurnServers | undefined;
  /** Where people open the page, if that is known. */
  readonly publicUrl: string | undefined;
  /** Milliseconds since the epoch as other machines see them, not monotonic: a TURN server compares with its own clock. */
  readonly wallClock?: () => number;
}

/** TURN servers that share a secret with this one. */
export interface TurnServers {
  /** RFC 7065. */
  readonly urls: readonly string[];
  readonly secret: string;
}

/** Milliseconds for which credentials open allocations. What is allocated lives on after that. */
const CREDENTIALS_MS = 300_000;

/**
 * Says which STUN and TURN servers a client is told of; `host` is the Host header of its request. Every call makes other credentials, which nobody can
 * connect with each other: user name and password of the REST API for TURN (draft-uberti-behave-turn-rest-00 section 2.2).
 */
export function createIceServers({
  stunPort,
  turn,
  publicUrl,
  wallClock = Date.now,
}: IceServersOptions): (host: string | undefined) => IceServers {
  const publicHost = publicUrl === undefined ? undefined : new URL(publicUrl).hostname;
  return (hostHeader) => {
    const host = publicHost ?? hostOf(hostHeader);
    const stun = stunPort === undefined || host === undefined ? [] : [{ urls: [`stun:${host}:${stunPort}`] }];
    if (turn === undefined) return { servers: stun };
    const username = `${Math.floor((wallClock() + CREDENTIALS_MS) / 1_000)}:${randomBytes(8).toString('hex')}`;
    const credential = createHmac('sha1', turn.secret).update(username).digest('base64');
    return {
      servers: [...stun, { urls: [...turn.urls], username, credential }],
      expiresInMs: CREDENTIALS_MS,
    };
  };
}

/**
 * Whether this is the address of a TURN server (RFC 7065 section 3.1) that browsers take:
 * `turn:turn.example.org:3478?transport=udp`, `turns:[2001:db8::7]`.
 */
export function isTurnUrl(text: string): boolean {
  if (text.length > LIMITS.iceServerString) return false;
  const { address, name, port } = TURN_URL.exec(text)?.groups ?? {};
  if (address === undefined && name === undefined) return false;
  if (address !== undefined && !isIPv6(address)) return false;
  return port === undefined || (Number(port) >= 1 && Number(port) <= 65_535);
}

const TURN_URL =
  /^turns?:(?:\[(?<address>[0-9a-f:.]{2,45})\]|(?<name>[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?))(?::(?<port>\d{1,5}))?(?:\?transport=(?:udp|tcp))?$/i;

/** Name or address in a Host header (RFC 9110 section 7.2), an IPv6 one in brackets; undefined if it is none. */
function hostOf(header: string | undefined): string | undefined {
  if (header === undefined || !/^(?:\[[0-9a-f:.]{2,45}\]|[a-z0-9_.-]{1,253})(?::\d{1,5})?$/i.test(header))
    return undefined;
  const hostname = URL.parse(`http://${header}`)?.hostname;
  return hostname === '' ? undefined : hostname;
}
