import * as z from 'zod/mini';
import { request, type Answer, type Fetch } from './request.ts';

const sessionView = z.object({
  /** Who is signed in here. */
  account: z.nullable(z.object({ id: z.string(), name: z.string(), displayName: z.string() })),
  /** How one can sign in. */
  signIn: z.object({
    password: z.boolean(),
    /** At an OpenID provider, whose name is `label`. */
    oidc: z.nullable(z.object({ label: z.string() })),
  }),
  /** Whether people in meetings need a name. */
  displayName: z.enum(['optional', 'required']),
  mayReserveRooms: z.boolean(),
});
export type Session = z.infer<typeof sessionView>;
export type Account = NonNullable<Session['account']>;

/** Where to go next: the provider may want to know that one signed out. */
const logoutResult = z.object({ redirect: z.nullable(z.string()) });

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
