import * as z from 'zod/mini';
import { errorCode } from './errors.ts';
import { LIMITS } from './limits.ts';

/** `POST /api/login`. */
export const loginRequest = z.object({
  /** As it is typed. */
  name: z.string().check(z.maxLength(4 * LIMITS.accountNameLength)),
  password: z.string().check(z.maxLength(2 * LIMITS.accountPasswordLongest)),
});

/** `GET /api/session`: who the browser is signed in as, and what the operator offers and wants. */
export const sessionView = z.object({
  account: z.nullable(
    z.object({
      /** The identity's. */
      id: z.string().check(z.maxLength(LIMITS.identityIdLength)),
      /** What one signs in with, or what comes closest to it. */
      name: z.string(),
      /** The name others see. */
      displayName: z.string(),
    }),
  ),
  /** The ways there are. */
  signIn: z.object({
    password: z.boolean(),
    /** `label`: the provider's name. */
    oidc: z.nullable(z.object({ label: z.string() })),
  }),
  /** Whether people have to say who they are. */
  displayName: z.enum(['optional', 'required']),
  mayReserveRooms: z.boolean(),
});
export type SessionView = z.infer<typeof sessionView>;

/** The answer of `POST /api/logout`: where to go to be signed out at the provider, too. */
export const logoutResult = z.object({ redirect: z.nullable(z.string()) });

/** The body of every answer under `/api/` that is an error. */
export const apiError = z.object({
  code: errorCode,
  retryAfterMs: z.optional(z.int().check(z.minimum(0))),
});
export type ApiError = z.infer<typeof apiError>;
