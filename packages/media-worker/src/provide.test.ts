import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testWorld, type TestWorld } from '../test/world.ts';
import { WorkerRejected, WorkerUnavailable } from './errors.ts';
import { provideOn, type ProvideOptions, type World } from './provide.ts';

let t: TestWorld;
let verified: string[];
/** Contents of binaries that fail their verification. */
let bad: Set<string>;

beforeEach(() => {
  t = testWorld();
  verified = [];
  bad = new Set();
});

afterEach(() => {
  t.remove();
});

async function verify(path: string): Promise<void> {
  const content = readFileSync(path, 'utf8');
  verified.push(content);
  if (bad.has(content)) throw new WorkerRejected('no DTLS handshake');
}

function provide(world: Partial<World> = {}, options: Partial<ProvideOptions> = {}) {
  return provideOn(
    { ...t.world, ...world },
    {
      verify,
      mediasoupDirectory: t.mediasoupDirectory,
      onProgress: (progress) => t.progress.push(progress),
      ...options,
    },
  );
}

async function refusal(promise: Promise<unknown>): Promise<WorkerUnavailable> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof WorkerUnavailable)) throw new Error(`no WorkerUnavailable but ${String(error)}`);
  return error;
}

/** Everything in the cache but logs. */
function inCache(): string[] {
  return existsSync(t.cache) ? readdirSync(t.cache).filter((name) => name !== 'logs') : [];
}

describe('the order of search', () => {
  test('MEDIASOUP_WORKER_BIN comes before a good cache, and nothing is run', async () => {
    await provide();
    const path = join(t.root, 'mine');
    writeFileSync(path, 'mine');
    t.calls.length = 0;
    verified = [];
    const env = { ...t.world.env, MEDIASOUP_WORKER_BIN: path };
    expect(await provide({ env })).toEqual({ path, source: 'env' });
    expect(verified).toEqual(['mine']);
    expect(t.calls).toEqual([]);
  });

  test('an empty MEDIASOUP_WORKER_BIN is as good as none', async () => {
    expect(await provide({ env: { ...t.world.env, MEDIASOUP_WORKER_BIN: '' } })).toMatchObject({
      source: 'build',
    });
  });

  test('a wrong MEDIASOUP_WORKER_BIN is an error that names it, and nothing else is tried', async () => {
    await provide();
    const path = join(t.root, 'mine');
    writeFileSync(path, 'mine');
    bad.add('mine');
    t.calls.length = 0;
    const error = await refusal(provide({ env: { ...t.world.env, MEDIASOUP_WORKER_BIN: path } }));
    expect(error.code).toBe('worker/env-binary-unusable');
    expect(error.message).toContain('MEDIASOUP_WORKER_BIN');
    expect(error.message).toContain('no DTLS handshake');
    expect(verified).toEqual(['a worker', 'mine']);
    expect(t.calls).toEqual([]);
  });

  test('without anything a worker is built, verified and kept; then the cache answers, verified again', async () => {
    const first = await provide();
    expect(first.source).toBe('build');
    expect(first.path.startsWith(t.cache)).toBe(true);
    expect(readFileSync(first.path, 'utf8')).toBe('a worker');
    t.calls.length = 0;

    expect(await provide()).toEqual({ path: first.path, source: 'cache' });
    expect(verified).toEqual(['a worker', 'a worker']);
    expect(t.calls).toEqual([]);
  });

  test('another recipe is another worker', async () => {
    const first = await provide();
    writeFileSync(join(t.world.recipeDirectory, 'CMakeLists.txt'), 'project(better)');
    const second = await provide();
    expect(second.source).toBe('build');
    expect(second.path).not.toBe(first.path);
  });
});

