/** Milliseconds between two sounds: a class that comes at once is heard once. */
const PAUSE_MS = 4_000;

/** Hz and seconds after the beginning: two soft tones, the second a fourth higher, as a door bell. */
const TONES = [
  { frequency: 587.33, begin: 0 },
  { frequency: 783.99, begin: 0.16 },
] as const;

/** Seconds that one tone takes to fade, and how loud it is at most, of 1. */
const FADE_S = 0.5;
const LOUDNESS = 0.14;

/** Something that sounds when it is rung. */
export interface Chime {
  /** Sounds at `now` (milliseconds) unless it has just done so. Where the browser forbids sound before a click, or has no speaker, it stays silent. */
  ring(now: number, speakerId: string): void;
}

/** @param play makes the sound; the browser's own, unless something else is given */
export function createChime(play: (speakerId: string) => Promise<void> = playTones): Chime {
  let last = -Infinity;
  return {
    ring(now, speakerId) {
      if (now - last < PAUSE_MS) return;
      last = now;
      play(speakerId).catch(() => {
        // What can't be heard is seen.
      });
    },
  };
}

async function playTones(speakerId: string): Promise<void> {
  const context = new AudioContext();
  try {
    if (speakerId !== '' && canChooseSpeaker(context)) await context.setSinkId(speakerId);
    // Not allowed to sound: waiting for it would ring long after the knock.
    if (context.state !== 'running') await Promise.race([context.resume(), after(500)]);
    if (context.state !== 'running') return;
    const end = context.currentTime + 0.05;
    const tones = TONES.map(({ frequency, begin }) => tone(context, frequency, end + begin));
    await Promise.all(tones);
  } finally {
    await context.close();
  }
}

/** Chromium alone, until now (Web Audio API 1.1, `AudioContext.setSinkId`). */
function canChooseSpeaker(
  context: AudioContext,
): context is AudioContext & { setSinkId: (id: string) => Promise<void> } {
  return 'setSinkId' in context;
}

/** Rises at once and fades away. Resolves when it has. */
function tone(context: AudioContext, frequency: number, begin: number): Promise<void> {
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setValueAtTime(0, begin);
  gain.gain.linearRampToValueAtTime(LOUDNESS, begin + 0.015);
  gain.gain.exponentialRampToValueAtTime(0.0001, begin + FADE_S);
  const oscillator = new OscillatorNode(context, { frequency });
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(begin);
  oscillator.stop(begin + FADE_S);
  return new Promise((resolve) => {
    oscillator.addEventListener('ended', () => resolve());
  });
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
