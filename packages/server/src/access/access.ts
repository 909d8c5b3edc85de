import type { Clock } from '../clock.ts';
import type { HttpRoutes } from '../http-api.ts';
import type { Store } from '../store/store.ts';
import { createAccounts } from './accounts.ts';
import type { AccessConfig } from './config-access.ts';
import { createInvitations, type Invitations } from './invitations.ts';
import { roomRoutes } from './room-routes.ts';
import { createOwnedRooms, type OwnedRooms } from './rooms.ts';
import { signInRoutes } from './sign-in-routes.ts';
import { createSignIn, type SignIn } from './sign-in.ts';

/** Who people are outside of conferences, and what they own. */
export interface Access {
  readonly signIn: SignIn;
  readonly rooms: OwnedRooms;
  readonly invitations: Invitations;
  readonly routes: readonly HttpRoutes[];
}

export interface AccessOptions {
  readonly config: AccessConfig;
  readonly publicUrl: string | undefined;
  /** The data folder's. */
  readonly secret: Uint8Array;
  readonly store: Store;
  readonly clock: Clock;
}

/** Wires the parts of this folder up. */
export function createAccess({ config, publicUrl, secret, store, clock }: AccessOptions): Access {
  const now = () => clock.now();
  const accounts = config.accounts ? createAccounts(store.accounts, now) : undefined;
  const signIn = createSignIn({ secret, accounts, oidc: false, publicUrl, now });
  const rooms = createOwnedRooms(store.rooms, now);
  const invitations = createInvitations(store.invitations, now);
  return {
    signIn,
    rooms,
    invitations,
    routes: [
      signInRoutes({ ...config, signIn, accounts, oidc: undefined, publicUrl, clock }),
      roomRoutes({ signIn, rooms, invitations, publicUrl, clock }),
    ],
  };
}
