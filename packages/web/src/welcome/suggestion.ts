import { WORDS } from './words.ts';

/** Lower-case letters and digits without those that are read wrong aloud or on paper (l, 1, o, 0). */
const SYMBOLS = 'abcdefghijkmnpqrstuvwxyz23456789';
const WORD_COUNT = 5;
const SYMBOL_COUNT = 4;

/** Bits of chance in a {@link suggestRoomName}: 5 words of 512 and 4 symbols of 32. */
export const SUGGESTION_BITS =
  WORD_COUNT * Math.log2(WORDS.length) + SYMBOL_COUNT * Math.log2(SYMBOLS.length);

/** Fills an array with random numbers, as `crypto.getRandomValues` does. */
export type RandomSource = (numbers: Uint32Array<ArrayBuffer>) => Uint32Array<ArrayBuffer>;

/**
 * A room name that can be read aloud and cannot be guessed, like `amber-otter-harbour-plum-lute-k7mx`. Both lists have a
 * power of two entries, so taking the low bits favours none.
 */
export function suggestRoomName(random: RandomSource = (numbers) => crypto.getRandomValues(numbers)): string {
  const numbers = random(new Uint32Array(WORD_COUNT + SYMBOL_COUNT));
  const words = Array.from(numbers.subarray(0, WORD_COUNT), (number) => WORDS[number % WORDS.length] ?? '');
  const symbols = Array.from(
    numbers.subarray(WORD_COUNT),
    (number) => SYMBOLS[number % SYMBOLS.length] ?? '',
  );
  return [...words, symbols.join('')].join('-');
}
