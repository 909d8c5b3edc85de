/** Why somebody is not signed in, as the page says it. */
export interface SignInProblem {
  readonly name: (typeof PROBLEMS)[keyof typeof PROBLEMS] | 'other';
  readonly code: string;
  /** Milliseconds after which trying again may help. */
  readonly retryAfterMs: number | undefined;
}

/** Codes for which this page has words of its own. Nothing says which of name and password was wrong: that would tell strangers who has an account. */
const PROBLEMS = {
  'auth/wrong-credentials': 'wrong',
  'auth/too-many-attempts': 'tooMany',
  'network/unreachable': 'offline',
} as const;

export function problemOf(code: string, retryAfterMs?: number): SignInProblem {
  return { name: isKnown(code) ? PROBLEMS[code] : 'other', code, retryAfterMs };
}

/** The code in an address that the server sent somebody to; undefined if there is none. Anybody can write an address: what is no code is not shown. */
export function codeIn(search: string): string | undefined {
  const code = new URLSearchParams(search).get('error');
  if (code === null) return undefined;
  return /^[a-z0-9-]{1,32}\/[a-z0-9-]{1,32}$/.test(code) ? code : 'server/internal';
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

function isKnown(code: string): code is keyof typeof PROBLEMS {
  return Object.hasOwn(PROBLEMS, code);
}
