import { ERROR_CODES } from '@treff/protocol';
import { describe, expect, it } from 'vitest';
import de from './de.json';
import en from './en.json';
import { chooseLanguage } from './i18n.ts';

const SOURCES = import.meta.glob<string>(['../**/*.{ts,tsx}', '!../**/*.test.ts'], {
  query: '?raw',
  import: 'default',
  eager: true,
});
const PROBLEMS = ['permission-denied', 'not-found', 'in-use', 'insecure', 'refused', 'failed'];

/** `a.b.c` of every text, with its words. */
function flatten(node: object, path = ''): Map<string, string> {
  return new Map(
    Object.entries(node).flatMap(([name, value]: [string, unknown]) => {
      const key = path === '' ? name : `${path}.${name}`;
      if (typeof value === 'string') return [[key, value]];
      return [...flatten(value as object, key)];
    }),
  );
}

const placeholders = (text: string | undefined) =>
  [...(text ?? '').matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => String(name)).toSorted();

describe('the translations', () => {
  const english = flatten(en);
  const german = flatten(de);

  it('have the same keys in both languages', () => {
    expect([...german.keys()].toSorted()).toEqual([...english.keys()].toSorted());
  });

  it('fill the same blanks in both languages', () => {
    for (const [key, text] of english)
      expect([key, placeholders(german.get(key))]).toEqual([key, placeholders(text)]);
  });

  it('are nowhere empty', () => {
    for (const text of [...english.values(), ...german.values()]) expect(text.trim()).not.toBe('');
  });

  it('hold a title and a text for every error code, and for no other', () => {
    const codes = [...ERROR_CODES, 'network/unreachable', 'browser/unsupported'];
    expect(Object.keys(en.error).toSorted()).toEqual(codes.toSorted());
    for (const entry of Object.values(de.error)) expect(Object.keys(entry)).toEqual(['title', 'text']);
  });

  it('hold every problem of a device', () => {
    expect(Object.keys(en.device.problem.microphone)).toEqual(PROBLEMS);
    expect(Object.keys(en.device.problem.camera)).toEqual(PROBLEMS);
    expect(Object.keys(en.device.problem.screen)).toEqual(['refused', 'failed']);
  });

  it('hold no key that the page does not use', () => {
    const code = Object.values(SOURCES).join('\n');
    expect(code.length).toBeGreaterThan(1000);
    // A choice of texts is used by a template: `connection.way.${way}`.
    const isChoice = (key: string) => code.includes(`\`${key.slice(0, key.lastIndexOf('.') + 1)}\${`);
    const unused = [...english.keys()]
      .filter((key) => !key.startsWith('error.'))
      .map((key) => key.replace(/_(one|other)$/, ''))
      .filter((key) => !code.includes(`'${key}'`) && !isChoice(key));
    expect(unused).toEqual([]);
  });
});

describe('the language', () => {
  it('is the first one wanted that the page speaks', () => {
    expect(chooseLanguage(['', 'fr-FR', 'de-AT', 'en'])).toBe('de');
    expect(chooseLanguage(['EN-gb', 'de'])).toBe('en');
  });

  it('is English when none is spoken', () => {
    expect(chooseLanguage(['fr', 'constructor'])).toBe('en');
    expect(chooseLanguage([])).toBe('en');
  });
});
