import type { Role } from '@treff/protocol';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import type { HttpRoutes } from '../http-api.ts';
import type { Logger } from '../logger.ts';
import type { Store } from '../store/store.ts';
import { createAccounts } from './accounts.ts';
import type { Identity } from './identity.ts';
import { createInvitations } from './invitations.ts';
import { createJwtVerifier } from './jwt.ts';
import { createOidcClient, type OidcClient, type OidcConfig } from './oidc-client.ts';
import { oidcRoutes } from './oidc.ts';
import { roomRoutes } from './room-routes.ts';
import { createOwnedRooms, type OwnedRoom } from './rooms.ts';
import { signInRoutes, type OidcSignIn } from './sign-in-routes.ts';
import { createSignIn } from './sign-in.ts';

/** Who people are outside of conferences, and what they own there. */
export interface Access {
  /** Who a browser is signed in as, by its Cookie header. */
  readonly identify: (cookies: string | undefined) => Promise<Identity | undefined>;
  /** Whose JSON Web Token it is. Rejects with a `TreffError`. Absent: tokens are not looked at. */
  readonly verifyJwt: ((token: string, room: string) => Promise<Identity>) | undefined;
  /** The role of an invitation to this room; `undefined`: it is none, or none any more. */
  readonly redeemInvitation: (room: string, secret: string) => Promise<{ role: Role } | undefined>;
  /** `undefined`: the room belongs to nobody. */
  readonly ownedRoom: (room: string) => Promise<OwnedRoom | undefined>;
  readonly routes: readonly HttpRoutes[];
}

export interface AccessOptions {
  readonly config: Pick<Config, 'access' | 'jwt' | 'oidc' | 'publicUrl'>;
  /** The data folder's. */
  readonly secret: Uint8Array;
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Wires the parts of this folder up. Rejects when the key that checks tokens is not usable, with a message for the operator. */
export async function createAccess({ config, secret, store, clock, logger }: AccessOptions): Promise<Access> {
  const { publicUrl } = config;
  const now = () => clock.now();
  const accounts = config.access.accounts ? createAccounts(store.accounts, now) : undefined;
  const signIn = createSignIn({ secret, accounts, oidc: config.oidc !== undefined, publicUrl, now });
  const rooms = createOwnedRooms(store.rooms, now, config.access.passwordDigits);
  const invitations = createInvitations(store.invitations, now);
  const jwt = config.jwt === undefined ? undefined : await createJwtVerifier(config.jwt);

  const client = config.oidc === undefined ? undefined : createOidcClient(config.oidc);
  const oidc =
    config.oidc === undefined || client === undefined ? undefined : offerOf(config.oidc, client, publicUrl);
  const routes = [
    signInRoutes({ ...config.access, signIn, accounts, oidc, publicUrl, clock }),
    roomRoutes({ signIn, rooms, invitations, publicUrl, clock }),
  ];
  if (client !== undefined) {
    const issue = (identity: Identity, extra?: { readonly idToken?: string }) =>
      signIn.issue({ kind: 'oidc', identity, ...extra });
    routes.push(oidcRoutes({ client, issue, secret, publicUrl, logger }));
  }
  return {
    identify: (cookies) => signIn.read(cookies),
    verifyJwt:
      jwt === undefined ? undefined : async (token, room) => (await jwt.verify(token, room)).identity,
    redeemInvitation: (room, invitation) => invitations.redeem(room, invitation, now()),
    ownedRoom: (room) => rooms.roomOf(room),
    routes,
  };
}

/** The provider as people see it. */
function offerOf(config: OidcConfig, client: OidcClient, publicUrl: string | undefined): OidcSignIn {
  return {
    label: config.label ?? new URL(config.issuer).hostname,
    endSession: async (idToken, origin) =>
      (await client.endSessionUrl(idToken, `${publicUrl ?? origin}/`)) ?? null,
  };
}
