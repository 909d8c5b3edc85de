import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { normaliseRoomName } from '@treff/protocol';
import { BOUNDS } from './bounds.ts';
import { PACKET_TIMES, rampSeconds, STANDARD_PLAN, type LoadPlan } from './plan.ts';

/** What was written can't be understood, or is more than a test may be. */
export class OptionsError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'OptionsError';
  }
}

export const USAGE = `Usage: treff loadtest --url URL [options]

Sends people without faces into meetings of a server of yours: they join by the real protocol, send noise that looks like
simulcast video and sound to the server, and measure what comes of the others. It ends by itself; Ctrl-C ends it early.

  --url URL             the server's address, as people open it: http(s)://host[:port]
  --conferences N       how many meetings (1)
  --participants N      people in each (3; at most ${BOUNDS.participants}, and ${BOUNDS.people} altogether)
  --duration SECONDS    how long is measured, once everybody is there (30; at most ${BOUNDS.duration})
  --ramp N              joins a second (10)
  --settle SECONDS      between the last one's coming and the measuring (3)
  --video RATE          bits a second of the tallest of the layers (512k); --no-video: none is sent
  --layers N            simulcast layers, 1 to 3 (3): 720, 360 and 180 pixels tall
  --fps N               pictures a second (30)
  --audio RATE          bits a second of each open microphone (40k); --no-audio: there are none
  --ptime MS            milliseconds of sound in a packet: 20, 40 or 60 (20)
  --senders N           how many of each meeting send video (all)
  --talkers N           how many of each meeting have their microphone on (all); they speak in turn
  --dtx                 who has not the floor sends next to nothing, as browsers do; else quiet is sent like voice
  --muted-microphones   all others publish a muted microphone, as people do who muted themselves
  --show N              at how many pictures each looks (all of the meeting)
  --height PIXELS       how tall these are on screen (720)
  --no-estimate         receivers don't tell when packets arrive: the server then takes every way for wide enough
  --processes N         into how many processes the load is split (1; about one for each core that it may have)
  --room NAME           meetings are named NAME-1 and so on (loadtest- and something random)
  --json FILE           writes everything that was measured

Exit code: 0 if everybody came and stayed, 1 if not, 2 if this was not understood, 130 after Ctrl-C.
The server limits joins from one address; LIMIT_JOINS=off takes that away.`;

/** What is to be done with what was measured. */
export interface LoadOptions {
  readonly plan: LoadPlan;
  /** Path of a file, or undefined. */
  readonly json: string | undefined;
}

