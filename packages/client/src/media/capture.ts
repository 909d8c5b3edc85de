import type { Clock, Log } from '../core/index.ts';
import { deviceProblemOf, isTooChoosy } from './device-problem.ts';
import type { DeviceProblem } from './types.ts';

/** A track that ends sooner than this after it was opened will do so again. */
const FLEETING_MS = 2_000;

export interface CaptureState {
  /** What the person wants. */
  readonly wanted: boolean;
  /** The browser was asked for the device, and perhaps asks the person. */
  readonly opening: boolean;
  /** Why the device is not open although wanted. */
  readonly problem: DeviceProblem | undefined;
  /** The open device's. With `staysOpen` also while the person does not want it: then it is disabled, and what it gives is silence. */
  readonly track: MediaStreamTrack | undefined;
}

export interface CaptureOptions {
  /** Opens a device; `undefined`: the default one. Rejects as `getUserMedia` does. */
  readonly open: (deviceId: string | undefined) => Promise<MediaStreamTrack>;
  readonly wanted: boolean;
  readonly deviceId: string | undefined;
  /** A microphone stays open while muted, so that unmuting takes no time; a camera closes, so that its light goes off. */
  readonly staysOpen: boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly changed: () => void;
}

/**
 * One microphone or camera: brings the device to what the person wants. Only one attempt runs at a time, and after each it is looked at again what is
 * wanted by then; so the latest wish wins, whatever the order in which the browser answers.
 */
export class Capture {
  readonly #options: CaptureOptions;
  #state: CaptureState;
  #deviceId: string | undefined;
  /** Devices may be used at all. */
  #started = false;
  /** Another device was chosen than the one that is open. */
  #outdated = false;
  #running = false;
  #openedAt = 0;
  #fleeting = 0;

  constructor(options: CaptureOptions) {
    this.#options = options;
    this.#state = { wanted: options.wanted, opening: false, problem: undefined, track: undefined };
    this.#deviceId = options.deviceId;
  }

  /** Immutable; another object with every change. */
  get state(): CaptureState {
    return this.#state;
  }

  /** From now on the device may be opened. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#become({ problem: undefined });
    void this.#reconcile();
  }

  /** Closes the device; what is wanted is kept for the next start. */
  stop(): void {
    this.#started = false;
    this.#drop();
  }

  setWanted(wanted: boolean): void {
    this.#fleeting = 0;
    if (this.#state.track !== undefined) this.#state.track.enabled = wanted;
    this.#become(wanted ? { wanted, problem: undefined } : { wanted });
    void this.#reconcile();
  }

  /** `undefined`: the default one. */
  select(deviceId: string | undefined): void {
    if (deviceId === this.#deviceId) return;
    this.#deviceId = deviceId;
    this.#fleeting = 0;
    this.#outdated = true;
    this.#become({ problem: undefined });
    void this.#reconcile();
  }

  /** Something about devices or permissions changed that may lift a problem. */
  tryAgain(problems: readonly DeviceProblem[]): void {
    const { problem, track } = this.#state;
    if (track?.readyState === 'ended') this.#ended(track);
    if (problem === undefined || !problems.includes(problem)) return;
    this.#become({ problem: undefined });
    void this.#reconcile();
  }

  async #reconcile(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    for (let next = this.#next(); next !== 'rest'; next = this.#next()) {
      if (next === 'close') this.#drop();
      else await this.#open();
    }
    this.#running = false;
  }

  #next(): 'close' | 'open' | 'rest' {
    const { wanted, problem, track } = this.#state;
    if (track !== undefined) {
      const unwanted = !wanted && !this.#options.staysOpen;
      return this.#outdated || unwanted || !this.#started ? 'close' : 'rest';
    }
    return this.#started && wanted && problem === undefined ? 'open' : 'rest';
  }

  async #open(): Promise<void> {
    const { open, clock, log } = this.#options;
    const deviceId = this.#deviceId;
    this.#outdated = false;
    this.#become({ opening: true });
    try {
      const track = await open(deviceId);
      this.#openedAt = clock.now();
      track.addEventListener('ended', () => this.#ended(track));
      track.enabled = this.#state.wanted;
      this.#become({ opening: false, track });
    } catch (error) {
      log('debug', 'a device could not be opened', { error });
      if (deviceId !== this.#deviceId) {
        this.#become({ opening: false }); // another one was chosen meanwhile
      } else if (deviceId !== undefined && isTooChoosy(error)) {
        this.#deviceId = undefined;
        this.#become({ opening: false });
      } else {
        this.#become({
          opening: false,
          problem: error instanceof NoDevices ? error.problem : deviceProblemOf(error),
        });
      }
    }
  }

  /** The browser ended the track: the device was unplugged, or the permission withdrawn. */
  #ended(track: MediaStreamTrack): void {
    if (track !== this.#state.track) return;
    this.#fleeting = this.#options.clock.now() - this.#openedAt < FLEETING_MS ? this.#fleeting + 1 : 0;
    this.#become({ track: undefined, problem: this.#fleeting > 1 ? 'failed' : undefined });
    void this.#reconcile();
  }

  #drop(): void {
    const { track } = this.#state;
    if (track === undefined) return;
    track.stop();
    this.#become({ track: undefined });
  }

  #become(change: Partial<CaptureState>): void {
    this.#state = { ...this.#state, ...change };
    this.#options.changed();
  }
}

/** There is nobody to ask for devices. */
export class NoDevices extends Error {
  readonly problem: DeviceProblem;

  constructor(problem: DeviceProblem) {
    super(`no devices: ${problem}`);
    this.name = 'NoDevices';
    this.problem = problem;
  }
}
