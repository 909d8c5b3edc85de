import { OPEN_POLICY, type AccessPolicy, type RolePolicy } from '@treff/conference';
import { LIMITS } from '@treff/protocol';
import * as z from 'zod/mini';
import { commaSeparated, wholeNumber, YES_OR_NO, yesOrNo, type ReadSetting } from '../config-values.ts';
import { readTrustedProxies, type TrustedProxies } from './client-address.ts';

/** Who people are, and how much of it they have to say. */
export interface AccessConfig {
  /** Whether one may sign in with the name and password of a local account. */
  readonly accounts: boolean;
  readonly displayNameRequired: boolean;
  /** Only who is signed in opens a room; others wait for them. */
  readonly secureDomain: boolean;
  /** Whether people who are not signed in come in at all. */
  readonly guests: boolean;
  readonly maxParticipants: number;
  /** How many digits, and nothing else, the password of a conference is. */
  readonly passwordDigits: number | undefined;
  /** Whether the joins of each address are limited. */
  readonly limitsJoins: boolean;
  readonly trustedProxies: TrustedProxies;
}

/**
 * What of it nobody could ever come in by, in words for the operator: who has to be signed in needs a way to. `signsIn`: whether there is one; `moderators`: who moderates.
 */
export function* contradictions(
  { secureDomain, guests }: AccessConfig,
  moderators: RolePolicy['moderators'],
  signsIn: boolean,
): Generator<string> {
  if (signsIn) return;
  const needs = 'needs a way to sign in: ENABLE_ACCOUNTS, OIDC_ISSUER, or a key for tokens.';
  if (secureDomain) yield `SECURE_DOMAIN=on ${needs}`;
  if (!guests) yield `ENABLE_GUESTS=off ${needs}`;
  if (moderators === 'authenticated' || moderators === 'token') yield `MODERATORS=${moderators} ${needs}`;
}

/** What the operator lays down for every conference. */
export function accessPolicy(config: AccessConfig): AccessPolicy {
  return {
    ...OPEN_POLICY,
    opens: config.secureDomain ? 'authenticated' : 'everyone',
    guests: config.guests,
    maxParticipants: config.maxParticipants,
    nameRequired: config.displayNameRequired,
    passwordDigits: config.passwordDigits,
  };
}

/** Most machines have one proxy, or a few. */
const MAX_PROXIES = 64;

export function readAccessConfig(read: ReadSetting): AccessConfig {
  return {
    accounts: read('ENABLE_ACCOUNTS', yesOrNo, YES_OR_NO, false),
    displayNameRequired: read('REQUIRE_DISPLAY_NAME', yesOrNo, YES_OR_NO, false),
    secureDomain: read('SECURE_DOMAIN', yesOrNo, YES_OR_NO, false),
    guests: read('ENABLE_GUESTS', yesOrNo, YES_OR_NO, true),
    maxParticipants: read(
      'MAX_PARTICIPANTS',
      wholeNumber(1, LIMITS.participants),
      `a number of people from 1 to ${LIMITS.participants}`,
      LIMITS.participants,
    ),
    passwordDigits: read<number | undefined>(
      'ROOM_PASSWORD_DIGITS',
      z.union([
        z.pipe(
          z.string().check(z.regex(/^(off|0)$/i)),
          z.transform((): undefined => undefined),
        ),
        wholeNumber(4, 20),
      ]),
      'a number of digits from 4 to 20, or off',
      undefined,
    ),
    limitsJoins: read('LIMIT_JOINS', yesOrNo, YES_OR_NO, true),
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
