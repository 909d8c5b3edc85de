import { LIMITS, TreffError, type ErrorCode } from '@treff/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../logger.ts';
import type { Identity } from './identity.ts';
import type { OidcClient } from './oidc-client.ts';
import { createFlowCookies, OIDC_PATH } from './oidc-flow.ts';
import { returnPathOf } from './return-path.ts';

export interface OidcRoutesOptions {
  readonly client: OidcClient;
  /** Signs the browser in: a value of `Set-Cookie`. The ID token is for signing out at the provider; too long a one is left out. */
  readonly issue: (identity: Identity, extra?: { readonly idToken?: string }) => string;
  /** Signs the cookie of a sign-in under way. */
  readonly secret: Uint8Array;
  readonly publicUrl: string | undefined;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly wallClock?: () => number;
}

/** Milliseconds after a warning for which the next ones are only logged for debugging: anybody can cause them. */
const WARN_EVERY_MS = 60_000;

/**
 * Signing in at an OpenID provider: `/login/oidc?return=/room` goes there, `/login/oidc/callback` comes back. Whatever goes wrong
 * ends at `/login?return=…&error=…` with one of the codes `auth/oidc-…`. Nothing that is logged holds a code, a token or a claim.
 */
export function oidcRoutes({
  client,
  issue,
  secret,
  publicUrl,
  logger,
  wallClock = Date.now,
}: OidcRoutesOptions): (app: FastifyInstance) => void {
  const cookies = createFlowCookies(secret, { secure: publicUrl?.startsWith('https:') === true });
  let warnedAt = -Infinity;

  async function begin(request: FastifyRequest, reply: FastifyReply) {
    const returnTo = returnPathOf(queryOf(request).get('return'));
    try {
      const { url, checks } = await client.begin(callbackOf(request, publicUrl).href);
      const flow = { checks, returnTo, expiresAt: wallClock() + LIMITS.oidcFlowMs };
      return await reply.header('set-cookie', cookies.keep(flow)).redirect(url, 302);
    } catch (error) {
      return fail(reply, error, returnTo);
    }
  }

  async function finish(request: FastifyRequest, reply: FastifyReply) {
    const flow = cookies.read(request.headers.cookie, wallClock());
    // It is used up, however this ends: the same answer opens nothing again.
    reply.header('set-cookie', cookies.drop);
    if (flow === undefined) {
      logger.debug({}, 'somebody came back from the OpenID provider who did not go there, or too long ago');
      return sendBack(reply, 'auth/oidc-failed', '/');
    }
    try {
      const address = callbackOf(request, publicUrl);
      address.search = queryOf(request).toString();
      const { identity, idToken } = await client.finish(address, flow.checks);
      const extra = idToken.length <= LIMITS.idTokenLength ? { idToken } : {};
      return await reply.header('set-cookie', issue(identity, extra)).redirect(flow.returnTo, 302);
    } catch (error) {
      return fail(reply, error, flow.returnTo);
    }
  }

  function fail(reply: FastifyReply, error: unknown, returnTo: string) {
    if (!(error instanceof TreffError)) throw error;
    const facts = { reason: error.message };
    if (error.code === 'auth/oidc-denied' || wallClock() - warnedAt < WARN_EVERY_MS)
      logger.debug(facts, 'signing in at the OpenID provider failed');
    else {
      warnedAt = wallClock();
      logger.warn(facts, 'signing in at the OpenID provider failed');
    }
    return sendBack(reply, error.code, returnTo);
  }

  return (app) => {
    const unstored = { onRequest: noStore };
    app.get(OIDC_PATH, unstored, (request, reply) => begin(request, reply));
    app.get(`${OIDC_PATH}/callback`, unstored, (request, reply) => finish(request, reply));
  };
}

/** The page that says what went wrong, and lets the person try again. */
function sendBack(reply: FastifyReply, error: ErrorCode, returnTo: string) {
  const query = new URLSearchParams({ return: returnTo, error });
  return reply.redirect(`/login?${query.toString()}`, 302);
}

function noStore(_request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  reply.header('cache-control', 'no-store');
  done();
}

/** The provider compares it with what it knows, so a forged Host header leads nowhere. */
function callbackOf(request: FastifyRequest, publicUrl: string | undefined): URL {
  const host = request.headers.host ?? '';
  const origin = publicUrl ?? (HOST.test(host) ? `http://${host}` : undefined);
  const url = origin === undefined ? null : URL.parse(`${OIDC_PATH}/callback`, origin);
  if (url === null) throw new TreffError('auth/oidc-failed', 'the request names no host');
  return url;
}

/** Host and port (RFC 9110 section 7.2). */
const HOST = /^(?=.{1,260}$)([a-z0-9._-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/i;

function queryOf(request: FastifyRequest): URLSearchParams {
  const url = request.raw.url ?? '';
  const start = url.indexOf('?');
  return new URLSearchParams(start === -1 ? '' : url.slice(start));
}
