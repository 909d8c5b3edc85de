import { normaliseRoomName } from '@treff/protocol';

export type Route =
  | { readonly page: 'welcome' }
  | { readonly page: 'room'; readonly room: string }
  /** Signing in. */
  | { readonly page: 'login' }
  /** One's own rooms. */
  | { readonly page: 'account' }
  /** A path that names no room. */
  | { readonly page: 'invalid' };

/** What a path shows: `/` the welcome page, `/login` and `/account` what they say, any other segment a room. As in Jitsi Meet, a slash at the end changes nothing. */
export function routeOf(pathname: string): Route {
  const segments = pathname.split('/').filter((segment) => segment !== '');
  const [first] = segments;
  if (first === undefined) return { page: 'welcome' };
  if (segments.length === 1 && (first === 'login' || first === 'account')) return { page: first };
  const room = segments.length === 1 ? normaliseRoomName(first) : undefined;
  return room === undefined ? { page: 'invalid' } : { page: 'room', room };
}

/** The path of a room's page. */
export function pathOf(room: string): string {
  return `/${encodeURIComponent(room)}`;
}
