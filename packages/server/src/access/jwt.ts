import { LIMITS, TreffError } from '@treff/protocol';
import { base64url, errors } from 'jose';
import * as z from 'zod/mini';
import { readClaims, type AcceptedClaims, type JwtGrant } from './jwt-claims.ts';
import { parseStrictJson } from './jwt-json.ts';
import { openKeys, type JwtKeyOptions, type JwtKeySource } from './jwt-keys.ts';

export type { JwtGrant } from './jwt-claims.ts';

export interface JwtConfig {
  readonly keys: JwtKeySource;
  readonly accepted: AcceptedClaims;
}

export interface JwtVerifier {
  /**
   * What a token (RFC 7519, with Jitsi's claims) grants in a room; `room` is normalised. Rejects with a {@link TreffError}:
   * `auth/token-invalid`, `-expired`, `-not-yet-valid`, `-wrong-room`, or `-unverifiable` when the keys can't be fetched. Nothing
   * of the token is in it.
   */
  verify(token: string, room: string): Promise<JwtGrant>;
}

export interface JwtVerifierOptions extends JwtKeyOptions {
  /** Milliseconds since the epoch as other machines see them. */
  readonly wallClock?: () => number;
}

/** Rejects when the key file is not usable, with a message for the operator. A key set is fetched later, when a token comes. */
export async function createJwtVerifier(
  { keys, accepted }: JwtConfig,
  { wallClock = Date.now, ...options }: JwtVerifierOptions = {},
): Promise<JwtVerifier> {
  const checkSignature = await openKeys(keys, options);
  return {
    async verify(token, room) {
      const header = token.length <= LIMITS.jwtLength ? COMPACT.exec(token)?.[1] : undefined;
      if (header === undefined) throw new TreffError('auth/token-invalid', 'not a signed token');
      // Before the signature is looked at, because this says how it is looked at.
      if (!z.safeParse(headerSchema, readJson(header)).success)
        throw new TreffError('auth/token-invalid', 'the header is not one of a JWT');
      const { payload } = await checkSignature(token).catch((error: unknown) => {
        throw refusalOf(error);
      });
      const signed = token.slice(0, token.lastIndexOf('.'));
      return readClaims(readJson(payload), { accepted, room, now: wallClock(), signed });
    },
  };
}

/** Header, claims and a signature; without one it is an unsecured token (`alg: none`). */
const COMPACT = /^([\w-]+)\.[\w-]+\.[\w-]+$/;

/** What is signed with the same key for another purpose (`at+jwt`, `logout+jwt`) is no ticket (RFC 8725 section 3.11). */
const headerSchema = z.object({
  alg: z.string(),
  typ: z.optional(z.string().check(z.regex(/^jwt$/i))),
  // Extensions that must be understood (RFC 7515 section 4.1.11): none are.
  crit: z.optional(z.never()),
  b64: z.optional(z.never()),
});

/** @param part as bytes, or in base64url */
function readJson(part: Uint8Array | string): unknown {
  try {
    const bytes = typeof part === 'string' ? base64url.decode(part) : part;
    return parseStrictJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    // Its message would show parts of the token.
    throw new TreffError('auth/token-invalid', 'not JSON, or a name is there twice');
  }
}

/** What jose says of the token is the token's fault; all else (no answer, no JSON, no key set) is not. */
function refusalOf(error: unknown): TreffError {
  const ofToken = [
    errors.JOSEAlgNotAllowed,
    errors.JOSENotSupported,
    errors.JWSInvalid,
    errors.JWSSignatureVerificationFailed,
    errors.JWKSNoMatchingKey,
    errors.JWKSMultipleMatchingKeys,
  ];
  return ofToken.some((type) => error instanceof type)
    ? new TreffError('auth/token-invalid', 'the signature is none of a known key')
    : new TreffError('auth/token-unverifiable', 'the keys can not be fetched or used');
}
