import type { types } from 'mediasoup';
import type { ParticipantId } from '@treff/protocol';
import { MEDIA_CODECS } from './codecs.ts';
import { DominantSpeaker } from './dominant-speaker.ts';
import { refusalOf } from './errors.ts';
import { LevelLooks } from './level-looks.ts';
import type { PacketTime } from './packet-time.ts';
import type { Levels } from './room-speech.ts';
import type { Source } from './source.ts';
import type { MediaWorker } from './worker-pool.ts';

/**
 * Packets between two looks at who is how loud: 400 ms of the usual 20 ms each. The observer takes for silent who sent fewer than ten since the last look: with
 * 12 of them, jitter alone would make voices flicker. So those who send longer packets are looked at less often, by an observer of their own.
 */
const LEVEL_PACKETS = 20;
/** dBov below which somebody is silent. */
const LEVEL_THRESHOLD = -60;
/** Voices told at once: nobody can tell more apart. */
const LEVEL_ENTRIES = 16;
/** Milliseconds between two looks at who dominates. */
const SPEAKER_INTERVAL_MS = 300;

export interface SpeechListener {
  /** dBov, -127 to 0, of those who can be heard; empty when it has become silent. `fresh`: those of whom that is news, the others were heard before. */
  readonly levels: (levels: Levels, fresh: ReadonlySet<ParticipantId>) => void;
  readonly dominant: (endpoint: ParticipantId) => void;
}

/** A conference's place on one worker: its router, and the observers that listen who speaks. Dies with the worker. */
export class Placement {
  readonly worker: MediaWorker;
  readonly router: types.Router;
  /** By the packet time of the microphones that they listen to; made when the first of these comes. */
  readonly #levels = new Map<PacketTime, Promise<types.AudioLevelObserver>>();
  readonly #speakers: types.ActiveSpeakerObserver;
  readonly #listener: SpeechListener;
  readonly #microphones = new Map<string, ParticipantId>();
  readonly #looks = new LevelLooks();
  readonly #dominant = new DominantSpeaker();

  private constructor(
    worker: MediaWorker,
    router: types.Router,
    speakers: types.ActiveSpeakerObserver,
    listener: SpeechListener,
  ) {
    this.worker = worker;
    this.router = router;
    this.#speakers = speakers;
    this.#listener = listener;
    worker.load += 1;
    this.#speakers.on('dominantspeaker', ({ producer }) => this.#dominant.choose(producer.id));
  }

  /** Rejects with `media/bridge-unavailable`, leaving nothing behind. */
  static async open(worker: MediaWorker, listener: SpeechListener): Promise<Placement> {
    try {
      const router = await worker.worker.createRouter({ mediaCodecs: MEDIA_CODECS });
      try {
        const speakers = await router.createActiveSpeakerObserver({ interval: SPEAKER_INTERVAL_MS });
        return new Placement(worker, router, speakers, listener);
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
  async listenTo({ kind, owner, producer, packetTime }: Source): Promise<void> {
    if (kind !== 'microphone') return;
    this.#microphones.set(producer.id, owner);
    producer.observer.on('pause', () => this.#looks.forget(producer.id));
    producer.observer.once('close', () => {
      this.#microphones.delete(producer.id);
      this.#looks.forget(producer.id);
      this.#dominant.forget(producer.id);
    });
    await Promise.all([
      this.#levelsOf(packetTime).then((levels) => levels.addProducer({ producerId: producer.id })),
      // This one counts what lies between two packets by the clock, so one for all does.
      this.#speakers.addProducer({ producerId: producer.id }),
    ]);
  }

  close(): void {
    this.worker.load -= 1;
    this.router.close();
  }

  #levelsOf(packetTime: PacketTime): Promise<types.AudioLevelObserver> {
    const known = this.#levels.get(packetTime);
    if (known !== undefined) return known;
    const making = this.#makeLevels(packetTime);
    this.#levels.set(packetTime, making);
    // The next microphone tries again.
    making.catch(() => this.#levels.delete(packetTime));
    return making;
  }

  async #makeLevels(packetTime: PacketTime): Promise<types.AudioLevelObserver> {
    const levels = await this.router.createAudioLevelObserver({
      interval: LEVEL_PACKETS * packetTime,
      threshold: LEVEL_THRESHOLD,
      maxEntries: LEVEL_ENTRIES,
    });
    levels.on('volumes', (volumes) => this.#heard(packetTime, volumes));
    levels.on('silence', () => this.#heard(packetTime, []));
    return levels;
  }

  #heard(packetTime: PacketTime, volumes: readonly types.AudioLevelObserverVolume[]): void {
    const news = volumes.flatMap(({ producer: { id }, volume }) =>
      this.#microphones.has(id) ? [{ id, level: Math.round(volume) }] : [],
    );
    this.#looks.note(packetTime, news);
    const heard = this.#looks.heard.slice(0, LEVEL_ENTRIES);
    const levels: Record<ParticipantId, number> = {};
    for (const { id, level } of heard) {
      const owner = this.#microphones.get(id);
      if (owner !== undefined) levels[owner] = level;
    }
    const freshIds = news.map(({ id }) => id);
    this.#listener.levels(levels, new Set(freshIds.flatMap((id) => this.#microphones.get(id) ?? [])));
    const audible = heard.map(({ id }) => id);
    const dominant = this.#dominant.look(audible, new Set(freshIds));
    const owner = dominant === undefined ? undefined : this.#microphones.get(dominant);
    if (owner !== undefined) this.#listener.dominant(owner);
  }
}
