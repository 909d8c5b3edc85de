import type { CrewResult } from './crew-messages.ts';
import type { LoadPlan } from './plan.ts';
import { spreadOf, type Spread } from './quantiles.ts';
import type { StreamResult } from './reception.ts';

/** Where a test ran. */
export interface Machine {
  readonly cores: number;
  readonly model: string;
  readonly node: string;
  /** Of the last minute, when the test began: what else this machine had to do. */
  readonly loadAverage: number;
}

/** What a load test found. Spreads are over people (joins, bits per second) or over streams; absent where there was nothing. */
export interface LoadReport {
  readonly plan: LoadPlan;
  readonly machine: Machine;
  /** `complete`: everybody came, stayed, and the time was up. `lacking`: somebody did not come or stay. `interrupted`: it was stopped before. */
  readonly outcome: 'complete' | 'lacking' | 'interrupted';
  readonly people: {
    readonly planned: number;
    readonly stayed: number;
    /** How many did not come or stay, by the reason's code. */
    readonly failures: Readonly<Record<string, number>>;
  };
  /** Milliseconds from setting out: to the seat, to both transports' DTLS, to the first packet of somebody else. */
  readonly joins: {
    readonly seatMs: Spread | undefined;
    readonly connectedMs: Spread | undefined;
    readonly firstPacketMs: Spread | undefined;
    /** People whose media was connected, by the time from the first one's setting out to the last one's being connected. */
    readonly perSecond: number;
  };
  /** Seconds. */
  readonly measured: number;
  /** Of all people together. */
  readonly perSecond: { readonly received: number; readonly sent: number; readonly bitsReceived: number };
  /** Payload of RTP, each person's. */
  readonly bitsPerSecond: Spread | undefined;
  readonly audio: StreamsReport;
  readonly video: StreamsReport & {
    readonly framesPerSecond: Spread | undefined;
    /** Of each stream, and milliseconds that each stood still altogether. */
    readonly freezes: Spread | undefined;
    readonly frozenMs: Spread | undefined;
    /** How many streams froze at all. */
    readonly frozenStreams: number;
  };
  /** Whether the generator itself kept up. Packets are those received and sent. */
  readonly generator: {
    readonly processes: number;
    readonly cores: number;
    readonly microsecondsPerPacket: number;
    /** How late its timers were: the worst process's. */
    readonly lateMs: { readonly median: number; readonly p99: number; readonly max: number };
  };
}

export interface StreamsReport {
  /** Streams of which something came. */
  readonly streams: number;
  readonly packets: number;
  readonly lost: number;
  /** Came after having been asked for again. */
  readonly recovered: number;
  /** Share of each stream's packets that never came, 0 to 1. */
  readonly loss: Spread | undefined;
  readonly jitterMs: Spread | undefined;
}

/** Puts together what the processes measured. */
export function reportOf(
  plan: LoadPlan,
  machine: Machine,
  results: readonly CrewResult[],
  { interrupted }: { readonly interrupted: boolean },
): LoadReport {
  const people = results.flatMap((result) => result.people);
  const failures: Record<string, number> = {};
  for (const { failure } of people)
    if (failure !== undefined) failures[failure] = (failures[failure] ?? 0) + 1;
  const planned = plan.conferences * plan.participants;
  const stayed = people.filter(({ failure }) => failure === undefined).length;
  const measured = Math.max(0, ...results.map(({ measuredMs }) => measuredMs)) / 1_000;
  const perSecond = (amount: number) => (measured === 0 ? 0 : amount / measured);
  const bitsOf = (streams: readonly StreamResult[]) => 8 * sum(streams.map(({ octets }) => octets));
  const streams = people.flatMap((person) => person.streams);
  const video = streams.filter(({ kind }) => kind === 'video');
  const cpuMs = sum(results.map((result) => result.cpuMs));
  const received = sum(results.map(({ packetsReceived }) => packetsReceived));
  const sent = sum(results.map(({ packetsSent }) => packetsSent));
  return {
    plan,
    machine,
    outcome: interrupted ? 'interrupted' : stayed < planned ? 'lacking' : 'complete',
    people: { planned, stayed, failures },
    joins: {
      seatMs: spreadOf(people.flatMap(({ joinedMs }) => joinedMs ?? [])),
      connectedMs: spreadOf(people.flatMap(({ connectedMs }) => connectedMs ?? [])),
      firstPacketMs: spreadOf(people.flatMap(({ firstPacketMs }) => firstPacketMs ?? [])),
      perSecond: joinsPerSecond(people),
    },
    measured,
    perSecond: {
      received: perSecond(received),
      sent: perSecond(sent),
      bitsReceived: perSecond(bitsOf(streams)),
    },
    bitsPerSecond:
      measured === 0
        ? undefined
        : spreadOf(
            people.flatMap((person) =>
              person.streams.length === 0 ? [] : perSecond(bitsOf(person.streams)),
            ),
          ),
    audio: streamsReport(streams.filter(({ kind }) => kind === 'audio')),
    video: {
      ...streamsReport(video),
      framesPerSecond: spreadOf(video.map(({ frames }) => perSecond(frames))),
      freezes: spreadOf(video.map(({ freezes }) => freezes)),
      frozenMs: spreadOf(video.map(({ frozenMs }) => frozenMs)),
      frozenStreams: video.filter(({ freezes }) => freezes > 0).length,
    },
    generator: {
      processes: plan.processes,
      cores: perSecond(cpuMs) / 1_000,
      microsecondsPerPacket: received + sent === 0 ? 0 : (cpuMs * 1_000) / (received + sent),
      lateMs: {
        median: Math.max(0, ...results.map(({ lateMs }) => lateMs.median)),
        p99: Math.max(0, ...results.map(({ lateMs }) => lateMs.p99)),
        max: Math.max(0, ...results.map(({ lateMs }) => lateMs.max)),
      },
    },
  };
}

function joinsPerSecond(people: CrewResult['people']): number {
  const connected = people.flatMap(({ setOutMs, connectedMs }) =>
    setOutMs === undefined || connectedMs === undefined ? [] : { from: setOutMs, to: setOutMs + connectedMs },
  );
  if (connected.length === 0) return 0;
  const from = Math.min(...connected.map((one) => one.from));
  const to = Math.max(...connected.map((one) => one.to));
  return (connected.length * 1_000) / (to - from);
}

function streamsReport(streams: readonly StreamResult[]): StreamsReport {
  return {
    streams: streams.length,
    packets: sum(streams.map(({ packets }) => packets)),
    lost: sum(streams.map(({ lost }) => lost)),
    recovered: sum(streams.map(({ recovered }) => recovered)),
    loss: spreadOf(streams.map(({ lost, packets }) => (packets === 0 ? 1 : lost / (lost + packets)))),
    jitterMs: spreadOf(streams.map(({ jitterMs }) => jitterMs)),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
