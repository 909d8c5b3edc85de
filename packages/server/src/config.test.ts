import { STANDARD_CODECS } from '@treff/conference';
import { LIMITS } from '@treff/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TrustedProxies } from './access/client-address.ts';
import { ConfigError, readConfig } from './config.ts';

describe('readConfig', () => {
  it('has a default for everything', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      http: { port: 8000, host: undefined },
      media: { port: 10_000, advertiseIps: [], lastN: -1, loadLimits: true },
      p2p: true,
      codecs: STANDARD_CODECS,
      camera: { usual: { maxHeight: 720 }, most: { maxHeight: 720 } },
      roles: { moderators: 'first', promotes: true },
      startMuted: { microphone: false, camera: false },
      access: {
        accounts: false,
        displayNameRequired: false,
        secureDomain: false,
        guests: true,
        maxParticipants: LIMITS.participants,
        passwordDigits: undefined,
        limitsJoins: true,
        trustedProxies: expect.any(Function) as TrustedProxies,
      },
      stun: { port: 3478 },
      turn: undefined,
      publicUrl: undefined,
      dataDir: './data',
      logLevel: 'info',
    });
    expect(config.media.workers).toBeGreaterThanOrEqual(1);
  });

  it.each([
    [{ SECURE_DOMAIN: 'on' }, 'SECURE_DOMAIN=on'],
    [{ ENABLE_GUESTS: 'off' }, 'ENABLE_GUESTS=off'],
    [{ MODERATORS: 'authenticated' }, 'MODERATORS=authenticated'],
    [{ MODERATORS: 'token' }, 'MODERATORS=token'],
  ])('refuses %j where nobody could sign in', (environment, setting) => {
    expect(() => readConfig(environment)).toThrow(`${setting} needs a way to sign in`);
    expect(() => readConfig({ ...environment, ENABLE_ACCOUNTS: 'on' })).not.toThrow();
  });

  it('takes an empty variable for an absent one', () => {
    expect(readConfig({ HTTP_PORT: '', PUBLIC_URL: ' ', JVB_ADVERTISE_IPS: '' })).toEqual(readConfig({}));
  });

  it('reads every variable', () => {
    expect(
      readConfig({
        HTTP_PORT: '0',
        HTTP_HOST: '::1',
        JVB_PORT: '44000',
        BRIDGE_WORKERS: '3',
        JVB_ADVERTISE_IPS: '203.0.113.7, 2001:db8::7',
        CHANNEL_LAST_N: '20',
        LOAD_LIMITS: 'no',
        PUBLIC_URL: 'https://meet.example.org/',
        ENABLE_P2P: 'No',
        VIDEO_CODECS: 'av1, VP9,vp8',
        SCREEN_CODECS: 'H264',
        RESOLUTION: '360',
        RESOLUTION_MAX: '1080',
        VIDEO_BITRATE: '800000',
        VIDEO_BITRATE_MAX: '4000000',
        MODERATORS: 'everyone',
        PROMOTE_MODERATOR: 'off',
        START_WITH_AUDIO_MUTED: 'true',
        START_WITH_VIDEO_MUTED: '1',
        ENABLE_ACCOUNTS: 'on',
        REQUIRE_DISPLAY_NAME: 'yes',
        SECURE_DOMAIN: 'yes',
        ENABLE_GUESTS: 'no',
        MAX_PARTICIPANTS: '30',
        ROOM_PASSWORD_DIGITS: '6',
        LIMIT_JOINS: 'off',
        TRUSTED_PROXIES: '10.0.0.0/8, ::1',
        STUN_PORT: '5000',
        TURN_URLS: 'turn:turn.example.org, turns:[2001:db8::7]:443?transport=tcp',
        TURN_SECRET: 'sixteen-or-more!',
        SERVER_REGION: 'Frankfurt, Süd',
        DATA_DIR: '/var/lib/treff',
        LOG_LEVEL: 'debug',
      }),
    ).toEqual({
      http: { port: 0, host: '::1' },
      media: {
        port: 44_000,
        workers: 3,
        advertiseIps: ['203.0.113.7', '2001:db8::7'],
        lastN: 20,
        loadLimits: false,
      },
      p2p: false,
      codecs: { camera: ['AV1', 'VP9', 'VP8'], screen: ['H264'] },
      camera: {
        usual: { maxHeight: 360, maxBitrate: 800_000 },
        most: { maxHeight: 1_080, maxBitrate: 4_000_000 },
      },
      roles: { moderators: 'everyone', promotes: false },
      startMuted: { microphone: true, camera: true },
      access: {
        accounts: true,
        displayNameRequired: true,
        secureDomain: true,
        guests: false,
        maxParticipants: 30,
        passwordDigits: 6,
        limitsJoins: false,
        trustedProxies: expect.any(Function) as TrustedProxies,
      },
      stun: { port: 5000 },
      turn: {
        urls: ['turn:turn.example.org', 'turns:[2001:db8::7]:443?transport=tcp'],
        secret: 'sixteen-or-more!',
      },
      publicUrl: 'https://meet.example.org',
      region: 'Frankfurt, Süd',
      dataDir: '/var/lib/treff',
      logLevel: 'debug',
    });
  });

  it.each([
    ['HTTP_PORT', '65536'],
    ['HTTP_PORT', '-1'],
    ['MODERATORS', 'nobody'],
    ['PROMOTE_MODERATOR', 'maybe'],
    ['START_WITH_AUDIO_MUTED', 'maybe'],
    ['START_WITH_VIDEO_MUTED', 'maybe'],
    ['HTTP_PORT', '8000x'],
    ['HTTP_PORT', '1e3'],
    ['HTTP_HOST', 'two words'],
    ['VIDEO_CODECS', 'VP8,VP7'],
    ['VIDEO_CODECS', 'VP8,VP9,VP8'],
    ['SCREEN_CODECS', 'all'],
    ['RESOLUTION', '179'],
    ['RESOLUTION', '720p'],
    ['RESOLUTION_MAX', '2161'],
    ['VIDEO_BITRATE', '99999'],
    ['VIDEO_BITRATE', '1M'],
    ['VIDEO_BITRATE_MAX', '20000001'],
    ['JVB_PORT', '0'],
    ['BRIDGE_WORKERS', '0'],
    ['CHANNEL_LAST_N', '-2'],
    ['CHANNEL_LAST_N', '501'],
    ['BRIDGE_WORKERS', '1.5'],
    ['JVB_ADVERTISE_IPS', '203.0.113.7,nonsense'],
    ['JVB_ADVERTISE_IPS', '203.0.113.7,'],
    ['PUBLIC_URL', 'meet.example.org'],
    ['PUBLIC_URL', 'ftp://meet.example.org'],
    ['PUBLIC_URL', 'https://meet.example.org/path'],
    ['PUBLIC_URL', 'https://user:password@meet.example.org'],
    ['ENABLE_P2P', 'perhaps'],
    ['ENABLE_ACCOUNTS', 'perhaps'],
    ['REQUIRE_DISPLAY_NAME', '2'],
    ['SECURE_DOMAIN', 'perhaps'],
    ['ENABLE_GUESTS', 'perhaps'],
    ['MAX_PARTICIPANTS', '0'],
    ['MAX_PARTICIPANTS', '501'],
    ['ROOM_PASSWORD_DIGITS', '3'],
    ['ROOM_PASSWORD_DIGITS', 'six'],
    ['LIMIT_JOINS', 'perhaps'],
    ['TRUSTED_PROXIES', 'proxy.example.org'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', '10.0.0.1,'],
    ['STUN_PORT', '65536'],
    ['STUN_PORT', 'yes'],
    ['TURN_URLS', 'turn.example.org'],
    ['TURN_URLS', 'turn:turn.example.org,'],
    ['TURN_URLS', 'turn:a,turn:b,turn:c,turn:d,turn:e,turn:f,turn:g,turn:h'],
    ['SERVER_REGION', 'x'.repeat(65)],
    ['SERVER_REGION', 'two\nlines'],
    ['LOG_LEVEL', 'loud'],
  ])('refuses %s=%s and names variable, value and what is allowed', (variable, value) => {
    expect(() => readConfig({ [variable]: value })).toThrow(`${variable}=${JSON.stringify(value)} is not `);
  });

  it('takes what cameras usually are for the most that they may be, unless more is said', () => {
    expect(readConfig({ RESOLUTION: '1080', VIDEO_BITRATE: '900000' }).camera).toEqual({
      usual: { maxHeight: 1_080, maxBitrate: 900_000 },
      most: { maxHeight: 1_080, maxBitrate: 900_000 },
    });
  });

  it.each([
    [
      { RESOLUTION: '720', RESOLUTION_MAX: '480' },
      'RESOLUTION_MAX=480 is less than RESOLUTION, which is 720.',
    ],
    [{ RESOLUTION_MAX: '480' }, 'RESOLUTION_MAX=480 is less than RESOLUTION, which is 720.'],
    [
      { VIDEO_BITRATE: '900000', VIDEO_BITRATE_MAX: '800000' },
      'VIDEO_BITRATE_MAX=800000 is less than VIDEO_BITRATE, which is 900000.',
    ],
  ])('refuses %j, of which the one contradicts the other', (environment, problem) => {
    expect(() => readConfig(environment)).toThrow(problem);
  });

  it('trusts proxies on the same machine, or those named, or none', () => {
    const trusts = (value: string, address: string) =>
      readConfig({ TRUSTED_PROXIES: value }).access.trustedProxies(address);
    expect(trusts('', '127.0.0.1')).toBe(true);
    expect(trusts('', '::1')).toBe(true);
    expect(trusts('', '10.0.0.1')).toBe(false);
    expect(trusts('10.0.0.0/8', '10.0.0.1')).toBe(true);
    expect(trusts('10.0.0.0/8', '127.0.0.1')).toBe(false);
    expect(trusts('None', '127.0.0.1')).toBe(false);
  });

  it.each(['off', 'OFF', '0'])('takes STUN_PORT=%s for none', (value) => {
    expect(readConfig({ STUN_PORT: value }).stun.port).toBeUndefined();
  });

  it('wants TURN_URLS and TURN_SECRET together', () => {
    expect(() => readConfig({ TURN_URLS: 'turn:turn.example.org' })).toThrow('TURN_SECRET is not');
    expect(() => readConfig({ TURN_SECRET: 'sixteen-or-more!' })).toThrow('TURN_URLS is not');
  });

  it.each(['short', 'with spaces in between'])(
    'refuses a bad TURN_SECRET without telling it: %s',
    (secret) => {
      const environment = { TURN_URLS: 'turn:turn.example.org', TURN_SECRET: secret };
      expect(() => readConfig(environment)).toThrow(/TURN_SECRET is not 16 to 256/);
      expect(() => readConfig(environment)).not.toThrow(secret);
    },
  );

  it('lists all that is wrong at once', () => {
    const wrong = { HTTP_PORT: 'a', JVB_PORT: 'b', LOG_LEVEL: 'c' };
    expect(() => readConfig(wrong)).toThrow(/HTTP_PORT[^]*JVB_PORT[^]*LOG_LEVEL/);
  });

  it('refuses more workers than ports are left', () => {
    expect(() => readConfig({ JVB_PORT: '65535', BRIDGE_WORKERS: '2' })).toThrow(/BRIDGE_WORKERS=2.*65536/);
    expect(readConfig({ JVB_PORT: '65534', BRIDGE_WORKERS: '2' }).media.port).toBe(65_534);
  });

  it('either gives a usable configuration or a ConfigError, whatever the environment holds', () => {
    const names = [
      'HTTP_PORT',
      'HTTP_HOST',
      'JVB_PORT',
      'BRIDGE_WORKERS',
      'JVB_ADVERTISE_IPS',
      'PUBLIC_URL',
      'DATA_DIR',
      'STUN_PORT',
      'TURN_URLS',
      'TURN_SECRET',
    ];
    const environments = fc.dictionary(
      fc.constantFrom(...names),
      fc.oneof(fc.string(), fc.nat(70_000).map(String), fc.ipV6()),
    );
    fc.assert(
      fc.property(environments, (environment) => {
        try {
          const { media } = readConfig(environment);
          expect(media.port + media.workers - 1).toBeLessThanOrEqual(65_535);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
        }
      }),
    );
  });
});
