import { normaliseRoomName } from '@treff/protocol';

/** What a path of the web app stands for. Paths are as they come over the wire, percent-encoded, without the query. */
export type PagePath =
  | { readonly type: 'page' }
  /** The room's one true address; the query has to be kept. */
  | { readonly type: 'redirect'; readonly to: string }
  | { readonly type: 'none' };

/** `/` is the welcome page, `/login` and `/account` what they say, `/name` a room if the name is normalised, and redirects to it if it is not. */
export function readPagePath(path: string): PagePath {
  if (path === '/') return { type: 'page' };
  const segment = path.slice(1).replace(/\/+$/, '');
  if (segment.includes('/')) return { type: 'none' };
  if (NO_ROOMS.has(segment))
    return path === `/${segment}` ? { type: 'page' } : { type: 'redirect', to: `/${segment}` };
  const room = normaliseRoomName(segment);
  if (room === undefined) return { type: 'none' };
  const canonical = `/${encodeURIComponent(room)}`;
  return path === canonical ? { type: 'page' } : { type: 'redirect', to: canonical };
}

/** Pages of names that no room can have. */
const NO_ROOMS: ReadonlySet<string> = new Set(['login', 'account']);

/** In index.html, where the nonce of the response belongs. */
const NONCE_PLACEHOLDER = '__CSP_NONCE__';

/** The page with a nonce that must be used for one response only. */
export function renderPage(template: string, nonce: string): string {
  return template.replaceAll(NONCE_PLACEHOLDER, nonce);
}

/**
 * What the page may do (Content Security Policy Level 3): nothing but what is listed, and nothing anywhere else. Whoever likes may
 * embed it, as with Jitsi Meet: there is no `frame-ancestors`; the browser asks for camera and microphone there, too.
 * `host` as in the request; one that is none is left out, and then only browsers that take 'self' for sockets connect.
 */
export function contentSecurityPolicy(nonce: string, host: string | undefined): string {
  const sockets = host !== undefined && HOST.test(host) ? ` ws://${host} wss://${host}` : '';
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    `connect-src 'self'${sockets}`,
    "img-src 'self' data: blob:",
    "media-src 'self' blob: mediastream:",
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}

/** Host and port (RFC 9110 section 7.2), without what could end a CSP directive. */
const HOST = /^(?=.{1,260}$)([a-z0-9.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/i;

/** Headers of every response. */
export const COMMON_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(self), microphone=(self), display-capture=(self), speaker-selection=(self)',
};
