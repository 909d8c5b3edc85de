import type { JwtConfig } from './jwt.ts';
import type { JwtKeySource } from './jwt-keys.ts';
import type { OidcConfig } from './oidc-client.ts';

/** Who signs people in instead of Treff. */
export interface TokenSettings {
  /** Absent: tokens are not accepted. */
  readonly jwt: JwtConfig | undefined;
  /** Absent: there is no OpenID provider. */
  readonly oidc: OidcConfig | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings of tokens and of the OpenID provider, named as in Jitsi's Docker images where those have them. What is wrong is
 * added to `problems`, in sentences; secrets are not told.
 */
export function readTokenSettings(environment: Environment, problems: string[]): TokenSettings {
  const settings = new Settings(environment, problems);
  return { jwt: readJwt(settings), oidc: readOidc(settings) };
}

/** RFC 7518 section 3.2: a key as long as the hash. Shorter ones are guessed from a single token. */
const SECRET_BYTES = 32;
const KEY_VARIABLES = ['JWT_APP_SECRET', 'JWT_KEY_FILE', 'JWT_JWKS_URL'] as const;

function readJwt(settings: Settings): JwtConfig | undefined {
  const sources = KEY_VARIABLES.filter((variable) => settings.get(variable) !== undefined);
  if (sources.length > 1) {
    settings.problem(`${sources.join(' and ')} are set: tokens are checked with one of them.`);
    return undefined;
  }
  const keys = readKeys(settings);
  const appId = settings.get('JWT_APP_ID');
  const issuers = settings.list('JWT_ACCEPTED_ISSUERS') ?? (appId === undefined ? undefined : [appId]);
  const audiences = settings.list('JWT_ACCEPTED_AUDIENCES') ?? (appId === undefined ? undefined : [appId]);
  const subjects = settings.list('JWT_ACCEPTED_SUBJECTS');
  if (sources.length === 0) {
    if (issuers !== undefined || audiences !== undefined || subjects !== undefined)
      settings.problem(
        `Tokens are described (JWT_…), and there is nothing to check them with: set one of ${KEY_VARIABLES.join(', ')}.`,
      );
    return undefined;
  }
  if (issuers === undefined || audiences === undefined) {
    settings.problem(
      `${sources.join()} is set and says nothing of whose tokens are accepted: set JWT_APP_ID, or JWT_ACCEPTED_ISSUERS and JWT_ACCEPTED_AUDIENCES (* for any).`,
    );
    return undefined;
  }
  return keys === undefined
    ? undefined
    : { keys, accepted: { issuers, audiences, subjects: subjects ?? ['*'] } };
}

function readKeys(settings: Settings): JwtKeySource | undefined {
  const secret = settings.get('JWT_APP_SECRET');
  if (secret !== undefined) {
    if (Buffer.byteLength(secret) >= SECRET_BYTES) return { type: 'secret', secret };
    settings.problem(
      `JWT_APP_SECRET is shorter than ${SECRET_BYTES} bytes, and could be guessed from a token. "openssl rand -hex 32" makes a good one.`,
    );
    return undefined;
  }
  const path = settings.get('JWT_KEY_FILE');
  if (path !== undefined) return { type: 'key-file', path };
  const url = settings.url('JWT_JWKS_URL');
  return url === undefined ? undefined : { type: 'jwks', url };
}

function readOidc(settings: Settings): OidcConfig | undefined {
  const issuer = settings.url('OIDC_ISSUER');
  const clientId = settings.get('OIDC_CLIENT_ID');
  const others = [
    'OIDC_CLIENT_SECRET',
    'OIDC_SCOPES',
    'OIDC_LABEL',
    'OIDC_NAME_CLAIM',
    'OIDC_MODERATOR_CLAIM',
  ];
  const set = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', ...others].filter((name) => settings.get(name) !== undefined);
  if (set.length === 0) return undefined;
  if (settings.get('OIDC_ISSUER') === undefined || clientId === undefined)
    settings.problem(
      `${set.join(', ')}: OIDC_ISSUER and OIDC_CLIENT_ID belong together, and others to them.`,
    );

  const scopes = settings.get('OIDC_SCOPES') ?? 'openid profile';
  // RFC 6749 section 3.3; without `openid` it would not be OpenID Connect.
  if (!/^[!#-[\]-~]+( [!#-[\]-~]+)*$/.test(scopes) || !scopes.split(' ').includes('openid'))
    settings.refuse(
      'OIDC_SCOPES',
      'a list of scopes with single spaces between them, with openid among them',
    );
  const label = settings.get('OIDC_LABEL');
  if (label !== undefined && label.length > LABEL_LENGTH)
    settings.refuse('OIDC_LABEL', `a text of at most ${LABEL_LENGTH} characters`);
  const moderator = settings.get('OIDC_MODERATOR_CLAIM');
  const [, claim, value] = /^([^=]+)=(.+)$/.exec(moderator ?? '') ?? [];
  if (moderator !== undefined && claim === undefined)
    settings.refuse('OIDC_MODERATOR_CLAIM', 'a claim and its value, such as groups=teachers');

  if (issuer === undefined || clientId === undefined) return undefined;
  return {
    issuer,
    clientId,
    clientSecret: settings.get('OIDC_CLIENT_SECRET'),
    scopes,
    label,
    claims: {
      name: settings.get('OIDC_NAME_CLAIM') ?? 'name',
      moderator: claim === undefined || value === undefined ? undefined : { claim, value },
    },
  };
}

/** Of the button's text; longer ones don't fit on it. */
const LABEL_LENGTH = 64;
/** Entries of a list. */
const LIST_LENGTH = 32;

/** The environment, and what is wrong with it. */
class Settings {
  readonly #environment: Environment;
  readonly #problems: string[];

  constructor(environment: Environment, problems: string[]) {
    this.#environment = environment;
    this.#problems = problems;
  }

  /** An empty variable counts as absent. */
  get(variable: string): string | undefined {
    const value = this.#environment[variable]?.trim();
    return value === '' ? undefined : value;
  }

  list(variable: string): readonly string[] | undefined {
    const entries = this.get(variable)
      ?.split(',')
      .map((entry) => entry.trim());
    if (entries === undefined || (entries.length <= LIST_LENGTH && !entries.includes(''))) return entries;
    this.refuse(variable, `a comma-separated list of at most ${LIST_LENGTH} entries, or *`);
    return undefined;
  }

  /** What is trusted must come over TLS, or from this machine. */
  url(variable: string): string | undefined {
    const value = this.get(variable);
    if (value === undefined) return undefined;
    const url = URL.parse(value);
    const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
    if (safe && [url.username, url.password, url.hash].every((part) => part === '')) return value;
    this.refuse(variable, 'an https address (http on this machine alone) without user and fragment');
    return undefined;
  }

  refuse(variable: string, allowed: string): void {
    this.problem(
      `${variable}=${JSON.stringify((this.get(variable) ?? '').slice(0, 200))} is not ${allowed}.`,
    );
  }

  problem(sentence: string): void {
    this.#problems.push(sentence);
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
