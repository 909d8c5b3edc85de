import { describe, expect, it } from 'vitest';
import { OptionsError, readOptions } from './options.ts';
import { loadPlan } from './plan.ts';

const read = (line: string) =>
  readOptions(['--url', 'http://localhost:8000', ...line.split(' ').filter(Boolean)]);

function complaint(args: readonly string[]): string {
  try {
    readOptions(args);
  } catch (error) {
    if (error instanceof OptionsError) return error.message;
    throw error;
  }
  return '';
}

describe('readOptions', () => {
  it('needs no more than an address', () => {
    const { plan, json } = read('');
    expect(plan).toMatchObject({
      conferences: 1,
      participants: 3,
      senders: 3,
      talkers: 3,
      duration: 30,
      height: 720,
    });
    expect(plan.show).toBeUndefined();
    expect(json).toBeUndefined();
    expect(loadPlan.parse(plan)).toEqual(plan);
  });

  it('understands rates, numbers and switches', () => {
    const { plan, json } = read(
      '--conferences 53 --participants 5 --video 2.5M --layers 2 --no-audio --senders 1 --show 4 --ramp 0.5 --json out.json --no-estimate --dtx',
    );
    expect(plan).toMatchObject({
      conferences: 53,
      participants: 5,
      video: { bitrate: 2_500_000, layers: 2 },
      audio: undefined,
      senders: 1,
      talkers: 5,
      show: 4,
      joinsPerSecond: 0.5,
      estimate: false,
      dtx: true,
    });
    expect(json).toBe('out.json');
    expect(loadPlan.safeParse(plan).success).toBe(true);
  });

  it('sends sound in packets of 20 ms, or of what was asked for', () => {
    expect(read('').plan.audio?.packetMs).toBe(20);
    for (const packetMs of [20, 40, 60]) {
      const { plan } = read(`--ptime ${packetMs}`);
      expect(plan.audio).toEqual({ bitrate: 40_000, packetMs });
      expect(loadPlan.parse(plan)).toEqual(plan);
    }
    expect(complaint(['--url', 'http://a', '--ptime', '30'])).toBe('--ptime 30: none of 20, 40, 60.');
  });

  it('puts no slash behind the address, and takes none with more in it', () => {
    expect(readOptions(['--url', 'https://meet.example.org/']).plan.url).toBe('https://meet.example.org');
    for (const url of [
      'meet.example.org',
      'ftp://a',
      'http://a/Room',
      'http://me@a',
      'http://a?x',
      'http://',
    ])
      expect(complaint(['--url', url])).toContain(`--url ${url}: not an address`);
    expect(complaint([])).toContain('--url is missing');
  });

  it('names everything that is wrong at once', () => {
    const text = complaint([
      '--url',
      'nowhere',
      '--participants',
      '501',
      '--video',
      'fast',
      '--duration',
      '1.5',
      '--room',
      'A b',
    ]);
    for (const part of [
      '--url nowhere',
      '--participants 501',
      '--video fast',
      '--duration 1.5',
      '--room A b',
    ])
      expect(text).toContain(part);
  });

  it.each([
    ['--duration', '3601'],
    ['--duration', '0'],
    ['--conferences', '-1'],
    ['--senders', '4'],
    ['--talkers', '1e3'],
    ['--layers', '4'],
    ['--audio', '5k'],
    ['--ptime', '120'],
    ['--ptime', '20.0'],
    ['--video', '21M'],
    ['--processes', '33'],
  ])('refuses %s %s', (option, value) => {
    expect(complaint(['--url', 'http://a', `${option}=${value}`])).toContain(`${option} ${value}`);
  });

  it('refuses more people than a test may have, and a ramp that takes too long', () => {
    expect(
      complaint(['--url', 'http://a', '--conferences', '100', '--participants', '51', '--ramp', '100']),
    ).toContain('more than 5000 people');
    expect(complaint(['--url', 'http://a', '--participants', '500', '--ramp', '0.5'])).toContain(
      'raise --ramp',
    );
  });

  it('refuses options that it does not know, and words that are none', () => {
    expect(complaint(['--url', 'http://a', '--user', 'x'])).toContain("Unknown option '--user'");
    expect(complaint(['--url', 'http://a', 'more'])).toContain("'more'");
  });
});
