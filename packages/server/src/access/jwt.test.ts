import { createHmac, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TreffError } from '@treff/protocol';
import fc from 'fast-check';
import { exportJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createJwtVerifier, type JwtConfig, type JwtVerifier } from './jwt.ts';
import type { JwtKeySource } from './jwt-keys.ts';

const NOW = 1_800_000_000;
const SECRET = randomBytes(32).toString('hex');
const ANY = { issuers: ['*'], audiences: ['*'], subjects: ['*'] };
const CLAIMS = { iss: 'school', aud: 'treff', sub: 'meet.example.org', room: 'Lesson 7', exp: NOW + 60 };
const ROOM = 'lesson7';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treff-jwt-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const pemOf = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();

async function keyFile(content: string): Promise<JwtKeySource> {
  const path = join(folder, `${randomBytes(6).toString('hex')}.pem`);
  await writeFile(path, content);
  return { type: 'key-file', path };
}

function verifierOf(
  keys: JwtKeySource,
  accepted: JwtConfig['accepted'] = ANY,
  now = NOW,
): Promise<JwtVerifier> {
  return createJwtVerifier({ keys, accepted }, { wallClock: () => now * 1_000, jwksCooldownMs: 60_000 });
}
const bySecret: JwtKeySource = { type: 'secret', secret: SECRET };

function sign(
  claims: object,
  key: KeyObject | string = SECRET,
  header: { alg: string; kid?: string } = { alg: 'HS256' },
) {
  return new SignJWT({ ...claims })
    .setProtectedHeader(header)
    .sign(typeof key === 'string' ? new TextEncoder().encode(key) : key);
}

