import type { Clock } from './clock.ts';
import type { ParticipantId } from '@treff/protocol';
import { unavailable } from './errors.ts';
import { Paced } from './paced.ts';
import { Placement, type SpeechListener } from './placement.ts';
import { RoomSpeech, type Levels } from './room-speech.ts';
import type { MediaWorker } from './worker-pool.ts';

export interface PlacementsOptions {
  /** The worker for one more endpoint of a conference that has so many on those workers; `undefined` while none lives. */
  readonly chooseWorker: (endpoints: ReadonlyMap<MediaWorker, number>) => MediaWorker | undefined;
  /** Who speaks in the whole conference. */
  readonly speech: { readonly levels: (levels: Levels) => void } & Pick<SpeechListener, 'dominant'>;
  readonly clock: Clock;
}

/** Milliseconds between two times that levels are told: several workers listen, each every 400 ms or more. */
const LEVELS_MS = 250;

/** Where a conference is: on one worker, and on more when that one is full. Placements are opened when an endpoint needs them; an empty one closes unless it is the last. */
export class Placements {
  readonly #options: PlacementsOptions;
  readonly #open = new Map<MediaWorker, Placement>();
  readonly #opening = new Map<MediaWorker, Promise<Placement>>();
  /** Endpoints on each worker, and those that are about to be. */
  readonly #endpoints = new Map<MediaWorker, number>();
  readonly #speech = new RoomSpeech<MediaWorker>();
  readonly #tellLevels: Paced;
  /** Counts how often everything was closed or lost: what was being opened then comes too late. */
  #life = 0;

  constructor(options: PlacementsOptions) {
    this.#options = options;
    this.#tellLevels = new Paced(options.clock, LEVELS_MS, () => options.speech.levels(this.#speech.levels));
  }

  get isOpen(): boolean {
    return this.#open.size > 0;
  }

  get workers(): Iterable<MediaWorker> {
    return this.#open.keys();
  }

  /** Opens the first one, if there is none. Rejects with `media/bridge-unavailable`. */
  async open(): Promise<void> {
    if (!this.isOpen) await this.#at(this.#choose());
  }

  /** A place for one more endpoint, which counts until `leave`. Rejects with `media/bridge-unavailable`. */
  async enter(): Promise<Placement> {
    const worker = this.#choose();
    this.#count(worker, 1);
    try {
      return await this.#at(worker);
    } catch (error) {
      this.#count(worker, -1);
      throw error;
    }
  }

  /** An endpoint that had entered is gone. */
  leave({ worker }: Placement): void {
    this.#count(worker, -1);
    const placement = this.#open.get(worker);
    if (placement === undefined || this.#open.size === 1 || (this.#endpoints.get(worker) ?? 0) > 0) return;
    this.#forget(worker);
    placement.close();
  }

  /** A worker died; what was on it, if anything. */
  lose(worker: MediaWorker): Placement | undefined {
    const placement = this.#open.get(worker);
    if (placement === undefined) return undefined;
    this.#forget(worker);
    if (!this.isOpen) this.#life += 1;
    return placement;
  }

  /** Idempotent. */
  close(): void {
    this.#life += 1;
    this.#tellLevels.close();
    for (const placement of this.#open.values()) placement.close();
    this.#open.clear();
  }

  #forget(worker: MediaWorker): void {
    this.#open.delete(worker);
    this.#speech.forget(worker);
    // The others may be silent, and say so no more.
    this.#tellLevels.ask();
  }

  #choose(): MediaWorker {
    const endpoints = new Map<MediaWorker, number>();
    for (const worker of [...this.#open.keys(), ...this.#opening.keys()])
      endpoints.set(worker, this.#endpoints.get(worker) ?? 0);
    const worker = this.#options.chooseWorker(endpoints);
    if (worker === undefined) throw unavailable('no media worker lives');
    return worker;
  }

  async #at(worker: MediaWorker): Promise<Placement> {
    const open = this.#open.get(worker);
    if (open !== undefined) return open;
    const opening =
      this.#opening.get(worker) ?? this.#openAt(worker).finally(() => this.#opening.delete(worker));
    this.#opening.set(worker, opening);
    return opening;
  }

  async #openAt(worker: MediaWorker): Promise<Placement> {
    const life = this.#life;
    const placement = await Placement.open(worker, this.#listener(worker));
    // Closing and a worker's death wait for nothing, so both may have come meanwhile.
    if (this.#life !== life || !placement.alive) {
      placement.close();
      throw unavailable('closed meanwhile, or the media worker died');
    }
    this.#open.set(worker, placement);
    return placement;
  }

  #listener(worker: MediaWorker): SpeechListener {
    const { speech } = this.#options;
    const dominant = (endpoint: ParticipantId | undefined): void => {
      if (endpoint !== undefined) speech.dominant(endpoint);
    };
    return {
      levels: (levels, fresh) => {
        const next = this.#speech.hear(worker, levels, fresh);
        if (this.#open.size > 1) this.#tellLevels.ask();
        else speech.levels(this.#speech.levels);
        dominant(next);
      },
      dominant: (endpoint) => dominant(this.#speech.choose(worker, endpoint)),
    };
  }

  #count(worker: MediaWorker, change: number): void {
    const count = (this.#endpoints.get(worker) ?? 0) + change;
    if (count > 0) this.#endpoints.set(worker, count);
    else this.#endpoints.delete(worker);
    worker.load += change;
  }
}
