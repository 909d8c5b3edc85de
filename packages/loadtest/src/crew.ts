import { openWebSocket, type OpenSocket } from '@treff/client/core';
import { BOUNDS } from './bounds.ts';
import type { CrewProgress, CrewResult } from './crew-messages.ts';
import { JanusParticipant } from './janus/janus-participant.ts';
import type { Participant, ParticipantOptions } from './participant.ts';
import { partsOf, rampSeconds, type LoadPlan } from './plan.ts';
import { TreffParticipant } from './treff-participant.ts';
import { drive, Wheel } from './wheel.ts';

/** Milliseconds between two looks at who has to set out, and whether everybody is there. */
const LOOK_MS = 8;
/** Milliseconds for which sockets may say goodbye. */
const GOODBYE_MS = 3_000;
/** Measurements of lateness that are kept: the newest. */
const LATENESSES = 16_384;

/** The people whom one process plays. */
export class Crew {
  readonly #plan: LoadPlan;
  readonly #people: { readonly participant: Participant; readonly joinsAtMs: number }[];
  /** Whether people send. */
  readonly #gate: { open: boolean };
  readonly #complete: () => void;
  readonly #stopDriving: () => void;
  readonly #late = new Float64Array(LATENESSES);
  #steps = 0;
  readonly #beganMs = performance.now();
  #next = 0;
  #isComplete = false;
  #openSockets = 0;
  #measure:
    | { readonly sinceMs: number; readonly cpu: NodeJS.CpuUsage; readonly progress: CrewProgress }
    | undefined;

  /** Sets out at once. `complete` is called once, when everybody is there or will not come. */
  constructor(plan: LoadPlan, process: number, complete: () => void) {
    this.#plan = plan;
    this.#complete = complete;
    this.#gate = { open: plan.sendsFrom === 'joining' };
    const gate = this.#gate;
    const wheel = new Wheel(this.#beganMs);
    const openSocket: OpenSocket = (url, handlers) => {
      this.#openSockets += 1;
      return openWebSocket(url, {
        ...handlers,
        close: (code) => {
          this.#openSockets -= 1;
          handlers.close(code);
        },
      });
    };
    this.#people = partsOf(plan, process).map((part) => ({
      participant: participantOf({ plan, part, wheel, gate, random: Math.random }, openSocket),
      joinsAtMs: part.joinsAtMs,
    }));
    wheel.every(LOOK_MS, this.#beganMs, (nowMs) => this.#look(nowMs));
    this.#stopDriving = drive(wheel, (ms) => {
      this.#late[this.#steps % LATENESSES] = ms;
      this.#steps += 1;
    });
  }

  get progress(): CrewProgress {
    let [there, failed, packetsReceived, octetsReceived, packetsSent] = [0, 0, 0, 0, 0];
    for (const { participant } of this.#people) {
      if (participant.progress.name === 'there') there += 1;
      if (participant.progress.name === 'failed') failed += 1;
      packetsReceived += participant.reception.packets;
      octetsReceived += participant.reception.octets;
      packetsSent += participant.packetsSent;
    }
    return { there, failed, people: this.#people.length, packetsReceived, octetsReceived, packetsSent };
  }

  /** From now on it counts. */
  measure(): void {
    const now = performance.now();
    for (const { participant } of this.#people) participant.reception.begin(now);
    this.#steps = 0;
    this.#gate.open = true;
    this.#measure = { sinceMs: now, cpu: process.cpuUsage(), progress: this.progress };
  }

  /** What was measured; nothing but joins if {@link Crew.measure} was not called. */
  result(): CrewResult {
    const now = performance.now();
    const measure = this.#measure;
    const progress = this.progress;
    const cpu = measure === undefined ? { user: 0, system: 0 } : process.cpuUsage(measure.cpu);
    const late = this.#late.slice(0, Math.min(this.#steps, LATENESSES)).toSorted();
    const lateAt = (share: number) => late[Math.floor(share * (late.length - 1))] ?? 0;
    return {
      people: this.#people.map(({ participant }) => {
        const { reception, setOutMs, times } = participant;
        return {
          setOutMs: setOutMs === 0 ? undefined : setOutMs - this.#beganMs,
          joinedMs: times.joinedMs,
          connectedMs: times.connectedMs,
          firstPacketMs:
            reception.firstPacketMs === undefined ? undefined : reception.firstPacketMs - setOutMs,
          failure: failureOf(participant),
          streams: measure === undefined ? [] : reception.results(now),
        };
      }),
      measuredMs: measure === undefined ? 0 : now - measure.sinceMs,
      packetsReceived: progress.packetsReceived - (measure?.progress.packetsReceived ?? 0),
      packetsSent: progress.packetsSent - (measure?.progress.packetsSent ?? 0),
      cpuMs: (cpu.user + cpu.system) / 1_000,
      lateMs: { median: lateAt(0.5), p99: lateAt(0.99), max: lateAt(1) },
    };
  }

  /** Everybody leaves. Resolves when their sockets are closed, or have had the time for it. */
  async leave(): Promise<void> {
    for (const { participant } of this.#people) participant.leave();
    const end = performance.now() + GOODBYE_MS;
    while (this.#openSockets > 0 && performance.now() < end) await pause();
    this.#stopDriving();
  }

  #look(nowMs: number): void {
    const elapsed = nowMs - this.#beganMs;
    for (;;) {
      const next = this.#people[this.#next];
      if (next === undefined || next.joinsAtMs > elapsed) break;
      this.#next += 1;
      if (next.participant.progress.name === 'coming') next.participant.setOut();
    }
    if (this.#isComplete || this.#next < this.#people.length) return;
    if (elapsed > (rampSeconds(this.#plan) + BOUNDS.patience) * 1_000) {
      for (const { participant } of this.#people)
        if (participant.progress.name === 'coming') participant.fail('too-late');
    }
    if (this.#people.some(({ participant }) => participant.progress.name === 'coming')) return;
    this.#isComplete = true;
    this.#complete();
  }
}

function participantOf(options: ParticipantOptions, openSocket: OpenSocket): Participant {
  switch (options.plan.server) {
    case 'treff':
      return new TreffParticipant({ ...options, openSocket });
    case 'janus':
      return new JanusParticipant(options);
  }
}

function failureOf({ progress }: Participant): string | undefined {
  if (progress.name === 'failed') return progress.code;
  return progress.name === 'coming' ? 'interrupted' : undefined;
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 10);
  });
}
