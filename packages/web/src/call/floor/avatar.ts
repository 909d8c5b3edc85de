/** One or two letters for a name; empty for a name without letters or digits. */
export function initialsOf(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '');
  const first = words[0] ?? '';
  const last = words.length > 1 ? (words.at(-1) ?? '') : '';
  // By code points: a letter outside of the basic plane is two units of a string.
  return [first, last]
    .map((word) => Array.from(word)[0] ?? '')
    .join('')
    .toUpperCase();
}

/** A hue in degrees, always the same for the same id. */
export function hueOf(id: string): number {
  let hash = 0;
  for (let index = 0; index < id.length; index++) hash = (hash * 31 + id.charCodeAt(index)) >>> 0;
  // The golden angle spreads neighbouring hashes over the whole wheel.
  return Math.round((hash * 137.508) % 360);
}
