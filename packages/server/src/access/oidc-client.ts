import { LIMITS, TreffError } from '@treff/protocol';
import * as openid from 'openid-client';
import type { Identity } from './identity.ts';
import { identityOf, type ClaimMapping } from './oidc-claims.ts';

export interface OidcConfig {
  /** As it is in the provider's tokens. */
  readonly issuer: string;
  readonly clientId: string;
  /** Absent: a public client, which PKCE alone protects. */
  readonly clientSecret: string | undefined;
  /** With spaces between them. */
  readonly scopes: string;
  /** What people call it; absent: by the host of the issuer. */
  readonly label: string | undefined;
  readonly claims: ClaimMapping;
}

/** What the browser that begins a sign-in keeps, and has to show at its end. */
export interface OidcChecks {
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE (RFC 7636). */
  readonly verifier: string;
}

/** One OpenID provider: the code flow with PKCE (OpenID Connect Core 1.0 section 3.1). */
export interface OidcClient {
  /** Where to send somebody, and what is to be kept until they return. Rejects with `auth/oidc-unavailable`. */
  begin(redirectUri: string): Promise<{ readonly url: string; readonly checks: OidcChecks }>;
  /**
   * Who has returned; `address` is the whole one they returned to. Rejects with `auth/oidc-failed`, `-denied` or `-unavailable`;
   * the detail is the provider's or the library's code and holds nothing secret.
   */
  finish(
    address: URL,
    checks: OidcChecks,
  ): Promise<{ readonly identity: Identity; readonly idToken: string }>;
  /**
   * Where to send somebody who signed in here, so that they are signed out there too (OpenID Connect RP-Initiated Logout 1.0);
   * they come back to `returnTo`, which the provider has to know. `undefined`: the provider has no such place or can't be reached.
   */
  endSessionUrl(idToken: string | undefined, returnTo: string): Promise<string | undefined>;
}

/** Nothing is asked of the provider before somebody signs in: it may be down when the server starts. */
export function createOidcClient(
  config: OidcConfig,
  { now = () => performance.now() }: { readonly now?: () => number } = {},
): OidcClient {
  let known: { readonly provider: Promise<openid.Configuration>; readonly at: number } | undefined;

  /** As it described itself not long ago. What failed is asked again by the next one who signs in. */
  async function provider(): Promise<openid.Configuration> {
    if (known === undefined || now() - known.at > LIMITS.oidcDiscoveryMs)
      known = { provider: discover(config), at: now() };
    const asked = known;
    try {
      return await asked.provider;
    } catch (error) {
      if (known === asked) known = undefined;
      throw new TreffError('auth/oidc-unavailable', reasonOf(error));
    }
  }

  return {
    async begin(redirectUri) {
      const configuration = await provider();
      const checks = {
        state: openid.randomState(),
        nonce: openid.randomNonce(),
        verifier: openid.randomPKCECodeVerifier(),
      };
      const url = openid.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: config.scopes,
        state: checks.state,
        nonce: checks.nonce,
        code_challenge: await openid.calculatePKCECodeChallenge(checks.verifier),
        code_challenge_method: 'S256',
      });
      return { url: url.href, checks };
    },
    async finish(address, { state, nonce, verifier }) {
      const configuration = await provider();
      try {
        const tokens = await openid.authorizationCodeGrant(configuration, address, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (claims === undefined || tokens.id_token === undefined)
          throw new TreffError('auth/oidc-failed', 'there is no ID token');
        // Many providers put only the subject into the ID token.
        const more =
          configuration.serverMetadata().userinfo_endpoint === undefined
            ? {}
            : await openid.fetchUserInfo(configuration, tokens.access_token, claims.sub);
        return { identity: identityOf({ ...more, ...claims }, config.claims), idToken: tokens.id_token };
      } catch (error) {
        throw error instanceof TreffError ? error : new TreffError(codeOf(error), reasonOf(error));
      }
    },
    async endSessionUrl(idToken, returnTo) {
      const configuration = await provider().catch(() => undefined);
      if (configuration?.serverMetadata().end_session_endpoint === undefined) return undefined;
      const hint: Record<string, string> = idToken === undefined ? {} : { id_token_hint: idToken };
      return openid.buildEndSessionUrl(configuration, { ...hint, post_logout_redirect_uri: returnTo }).href;
    },
  };
}

function discover({ issuer, clientId, clientSecret }: OidcConfig): Promise<openid.Configuration> {
  const url = new URL(issuer);
  return openid.discovery(url, clientId, undefined, authenticationBy(clientSecret), {
    timeout: LIMITS.oidcTimeoutMs / 1_000,
    execute: [
      // The library leaves the ID token's signature to TLS; checked it costs one look at the provider's keys.
      openid.enableNonRepudiationChecks,
      // Only an issuer on this machine may do without TLS (config-tokens.ts).
      // oxlint-disable-next-line typescript/no-deprecated -- the library's way of saying that it is dangerous
      ...(url.protocol === 'http:' ? [openid.allowInsecureRequests] : []),
    ],
  });
}

/** As the provider can: by the header, which is the standard (OpenID Connect Discovery 1.0 section 3), else in the body. */
function authenticationBy(secret: string | undefined): openid.ClientAuth {
  if (secret === undefined) return openid.None();
  const header = openid.ClientSecretBasic(secret);
  const body = openid.ClientSecretPost(secret);
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (methods.includes('client_secret_basic') ? header : body)(server, ...rest);
  };
}

function codeOf(error: unknown): 'auth/oidc-failed' | 'auth/oidc-denied' | 'auth/oidc-unavailable' {
  if (error instanceof openid.AuthorizationResponseError) {
    if (error.error === 'access_denied') return 'auth/oidc-denied';
    return ['temporarily_unavailable', 'server_error'].includes(error.error)
      ? 'auth/oidc-unavailable'
      : 'auth/oidc-failed';
  }
  return isUnreachable(error) ? 'auth/oidc-unavailable' : 'auth/oidc-failed';
}

function isUnreachable(error: unknown): boolean {
  // `fetch` rejects with a TypeError whose cause says why.
  if (error instanceof TypeError) return error.cause instanceof Error;
  if (!(error instanceof openid.ClientError)) return false;
  if (error.code === 'OAUTH_TIMEOUT') return true;
  return error.cause instanceof Response && error.cause.status >= 500;
}

/** For the operator's log: codes alone. Messages and causes may hold what the provider sent. */
function reasonOf(error: unknown): string {
  if (error instanceof openid.ResponseBodyError) return `the provider answered ${printable(error.error)}`;
  if (error instanceof openid.WWWAuthenticateChallengeError)
    return `the provider answered ${printable(error.cause[0]?.parameters.error ?? String(error.status))}`;
  if (error instanceof openid.AuthorizationResponseError)
    return 'the provider sent the person back with an error';
  if (error instanceof openid.ClientError) return error.code ?? 'unknown';
  if (error instanceof TypeError && error.cause instanceof Error && 'code' in error.cause)
    return String(error.cause.code);
  return error instanceof Error ? error.name : 'unknown';
}

function printable(code: string): string {
  return /^[\w.-]{1,64}$/.test(code) ? code : 'an error';
}
