import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { codeOf } from '@treff/protocol';
import { exportJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createOidcClient, type OidcChecks } from '../src/access/oidc-client.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const RS256 = { alg: 'RS256', kid: 'a' };
const SECRET = 'a-secret-that-has-more-than-32-bytes';
const CALLBACK = 'http://localhost:8000/login/oidc/callback';

/** A provider that says whatever a test wants it to say. */
const says = { idToken: '', userinfo: {}, status: 200 };
const server = createServer((request, response) => {
  const answer = (status: number, body: object) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  switch (request.url) {
    case '/.well-known/openid-configuration':
      return answer(200, {
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        userinfo_endpoint: `${issuer}/me`,
        jwks_uri: `${issuer}/keys`,
        id_token_signing_alg_values_supported: ['RS256', 'HS256'],
      });
    case '/token':
      return answer(says.status, { access_token: 'x', token_type: 'Bearer', id_token: says.idToken });
    case '/me':
      return answer(200, says.userinfo);
    default:
      return void exportJWK(publicKey).then((key) =>
        answer(200, { keys: [{ ...key, kid: 'a', alg: 'RS256' }] }),
      );
  }
});
let issuer = '';
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port');
  issuer = `http://127.0.0.1:${address.port}`;
});
beforeEach(() => {
  says.userinfo = { sub: '0815', name: 'Ann Lee' };
  says.status = 200;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

interface Lie {
  readonly claims?: object;
  readonly makeToken?: (claims: object) => Promise<string>;
}

/** How a sign-in ends in which the provider's ID token is this one. */
async function signInWith({ claims = {}, makeToken = signWith(privateKey, RS256) }: Lie): Promise<string> {
  const client = createClient();
  const { checks } = await client.begin(CALLBACK);
  says.idToken = await makeToken({ ...rightClaims(checks), ...claims });
  return client.finish(backWith(checks), checks).then(
    ({ identity }) => identity.displayName ?? '',
    (error: unknown) => codeOf(error),
  );
}

function createClient() {
  return createOidcClient({
    issuer,
    clientId: 'treff',
    clientSecret: SECRET,
    scopes: 'openid',
    label: undefined,
    claims: { name: 'name', moderator: undefined },
  });
}

function rightClaims({ nonce }: OidcChecks) {
  const now = Math.floor(Date.now() / 1_000);
  return { iss: issuer, aud: 'treff', sub: '0815', iat: now, exp: now + 300, nonce };
}

function signWith(key: KeyObject | Uint8Array, header: { alg: string; kid?: string }) {
  return (claims: object) => new SignJWT({ ...claims }).setProtectedHeader(header).sign(key);
}

/** A token without a signature (RFC 7519 section 6). */
async function unsigned(claims: object): Promise<string> {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(claims)}.`;
}

function backWith({ state }: OidcChecks): URL {
  return new URL(`${CALLBACK}?${new URLSearchParams({ code: 'x', state }).toString()}`);
}

test('an ID token that is right signs in', async () => {
  expect(await signInWith({})).toBe('Ann Lee');
});

test.each<[string, Lie]>([
  ['signed by somebody else', { makeToken: signWith(stranger.privateKey, RS256) }],
  [
    'signed with a key that the provider does not have',
    { makeToken: signWith(privateKey, { alg: 'RS256', kid: 'b' }) },
  ],
  ['signed with the shared secret', { makeToken: signWith(Buffer.from(SECRET), { alg: 'HS256' }) }],
  ['signed by nobody', { makeToken: unsigned }],
  ['of another issuer', { claims: { iss: 'https://id.example.org' } }],
  ['for another client', { claims: { aud: 'other' } }],
  ['of another sign-in', { claims: { nonce: 'other' } }],
  ['of no sign-in', { claims: { nonce: undefined } }],
  ['too old', { claims: { exp: 1_000_000_000 } }],
  ['of nobody', { claims: { sub: undefined } }],
])('an ID token that is %s does not sign in', async (_name, lie) => {
  expect(await signInWith(lie)).toBe('auth/oidc-failed');
});

test('what the provider says of somebody else is not taken for this one', async () => {
  says.userinfo = { sub: '4711', name: 'Ben' };
  expect(await signInWith({})).toBe('auth/oidc-failed');
});

test('a provider that has a defect of its own is said to be out of reach', async () => {
  says.status = 502;
  expect(await signInWith({})).toBe('auth/oidc-unavailable');
});

test('a provider without a place to sign out at signs nobody out', async () => {
  const client = createClient();
  expect(await client.endSessionUrl(undefined, 'http://localhost:8000/')).toBeUndefined();
});
