import { describe, expect, it } from 'vitest';
import { piecesOf } from './links.ts';

const hrefs = (text: string) => piecesOf(text).flatMap(({ href }) => href ?? []);

describe('addresses in a message', () => {
  it.each([
    ['see https://example.org/a?b=c#d now', 'https://example.org/a?b=c#d'],
    ['https://example.org.', 'https://example.org/'],
    ['(at http://example.org/x)', 'http://example.org/x'],
    ['https://en.wikipedia.org/wiki/Jam_(band)!', 'https://en.wikipedia.org/wiki/Jam_(band)'],
    ['HTTPS://EXAMPLE.org', 'https://example.org/'],
  ])('%j links %s', (text, href) => {
    expect(hrefs(text)).toEqual([href]);
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,<b>',
    'file:///etc/passwd',
    'https://',
    'https://bank.example@evil.example/',
    'www.example.org',
    '<b>https</b>',
  ])('%j links nothing', (text) => {
    expect(hrefs(text)).toEqual([]);
  });

  it('loses nothing of the text', () => {
    const text = 'a https://one.example, https:// and (https://two.example) b\nc';
    expect(
      piecesOf(text)
        .map((piece) => piece.text)
        .join(''),
    ).toBe(text);
    expect(hrefs(text)).toEqual(['https://one.example/', 'https://two.example/']);
  });
});
