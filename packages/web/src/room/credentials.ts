import { LIMITS } from '@treff/protocol';
import * as z from 'zod/mini';
import { remember, type KeyValueStore } from '../app/browserStore.ts';

/** What a link may carry that says who comes, or that somebody invited them. */
export interface Credentials {
  /** A JSON Web Token, as in Jitsi Meet's links. */
  readonly jwt: string | undefined;
  /** The secret of an invitation. */
  readonly invitation: string | undefined;
}

/** Rooms whose credentials a tab remembers; older ones drop off. */
const CAPACITY = 8;

const kept = z.object({
  room: z.string().check(z.maxLength(LIMITS.roomNameLength)),
  jwt: z.optional(z.string().check(z.maxLength(LIMITS.jwtLength))),
  invitation: z.optional(z.string().check(z.maxLength(LIMITS.invitationLength))),
});

type Kept = z.infer<typeof kept>;

/** Where the credentials of a tab's rooms are kept; the tab's own storage, unless something else is given. */
function memory(storage: () => KeyValueStore = () => window.sessionStorage) {
  return remember<readonly Kept[]>('treff.credentials', z.array(kept), [], storage);
}

/** The page's own address, as far as it is needed here. */
export interface AddressBar {
  readonly href: string;
  /** Writes another address without loading it. */
  readonly replace: (href: string) => void;
}

const WINDOW: AddressBar = {
  get href() {
    return window.location.href;
  },
  replace: (href) => window.history.replaceState(window.history.state, '', href),
};

/**
 * The credentials with which this tab comes to the room. They are taken out of the address bar, so that whoever copies the address passes
 * nobody's rights on; until the tab is closed a reload finds them all the same.
 */
export function takeCredentials(
  room: string,
  bar: AddressBar = WINDOW,
  storage?: () => KeyValueStore,
): Credentials {
  const { href, jwt, invitation } = credentialsIn(bar.href);
  if (href !== bar.href) bar.replace(href);
  const tab = memory(storage);
  if (jwt === undefined && invitation === undefined) {
    const before = tab.get().find((one) => one.room === room);
    return { jwt: before?.jwt, invitation: before?.invitation };
  }
  const found = {
    room,
    ...(jwt !== undefined && { jwt }),
    ...(invitation !== undefined && { invitation }),
  };
  tab.set([found, ...tab.get().filter((one) => one.room !== room)].slice(0, CAPACITY));
  return { jwt, invitation };
}

/** From now on the tab comes to the room as anybody does. */
export function forgetCredentials(room: string, storage?: () => KeyValueStore): void {
  const tab = memory(storage);
  tab.set(tab.get().filter((one) => one.room !== room));
}

/**
 * What an address holds (`?jwt=`, `#jwt=`, `?invitation=`), and the address without it. What is too long to be one is as good as none. The rest of
 * the address stays as it was written.
 */
export function credentialsIn(href: string): Credentials & { readonly href: string } {
  const [beforeHash, hash] = splitAt(href, '#');
  const [base, search] = splitAt(beforeHash, '?');
  const query = pairsOf(search);
  const fragment = pairsOf(hash);
  const jwt = valueIn(query, 'jwt', LIMITS.jwtLength) ?? valueIn(fragment, 'jwt', LIMITS.jwtLength);
  const invitation = valueIn(query, 'invitation', LIMITS.invitationLength);
  const rest = (mark: string, pairs: readonly string[], ...names: string[]) => {
    const others = pairs.filter((pair) => !names.some((name) => pair.startsWith(`${name}=`)));
    return others.length === 0 ? '' : `${mark}${others.join('&')}`;
  };
  return {
    jwt,
    invitation,
    href: `${base}${rest('?', query, 'jwt', 'invitation')}${rest('#', fragment, 'jwt')}`,
  };
}

function splitAt(text: string, mark: string): readonly [before: string, after: string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function pairsOf(part: string): readonly string[] {
  return part.split('&').filter((pair) => pair !== '');
}

function valueIn(pairs: readonly string[], name: string, longest: number): string | undefined {
  const pair = pairs.find((one) => one.startsWith(`${name}=`));
  if (pair === undefined) return undefined;
  // Overrides in Jitsi's fragments are JSON, so some write quotes here, too.
  const value = decoded(pair.slice(name.length + 1)).replaceAll('"', '');
  return value === '' || value.length > longest ? undefined : value;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
