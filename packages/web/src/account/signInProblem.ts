import { errorCode, type ErrorCode } from '@treff/protocol';
import type { Refusal } from './request.ts';

/** Why somebody is not signed in, as the page says it. */
export type SignInProblem =
  /** In words that this page has for it. */
  | { readonly name: 'wrong' | 'tooMany' | 'offline'; readonly retryAfterMs: number | undefined }
  /** In those that the code has everywhere. */
  | { readonly name: 'other'; readonly code: ErrorCode };

/** Nothing says which of name and password was wrong: that would tell strangers who has an account. */
export function problemOf(code: Refusal['code'], retryAfterMs?: number): SignInProblem {
  switch (code) {
    case 'auth/wrong-credentials':
      return { name: 'wrong', retryAfterMs };
    case 'auth/too-many-attempts':
      return { name: 'tooMany', retryAfterMs };
    case 'network/unreachable':
      return { name: 'offline', retryAfterMs };
    default:
      return { name: 'other', code };
  }
}

/** The code in an address that the server sent somebody to; undefined if there is none. Anybody can write an address: what is no code is not shown. */
export function codeIn(search: string): ErrorCode | undefined {
  const code = new URLSearchParams(search).get('error');
  if (code === null) return undefined;
  const known = errorCode.safeParse(code);
  return known.success ? known.data : 'server/internal';
}

/** A time to wait in words that people use: whole seconds up to a minute, then minutes; never less than it takes. */
export function waitOf(
  milliseconds: number | undefined,
): { readonly unit: 'seconds' | 'minutes'; readonly count: number } | undefined {
  if (milliseconds === undefined || milliseconds <= 0) return undefined;
  const seconds = Math.ceil(milliseconds / 1000);
  return seconds <= 60
    ? { unit: 'seconds', count: seconds }
    : { unit: 'minutes', count: Math.ceil(seconds / 60) };
}
