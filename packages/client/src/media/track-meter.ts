import type { Log } from '../core/index.ts';
import type { CreateMeter, Meter } from './microphone-meter.ts';

/** Measures one track at a time: that of the microphone which is open now. */
export class TrackMeter {
  readonly #create: CreateMeter;
  readonly #log: Log;
  #measured: { readonly track: MediaStreamTrack; readonly meter: Meter | undefined } | undefined;

  constructor(create: CreateMeter, log: Log) {
    this.#create = create;
    this.#log = log;
  }

  /** Whether there is a track, even if it cannot be measured. */
  get isOpen(): boolean {
    return this.#measured !== undefined;
  }

  /** dBFS, -127 to 0; undefined while there is nothing to measure. */
  read(): number | undefined {
    return this.#measured?.meter?.read();
  }

  set(track: MediaStreamTrack | undefined): void {
    if (track === this.#measured?.track) return;
    this.#measured?.meter?.close();
    this.#measured = track === undefined ? undefined : { track, meter: this.#make(track) };
  }

  #make(track: MediaStreamTrack): Meter | undefined {
    try {
      return this.#create(track);
    } catch (error) {
      this.#log('warn', 'the microphone cannot be measured', { error });
      return undefined;
    }
  }
}
