import {
  connectionDetails,
  LIMITS,
  participantId,
  type ClientSignal,
  type ConnectionQuality,
  type ParticipantId,
  type Signal,
} from '@treff/protocol';
import type { Clock, Log } from '../core/index.ts';
import { detailsOf, judge, NO_JUDGEMENT, qualityOf } from './connection-quality.ts';
import { reportOf, type PathStats, type Reading } from './connection-report.ts';
import type { ConnectionReport, Statistics } from './types.ts';

export interface StatisticsOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** A look at the connections that carry now; undefined while there is nobody to talk to. May reject. */
  readonly look: () => Promise<PathStats | undefined>;
  /** Whether what carried is lost, and is being repaired. */
  readonly isBroken: () => boolean;
  readonly send: (signal: ClientSignal) => void;
  /** `qualities` is another map. */
  readonly changed: () => void;
}

/** Milliseconds between two looks at one's own connection. */
const LOOK_MS = 5_000;
/** Milliseconds between two questions of somebody who looks at statistics. */
const ASK_MS = 2_000;

type Qualities = ReadonlyMap<ParticipantId, ConnectionQuality>;

/** What one tells the others of one's connection, and what they tell. One seat's at a time; between seats it rests. */
export class SeatStatistics implements Statistics {
  readonly #options: StatisticsOptions;
  readonly #watches = new Set<(signal: Signal) => void>();
  #qualities: Qualities = new Map();
  #self: ParticipantId | undefined;
  /** What those who look compare the next report with, and what is told is compared with. */
  readonly #readings: Record<'shown' | 'told', Reading | undefined> = { shown: undefined, told: undefined };
  #judgement = NO_JUDGEMENT;
  #told: { readonly quality: ConnectionQuality; readonly at: number } | undefined;
  #stopTimer: (() => void) | undefined;

  constructor(options: StatisticsOptions) {
    this.#options = options;
  }

  get qualities(): Qualities {
    return this.#qualities;
  }

  /** A seat was taken. */
  sit(self: ParticipantId): void {
    this.rise();
    this.#self = self;
    this.#lookLater();
  }

  /** The seat is gone. Idempotent. */
  rise(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#self = undefined;
    this.#readings.shown = undefined;
    this.#readings.told = undefined;
    this.#judgement = NO_JUDGEMENT;
    this.#told = undefined;
    this.#become(new Map());
  }

  /** The socket was replaced: what was said last may be lost. */
  caughtUp(): void {
    this.#told = undefined;
  }

  /** As {@link Statistics.readConnection}. */
  readonly readConnection: Statistics['readConnection'] = () => this.#read('shown');

  /** Something the server said in passing. */
  hear(signal: Signal): void {
    if (signal.type === 'connection-qualities') {
      const told = Object.entries(signal.qualities).map(
        ([id, quality]) => [participantId.parse(id), quality] as const,
      );
      // Of oneself one knows first.
      this.#become(this.#withOwn(new Map(told)));
    }
    for (const hear of this.#watches) hear(signal);
  }

  /** As {@link Statistics.watchConnection}. */
  readonly watchConnection: Statistics['watchConnection'] = (participant, listener) =>
    this.#watch({ type: 'ask-connection', participant }, (signal) => {
      if (signal.type === 'connection' && signal.participant === participant) listener(signal.details);
    });

  /** As {@link Statistics.watchSpeakers}. */
  readonly watchSpeakers: Statistics['watchSpeakers'] = (listener) =>
    this.#watch({ type: 'ask-speakers' }, (signal) => {
      if (signal.type === 'speakers') listener(signal.speakers);
    });

  #watch(question: ClientSignal, hear: (signal: Signal) => void): () => void {
    const { clock, send } = this.#options;
    let stopTimer: () => void;
    const ask = () => {
      stopTimer = clock.after(ASK_MS, ask);
      send(question);
    };
    this.#watches.add(hear);
    ask();
    return () => {
      this.#watches.delete(hear);
      stopTimer();
    };
  }

  #lookLater(): void {
    this.#stopTimer = this.#options.clock.after(LOOK_MS, () => {
      const self = this.#self;
      void this.#read('told').then((report) => {
        if (self === undefined || self !== this.#self) return;
        if (report !== undefined) this.#tell(report);
        this.#lookLater();
      });
    });
  }

  async #read(purpose: 'shown' | 'told'): Promise<ConnectionReport | undefined> {
    const self = this.#self;
    if (self === undefined) return undefined;
    try {
      const stats = await this.#options.look();
      if (stats === undefined || this.#self !== self) return undefined;
      const { report, reading } = reportOf(stats, this.#readings[purpose]);
      this.#readings[purpose] = reading;
      return report;
    } catch (error) {
      this.#options.log('debug', 'the connection cannot be described', { error });
      return undefined;
    }
  }

  #tell(report: ConnectionReport): void {
    const { clock, isBroken, send } = this.#options;
    this.#judgement = judge(this.#judgement, qualityOf(report));
    const quality = isBroken() ? 'lost' : this.#judgement.quality;
    const now = clock.now();
    const { at } = this.#told ?? { at: -Infinity };
    if (quality === this.#told?.quality && now - at < LIMITS.connectionTellMs) return;
    const details = connectionDetails.safeParse(detailsOf(report, quality));
    if (!details.success) return;
    this.#told = { quality, at: now };
    send({ type: 'connection', details: details.data });
    this.#become(this.#withOwn(this.#qualities));
  }

  #withOwn(told: Qualities): Qualities {
    const qualities = new Map(told);
    if (this.#self === undefined) return qualities;
    if (this.#told === undefined || this.#told.quality === 'good') qualities.delete(this.#self);
    else qualities.set(this.#self, this.#told.quality);
    return qualities;
  }

  #become(qualities: Qualities): void {
    const before = this.#qualities;
    if (qualities.size === before.size && [...qualities].every(([id, quality]) => before.get(id) === quality))
      return;
    this.#qualities = qualities;
    this.#options.changed();
  }
}
