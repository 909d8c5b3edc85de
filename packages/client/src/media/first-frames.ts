import type { SourceId } from '@treff/protocol';
import type { Clock, Log } from '../core/index.ts';
import { FlowWatch } from './flow.ts';

/** Milliseconds between looks: nobody waits for the answer. */
const LOOK_MS = 250;
/** Milliseconds a picture has to begin, and at most between two requests for one that does not. */
const PATIENCE_MS = 1_000;
const LONGEST_MS = 8_000;

export interface FirstFramesOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Asks for key frames of these. */
  readonly ask: (sources: ReadonlySet<SourceId>) => void;
}

/**
 * Asks for key frames of pictures that do not begin. The bridge asks by itself when somebody is to see a picture, but the sender may not be sending yet, or
 * again, and its request gets lost; without a key frame (RFC 6386 section 9.1) nothing that comes can be decoded.
 */
export class FirstFrames {
  readonly #options: FirstFramesOptions;
  readonly #watch: FlowWatch;
  #expected: readonly SourceId[] = [];
  #waitMs = PATIENCE_MS;
  #stopTimer: (() => void) | undefined;

  constructor(options: FirstFramesOptions) {
    const { clock, log } = options;
    this.#options = options;
    this.#watch = new FlowWatch({ clock, log, everyMs: LOOK_MS, changed: () => undefined });
    this.#watch.setActive(true);
  }

  /** Exactly these should be seen now, by these receivers. One that is new, or was not expected before, is to begin. */
  expect(receivers: ReadonlyMap<SourceId, RTCRtpReceiver>): void {
    const before = new Set(this.#expected);
    this.#expected = [...receivers.keys()];
    this.#watch.watch(receivers);
    if (this.#expected.some((source) => !before.has(source))) this.#wait(PATIENCE_MS);
  }

  close(): void {
    this.#watch.close();
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #wait(ms: number): void {
    this.#waitMs = ms;
    this.#stopTimer?.();
    this.#stopTimer = this.#options.clock.after(ms, () => {
      this.#stopTimer = undefined;
      const missing = new Set(this.#expected.filter((source) => !this.#watch.flows(source)));
      if (missing.size === 0) return;
      this.#options.ask(missing);
      this.#wait(Math.min(LONGEST_MS, 2 * this.#waitMs));
    });
  }
}
