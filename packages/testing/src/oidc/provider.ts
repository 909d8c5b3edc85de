import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Provider, type ClientMetadata } from 'oidc-provider';
import { freePort } from '../browser/server.ts';
import { Memory } from './memory.ts';
import { loginPage, page } from './pages.ts';

/** Somebody whom the provider knows. */
export interface OidcPerson {
  readonly login: string;
  readonly password: string;
  readonly sub: string;
  /** What it says of them to whoever asks for their profile. */
  readonly claims: Readonly<Record<string, unknown>>;
}

/** A real OpenID provider on the loopback, with one person and two clients, which may all sign in without being asked for more. */
export interface OidcProvider {
  /** `http://127.0.0.1:…`: another site than `localhost`, so that coming back is as it is on the Internet. */
  readonly issuer: string;
  readonly person: OidcPerson;
  /** A client that has a secret. */
  readonly client: { readonly id: string; readonly secret: string };
  /** A client that has none. */
  readonly publicClient: { readonly id: string };
  /** For Treff: `OIDC_ISSUER` and so on. */
  environment(): Readonly<Record<'OIDC_ISSUER' | 'OIDC_CLIENT_ID' | 'OIDC_CLIENT_SECRET', string>>;
  /** Lets people return to a Treff at this origin (`http://localhost:8000`). */
  allow(origin: string): void;
  /** Nobody answers at its address any more. Idempotent. */
  stop(): Promise<void>;
  /** It answers again, with all it knew. */
  restart(): Promise<void>;
}

const ANN: OidcPerson = {
  login: 'ann',
  password: 'only-tests-know-this',
  sub: '0815',
  claims: {
    name: 'Ann Lee',
    preferred_username: 'ann',
    groups: ['staff', 'teachers'],
    realm_access: { roles: ['moderator'] },
  },
};

/** Where it asks who somebody is; a form with the fields `login` and `password`, and a way to refuse. */
const INTERACTION = '/interaction/';

export async function startOidcProvider(person: OidcPerson = ANN): Promise<OidcProvider> {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const client = { id: 'treff', secret: randomBytes(24).toString('hex') };
  const publicClient = { id: 'treff-public' };
  const origins: string[] = [];
  const memory = new Memory(() => {
    const addresses: ClientMetadata = {
      client_id: client.id,
      redirect_uris: origins.map((origin) => `${origin}/login/oidc/callback`),
      post_logout_redirect_uris: origins.map((origin) => `${origin}/`),
    };
    return [
      { ...addresses, client_secret: client.secret },
      { ...addresses, client_id: publicClient.id, token_endpoint_auth_method: 'none' },
    ];
  });
  const provider = createProvider(issuer, person, memory);
  const handle = provider.callback();

  async function launch(): Promise<Server> {
    const server = createServer((request, response) => {
      if (request.url?.startsWith(INTERACTION) === true) void interact(provider, person, request, response);
      else void handle(request, response);
    }).listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }

  let server: Server | undefined = await launch();
  return {
    issuer,
    person,
    client,
    publicClient,
    environment: () => ({
      OIDC_ISSUER: issuer,
      OIDC_CLIENT_ID: client.id,
      OIDC_CLIENT_SECRET: client.secret,
    }),
    allow: (origin) => void origins.push(origin),
    async stop() {
      const stopped = server;
      if (stopped === undefined) return;
      server = undefined;
      stopped.closeAllConnections();
      stopped.close();
      await once(stopped, 'close');
    },
    async restart() {
      server ??= await launch();
    },
  };
}

function createProvider(issuer: string, person: OidcPerson, memory: Memory): Provider {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  return new Provider(issuer, {
    adapter: (kind) => memory.of(kind),
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'test', alg: 'RS256', use: 'sig' }] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    claims: { openid: ['sub'], profile: Object.keys(person.claims) },
    pkce: { required: () => true },
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      Grant: 600,
      IdToken: 600,
      Interaction: 600,
      Session: 600,
    },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        logoutSource(ctx, form) {
          ctx.body = page(
            'Sign out',
            `${form}<button form="op.logoutForm" name="logout" value="yes">Sign out</button>`,
          );
        },
        postLogoutSuccessSource(ctx) {
          ctx.body = page('Signed out', '');
        },
      },
    },
    interactions: { url: (_ctx, { uid }) => `${INTERACTION}${uid}` },
    findAccount: (_ctx, sub) =>
      sub === person.sub ? { accountId: sub, claims: () => ({ sub, ...person.claims }) } : undefined,
    // Whoever is signed in has agreed.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({
        clientId: oidc.client?.clientId,
        accountId: oidc.session?.accountId,
      });
      grant.addOIDCScope('openid profile');
      await grant.save();
      return grant;
    },
    renderError(ctx, { error }) {
      ctx.type = 'html';
      ctx.body = page('This did not work', `<p>${error.replaceAll(/[^a-z_]/g, '')}</p>`);
    },
  });
}

async function interact(
  provider: Provider,
  person: OidcPerson,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const show = (status: number, message: string) =>
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(loginPage(message));
  try {
    if (request.method !== 'POST') {
      await provider.interactionDetails(request, response);
      show(200, '');
      return;
    }
    const form = new URLSearchParams(await text(request));
    if (form.has('cancel')) await provider.interactionFinished(request, response, { error: 'access_denied' });
    else if (form.get('login') === person.login && form.get('password') === person.password)
      await provider.interactionFinished(request, response, { login: { accountId: person.sub } });
    else show(401, 'Wrong name or password.');
  } catch {
    // Of another browser, or over.
    show(400, 'This sign-in is over.');
  }
}
