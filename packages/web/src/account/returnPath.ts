/** Characters of a way back: more than any room with its settings in the fragment. */
const LONGEST = 8192;

/**
 * Where to go after signing in: `wanted` if it is a path of this site, else `/`. Links that others made up must not lead away from
 * here, however a browser may read them (`//host`, `/\host`, a tab in between). `origin` as in `location`.
 */
export function returnPath(wanted: string | null, origin: string): string {
  if (wanted === null || wanted.length > LONGEST || !wanted.startsWith('/')) return '/';
  if (!URL.canParse(wanted, origin)) return '/';
  const url = new URL(wanted, origin);
  // `/.//host` is a path of this site that reads as another host once it stands alone.
  if (url.origin !== origin || url.pathname.startsWith('//')) return '/';
  return `${url.pathname}${url.search}${url.hash}`;
}

/** The address of the page for signing in, which leads back to `path`. */
export function signInPath(path: string): string {
  return path === '/' ? '/login' : `/login?return=${encodeURIComponent(path)}`;
}
