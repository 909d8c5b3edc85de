import { describe, expect, it } from 'vitest';
import { Interned } from './interned.ts';

describe('values that are kept once', () => {
  it('are the earlier ones where they are equal', () => {
    const interned = new Interned<{ codecs: string[] }>(2);
    const first = { codecs: ['VP8'] };
    expect(interned.of(first)).toBe(first);
    expect(interned.of({ codecs: ['VP8'] })).toBe(first);
    expect(interned.of({ codecs: ['VP9'] })).toEqual({ codecs: ['VP9'] });
    expect(interned.of({ codecs: ['VP8'] })).toBe(first);
  });

  it('are forgotten when others were asked for since, and more than are kept', () => {
    const interned = new Interned<{ id: number }>(2);
    const [one, two] = [interned.of({ id: 1 }), interned.of({ id: 2 })];
    interned.of({ id: 1 });
    interned.of({ id: 3 });
    expect(interned.of({ id: 1 })).toBe(one);
    expect(interned.of({ id: 2 })).not.toBe(two);
  });
});
