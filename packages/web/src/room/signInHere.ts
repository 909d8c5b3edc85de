import { signInPath } from '../account/returnPath.ts';

/** The address of the page for signing in, which leads back to this one. */
export function signInHere({ pathname, search, hash }: Location = window.location): string {
  return signInPath(`${pathname}${search}${hash}`);
}
