/** dBFS below which nothing is shown: a quiet room. */
const SILENT_DB = -60;
/** dBFS of somebody who speaks right into the microphone; louder makes no difference to the eye. */
const LOUD_DB = -12;

/** Perceptual scale of a level: decibels are roughly how ears count. `db`: dBov or dBFS, -127 to 0. Returns 0 to 1. */
export function loudness(db: number): number {
  return Math.min(1, Math.max(0, (db - SILENT_DB) / (LOUD_DB - SILENT_DB)));
}

/** Level of samples (-1 to 1 each) in dBFS, -127 (silence) to 0: their root mean square. */
export function decibels(samples: Float32Array): number {
  let squares = 0;
  for (const sample of samples) squares += sample * sample;
  if (squares === 0) return -127;
  return Math.max(-127, Math.min(0, 10 * Math.log10(squares / samples.length)));
}
