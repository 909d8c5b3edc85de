import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { extname, relative, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import { LIMITS } from '@treff/protocol';
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { chooseEncoding, CompressedFiles } from './compressed-files.ts';
import type { HttpRoutes } from './http-api.ts';
import type { Logger } from './logger.ts';
import { COMMON_HEADERS, contentSecurityPolicy, readPagePath, renderPage } from './page.ts';

export interface HttpOptions {
  readonly logger: Logger;
  /** The folder of the built web app. */
  readonly webRoot: string;
  /** Whether meetings can be held now. */
  readonly isHealthy: () => Promise<boolean>;
  /** Routes beyond the pages. */
  readonly routes?: readonly HttpRoutes[];
}

/** Milliseconds that a request may take to arrive; bodies are small. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Vite puts a hash of the content into these names. */
const HASHED = 'assets/';
/** What of it is worth compressing. */
const COMPRESSIBLE: ReadonlyMap<string, string> = new Map([
  ['.css', 'text/css; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.json', 'application/json; charset=utf-8'],
  ['.svg', 'image/svg+xml; charset=utf-8'],
]);
/** What is in files that are no page: nothing of it may run, also when it is opened by itself. */
const FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/**
 * The HTTP side: the web app, rooms, health; GET and HEAD only, but for `routes`. The server does not listen yet; it is closed like any other. No
 * request is logged: addresses hold room names.
 */
export async function createHttpServer({
  logger,
  webRoot,
  isHealthy,
  routes = [],
}: HttpOptions): Promise<Server> {
  const files = listFiles(webRoot);
  const template = files.has('index.html') ? readFileSync(`${webRoot}/index.html`, 'utf8') : undefined;
  if (template === undefined) logger.warn({ webRoot }, 'the web app is not built: its pages answer 503');

  const compressed = new CompressedFiles(webRoot);
  let server: Server | undefined;
  const app = fastify({
    serverFactory: (handler) => {
      server = createServer(
        { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS },
        handler,
      );
      return server;
    },
    logger: false,
    bodyLimit: 1_024,
    // A room's name, each letter of it in percent-encoding.
    routerOptions: { maxParamLength: LIMITS.roomNameLength * 12 },
    frameworkErrors: (error, request, reply) => {
      // A percent-encoding that is none is taken literally, as part of a room's name.
      // No hook has run yet.
      reply.headers(COMMON_HEADERS);
      if (error.code === 'FST_ERR_BAD_URL') void answer(request, reply);
      else fail(reply, error.statusCode ?? 400);
    },
  });
  await app.register(fastifyStatic, {
    root: webRoot,
    serve: false,
    cacheControl: false,
  });

  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(COMMON_HEADERS);
    done();
  });
  app.get('/about/health', async (_request, reply) => {
    const healthy = await isHealthy();
    return reply
      .code(healthy ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ healthy });
  });
  for (const define of routes) define(app);
  app.get('/*', answer);
  app.setNotFoundHandler((request, reply) => {
    if (request.method === 'GET' || request.method === 'HEAD') return fail(reply, 404);
    return fail(reply.header('allow', 'GET, HEAD'), 405);
  });
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) logger.error({ err: error }, 'an HTTP request failed');
    return fail(reply, status);
  });
  await app.ready();
  if (server === undefined) throw new Error('fastify made no server');
  return server;

  /** A file of the app, a page, or where it is. */
  function answer(request: FastifyRequest, reply: FastifyReply) {
    const url = request.raw.url ?? '/';
    const end = url.indexOf('?');
    const path = end === -1 ? url : url.slice(0, end);
    const file = path.slice(1);
    if (files.has(file) && file !== 'index.html') {
      reply.header('content-security-policy', FILE_POLICY);
      if (!file.startsWith(HASHED)) return reply.header('cache-control', 'no-cache').sendFile(file);
      reply.header('cache-control', 'public, max-age=31536000, immutable').header('vary', 'accept-encoding');
      const type = COMPRESSIBLE.get(extname(file));
      const encoding = chooseEncoding(request.headers['accept-encoding']);
      if (type === undefined || encoding === undefined) return reply.sendFile(file);
      reply.header('content-encoding', encoding).type(type);
      return compressed.get(file, encoding).then((body) => reply.send(body));
    }
    const page = readPagePath(path);
    if (page.type === 'none') return fail(reply, 404);
    if (page.type === 'redirect') return reply.redirect(`${page.to}${end === -1 ? '' : url.slice(end)}`, 302);
    if (template === undefined) return fail(reply, 503);
    const nonce = randomBytes(16).toString('base64');
    return reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('cache-control', 'no-cache')
      .header('content-security-policy', contentSecurityPolicy(nonce, request.headers.host))
      .send(renderPage(template, nonce));
  }
}

function fail(reply: FastifyReply, status: number) {
  return reply.code(status).header('cache-control', 'no-store').send({ status });
}

/** Relative paths with `/`, as they appear in addresses. */
function listFiles(root: string): ReadonlySet<string> {
  try {
    const entries = readdirSync(root, { recursive: true, withFileTypes: true });
    return new Set(
      entries
        .filter((entry) => entry.isFile() && !entry.parentPath.includes('.vite'))
        .map((entry) => relative(root, `${entry.parentPath}/${entry.name}`).split(sep).join('/')),
    );
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Set();
    throw error;
  }
}
