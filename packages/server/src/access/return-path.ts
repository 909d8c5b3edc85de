import { LIMITS } from '@treff/protocol';

/**
 * The path to go back to after signing in, from a stranger's link: one of this site, as it may stand in a `Location` header
 * (ASCII), or `/`. An address of another host in any of its disguises (`//…`, `/\…`, a tab in between, dots) is none.
 */
export function returnPathOf(text: unknown): string {
  if (typeof text !== 'string') return '/';
  // Browsers take a backslash for a slash, and leave control characters out.
  if (!isLocal(text) || /[\\\p{Cc}]/u.test(text)) return '/';
  const url = URL.parse(text, BASE);
  if (url?.origin !== BASE) return '/';
  const path = `${url.pathname}${url.search}${url.hash}`;
  // `/.//example.org` has become `//example.org`.
  return isLocal(path) && path.length <= LIMITS.returnPathLength ? path : '/';
}

const BASE = 'http://treff.invalid';

function isLocal(path: string): boolean {
  return path.startsWith('/') && !path.startsWith('//');
}
