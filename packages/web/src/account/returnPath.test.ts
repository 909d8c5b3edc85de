import { describe, expect, it } from 'vitest';
import { returnPath, signInPath } from './returnPath.ts';

const ORIGIN = 'https://meet.example.org';

describe('the way back after signing in', () => {
  it.each(['/', '/tea', '/gr%C3%BC%C3%9Fe?invitation=abc#config.prejoinConfig.enabled=false', '/account'])(
    'leads to %s',
    (path) => {
      expect(returnPath(path, ORIGIN)).toBe(path);
    },
  );

  it.each([
    null,
    '',
    'tea',
    'https://evil.example/',
    '//evil.example/',
    String.raw`/\evil.example/`,
    '/\t/evil.example/',
    '/.//evil.example/',
    '/a/..//evil.example/',
    '//',
    'javascript:alert(1)',
    `/${'a'.repeat(9000)}`,
  ])('never leads elsewhere: %j', (path) => {
    expect(returnPath(path, ORIGIN)).toBe('/');
  });

  it('survives the address of the page for signing in', () => {
    for (const path of ['/', '/tea?a=1&b=2#c', '/%E4%BC%9A%E8%AE%AE']) {
      const { searchParams } = new URL(signInPath(path), ORIGIN);
      expect(returnPath(searchParams.get('return'), ORIGIN)).toBe(path);
    }
  });
});
