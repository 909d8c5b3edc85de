import * as z from 'zod/mini';
import { commaSeparated, YES_OR_NO, yesOrNo, type ReadSetting } from '../config-values.ts';
import { readTrustedProxies, type TrustedProxies } from './client-address.ts';

/** Who people are, and how much of it they have to say. */
export interface AccessConfig {
  /** Whether one may sign in with the name and password of a local account. */
  readonly accounts: boolean;
  readonly displayNameRequired: boolean;
  readonly trustedProxies: TrustedProxies;
}

/** Most machines have one proxy, or a few. */
const MAX_PROXIES = 64;

export function readAccessConfig(read: ReadSetting): AccessConfig {
  return {
    accounts: read('ENABLE_ACCOUNTS', yesOrNo, YES_OR_NO, false),
    displayNameRequired: read('REQUIRE_DISPLAY_NAME', yesOrNo, YES_OR_NO, false),
    trustedProxies: read(
      'TRUSTED_PROXIES',
      trustedProxies,
      `none, or a comma-separated list of at most ${MAX_PROXIES} addresses and blocks such as 127.0.0.1, 10.0.0.0/8, fd00::/8`,
      LOOPBACK,
    ),
  };
}

const NOBODY: TrustedProxies = () => false;
/** A proxy on the same machine. */
const LOOPBACK = readTrustedProxies(['127.0.0.0/8', '::1']) ?? NOBODY;

const trustedProxies = z.pipe(
  commaSeparated,
  z.transform((blocks, context): TrustedProxies => {
    if (blocks.length === 1 && blocks[0]?.toLowerCase() === 'none') return NOBODY;
    const proxies = blocks.length > MAX_PROXIES ? undefined : readTrustedProxies(blocks);
    if (proxies !== undefined) return proxies;
    context.issues.push({ code: 'custom', input: blocks, message: 'neither an address nor a block' });
    return NOBODY;
  }),
);
