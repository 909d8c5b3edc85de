/** The page for signing in, which leads back to this one. */
export function signInAddress({ pathname, search, hash }: Location = window.location): string {
  return `/login?return=${encodeURIComponent(`${pathname}${search}${hash}`)}`;
}
