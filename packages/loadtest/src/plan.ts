import * as z from 'zod/mini';
import { LIMITS } from '@treff/protocol';
import { BOUNDS } from './bounds.ts';

/** Milliseconds of sound that a packet may hold. */
export const PACKET_TIMES = [20, 40, 60] as const;

const whole = (least: number, most: number) => z.int().check(z.minimum(least), z.maximum(most));

/** One load test, from beginning to end. Bounded by {@link BOUNDS}. */
export const loadPlan = z
  .object({
    /** Where people come from: the server's address, or that of Janus' HTTP transport. `http:` or `https:`. */
    url: z.url(),
    /** What is on the other side. Janus is only there to be compared with. */
    server: z.enum(['treff', 'janus']),
    /** Rooms are named after it: `<room>-1` and so on. */
    room: z.string().check(z.regex(/^[a-z0-9-]{1,64}$/)),
    conferences: whole(1, BOUNDS.conferences),
    /** Of each conference. */
    participants: whole(1, BOUNDS.participants),
    joinsPerSecond: z.number().check(z.minimum(0.1), z.maximum(BOUNDS.joinsPerSecond)),
    /** Seconds between the last one's coming and the measuring. */
    settle: whole(0, BOUNDS.settle),
    /** Seconds of measuring. */
    duration: whole(1, BOUNDS.duration),
    processes: whole(1, BOUNDS.processes),
    video: z.optional(
      z.object({
        /** Bits per second of the tallest layer. */
        bitrate: whole(10_000, BOUNDS.videoBitrate),
        layers: whole(1, LIMITS.rtpEncodings),
        framesPerSecond: whole(1, 60),
      }),
    ),
    audio: z.optional(
      z.object({
        bitrate: whole(6_000, BOUNDS.audioBitrate),
        /** Milliseconds of sound in a packet. */
        packetMs: z.literal(PACKET_TIMES),
      }),
    ),
    /** How many of each conference send video: the first of those who are in it. */
    senders: whole(0, BOUNDS.participants),
    /** How many of each conference have their microphone on. One after the other has the floor, the others are quiet. */
    talkers: whole(0, BOUNDS.participants),
    /** Whether a quiet microphone sends next to nothing, as browsers do with discontinuous transmission. */
    dtx: z.boolean(),
    /** Whether all others publish a muted microphone, as people do who muted themselves. */
    mutedMicrophones: z.boolean(),
    /** How many pictures each looks at, those of the next ones in order of coming; all if absent. */
    show: z.optional(whole(0, LIMITS.constraintSources)),
    /** Pixels, how tall each of these pictures is on screen. */
    height: whole(1, LIMITS.maxHeight),
    /** Whether receivers tell when packets arrive, so that the server estimates what they can take. */
    estimate: z.boolean(),
    /** When people begin to send what they have published. */
    sendsFrom: z.enum(['joining', 'measuring']),
    /** Whether who sends and who only receives live in processes of their own, so that receivers can be stopped. Who sends looks at nobody then. */
    apart: z.boolean(),
  })
  .check(
    z.refine(({ conferences, participants }) => conferences * participants <= BOUNDS.people),
    z.refine((plan) => rampSeconds(plan) <= BOUNDS.ramp),
  );
export type LoadPlan = z.infer<typeof loadPlan>;

/** What a test is unless it is said otherwise; how many send and talk follows from how many there are. */
export const STANDARD_PLAN = {
  server: 'treff',
  conferences: 1,
  participants: 3,
  joinsPerSecond: 10,
  settle: 3,
  duration: 30,
  processes: 1,
  video: { bitrate: 512_000, layers: 3, framesPerSecond: 30 },
  audio: { bitrate: 40_000, packetMs: 20 },
  dtx: false,
  mutedMicrophones: false,
  height: 720,
  estimate: true,
  sendsFrom: 'joining',
  apart: false,
} as const satisfies Partial<LoadPlan>;

/** Seconds until the last one has set out. */
export function rampSeconds(plan: Pick<LoadPlan, 'conferences' | 'participants' | 'joinsPerSecond'>): number {
  return (plan.conferences * plan.participants) / plan.joinsPerSecond;
}

/** One participant's part in a test. */
export interface Part {
  /** As in the page's path. */
  readonly room: string;
  readonly displayName: string;
  /** Milliseconds after the beginning. */
  readonly joinsAtMs: number;
  readonly sendsVideo: boolean;
  /** At how many pictures they look; undefined: at all. */
  readonly show: number | undefined;
  /** `talks`: takes the floor as number `turn` of all talkers; `muted`: has a muted microphone. */
  readonly microphone:
    | { readonly state: 'talks'; readonly turn: number }
    | { readonly state: 'muted' }
    | { readonly state: 'none' };
}

/** The parts that one of the plan's processes plays. Together they are all, each once; conferences fill up side by side. */
export function partsOf(plan: LoadPlan, process: number): Part[] {
  const parts: Part[] = [];
  for (let place = 0; place < plan.participants; place += 1) {
    for (let conference = 0; conference < plan.conferences; conference += 1) {
      const order = place * plan.conferences + conference;
      if (processOf(plan, order, place) !== process) continue;
      parts.push({
        room: `${plan.room}-${conference + 1}`,
        displayName: `Load ${conference + 1}.${place + 1}`,
        joinsAtMs: (order * 1_000) / plan.joinsPerSecond,
        show: plan.apart && place < Math.max(plan.senders, plan.talkers) ? 0 : plan.show,
        sendsVideo: plan.video !== undefined && place < plan.senders,
        microphone: microphoneOf(plan, place),
      });
    }
  }
  return parts;
}

function microphoneOf(plan: LoadPlan, place: number): Part['microphone'] {
  if (plan.audio === undefined) return { state: 'none' };
  if (place < plan.talkers) return { state: 'talks', turn: place };
  return { state: plan.mutedMicrophones ? 'muted' : 'none' };
}

/** Senders first: those who only receive are in the processes after theirs. */
function processOf({ apart, processes, senders, talkers }: LoadPlan, order: number, place: number): number {
  if (!apart || processes === 1) return order % processes;
  return place < Math.max(senders, talkers) ? 0 : 1 + (order % (processes - 1));
}

/** Milliseconds for which one has the floor: a sentence or two. */
const TURN_MS = 4_000;

/** Who of so many talkers has the floor at a time in milliseconds. */
export function floorAt(nowMs: number, talkers: number): number {
  return Math.floor(nowMs / TURN_MS) % Math.max(1, talkers);
}

/** Heights of a simulcast sender's layers with bits per second, from small to large, each twice as tall as the one before: about what browsers make of 720p. */
export function layersOf(video: NonNullable<LoadPlan['video']>) {
  return Array.from({ length: video.layers }, (_, index) => {
    const below = video.layers - 1 - index;
    return {
      width: 1_280 >> below,
      height: 720 >> below,
      bitrate: Math.max(10_000, Math.round(video.bitrate * (LAYER_SHARES[below] ?? 1))),
    };
  });
}

/** Of the tallest layer's bits per second: itself, half as tall, a quarter as tall. */
const LAYER_SHARES = [1, 0.3, 0.1] as const;