/** Understands the command line. Throws {@link OptionsError} with everything that is wrong. */
export function readOptions(args: readonly string[]): LoadOptions {
  const values = parse(args);
  const problems: string[] = [];

  function number(
    name: keyof typeof values,
    standard: number,
    least: number,
    most: number,
    whole = true,
  ): number {
    const text = values[name];
    if (typeof text !== 'string') return standard;
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
    problems.push(`--${name} ${text}: not a ${whole ? 'whole ' : ''}number from ${least} to ${most}.`);
    return standard;
  }

  function rate(name: 'video' | 'audio', standard: number, least: number, most: number): number {
    const text = values[name];
    if (text === undefined) return standard;
    const value = readRate(text);
    if (value !== undefined && value >= least && value <= most) return value;
    problems.push(
      `--${name} ${text}: not a rate from ${writeRate(least)} to ${writeRate(most)}, such as 512k, 2.5M or 40000.`,
    );
    return standard;
  }

  function packetTime(): (typeof PACKET_TIMES)[number] {
    const text = values.ptime;
    if (text === undefined) return STANDARD_PLAN.audio.packetMs;
    const value = PACKET_TIMES.find((one) => String(one) === text);
    if (value !== undefined) return value;
    problems.push(`--ptime ${text}: none of ${PACKET_TIMES.join(', ')}.`);
    return STANDARD_PLAN.audio.packetMs;
  }

  const url = readUrl(values.url);
  if (url === undefined)
    problems.push(
      values.url === undefined
        ? '--url is missing: the address of a server of yours, such as http://localhost:8000.'
        : `--url ${values.url}: not an address such as http://localhost:8000, without a path.`,
    );
  const room = values.room ?? `loadtest-${randomBytes(4).toString('hex')}`;
  if (!/^[a-z0-9-]{1,64}$/.test(room) || normaliseRoomName(`${room}-1`) === undefined)
    problems.push(`--room ${room}: not 1 to 64 small letters, digits and hyphens.`);

  const conferences = number('conferences', STANDARD_PLAN.conferences, 1, BOUNDS.conferences);
  const participants = number('participants', STANDARD_PLAN.participants, 1, BOUNDS.participants);
  const plan: LoadPlan = {
    url: url ?? 'http://invalid',
    ...STANDARD_PLAN,
    room,
    conferences,
    participants,
    joinsPerSecond: number('ramp', STANDARD_PLAN.joinsPerSecond, 0.1, BOUNDS.joinsPerSecond, false),
    settle: number('settle', STANDARD_PLAN.settle, 0, BOUNDS.settle),
    duration: number('duration', STANDARD_PLAN.duration, 1, BOUNDS.duration),
    processes: number('processes', STANDARD_PLAN.processes, 1, BOUNDS.processes),
    video:
      values['no-video'] === true
        ? undefined
        : {
            bitrate: rate('video', STANDARD_PLAN.video.bitrate, 10_000, BOUNDS.videoBitrate),
            layers: number('layers', STANDARD_PLAN.video.layers, 1, 3),
            framesPerSecond: number('fps', STANDARD_PLAN.video.framesPerSecond, 1, 60),
          },
    audio:
      values['no-audio'] === true
        ? undefined
        : {
            bitrate: rate('audio', STANDARD_PLAN.audio.bitrate, 6_000, BOUNDS.audioBitrate),
            packetMs: packetTime(),
          },
    senders: number('senders', participants, 0, participants),
    talkers: number('talkers', participants, 0, participants),
    dtx: values.dtx === true,
    mutedMicrophones: values['muted-microphones'] === true,
    show: values.show === undefined ? undefined : number('show', 0, 0, BOUNDS.participants),
    height: number('height', STANDARD_PLAN.height, 1, 4_320),
    estimate: values['no-estimate'] !== true,
  };
  if (conferences * participants > BOUNDS.people)
    problems.push(`${conferences} × ${participants} are more than ${BOUNDS.people} people.`);
  if (rampSeconds(plan) > BOUNDS.ramp)
    problems.push(
      `At ${plan.joinsPerSecond} joins a second it takes longer than ${BOUNDS.ramp} s until everybody is there; raise --ramp.`,
    );
  if (problems.length > 0) throw new OptionsError(problems);
  return { plan, json: values.json };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      options: {
        url: text,
        conferences: text,
        participants: text,
        duration: text,
        ramp: text,
        settle: text,
        video: text,
        'no-video': flag,
        layers: text,
        fps: text,
        audio: text,
        'no-audio': flag,
        ptime: text,
        senders: text,
        talkers: text,
        dtx: flag,
        'muted-microphones': flag,
        show: text,
        height: text,
        'no-estimate': flag,
        processes: text,
        room: text,
        json: text,
      },
    }).values;
  } catch (error) {
    throw new OptionsError([error instanceof Error ? error.message : String(error)]);
  }
}

/** The origin of an address, or undefined if it is none, or says more. */
function readUrl(text: string | undefined): string | undefined {
  const url = text === undefined ? null : URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  const rest = [url.username, url.password, url.search, url.hash].join('');
  return rest === '' && url.pathname === '/' ? url.origin : undefined;
}

/** Bits per second: `512k`, `2.5M`, `40000`. */
function readRate(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([kM]?)$/.exec(text);
  if (match === null) return undefined;
  return Math.round(Number(match[1]) * (match[2] === 'M' ? 1_000_000 : match[2] === 'k' ? 1_000 : 1));
}

function writeRate(bitsPerSecond: number): string {
  return bitsPerSecond >= 1_000_000 ? `${bitsPerSecond / 1_000_000}M` : `${bitsPerSecond / 1_000}k`;
}
