import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { LIMITS } from '@treff/protocol';
import { compactVerify, createRemoteJWKSet, type CompactVerifyResult } from 'jose';

/** Where the key comes from that tokens are signed with; there is one, so a key is never taken for one of another kind. */
export type JwtKeySource =
  | { readonly type: 'secret'; readonly secret: string }
  /** A public key or a certificate, PEM. */
  | { readonly type: 'key-file'; readonly path: string }
  /** A JSON Web Key Set (RFC 7517), fetched when it is needed and again when a token names a key that is not in it. */
  | { readonly type: 'jwks'; readonly url: string };

/** Checks the signature of a JWS in compact form (RFC 7515). Rejects with an error of jose's, or of `fetch`. */
export type SignatureCheck = (token: string) => Promise<CompactVerifyResult>;

export interface JwtKeyOptions {
  readonly jwksCooldownMs?: number;
}

/** RFC 7518 wants longer secrets for the longer ones; Jitsi's users have one, and 32 bytes are as hard to guess whatever the hash. */
const OF_SECRETS = ['HS256', 'HS384', 'HS512'];
const OF_RSA = ['RS256', 'RS384', 'RS512', 'PS256'];
const OF_KEY_SETS = [...OF_RSA, 'ES256', 'ES384'];

/**
 * Which algorithms are possible follows from the kind of key and never from the token (RFC 8725 section 3.1). Rejects when the
 * file is not usable, with a message for the operator.
 */
export async function openKeys(
  source: JwtKeySource,
  { jwksCooldownMs = LIMITS.jwksCooldownMs }: JwtKeyOptions = {},
): Promise<SignatureCheck> {
  switch (source.type) {
    case 'secret': {
      const secret = new TextEncoder().encode(source.secret);
      return (token) => compactVerify(token, secret, { algorithms: OF_SECRETS });
    }
    case 'key-file': {
      const { key, algorithms } = await readPublicKey(source.path);
      return (token) => compactVerify(token, key, { algorithms });
    }
    case 'jwks': {
      const keys = createRemoteJWKSet(new URL(source.url), {
        cooldownDuration: jwksCooldownMs,
        timeoutDuration: LIMITS.jwksTimeoutMs,
      });
      return (token) => compactVerify(token, keys, { algorithms: OF_KEY_SETS });
    }
  }
}

async function readPublicKey(path: string): Promise<{ key: KeyObject; algorithms: string[] }> {
  const refuse = (why: string, cause?: unknown) =>
    new Error(`JWT_KEY_FILE=${JSON.stringify(path)} ${why}`, { cause });
  const pem = await readFile(path, 'utf8').catch((error: unknown) => {
    throw refuse('cannot be read.', error);
  });
  // Node would derive the public key from a private one; whoever signs tokens should keep that to themselves.
  if (pem.includes('PRIVATE KEY')) throw refuse('is a private key: only the public one is needed here.');
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch (error) {
    throw refuse('is no public key or certificate in PEM form.', error);
  }
  const algorithms = algorithmsOf(key);
  if (algorithms === undefined)
    throw refuse('is neither an RSA key of at least 2048 bits nor one of the curves P-256 and P-384.');
  return { key, algorithms };
}

function algorithmsOf({
  asymmetricKeyType: type,
  asymmetricKeyDetails: details,
}: KeyObject): string[] | undefined {
  if (type === 'rsa' && (details?.modulusLength ?? 0) >= 2_048) return OF_RSA;
  if (type === 'ec' && details?.namedCurve === 'prime256v1') return ['ES256'];
  if (type === 'ec' && details?.namedCurve === 'secp384r1') return ['ES384'];
  return undefined;
}
