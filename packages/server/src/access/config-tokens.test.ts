import { describe, expect, test } from 'vitest';
import { readTokenSettings } from './config-tokens.ts';

const SECRET = '0123456789abcdef0123456789abcdef';

function read(environment: Record<string, string>) {
  const problems: string[] = [];
  return { ...readTokenSettings(environment, problems), problems };
}

test('by default nobody else signs people in', () => {
  expect(read({})).toEqual({ jwt: undefined, oidc: undefined, problems: [] });
  expect(read({ JWT_APP_SECRET: ' ', OIDC_ISSUER: '' })).toEqual({
    jwt: undefined,
    oidc: undefined,
    problems: [],
  });
});

describe('tokens', () => {
  test('are accepted from and for the app by its secret', () => {
    expect(read({ JWT_APP_ID: 'school', JWT_APP_SECRET: SECRET })).toMatchObject({
      jwt: {
        keys: { type: 'secret', secret: SECRET },
        accepted: { issuers: ['school'], audiences: ['school'], subjects: ['*'] },
      },
      problems: [],
    });
  });

  test('are accepted from and for whom the lists name', () => {
    const lists = {
      JWT_APP_ID: 'school',
      JWT_ACCEPTED_ISSUERS: 'a, b',
      JWT_ACCEPTED_AUDIENCES: '*',
      JWT_ACCEPTED_SUBJECTS: 'meet.example.org',
    };
    expect(read({ ...lists, JWT_KEY_FILE: '/etc/treff/key.pem' })).toMatchObject({
      jwt: {
        keys: { type: 'key-file', path: '/etc/treff/key.pem' },
        accepted: { issuers: ['a', 'b'], audiences: ['*'], subjects: ['meet.example.org'] },
      },
      problems: [],
    });
  });

  test.each([
    'https://id.example.org/keys',
    'http://localhost:8080/keys',
    'http://127.0.0.1/keys',
    'http://[::1]/keys',
  ])('are checked with the keys at %s', (url) => {
    expect(read({ JWT_APP_ID: 'school', JWT_JWKS_URL: url })).toMatchObject({
      jwt: { keys: { type: 'jwks', url } },
      problems: [],
    });
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ['a short secret', { JWT_APP_ID: 'a', JWT_APP_SECRET: SECRET.slice(1) }, /^JWT_APP_SECRET is shorter than 32 bytes/],
    ['two kinds of keys', { JWT_APP_ID: 'a', JWT_APP_SECRET: SECRET, JWT_KEY_FILE: 'k' }, /^JWT_APP_SECRET and JWT_KEY_FILE are set/],
    ['no key', { JWT_APP_ID: 'a' }, /nothing to check them with/],
    ['nobody to accept', { JWT_APP_SECRET: SECRET }, /set JWT_APP_ID/],
    ['no audience', { JWT_APP_SECRET: SECRET, JWT_ACCEPTED_ISSUERS: 'a' }, /JWT_ACCEPTED_AUDIENCES/],
    ['a hole in a list', { JWT_APP_ID: 'a', JWT_APP_SECRET: SECRET, JWT_ACCEPTED_ISSUERS: 'a,' }, /^JWT_ACCEPTED_ISSUERS="a," is not/],
    ['keys from afar without TLS', { JWT_APP_ID: 'a', JWT_JWKS_URL: 'http://id.example.org/keys' }, /^JWT_JWKS_URL=.* is not an https address/],
    ['keys from no address', { JWT_APP_ID: 'a', JWT_JWKS_URL: 'keys' }, /^JWT_JWKS_URL="keys" is not/],
  ])('are refused with %s', (_name, environment, problem) => {
    const { jwt, problems } = read(environment);
    expect(problems[0]).toMatch(problem);
    expect(problems.join()).not.toContain(SECRET.slice(1));
    expect(jwt === undefined || problems.length > 0).toBe(true);
  }); // prettier-ignore
});

describe('an OpenID provider', () => {
  const PROVIDER = { OIDC_ISSUER: 'https://id.example.org/', OIDC_CLIENT_ID: 'treff' };

  test('needs an issuer and a client id alone', () => {
    expect(read(PROVIDER)).toMatchObject({
      oidc: {
        issuer: 'https://id.example.org/',
        clientId: 'treff',
        clientSecret: undefined,
        scopes: 'openid profile',
        label: undefined,
        claims: { name: 'name', moderator: undefined },
      },
      problems: [],
    });
  });

  test('can be described further', () => {
    const more = {
      OIDC_CLIENT_SECRET: 'x',
      OIDC_SCOPES: 'openid groups',
      OIDC_LABEL: 'School account',
      OIDC_NAME_CLAIM: 'nickname',
      OIDC_MODERATOR_CLAIM: 'realm_access.roles=mode=rator',
    };
    expect(read({ ...PROVIDER, ...more })).toMatchObject({
      oidc: {
        clientSecret: 'x',
        scopes: 'openid groups',
        label: 'School account',
        claims: { name: 'nickname', moderator: { claim: 'realm_access.roles', value: 'mode=rator' } },
      },
      problems: [],
    });
  });

  test.each<[Record<string, string>, RegExp]>([
    [{ OIDC_ISSUER: 'https://id.example.org' }, /OIDC_ISSUER and OIDC_CLIENT_ID belong together/],
    [
      { OIDC_CLIENT_SECRET: 'whisper' },
      /^OIDC_CLIENT_SECRET: OIDC_ISSUER and OIDC_CLIENT_ID belong together/,
    ],
    [{ ...PROVIDER, OIDC_ISSUER: 'http://id.example.org' }, /^OIDC_ISSUER="http:.* is not an https address/],
    [{ ...PROVIDER, OIDC_ISSUER: 'http://127.0.0.1.example.org' }, /^OIDC_ISSUER=.* is not an https address/],
    [
      { ...PROVIDER, OIDC_ISSUER: 'https://user:pass@id.example.org' },
      /^OIDC_ISSUER=.* is not an https address/,
    ],
    [{ ...PROVIDER, OIDC_SCOPES: 'profile' }, /^OIDC_SCOPES="profile" is not/],
    [{ ...PROVIDER, OIDC_SCOPES: 'openid  profile' }, /^OIDC_SCOPES=/],
    [{ ...PROVIDER, OIDC_LABEL: 'x'.repeat(65) }, /^OIDC_LABEL=/],
    [{ ...PROVIDER, OIDC_MODERATOR_CLAIM: 'teachers' }, /^OIDC_MODERATOR_CLAIM="teachers" is not/],
  ])('is refused as %j', (environment, problem) => {
    const { problems } = read(environment);
    expect(problems).toEqual([expect.stringMatching(problem)]);
    expect(problems.join()).not.toContain('whisper');
  });
});