describe('a worker in the cache', () => {
  test('that fails its verification is replaced by one new build', async () => {
    await provide();
    bad.add('a worker');
    t.behaviour.binary = 'a newer worker';
    const second = await provide();
    expect(second.source).toBe('build');
    expect(readFileSync(second.path, 'utf8')).toBe('a newer worker');
    expect(await provide()).toMatchObject({ source: 'cache' });
  });

  test('that fails because the machine is busy gets a second chance', async () => {
    await provide();
    let failures = 1;
    const hesitant = async () => {
      failures -= 1;
      if (failures === 0) throw new WorkerRejected('too slow');
    };
    expect(await provide({}, { verify: hesitant })).toMatchObject({ source: 'cache' });
  });

  test('is not rebuilt when the check itself is broken', async () => {
    await provide();
    t.calls.length = 0;
    const broken = async () => {
      throw new ReferenceError('late is not defined');
    };
    await expect(provide({}, { verify: broken })).rejects.toThrow('late is not defined');
    expect(t.calls).toEqual([]);
    expect(await provide()).toMatchObject({ source: 'cache' });
  });

  test('whose replacement fails too is an error after exactly one build', async () => {
    await provide();
    t.calls.length = 0;
    bad.add('a worker');
    const error = await refusal(provide());
    expect(error.code).toBe('worker/verification-failed');
    expect(error.message).toContain('no DTLS handshake');
    expect(t.count('cmake -S')).toBe(2); // libsrtp and the worker, once each
  });

  test('that was damaged is not even started', async () => {
    const first = await provide();
    writeFileSync(first.path, 'half a wor');
    verified = [];
    expect(await provide()).toMatchObject({ source: 'build' });
    expect(verified).toEqual(['a worker']);
  });
});

describe('a build that fails', () => {
  test('leaves nothing but its log, and says where that is', async () => {
    t.behaviour.ninja = 1;
    const error = await refusal(provide());
    expect(error.code).toBe('worker/build-failed');
    expect(error.logPath).toBeDefined();
    expect(error.message).toContain(error.logPath);
    expect(existsSync(error.logPath ?? '')).toBe(true);
    expect(inCache()).toEqual([]);
  });

  test('in its verification leaves nothing but its log', async () => {
    bad.add('a worker');
    const error = await refusal(provide());
    expect(error.code).toBe('worker/verification-failed');
    expect(readFileSync(error.logPath ?? '', 'utf8')).toContain('no DTLS handshake');
    expect(inCache()).toEqual([]);
  });

  test('is no obstacle to the next', async () => {
    t.behaviour.ninja = 1;
    await refusal(provide());
    t.behaviour.ninja = 0;
    expect(await provide()).toMatchObject({ source: 'build' });
  });

  test('by the caller is an abortion, and leaves nothing', async () => {
    const controller = new AbortController();
    t.behaviour.ninjaEnds = async () => {
      controller.abort();
    };
    const error = await refusal(provide({}, { signal: controller.signal }));
    expect(error.code).toBe('worker/aborted');
    expect(inCache()).toEqual([]);
  });
});

describe('two at once', () => {
  test('make one build; the second says that it waits, and takes the first one’s', async () => {
    const waiting = Promise.withResolvers<void>();
    t.behaviour.ninjaEnds = () => waiting.promise;
    const options: Partial<ProvideOptions> = {
      onProgress: (progress) => {
        if (progress.phase === 'waiting') waiting.resolve();
      },
    };
    const both = await Promise.all([provide({}, options), provide({}, options)]);
    expect(both.map((provision) => provision.source).toSorted()).toEqual(['build', 'cache']);
    expect(both[0].path).toBe(both[1].path);
    expect(t.count('cmake -S')).toBe(2);
    expect(inCache().filter((name) => name.endsWith('.lock'))).toEqual([]);
  });
});

test('leftovers of a killed build are removed by the next', async () => {
  const first = await provide();
  const key = first.path.split('/').at(-2) ?? '';
  writeFileSync(join(t.cache, `.making-${key}-killed`), '');
  bad.add('a worker');
  t.behaviour.binary = 'another worker';
  await provide();
  expect(inCache()).toEqual([key]);
});

test('a person can follow: packages, libsrtp, compiling and verifying are reported', async () => {
  await provide();
  expect([...new Set(t.progress.map((progress) => progress.phase))]).toEqual([
    'libsrtp',
    'configuring',
    'compiling',
    'verifying',
  ]);
  expect(t.progress).toContainEqual({ phase: 'compiling', done: 1, total: 2, text: 'Worker.cpp' });
});

test('mediasoup that is not installed is an error with a code', async () => {
  const error = await refusal(provide({}, { mediasoupDirectory: join(t.root, 'nowhere') }));
  expect(error.code).toBe('worker/sources-missing');
});

test('a file where the cache should be is an error that names the variable', async () => {
  writeFileSync(join(t.root, 'file'), '');
  const error = await refusal(provide({ env: { TREFF_CACHE_DIR: join(t.root, 'file') } }));
  expect(error.code).toBe('worker/cache-unusable');
  expect(error.message).toContain('TREFF_CACHE_DIR');
});
