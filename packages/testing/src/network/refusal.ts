import { readFileSync } from 'node:fs';

/** Why no network can be made here, for people; undefined if it can. */
export function refusal(): string | undefined {
  if (process.platform !== 'linux') return 'Network namespaces are a thing of Linux.';
  if (process.getuid?.() !== 0) return 'Only root may make network namespaces.';
  if (process.env['TREFF_NO_NAMESPACES'] === '1') return 'TREFF_NO_NAMESPACES=1 leaves this out.';
  if (!mayMakeNetworks(readFileSync('/proc/self/status', 'utf8')))
    return 'This container denies network namespaces to its root.';
  return undefined;
}

/** Whether these lines of `/proc/<pid>/status` hold the capabilities for it (capabilities(7)): a container's root may lack them. */
export function mayMakeNetworks(status: string): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  if (effective === undefined) return false;
  const has = (capability: bigint) => (BigInt(`0x${effective}`) & (1n << capability)) !== 0n;
  return has(CAP_NET_ADMIN) && has(CAP_SYS_ADMIN);
}

const CAP_NET_ADMIN = 12n;
const CAP_SYS_ADMIN = 21n;
