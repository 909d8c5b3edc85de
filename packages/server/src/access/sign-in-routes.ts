import { LIMITS, loginRequest, TreffError, type SessionView } from '@treff/protocol';
import type { FastifyRequest } from 'fastify';
import type { Clock } from '../clock.ts';
import { apiRoutes, parseBody, WITH_BODY, type HttpRoutes } from '../http-api.ts';
import { KeyedRate } from '../keyed-rate.ts';
import { TokenBucket } from '../rate.ts';
import { normaliseAccountName, type Accounts } from './accounts.ts';
import { addressPrefix, clientAddress, type TrustedProxies } from './client-address.ts';
import type { SignIn } from './sign-in.ts';

export interface SignInRoutesOptions {
  readonly signIn: SignIn;
  /** Absent: nobody signs in with a name and a password. */
  readonly accounts: Accounts | undefined;
  /** The OpenID provider, if there is one. */
  readonly oidc: OidcSignIn | undefined;
  readonly displayNameRequired: boolean;
  readonly publicUrl: string | undefined;
  readonly trustedProxies: TrustedProxies;
  readonly clock: Clock;
}

export interface OidcSignIn {
  /** What people call it. */
  readonly label: string;
  /**
   * Where somebody has to go to be signed out there, too, and whence they come back to `origin`; `null` if the provider knows of no
   * such place.
   */
  readonly endSession: (idToken: string | undefined, origin: string) => Promise<string | null>;
}

/** Signing in with a name and a password, signing out, and who one is. */
export function signInRoutes(options: SignInRoutesOptions): HttpRoutes {
  const { signIn, accounts, oidc, displayNameRequired, publicUrl, trustedProxies, clock } = options;
  const attempts = new Attempts(clock);

  const who = (request: FastifyRequest) => signIn.inspect(request.headers.cookie);

  return apiRoutes(publicUrl, (api) => {
    if (accounts !== undefined) {
      api.post('/api/login', WITH_BODY, async (request, reply) => {
        const { name, password } = parseBody(loginRequest, request.body);
        attempts.take(addressPrefix(clientAddress(request.raw, trustedProxies)), name);
        const account = await accounts.verify(name, password);
        if (account === undefined) throw new TreffError('auth/wrong-credentials');
        return reply
          .code(204)
          .header('set-cookie', signIn.issue({ kind: 'account', account }))
          .send();
      });
    }

    api.post('/api/logout', WITH_BODY, async (request, reply) => {
      const person = await who(request);
      const { origin = '' } = request.headers;
      const redirect =
        person?.kind === 'oidc' && oidc !== undefined ? await oidc.endSession(person.idToken, origin) : null;
      return reply.header('set-cookie', signIn.clear()).send({ redirect });
    });

    api.get('/api/session', async (request): Promise<SessionView> => {
      const person = await who(request);
      return {
        account:
          person === undefined
            ? null
            : {
                id: person.identity.id,
                name: person.name,
                displayName: person.identity.displayName ?? person.name,
              },
        signIn: {
          password: accounts !== undefined,
          oidc: oidc === undefined ? null : { label: oidc.label },
        },
        displayName: displayNameRequired ? 'required' : 'optional',
        mayReserveRooms: person !== undefined,
      };
    });
  });
}

/** How often somebody may try: from one address, with one name, and all together. */
class Attempts {
  readonly #clock: Clock;
  readonly #addresses = new KeyedRate({
    burst: LIMITS.signInBurst,
    perSecond: LIMITS.signInsPerSecond,
    keys: LIMITS.countedAddresses,
  });
  readonly #names = new KeyedRate({
    burst: LIMITS.signInBurstOfName,
    perSecond: 1_000 / LIMITS.signInPaceOfNameMs,
    keys: LIMITS.countedAddresses,
  });
  readonly #all: TokenBucket;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#all = new TokenBucket({
      burst: LIMITS.signInBurstOfAll,
      perSecond: LIMITS.signInsPerSecondOfAll,
      now: clock.now(),
    });
  }

  /** Counts one more. Throws `auth/too-many-attempts`, and counts nothing then: who is refused uses up nothing of anybody's. */
  take(address: string, typedName: string): void {
    const now = this.#clock.now();
    const name = normaliseAccountName(typedName) ?? '';
    const wait = Math.max(
      this.#addresses.wait(address, now),
      this.#names.wait(name, now),
      this.#all.wait(now),
    );
    if (wait > 0) throw new TreffError('auth/too-many-attempts', undefined, { retryAfterMs: wait });
    this.#addresses.take(address, now);
    this.#names.take(name, now);
    this.#all.take(now);
  }
}
