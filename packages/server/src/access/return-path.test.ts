import fc from 'fast-check';
import { expect, test } from 'vitest';
import { returnPathOf } from './return-path.ts';

test.each([
  ['/', '/'],
  ['/lesson7', '/lesson7'],
  ['/lesson7?lang=de#config.startWithAudioMuted=true', '/lesson7?lang=de#config.startWithAudioMuted=true'],
  ['/käse', '/k%C3%A4se'],
  ['/a/../b', '/b'],
])('goes back to %s', (path, address) => {
  expect(returnPathOf(path)).toBe(address);
});

test.each([
  undefined,
  null,
  7,
  '',
  'lesson7',
  '//example.org',
  '///example.org',
  '/\\example.org',
  '\\\\example.org',
  '/\t/example.org',
  '/\n/example.org',
  '/.//example.org',
  '/a/..//example.org',
  '/%2e//example.org',
  ' //example.org',
  'https://example.org',
  'javascript:alert(1)',
  `/${'x'.repeat(2_048)}`,
  `/${'ä'.repeat(1_000)}`,
])('goes to the first page instead of %j', (path) => {
  expect(returnPathOf(path)).toBe('/');
});

test('leads nowhere else, whatever is asked for', () => {
  const piece = fc.constantFrom(
    '/',
    '\\',
    '.',
    '..',
    '\t',
    '\r\n',
    '%2e',
    '%2f',
    '@',
    ':',
    'http:',
    'a',
    '?',
    '#',
    ' ',
    'ä',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const path = returnPathOf(`/${pieces.join('')}`);
      expect(path).toMatch(/^\/(?!\/)[!-~]*$/);
      expect(new URL(path, 'https://meet.example.org').origin).toBe('https://meet.example.org');
    }),
  );
});
