import { LIMITS, TreffError, type ApiError, type ErrorCode } from '@treff/protocol';
import type { FastifyInstance } from 'fastify';
import * as z from 'zod/mini';
import { isOwnOrigin } from './access/origin.ts';

/** Adds routes to the HTTP server. */
export type HttpRoutes = (app: FastifyInstance) => void;

/**
 * Routes that a page calls. Requests that change something have to come from a page of ours (a browser says so, and cookies alone
 * prove nothing) with a body of JSON, if any. Nothing is cached. A {@link TreffError} becomes an {@link ApiError} with the status that fits.
 */
export function apiRoutes(publicUrl: string | undefined, define: HttpRoutes): HttpRoutes {
  return (app) => {
    // Encapsulated: what follows holds for these routes alone.
    void app.register(async (api) => {
      api.removeContentTypeParser('text/plain');
      api.addHook('onRequest', (request, reply, done) => {
        reply.headers({ 'cache-control': 'no-store', 'cross-origin-resource-policy': 'same-origin' });
        const { origin, host } = request.headers;
        const reads = request.method === 'GET' || request.method === 'HEAD';
        if (reads || isOwnOrigin(origin, host, publicUrl)) done();
        else done(new TreffError('auth/foreign-page'));
      });
      api.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
        if (error instanceof TreffError) {
          const { code, retryAfterMs } = error;
          if (retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(retryAfterMs / 1_000));
          const body: ApiError = { code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
          return reply.code(statusOf(code)).send(body);
        }
        const status = error.statusCode ?? 500;
        // A defect: the server's own handler logs it.
        if (status >= 500) throw error;
        const code: ErrorCode = status === 413 ? 'protocol/too-large' : 'protocol/malformed';
        return reply.code(status).send({ code } satisfies ApiError);
      });
      define(api);
    });
  };
}

/** For routes that take a body. */
export const WITH_BODY = { bodyLimit: LIMITS.requestBytes } as const;

/** What came in, by its schema. Throws `protocol/malformed`. */
export function parseBody<T>(schema: z.ZodMiniType<T>, body: unknown): T {
  const parsed = z.safeParse(schema, body);
  if (!parsed.success) throw new TreffError('protocol/malformed');
  return parsed.data;
}

function statusOf(code: ErrorCode): number {
  switch (code) {
    case 'auth/required':
    case 'auth/wrong-credentials':
      return 401;
    case 'auth/foreign-page':
    case 'permission/denied':
      return 403;
    case 'room/not-owned':
    case 'invitation/unknown':
      return 404;
    case 'room/taken':
    case 'room/too-many':
    case 'invitation/too-many':
      return 409;
    case 'auth/too-many-attempts':
    case 'protocol/rate-limited':
      return 429;
    case 'server/internal':
      return 500;
    default:
      return 400;
  }
}
