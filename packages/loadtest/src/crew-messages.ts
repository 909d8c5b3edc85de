import * as z from 'zod/mini';
import { loadPlan } from './plan.ts';
import { streamResult } from './reception.ts';

const milliseconds = z.number();

/** How far one process is. */
export const crewProgress = z.object({
  /** Of this process's people: in the meeting; not, and never will be; all of them. */
  there: z.number(),
  failed: z.number(),
  people: z.number(),
  /** Since the beginning. */
  packetsReceived: z.number(),
  octetsReceived: z.number(),
  packetsSent: z.number(),
});
export type CrewProgress = z.infer<typeof crewProgress>;

/** What one process measured. */
export const crewResult = z.object({
  people: z.array(
    z.object({
      /** From the test's beginning to setting out. */
      setOutMs: z.optional(milliseconds),
      joinedMs: z.optional(milliseconds),
      connectedMs: z.optional(milliseconds),
      /** From setting out to the first packet that somebody else had sent. */
      firstPacketMs: z.optional(milliseconds),
      /** Why they did not come or stay. */
      failure: z.optional(z.string()),
      streams: z.array(streamResult),
    }),
  ),
  measuredMs: milliseconds,
  packetsReceived: z.number(),
  packetsSent: z.number(),
  /** CPU time of this process while it was measured. */
  cpuMs: milliseconds,
  /** How late the process did what it had to do: half of the time less than this, nearly always, and at worst. */
  lateMs: z.object({ median: milliseconds, p99: milliseconds, max: milliseconds }),
});
export type CrewResult = z.infer<typeof crewResult>;

/** From the test to one of its processes. */
export const toCrew = z.discriminatedUnion('type', [
  /** Begin. `process`: which of the plan's. */
  z.object({ type: z.literal('begin'), plan: loadPlan, process: z.number() }),
  z.object({ type: z.literal('measure') }),
  /** Stop measuring, tell, leave, end. */
  z.object({ type: z.literal('finish') }),
]);
export type ToCrew = z.infer<typeof toCrew>;

/** From one of the processes. */
export const fromCrew = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), progress: crewProgress }),
  /** Everybody is there, or will not come. */
  z.object({ type: z.literal('complete') }),
  z.object({ type: z.literal('result'), result: crewResult }),
]);
export type FromCrew = z.infer<typeof fromCrew>;
