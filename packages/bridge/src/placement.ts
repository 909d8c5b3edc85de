import type { types } from 'mediasoup';
import type { ParticipantId } from '@treff/protocol';
import { MEDIA_CODECS } from './codecs.ts';
import { DominantSpeaker } from './dominant-speaker.ts';
import { refusalOf } from './errors.ts';
import type { Source } from './source.ts';
import type { MediaWorker } from './worker-pool.ts';

/**
 * Milliseconds between two looks at who is how loud. The observer takes for silent who sent fewer than ten packets since the last look, and there
 * is one each 20 ms: at its shortest interval, 250, jitter alone makes voices flicker.
 */
const LEVEL_INTERVAL_MS = 400;
/** dBov below which somebody is silent. */
const LEVEL_THRESHOLD = -60;
/** Voices told at once: nobody can tell more apart. */
const LEVEL_ENTRIES = 16;
/** Milliseconds between two looks at who dominates. */
const SPEAKER_INTERVAL_MS = 300;

export interface SpeechListener {
  /** dBov, -127 to 0, of those who can be heard; empty when it has become silent. */
  readonly levels: (levels: Readonly<Record<ParticipantId, number>>) => void;
  readonly dominant: (endpoint: ParticipantId) => void;
}

/** A conference's place on one worker: its router, and the observers that listen who speaks. Dies with the worker. */
export class Placement {
  readonly worker: MediaWorker;
  readonly router: types.Router;
  readonly #levels: types.AudioLevelObserver;
  readonly #speakers: types.ActiveSpeakerObserver;
  readonly #listener: SpeechListener;
  readonly #microphones = new Map<string, ParticipantId>();
  readonly #dominant = new DominantSpeaker();

  private constructor(
    worker: MediaWorker,
    router: types.Router,
    observers: { levels: types.AudioLevelObserver; speakers: types.ActiveSpeakerObserver },
    listener: SpeechListener,
  ) {
    this.worker = worker;
    this.router = router;
    this.#levels = observers.levels;
    this.#speakers = observers.speakers;
    this.#listener = listener;
    worker.load += 1;
    this.#levels.on('volumes', (volumes) => this.#heard(volumes));
    this.#levels.on('silence', () => this.#listener.levels({}));
    this.#speakers.on('dominantspeaker', ({ producer }) => this.#dominant.choose(producer.id));
  }

  /** Rejects with `media/bridge-unavailable`, leaving nothing behind. */
  static async open(worker: MediaWorker, listener: SpeechListener): Promise<Placement> {
    try {
      const router = await worker.worker.createRouter({ mediaCodecs: MEDIA_CODECS });
      try {
        const [levels, speakers] = await Promise.all([
          router.createAudioLevelObserver({
            interval: LEVEL_INTERVAL_MS,
            threshold: LEVEL_THRESHOLD,
            maxEntries: LEVEL_ENTRIES,
          }),
          router.createActiveSpeakerObserver({ interval: SPEAKER_INTERVAL_MS }),
        ]);
        return new Placement(worker, router, { levels, speakers }, listener);
      } catch (error) {
        router.close();
        throw error;
      }
    } catch (error) {
      throw refusalOf(error, 'media/bridge-unavailable');
    }
  }

  /** Whether its worker still lives. */
  get alive(): boolean {
    return !this.router.closed;
  }

  /** Listens to a microphone from now on; other sources say nothing about who speaks. */
  async listenTo({ kind, owner, producer }: Source): Promise<void> {
    if (kind !== 'microphone') return;
    this.#microphones.set(producer.id, owner);
    producer.observer.once('close', () => {
      this.#microphones.delete(producer.id);
      this.#dominant.forget(producer.id);
    });
    await Promise.all([
      this.#levels.addProducer({ producerId: producer.id }),
      this.#speakers.addProducer({ producerId: producer.id }),
    ]);
  }

  close(): void {
    this.worker.load -= 1;
    this.router.close();
  }

  #heard(volumes: readonly types.AudioLevelObserverVolume[]): void {
    const levels: Record<ParticipantId, number> = {};
    for (const { producer, volume } of volumes) {
      const owner = this.#microphones.get(producer.id);
      if (owner !== undefined) levels[owner] = Math.round(volume);
    }
    this.#listener.levels(levels);
    const audible = volumes.map(({ producer }) => producer.id).filter((id) => this.#microphones.has(id));
    const dominant = this.#dominant.look(audible);
    const owner = dominant === undefined ? undefined : this.#microphones.get(dominant);
    if (owner !== undefined) this.#listener.dominant(owner);
  }
}
