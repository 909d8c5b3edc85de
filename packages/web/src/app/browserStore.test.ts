import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { remember, type KeyValueStore } from './browserStore.ts';

function mapStore(entries: Record<string, string> = {}): KeyValueStore & { entries: Map<string, string> } {
  const map = new Map(Object.entries(entries));
  return {
    entries: map,
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => {
      map.set(key, value);
    },
  };
}

describe('what the browser remembers', () => {
  it('comes back as it was kept', () => {
    const store = mapStore();
    const name = remember('name', z.string(), '', () => store);
    name.set('Ann "the" Ärger');
    expect(remember('name', z.string(), '', () => store).get()).toBe('Ann "the" Ärger');
  });

  it('reads as the fallback when it is absent, not JSON, or of another shape', () => {
    const store = mapStore({ broken: '{', number: '7' });
    expect(remember('absent', z.string(), 'fallback', () => store).get()).toBe('fallback');
    expect(remember('broken', z.string(), 'fallback', () => store).get()).toBe('fallback');
    expect(remember('number', z.string(), 'fallback', () => store).get()).toBe('fallback');
  });

  it('lives in memory where storage is forbidden', () => {
    const name = remember('name', z.string(), '', () => {
      throw new Error('forbidden');
    });
    expect(name.get()).toBe('');
    name.set('Ann');
    expect(name.get()).toBe('Ann');
  });
});
