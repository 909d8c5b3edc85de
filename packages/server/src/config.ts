import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { STANDARD_CODECS, type RolePolicy } from '@treff/conference';
import { LIMITS, VIDEO_CODECS, videoCodec, type AgreedCodecs, type StartMuted } from '@treff/protocol';
import * as z from 'zod/mini';
import { readTokenSettings, type TokenSettings } from './access/config-tokens.ts';
import { contradictions, readAccessConfig, type AccessConfig } from './access/config-access.ts';
import { readCameraPolicy, type CameraPolicy } from './config-camera.ts';
import { commaSeparated, wholeNumber, YES_OR_NO, yesOrNo } from './config-values.ts';
import { isTurnUrl, type TurnServers } from './ice-servers.ts';

/** Everything an operator can set, by environment variables alone. */
export interface Config extends TokenSettings {
  readonly http: {
    /** 0: any free port. */
    readonly port: number;
    /** Absent: every interface, IPv4 and IPv6. */
    readonly host: string | undefined;
  };
  readonly media: {
    /** UDP and TCP port of the first media worker; worker `i` listens on this plus `i`. */
    readonly port: number;
    readonly workers: number;
    /** Addresses that clients are told to send media to; empty: those of this machine's interfaces. */
    readonly advertiseIps: readonly string[];
    /** How many cameras anybody is sent at most; -1: all. */
    readonly lastN: number;
    /** Whether the bridge gives way when there is too much to do. */
    readonly loadLimits: boolean;
  };
  /** Whether two people's browsers connect directly. */
  readonly p2p: boolean;
  /** What pictures are encoded in, if everybody in the conference decodes it; what is best first. */
  readonly codecs: AgreedCodecs;
  /** What cameras are at most. */
  readonly camera: CameraPolicy;
  readonly roles: RolePolicy;
  /** With what switched off people come in, unless they open the meeting or moderate it. */
  readonly startMuted: StartMuted;
  readonly access: AccessConfig;
  readonly stun: {
    /** UDP. Absent: STUN is not answered. */
    readonly port: number | undefined;
  };
  readonly turn: TurnServers | undefined;
  /** The origin people open, without a trailing slash, when it differs from what the server sees (reverse proxy). */
  readonly publicUrl: string | undefined;
  /** Where this server stands, as people read it in the details of their connection. */
  readonly region?: string | undefined;
  readonly dataDir: string;
  readonly logLevel: LogLevel;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A start with wrong settings. Its message names every wrong variable, its value and what is allowed. */
export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(`The configuration is wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/**
 * Reads the configuration. An empty variable counts as absent; variables of other names are not looked at.
 * Throws {@link ConfigError}.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];

  function read<T>(variable: string, schema: z.ZodMiniType<T, string>, allowed: string, standard: T): T {
    const value = environment[variable]?.trim();
    if (value === undefined || value === '') return standard;
    const parsed = z.safeParse(schema, value);
    if (parsed.success) return parsed.data;
    problems.push(`${variable}=${JSON.stringify(value.slice(0, 200))} is not ${allowed}.`);
    return standard;
  }

  /** Its value is not told. */
  function readTurnSecret(): string | undefined {
    const value = environment['TURN_SECRET']?.trim();
    if (value === undefined || value === '') return undefined;
    if (/^[!-~]{16,256}$/.test(value)) return value;
    problems.push('TURN_SECRET is not 16 to 256 characters of ASCII without spaces.');
    return undefined;
  }

  function readTurn(): TurnServers | undefined {
    const before = problems.length;
    const urls = read<readonly string[]>(
      'TURN_URLS',
      turnUrls,
      `a comma-separated list of at most ${LIMITS.iceServers - 1} addresses such as turn:turn.example.org:3478?transport=udp`,
      [],
    );
    const secret = readTurnSecret();
    if (problems.length > before) return undefined;
    if (secret !== undefined && urls.length > 0) return { urls, secret };
    if (urls.length > 0) problems.push('TURN_URLS is set and TURN_SECRET is not; they belong together.');
    if (secret !== undefined) problems.push('TURN_SECRET is set and TURN_URLS is not; they belong together.');
    return undefined;
  }

  const config = {
    http: {
      port: read('HTTP_PORT', wholeNumber(0, 65_535), 'a port from 0 to 65535 (0: any free one)', 8_000),
      host: read<string | undefined>(
        'HTTP_HOST',
        host,
        'an IP address or host name of this machine',
        undefined,
      ),
    },
    media: {
      port: read('JVB_PORT', wholeNumber(1, 65_535), 'a port from 1 to 65535', 10_000),
      workers: read(
        'BRIDGE_WORKERS',
        wholeNumber(1, MAX_WORKERS),
        `a number of processes from 1 to ${MAX_WORKERS}`,
        Math.min(MAX_WORKERS, Math.max(1, availableParallelism() - 1)),
      ),
      advertiseIps: read(
        'JVB_ADVERTISE_IPS',
        addressList,
        'a comma-separated list of at most 16 IPv4 or IPv6 addresses',
        [],
      ),
      lastN: read(
        'CHANNEL_LAST_N',
        wholeNumber(-1, LIMITS.participants),
        `a number of cameras from 0 to ${LIMITS.participants}, or -1 for all`,
        -1,
      ),
      loadLimits: read('LOAD_LIMITS', yesOrNo, YES_OR_NO, true),
    },
    p2p: read('ENABLE_P2P', yesOrNo, YES_OR_NO, true),
    codecs: {
      camera: read('VIDEO_CODECS', codecOrder, CODEC_ORDER, STANDARD_CODECS.camera),
      screen: read('SCREEN_CODECS', codecOrder, CODEC_ORDER, STANDARD_CODECS.screen),
    },
    camera: readCameraPolicy(read, problems),
    roles: {
      moderators: read<RolePolicy['moderators']>(
        'MODERATORS',
        z.enum(['first', 'everyone', 'authenticated', 'token']),
        'one of first, everyone, authenticated, token',
        'first',
      ),
      promotes: read('PROMOTE_MODERATOR', yesOrNo, YES_OR_NO, true),
    },
    startMuted: {
      microphone: read('START_WITH_AUDIO_MUTED', yesOrNo, YES_OR_NO, false),
      camera: read('START_WITH_VIDEO_MUTED', yesOrNo, YES_OR_NO, false),
    },
    access: readAccessConfig(read),
    stun: { port: read('STUN_PORT', stunPort, 'a port from 1 to 65535, or off', 3_478) },
    turn: readTurn(),
    ...readTokenSettings(environment, problems),
    publicUrl: read<string | undefined>(
      'PUBLIC_URL',
      origin,
      'an http or https address without path, such as https://meet.example.org',
      undefined,
    ),
    region: read<string | undefined>(
      'SERVER_REGION',
      region,
      `a name of at most ${LIMITS.regionLength} characters`,
      undefined,
    ),
    dataDir: read('DATA_DIR', z.string().check(z.maxLength(1_024)), 'the path of a folder', './data'),
    logLevel: read<LogLevel>('LOG_LEVEL', z.enum(LOG_LEVELS), `one of ${LOG_LEVELS.join(', ')}`, 'info'),
  } satisfies Config;

  const signsIn = config.access.accounts || config.jwt !== undefined || config.oidc !== undefined;
  problems.push(...contradictions(config.access, config.roles.moderators, signsIn));
  const { port, workers } = config.media;
  if (port + workers - 1 > 65_535) {
    problems.push(
      `JVB_PORT=${port} with BRIDGE_WORKERS=${workers} is not possible: every worker takes one port, and the last would be ${port + workers - 1}, beyond 65535.`,
    );
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** More than any machine has cores to spare; a typing error is likelier. */
const MAX_WORKERS = 256;

const stunPort = z.union([
  z.pipe(
    z.string().check(z.regex(/^(off|0)$/i)),
    z.transform((): undefined => undefined),
  ),
  wholeNumber(1, 65_535),
]);

/** As in Jitsi Meet's configuration, in upper case or not. */
const codecOrder = z.pipe(
  z.pipe(
    commaSeparated,
    z.transform((names) => names.map((name) => name.toUpperCase())),
  ),
  z.array(videoCodec).check(
    z.maxLength(VIDEO_CODECS.length),
    z.refine((codecs) => new Set(codecs).size === codecs.length),
  ),
);
const CODEC_ORDER = `a comma-separated list of ${VIDEO_CODECS.join(', ')}, what is best first and each once`;

const turnUrls = z.pipe(
  commaSeparated,
  z.array(z.string().check(z.refine(isTurnUrl))).check(z.maxLength(LIMITS.iceServers - 1)),
);

const host = z
  .string()
  .check(z.refine((text) => isIP(text) !== 0 || /^(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text)));

const region = z.string().check(z.maxLength(LIMITS.regionLength), z.regex(/^\P{Cc}+$/u));

const addressList = z.pipe(
  commaSeparated,
  z.array(z.string().check(z.refine((address) => isIP(address) !== 0))).check(z.maxLength(16)),
);

const origin = z.pipe(
  z.string().check(
    z.refine((text) => {
      const url = URL.parse(text);
      if (url === null || !/^https?:$/.test(url.protocol)) return false;
      return (
        [url.username, url.password, url.search, url.hash].every((part) => part === '') &&
        url.pathname === '/'
      );
    }),
  ),
  z.transform((text) => new URL(text).origin),
);