/** A token of exactly these texts, rightly signed by the secret. */
function signRaw(header: string, claims: string, secret: string | Buffer = SECRET): string {
  const signed = `${Buffer.from(header).toString('base64url')}.${Buffer.from(claims).toString('base64url')}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

async function codeFor(verifier: JwtVerifier, token: string, room = ROOM): Promise<string> {
  const outcome = await verifier.verify(token, room).catch((error: unknown) => error);
  if (!(outcome instanceof TreffError)) return outcome instanceof Error ? outcome.message : 'accepted';
  return outcome.code;
}

describe('a good token', () => {
  const symmetric = ['HS256', 'HS384', 'HS512'].map((alg) => ({ alg, key: SECRET, pem: undefined }));
  const asymmetric = [
    ...['RS256', 'RS384', 'RS512', 'PS256'].map((alg) => ({ alg, pair: rsa })),
    { alg: 'ES256', pair: p256 },
    { alg: 'ES384', pair: p384 },
  ].map(({ alg, pair }) => ({ alg, key: pair.privateKey, pem: pemOf(pair.publicKey) }));

  test.each([...symmetric, ...asymmetric])(
    'opens its room when it is signed with $alg',
    async ({ alg, key, pem }) => {
      const verifier = await verifierOf(pem === undefined ? bySecret : await keyFile(pem));
      const grant = await verifier.verify(await sign(CLAIMS, key, { alg }), ROOM);
      expect(grant).toMatchObject({ features: {}, exp: CLAIMS.exp * 1_000 });
    },
  );

  test('says who its bearer is and what they may', async () => {
    const verifier = await verifierOf(bySecret);
    const context = {
      user: {
        id: 'u-7',
        name: ' Ann\u202e  Lee ',
        email: 'ann@example.org',
        avatar: 'https://x.test/a.png',
        moderator: true,
      },
      features: { recording: 'true', livestreaming: false, 'of-tomorrow': true },
    };
    expect(await verifier.verify(await sign({ ...CLAIMS, context }), ROOM)).toEqual({
      identity: { id: 'jwt:school:u-7', displayName: 'Ann Lee', moderator: true },
      features: { recording: true, livestreaming: false, 'of-tomorrow': true },
      exp: CLAIMS.exp * 1_000,
    });
  });

  test.each([
    [{ moderator: true }, true],
    [{ moderator: 'true' }, true],
    [{ moderator: false }, false],
    [{ moderator: 'false' }, false],
    [{ affiliation: 'owner' }, true],
    [{ affiliation: 'member' }, false],
    [{ affiliation: 'outcast' }, undefined],
    [{ moderator: false, affiliation: 'owner' }, false],
    [{ moderator: null, affiliation: null }, undefined],
    [{}, undefined],
  ])('says with %j of moderating: %s', async (user, moderator) => {
    const verifier = await verifierOf(bySecret);
    const { identity } = await verifier.verify(await sign({ ...CLAIMS, context: { user } }), ROOM);
    expect(identity.moderator).toBe(moderator);
  });

  test('cuts a name that is too long, between characters', async () => {
    const verifier = await verifierOf(bySecret);
    const named = (name: string) => sign({ ...CLAIMS, context: { user: { name } } });
    const { identity } = await verifier.verify(await named(`x${'😀'.repeat(40)}`), ROOM);
    expect(identity.displayName).toBe(`x${'😀'.repeat(24)}`);
    expect((await verifier.verify(await named(' \u0007 '), ROOM)).identity.displayName).toBeUndefined();
  });

  test('without a user id is somebody of its own, and the same one each time', async () => {
    const verifier = await verifierOf(bySecret);
    const ids = async (token: string) => (await verifier.verify(token, ROOM)).identity.id;
    const [one, other] = [await sign(CLAIMS), await sign({ ...CLAIMS, exp: NOW + 61 })];
    expect(await ids(one)).toMatch(/^jwt:[\w-]{43}$/);
    expect(await ids(one)).toBe(await ids(one));
    expect(await ids(one)).not.toBe(await ids(other));
    expect(await ids(one)).not.toBe(await ids(await sign({ ...CLAIMS, context: { user: { id: '7' } } })));
  });

  test('is of another person when another issuer signed it, however the names are cut', async () => {
    const verifier = await verifierOf(bySecret);
    const idOf = async (iss: string, id: string | number) =>
      (await verifier.verify(await sign({ ...CLAIMS, iss, context: { user: { id } } }), ROOM)).identity.id;
    expect(await idOf('a', 'b:c')).not.toBe(await idOf('a:b', 'c'));
    expect(await idOf('a', 7)).toBe(await idOf('a', '7'));
    expect((await idOf('a', 'x'.repeat(1_000))).length).toBeLessThanOrEqual(256);
    expect(await idOf('a', 'x'.repeat(1_000))).not.toBe(await idOf('a', 'x'.repeat(1_001)));
  });

  test.each([
    ['*', 'anything'],
    ['Lesson 7', 'lesson7'],
    ['LESSON7', 'lesson7'],
    ['K%C3%A4se', 'käse'],
  ])('for the room %s opens %s', async (room, asked) => {
    expect(await codeFor(await verifierOf(bySecret), await sign({ ...CLAIMS, room }), asked)).toBe(
      'accepted',
    );
  });

  test('is good for 30 s more and 30 s before, because clocks differ', async () => {
    const token = await sign({ ...CLAIMS, nbf: NOW, exp: NOW + 60 });
    const at = async (now: number) => codeFor(await verifierOf(bySecret, ANY, now), token);
    expect(await at(NOW - 31)).toBe('auth/token-not-yet-valid');
    expect(await at(NOW - 30)).toBe('accepted');
    expect(await at(NOW + 89)).toBe('accepted');
    expect(await at(NOW + 90)).toBe('auth/token-expired');
  });

  test('may be for several audiences and for every tenant', async () => {
    const verifier = await verifierOf(bySecret, {
      issuers: ['school'],
      audiences: ['treff'],
      subjects: ['a', 'b'],
    });
    expect(await codeFor(verifier, await sign({ ...CLAIMS, aud: ['jitsi', 'treff'], sub: 'b' }))).toBe(
      'accepted',
    );
    expect(await codeFor(verifier, await sign({ ...CLAIMS, sub: '*' }))).toBe('accepted');
  });
});

describe('a token is refused', () => {
  const strict = { issuers: ['school'], audiences: ['treff'], subjects: ['meet.example.org'] };
  const verified = (keys: JwtKeySource = bySecret) => verifierOf(keys, strict);

  test.each<[string, object, string]>([
    ['expired', { exp: NOW - 31 }, 'auth/token-expired'],
    ['not yet valid', { nbf: NOW + 31 }, 'auth/token-not-yet-valid'],
    ['for another room', { room: 'Lesson 8' }, 'auth/token-wrong-room'],
    [
      'for a pattern of rooms',
      { room: 'lesson.*', context: { room: { regex: true } } },
      'auth/token-invalid',
    ],
    ['for no room', { room: undefined }, 'auth/token-invalid'],
    ['for a room that has no name', { room: '' }, 'auth/token-wrong-room'],
    ['without an end', { exp: undefined }, 'auth/token-invalid'],
    ['of another issuer', { iss: 'university' }, 'auth/token-invalid'],
    ['of an issuer by the name of everybody', { iss: '*' }, 'auth/token-invalid'],
    ['of no issuer', { iss: undefined }, 'auth/token-invalid'],
    ['for another audience', { aud: 'jitsi' }, 'auth/token-invalid'],
    ['for an audience by the name of everybody', { aud: '*' }, 'auth/token-invalid'],
    ['for no audience', { aud: undefined }, 'auth/token-invalid'],
    ['for no one of several audiences', { aud: [] }, 'auth/token-invalid'],
    ['of another tenant', { sub: 'meet.example.com' }, 'auth/token-invalid'],
    ['of no tenant', { sub: undefined }, 'auth/token-invalid'],
  ])('that is %s', async (_name, claims, code) => {
    expect(await codeFor(await verified(), await sign(CLAIMS))).toBe('accepted');
    expect(await codeFor(await verified(), await sign({ ...CLAIMS, ...claims }))).toBe(code);
  });

  test.each([
    { exp: String(NOW + 60) }, { exp: null }, { exp: true }, { exp: [NOW + 60] }, { nbf: 'now' }, { nbf: null },
    { iss: 7 }, { iss: '' }, { iss: ['school'] }, { aud: { 0: 'treff' } }, { aud: [['treff']] }, { sub: 7 }, { room: ['lesson7'] },
    { context: 'x' }, { context: [] }, { context: { user: 'ann' } }, { context: { user: { id: {} } } }, { context: { user: { id: 1.5 } } },
    { context: { user: { name: ['Ann'] } } }, { context: { user: { moderator: 1 } } }, { context: { user: { moderator: 'yes' } } },
    { context: { user: { affiliation: true } } }, { context: { features: ['recording'] } }, { context: { features: { recording: 1 } } },
    { context: { room: true } }, { context: { room: { regex: 'yes' } } }, { context: { user: { name: '\ud800' } } },
  ])('whose claims are of wrong types: %j', async (claims) => {
    const token = signRaw('{"alg":"HS256"}', JSON.stringify({ ...CLAIMS, ...claims }));
    expect(await codeFor(await verified(), token)).toBe('auth/token-invalid');
  }); // prettier-ignore

  test.each(['[]', '"x"', 'null', '7', '', '{"exp":1e999}', '{'])(
    'whose claims are no object of claims: %s',
    async (claims) => {
      expect(await codeFor(await verified(), signRaw('{"alg":"HS256"}', claims))).toBe('auth/token-invalid');
    },
  );

  test('that ends when no number can say', async () => {
    const claims = JSON.stringify(CLAIMS).replace(String(CLAIMS.exp), '1e999');
    expect(await codeFor(await verified(), signRaw('{"alg":"HS256"}', claims))).toBe('auth/token-invalid');
  });

  test.each(['none', 'None', 'NONE', 'nOnE', ''])('that names the algorithm %j', async (alg) => {
    const unsigned = signRaw(JSON.stringify({ alg }), JSON.stringify(CLAIMS))
      .split('.')
      .slice(0, 2)
      .join('.');
    for (const token of [`${unsigned}.`, unsigned, signRaw(JSON.stringify({ alg }), JSON.stringify(CLAIMS))])
      for (const keys of [bySecret, await keyFile(pemOf(rsa.publicKey))])
        expect(await codeFor(await verified(keys), token)).toBe('auth/token-invalid');
  });

  test('that is signed with another key', async () => {
    const rs256 = { alg: 'RS256' };
    expect(await codeFor(await verified(), await sign(CLAIMS, `${SECRET.slice(1)}x`))).toBe(
      'auth/token-invalid',
    );
    const byFile = await verified(await keyFile(pemOf(rsa.publicKey)));
    expect(await codeFor(byFile, await sign(CLAIMS, rsa.privateKey, rs256))).toBe('accepted');
    expect(await codeFor(byFile, await sign(CLAIMS, otherRsa.privateKey, rs256))).toBe('auth/token-invalid');
  });

  test('that takes the public key for a shared secret', async () => {
    const pem = pemOf(rsa.publicKey);
    const byFile = await verified(await keyFile(pem));
    const der = rsa.publicKey.export({ type: 'spki', format: 'der' });
    for (const secret of [pem, pem.trim(), pem.replaceAll('\n', ''), der]) {
      const token = signRaw('{"alg":"HS256","typ":"JWT"}', JSON.stringify(CLAIMS), secret);
      expect(await codeFor(byFile, token)).toBe('auth/token-invalid');
    }
  });

  test('that is signed with a key where there is only a secret', async () => {
    for (const { alg, pair } of [
      { alg: 'RS256', pair: rsa },
      { alg: 'ES256', pair: p256 },
    ])
      expect(await codeFor(await verified(), await sign(CLAIMS, pair.privateKey, { alg }))).toBe(
        'auth/token-invalid',
      );
  });

  test('that is signed with another algorithm than fits the key in the file', async () => {
    const byFile = await verified(await keyFile(pemOf(p256.publicKey)));
    for (const [alg, key] of [
      ['ES384', p384.privateKey],
      ['RS256', rsa.privateKey],
    ] as const)
      expect(await codeFor(byFile, await sign(CLAIMS, key, { alg }))).toBe('auth/token-invalid');
  });

  test('that brings its own key, in the header or by its name', async () => {
    const jwk = await exportJWK(otherRsa.publicKey);
    const pem = await keyFile(pemOf(rsa.publicKey));
    for (const extra of [{ jwk }, { jku: 'http://127.0.0.1:1/keys' }, { x5u: 'http://127.0.0.1:1/keys' }]) {
      const token = await new SignJWT({ ...CLAIMS })
        .setProtectedHeader({ alg: 'RS256', ...extra })
        .sign(otherRsa.privateKey);
      expect(await codeFor(await verified(pem), token)).toBe('auth/token-invalid');
    }
    for (const kid of ['../../../../dev/null', "' UNION SELECT 'x", '/etc/passwd', '']) {
      const token = signRaw(JSON.stringify({ alg: 'HS256', kid }), JSON.stringify(CLAIMS), '');
      expect(await codeFor(await verified(), token)).toBe('auth/token-invalid');
    }
  });

  test.each([
    ['{"alg":"HS256","crit":["exp"],"exp":1}'],
    ['{"alg":"HS256","crit":["b64"],"b64":true}'],
    ['{"alg":"HS256","crit":[]}'],
    ['{"alg":"HS256","b64":false}'],
    ['{"alg":"HS256","typ":"at+jwt"}'],
    ['{"alg":"HS256","typ":"logout+jwt"}'],
    ['{"alg":["HS256"]}'],
    ['{"alg":"HS256","alg":"HS256"}'],
    ['{"alg":"none","\\u0061lg":"HS256"}'],
    ['["HS256"]'],
    ['HS256'],
    ['{}'],
  ])('that has the header %s', async (header) => {
    expect(
      await codeFor(await verified(), signRaw('{"alg":"HS256","typ":"JWT"}', JSON.stringify(CLAIMS))),
    ).toBe('accepted');
    expect(await codeFor(await verified(), signRaw(header, JSON.stringify(CLAIMS)))).toBe(
      'auth/token-invalid',
    );
  });

  test('that says something twice', async () => {
    const claims = JSON.stringify({ ...CLAIMS, context: { user: { moderator: false } } });
    for (const twice of [
      claims.replace('{', '{"room":"Other",'),
      claims.replace('{', '{"\\u0072oom":"Other",'),
      claims.replace('"moderator":false', '"moderator":false,"moderator":true'),
    ]) {
      expect(JSON.parse(twice)).toHaveProperty('room');
      expect(await codeFor(await verified(), signRaw('{"alg":"HS256"}', twice))).toBe('auth/token-invalid');
    }
  });

  test('that is too long', async () => {
    const claims = (length: number) => JSON.stringify({ ...CLAIMS, fill: 'x'.repeat(length) });
    const token = (length: number) => signRaw('{"alg":"HS256"}', claims(length));
    const longest = Array.from({ length: 4_000 }, (_, length) => length).findLast(
      (length) => token(length).length <= 4_096,
    );
    expect(await codeFor(await verified(), token(longest ?? 0))).toBe('accepted');
    expect(await codeFor(await verified(), token((longest ?? 0) + 2))).toBe('auth/token-invalid');
  });

  test('that is nested as deep as fits, and takes nobody down', async () => {
    const deep = `${'['.repeat(1_200)}${']'.repeat(1_200)}`;
    const claims = JSON.stringify(CLAIMS);
    expect(
      await codeFor(await verified(), signRaw('{"alg":"HS256"}', claims.replace('{', `{"other":${deep},`))),
    ).toBe('accepted');
    expect(
      await codeFor(await verified(), signRaw('{"alg":"HS256"}', claims.replace('{', `{"context":${deep},`))),
    ).toBe('auth/token-invalid');
    expect(await codeFor(await verified(), signRaw(`{"alg":"HS256","x":${deep}}`, claims))).toBe('accepted');
  });

  test.each(['', '.', '..', 'a.b', 'a.b.c.d', 'a.b.c.d.e', 'e30.e30.e30', ' ', '\u0000', 'ä.ö.ü'])(
    'that is none: %j',
    async (token) => {
      expect(await codeFor(await verified(), token)).toBe('auth/token-invalid');
    },
  );

  test('that was changed anywhere', async () => {
    const verifier = await verified();
    const token = await sign({ ...CLAIMS, context: { user: { id: '7', moderator: false } } });
    const [good] = token.split(/\.(?=[^.]*$)/);
    const character = fc.constantFrom(...'ABCXYZabcxyz0189-_.='.split(''));
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(fc.nat(token.length), fc.constantFrom('replace', 'insert', 'remove', 'swap'), character),
          { minLength: 1, maxLength: 4 },
        ),
        async (changes) => {
          let changed = token;
          for (const [at, kind, letter] of changes) {
            const [before, after] = [changed.slice(0, at), changed.slice(at)];
            if (kind === 'replace') changed = `${before}${letter}${after.slice(1)}`;
            else if (kind === 'insert') changed = `${before}${letter}${after}`;
            else if (kind === 'remove') changed = `${before}${after.slice(1)}`;
            else changed = `${after}${before}`;
          }
          const bytes = (text: string) => Buffer.from(text.split('.')[2] ?? '', 'base64url');
          // The last letter of a signature has bits that nobody reads: such a token is the same one.
          fc.pre(!(changed.startsWith(`${good}.`) && bytes(changed).equals(bytes(token))));
          expect(await codeFor(verifier, changed)).toBe('auth/token-invalid');
        },
      ),
      { numRuns: 500 },
    );
  });

  test('without a word of what it holds', async () => {
    const verifier = await verified();
    const secretive = {
      ...CLAIMS,
      iss: 'whisper',
      context: { features: { whisper: 'whisper' }, user: { name: 7 } },
    };
    for (const claims of [
      secretive,
      { ...secretive, context: {} },
      { ...CLAIMS, context: { features: { whisper: 'whisper' } } },
    ]) {
      const error: unknown = await verifier
        .verify(await sign(claims), ROOM)
        .catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(TreffError);
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('whisper');
    }
  });
});

describe('a key file', () => {
  test.each<[string, () => string, RegExp]>([
    [
      'a private key',
      () => rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      /only the public one/,
    ],
    ['no key', () => 'hello', /no public key or certificate/],
    [
      'too short a key',
      () => pemOf(generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey),
      /2048 bits/,
    ],
    ['a key of another kind', () => pemOf(generateKeyPairSync('ed25519').publicKey), /P-256 and P-384/],
  ])('with %s is refused at the start', async (_name, content, message) => {
    await expect(verifierOf(await keyFile(content()))).rejects.toThrow(message);
  });

  test('that is not there is refused at the start, with its path', async () => {
    await expect(verifierOf({ type: 'key-file', path: '/nowhere/key.pem' })).rejects.toThrow(
      'JWT_KEY_FILE="/nowhere/key.pem" cannot be read',
    );
  });
});

describe('a key set', () => {
  /** Answers with what `keys` holds, and counts. */
  async function serveKeys() {
    const served = { keys: new Map<string, KeyObject>(), requests: 0, status: 200, extra: [] as object[] };
    const server = createServer((_request, response) => {
      served.requests += 1;
      void Promise.all([...served.keys].map(async ([kid, key]) => ({ ...(await exportJWK(key)), kid }))).then(
        (keys) =>
          response
            .writeHead(served.status, { 'content-type': 'application/json' })
            .end(JSON.stringify({ keys: [...keys, ...served.extra] })),
      );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('A TCP server has a port');
    const source: JwtKeySource = { type: 'jwks', url: `http://127.0.0.1:${address.port}/keys` };
    const stop = async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    };
    return { served, source, stop, [Symbol.asyncDispose]: stop };
  }
  const byKid = (kid: string, { privateKey }: { privateKey: KeyObject } = rsa, alg = 'RS256') =>
    sign(CLAIMS, privateKey, { alg, kid });
  const verifierFor = (keys: JwtKeySource, jwksCooldownMs: number) =>
    createJwtVerifier({ keys, accepted: ANY }, { wallClock: () => NOW * 1_000, jwksCooldownMs });

  test('is fetched when the first token comes, and once for many', async () => {
    await using keys = await serveKeys();
    keys.served.keys.set('a', rsa.publicKey).set('b', p256.publicKey);
    const verifier = await verifierFor(keys.source, 60_000);
    expect(keys.served.requests).toBe(0);
    expect(await codeFor(verifier, await byKid('a'))).toBe('accepted');
    expect(await codeFor(verifier, await byKid('b', p256, 'ES256'))).toBe('accepted');
    expect(await codeFor(verifier, await byKid('a', otherRsa))).toBe('auth/token-invalid');
    expect(await codeFor(verifier, await byKid('b', rsa, 'RS256'))).toBe('auth/token-invalid');
    expect(keys.served.requests).toBe(1);
  });

  test('is fetched again for a key that is new, and then the old one opens nothing', async () => {
    await using keys = await serveKeys();
    keys.served.keys.set('old', rsa.publicKey);
    const verifier = await verifierFor(keys.source, 0);
    expect(await codeFor(verifier, await byKid('old'))).toBe('accepted');
    keys.served.keys = new Map([['new', otherRsa.publicKey]]);
    expect(await codeFor(verifier, await byKid('new', otherRsa))).toBe('accepted');
    expect(await codeFor(verifier, await byKid('old'))).toBe('auth/token-invalid');
  });

  test('is not fetched again for every key that a stranger thinks of', async () => {
    await using keys = await serveKeys();
    keys.served.keys.set('a', rsa.publicKey);
    const verifier = await verifierFor(keys.source, 60_000);
    for (let index = 0; index < 20; index++)
      expect(await codeFor(verifier, await byKid(`made-up-${index}`, otherRsa))).toBe('auth/token-invalid');
    expect(keys.served.requests).toBe(1);
  });

  test('never holds a shared secret', async () => {
    await using keys = await serveKeys();
    keys.served.extra.push({ kty: 'oct', kid: 'a', k: Buffer.from(SECRET).toString('base64url') });
    const verifier = await verifierFor(keys.source, 0);
    expect(await codeFor(verifier, await sign(CLAIMS, SECRET, { alg: 'HS256', kid: 'a' }))).toBe(
      'auth/token-invalid',
    );
  });

  test('that can not be had is not the fault of the token', async () => {
    const keys = await serveKeys();
    keys.served.keys.set('a', rsa.publicKey);
    keys.served.status = 503;
    const verifier = await verifierFor(keys.source, 0);
    expect(await codeFor(verifier, await byKid('a'))).toBe('auth/token-unverifiable');
    keys.served.status = 200;
    expect(await codeFor(verifier, await byKid('a'))).toBe('accepted');
    await keys.stop();
    expect(await codeFor(verifier, await byKid('a'))).toBe('accepted');
    expect(await codeFor(await verifierFor(keys.source, 0), await byKid('a'))).toBe(
      'auth/token-unverifiable',
    );
  });
});
