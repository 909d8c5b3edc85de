import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DEBIAN } from '../test/world.ts';
import { cacheDirectory, cacheKey, hashDirectory, readEntry, writeEntry } from './cache.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'media-worker-cache-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

test.each([
  [{ TREFF_CACHE_DIR: '/a', XDG_CACHE_HOME: '/b', HOME: '/c' }, '/a/media-worker'],
  [{ TREFF_CACHE_DIR: '', XDG_CACHE_HOME: '/b', HOME: '/c' }, '/b/treff/media-worker'],
  [{ XDG_CACHE_HOME: 'relative', HOME: '/c' }, '/c/.cache/treff/media-worker'],
  [{ HOME: '/c' }, '/c/.cache/treff/media-worker'],
  [{}, `${homedir()}/.cache/treff/media-worker`],
])('with %o the cache is %s', (env, expected) => {
  expect(cacheDirectory(env)).toBe(expected);
});

describe('the key of a worker', () => {
  const recipe = 'f'.repeat(64);
  const key = cacheKey('3.27.1', DEBIAN, recipe);

  test('can be read', () => {
    expect(key).toBe('3.27.1-linux-x64-debian12-glibc2.36-ffffffffffff');
  });

  test.each([
    ['mediasoup', cacheKey('3.27.2', DEBIAN, recipe)],
    ['the recipe', cacheKey('3.27.1', DEBIAN, 'e'.repeat(64))],
    ['the architecture', cacheKey('3.27.1', { ...DEBIAN, arch: 'arm64' }, recipe)],
    ['the platform', cacheKey('3.27.1', { ...DEBIAN, platform: 'darwin' }, recipe)],
    ['the C library', cacheKey('3.27.1', { ...DEBIAN, glibc: '2.41' }, recipe)],
    [
      'the distribution',
      cacheKey(
        '3.27.1',
        { ...DEBIAN, distribution: { id: 'debian', version: '13', codename: 'trixie' } },
        recipe,
      ),
    ],
  ])('changes with %s', (_what, other) => {
    expect(other).not.toBe(key);
  });

  test('does not change with who asks, the kernel or the number of cores', () => {
    expect(cacheKey('3.27.1', { ...DEBIAN, root: true, compilers: 9, kernelMajor: 5 }, recipe)).toBe(key);
  });
});

describe('the hash of the recipe', () => {
  beforeEach(() => {
    mkdirSync(join(directory, 'sub'));
    writeFileSync(join(directory, 'a'), 'one');
    writeFileSync(join(directory, 'sub', 'b'), 'two');
  });

  test('changes with contents and with names', async () => {
    const before = await hashDirectory(directory);
    expect(await hashDirectory(directory)).toBe(before);
    writeFileSync(join(directory, 'sub', 'b'), 'TWO');
    const changed = await hashDirectory(directory);
    writeFileSync(join(directory, 'sub', 'b'), 'two');
    rmSync(join(directory, 'a'));
    writeFileSync(join(directory, 'A'), 'one');
    const renamed = await hashDirectory(directory);
    expect(new Set([before, changed, renamed]).size).toBe(3);
  });
});

describe('an entry of the cache', () => {
  test('is whole only as it was written', async () => {
    const entry = join(directory, 'entry');
    expect(await readEntry(entry)).toBeUndefined();
    writeFileSync(join(directory, 'staged'), 'a worker');
    const path = await writeEntry(entry, join(directory, 'staged'), 'build');
    expect(await readEntry(entry)).toBe(path);
    expect(readFileSync(path, 'utf8')).toBe('a worker');

    writeFileSync(path, 'another');
    expect(await readEntry(entry)).toBeUndefined();
  });

  test('with half a marker is none', async () => {
    writeFileSync(join(directory, 'mediasoup-worker'), 'a worker');
    writeFileSync(join(directory, 'worker.json'), '{"sha256":');
    expect(await readEntry(directory)).toBeUndefined();
  });
});
