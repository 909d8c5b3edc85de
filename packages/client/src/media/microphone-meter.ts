import type { Log } from '../core/index.ts';
import { decibels } from './loudness.ts';

/** Hears one microphone. */
export interface Meter {
  /** dBFS of the last moments, -127 (silence) to 0. */
  read(): number;
  close(): void;
}

export type CreateMeter = (track: MediaStreamTrack) => Meter;

/** Samples of one reading: 43 ms at 48 kHz. */
const WINDOW = 2_048;

/**
 * Meters of one `AudioContext`, which is made when the first microphone is there: a page that never hears anything has none. A browser may hold the
 * context back until the person does something; till then meters read silence. `close` ends them all.
 */
export function audioMeters(log: Log): { create: CreateMeter; close(): void } {
  let context: AudioContext | undefined;
  const gestures = new AbortController();

  const wake = () => {
    if (context?.state !== 'suspended') return;
    context.resume().catch((error: unknown) => log('debug', 'the audio context sleeps on', { error }));
  };
  const audio = (): AudioContext => {
    if (context === undefined) {
      context = new AudioContext();
      for (const gesture of ['pointerdown', 'keydown', 'touchend']) {
        globalThis.addEventListener(gesture, wake, { signal: gestures.signal, passive: true });
      }
    }
    wake();
    return context;
  };

  return {
    create(track) {
      // A copy, because the original is disabled while muted and would be silent here too.
      const copy = track.clone();
      copy.enabled = true;
      const source = audio().createMediaStreamSource(new MediaStream([copy]));
      const analyser = new AnalyserNode(source.context, { fftSize: WINDOW });
      source.connect(analyser);
      const samples = new Float32Array(WINDOW);
      return {
        read() {
          analyser.getFloatTimeDomainData(samples);
          return decibels(samples);
        },
        close() {
          source.disconnect();
          copy.stop();
        },
      };
    },
    close() {
      gestures.abort();
      context
        ?.close()
        .catch((error: unknown) => log('debug', 'the audio context was closed already', { error }));
      context = undefined;
    },
  };
}
