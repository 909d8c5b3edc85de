import { describe, expect, it, vi } from 'vitest';
import { createLater } from './later.ts';

/** An import that ends when it is told to. */
function fakeImport() {
  const asked: PromiseWithResolvers<string>[] = [];
  return {
    asked,
    importModule: () => {
      const one = Promise.withResolvers<string>();
      asked.push(one);
      return one.promise;
    },
  };
}

describe('code that is loaded later', () => {
  it('is not asked for by itself, and once however often it is wanted', async () => {
    const { asked, importModule } = fakeImport();
    const later = createLater(importModule);
    expect(asked).toHaveLength(0);
    later.load();
    later.load();
    expect(asked).toHaveLength(1);
    expect(later.getState()).toEqual({ name: 'loading' });
    asked[0]?.resolve('chat');
    await vi.waitUntil(() => later.getState().name === 'here');
    later.load();
    expect(asked).toHaveLength(1);
    expect(later.getState()).toEqual({ name: 'here', module: 'chat' });
  });

  it('is asked for again after it could not be had', async () => {
    const { asked, importModule } = fakeImport();
    const later = createLater(importModule);
    later.load();
    asked[0]?.reject(new TypeError('Failed to fetch'));
    await vi.waitUntil(() => later.getState().name === 'failed');
    later.load();
    expect(later.getState()).toEqual({ name: 'loading' });
    asked[1]?.resolve('chat');
    await vi.waitUntil(() => later.getState().name === 'here');
  });

  it('tells of every change until nobody listens', async () => {
    const { asked, importModule } = fakeImport();
    const later = createLater(importModule);
    const heard: string[] = [];
    const forget = later.subscribe(() => heard.push(later.getState().name));
    later.load();
    asked[0]?.reject(new TypeError('Failed to fetch'));
    await vi.waitUntil(() => later.getState().name === 'failed');
    forget();
    later.load();
    expect(heard).toEqual(['loading', 'failed']);
  });
});
