import { logoutResult, sessionView, type SessionView } from '@treff/protocol';
import * as z from 'zod/mini';
import { request, type Answer, type Fetch } from './request.ts';

export type Session = SessionView;
export type Account = NonNullable<Session['account']>;

/** Signing in and out, and who one is: a cookie knows, which the page does not see. */
export interface SessionApi {
  read(): Promise<Answer<Session>>;
  /** Refused with `auth/wrong-credentials`, which does not say which of the two was wrong, or `auth/too-many-attempts`. */
  signIn(name: string, password: string): Promise<Answer<unknown>>;
  signOut(): Promise<Answer<z.infer<typeof logoutResult>>>;
}

export function createSessionApi(fetch: Fetch): SessionApi {
  return {
    read: () => request(fetch, 'GET', '/api/session', sessionView),
    signIn: (name, password) => request(fetch, 'POST', '/api/login', z.unknown(), { name, password }),
    signOut: () => request(fetch, 'POST', '/api/logout', logoutResult, {}),
  };
}

/** The server of this page. */
export const sessionApi = createSessionApi((path, init) => fetch(path, init));

/** Whether there is anything to sign in to. */
export function offersSignIn({ signIn }: Session): boolean {
  return signIn.password || signIn.oidc !== null;
}
