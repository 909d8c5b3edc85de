import { isIPv4, isIPv6 } from 'node:net';
import type { IceCandidate } from '@treff/protocol';

/** One address of one network interface, as `os.networkInterfaces()` lists them. */
export interface InterfaceAddress {
  readonly interface: string;
  readonly address: string;
  readonly internal: boolean;
}

/** An address to bind. `wildcard` ones receive for every address of their family. */
export interface ListenAddress {
  readonly ip: string;
  readonly family: 4 | 6;
}

/** A machine full of containers has dozens of addresses; each costs every client two connectivity checks. */
const MAX_ANNOUNCED = 16;

/** Bridges and pairs that container engines and hypervisors make: nobody outside this machine reaches them. */
const VIRTUAL = /^(docker|br-|veth|virbr|vnet|cni|flannel|cali|podman|lxc|lxd|kube|ifb)/;

/**
 * The addresses that clients are told, best first, at most 16. With `advertised` (`JVB_ADVERTISE_IPS`) exactly those: who
 * names them knows the network, and addresses of an inner network are nobody's business. Otherwise every address
 * of this machine, the ones outsiders may reach first and loopback last, so that `localhost` works also where it is all there
 * is or where a container's ports are mapped to it. Link-local addresses are left out: IPv6 ones mean nothing without their zone.
 */
export function announcedAddresses(
  advertised: readonly string[],
  interfaces: readonly InterfaceAddress[],
): readonly string[] {
  if (advertised.length > 0) return unique(advertised).slice(0, MAX_ANNOUNCED);
  const usable = interfaces.filter(({ address }) => !isLinkLocal(address));
  const loopback = usable.filter(({ internal }) => internal).map(({ address }) => address);
  const outer = usable
    .filter(({ internal }) => !internal)
    .toSorted((one, other) => rank(one) - rank(other))
    .map(({ address }) => address);
  const last = unique(loopback.filter((address) => address === '127.0.0.1' || address === '::1'));
  return [...unique(outer).slice(0, MAX_ANNOUNCED - last.length), ...last];
}

/**
 * What to bind so that all announced addresses are served. Advertised addresses that this machine has itself are bound one by one:
 * then a reply leaves from the address that was asked, also on a machine with several. Else, as behind a NAT or with interfaces that
 * come and go, one wildcard socket per family. A family of which nothing is announced is not listened on.
 */
export function listenAddresses(
  advertised: readonly string[],
  interfaces: readonly InterfaceAddress[],
): readonly ListenAddress[] {
  const own = new Set(interfaces.map(({ address }) => address));
  const announced = announcedAddresses(advertised, interfaces);
  const families = [
    { family: 4, wildcard: '0.0.0.0', addresses: announced.filter((address) => isIPv4(address)) },
    { family: 6, wildcard: '::', addresses: announced.filter((address) => isIPv6(address)) },
  ] as const;
  return families.flatMap(({ family, wildcard, addresses }) => {
    if (addresses.length === 0) return [];
    if (advertised.length > 0 && addresses.every((address) => own.has(address))) {
      return addresses.map((ip) => ({ ip, family }));
    }
    // A wildcard IPv6 socket on a machine without IPv6 cannot be bound.
    if (family === 6 && !interfaces.some(({ address }) => isIPv6(address))) return [];
    return [{ ip: wildcard, family }];
  });
}

/** Host candidates (RFC 8445 section 5.1.2.1) for UDP and passive TCP (RFC 6544) on one port; earlier addresses and UDP are preferred. */
export function iceCandidates(addresses: readonly string[], port: number): IceCandidate[] {
  return (['udp', 'tcp'] as const).flatMap((protocol) =>
    addresses.map((address, index) => ({
      foundation: `${protocol}${index}`,
      priority: hostPriority((protocol === 'udp' ? 20_000 : 10_000) - 100 * index),
      ip: address,
      address,
      protocol,
      port,
      type: 'host' as const,
      ...(protocol === 'tcp' ? { tcpType: 'passive' as const } : {}),
    })),
  );
}

/** Type preference of a host candidate is 126, and there is one component, since RTCP is multiplexed. */
function hostPriority(localPreference: number): number {
  return 126 * 2 ** 24 + localPreference * 2 ** 8 + 255;
}

function rank({ interface: name, address }: InterfaceAddress): number {
  return (VIRTUAL.test(name) ? 2 : 0) + (isIPv6(address) ? 1 : 0);
}

function isLinkLocal(address: string): boolean {
  return /^fe[89ab][0-9a-f]:/i.test(address) || address.startsWith('169.254.');
}

function unique(addresses: readonly string[]): string[] {
  return [...new Set(addresses)];
}
