import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { build } from './build.ts';
import {
  cacheDirectory,
  cacheKey,
  type Environment,
  hashDirectory,
  makeDirectory,
  readEntry,
  writeEntry,
} from './cache.ts';
import { reasonOf, systemCode, WorkerRejected, WorkerUnavailable } from './errors.ts';
import { withLock } from './lock.ts';
import { type Machine, thisMachine } from './machine.ts';
import { fetchPrebuilt, type KnownHashes, UPSTREAM } from './prebuilt.ts';
import type { OnProgress } from './progress.ts';
import { type Run, run } from './run.ts';
import type { Step } from './step.ts';

export interface ProvideOptions {
  /**
   * Proves a binary good: rejects with {@link WorkerRejected} unless it completes a DTLS-SRTP handshake with a real peer and forwards a packet.
   * Called for every binary before it is accepted, also for one that was accepted earlier: the libraries that it is
   * linked to may have changed since.
   */
  readonly verify: (binaryPath: string) => Promise<void>;
  /** Hears of steps that take longer than a moment; nothing is printed here. */
  readonly onProgress?: OnProgress;
  /** Ends the search, kills what it has started, and removes what is unfinished. */
  readonly signal?: AbortSignal;
  /** The directory of the mediasoup npm package. Default: the one in the `node_modules` above this package. */
  readonly mediasoupDirectory?: string;
}

/** A worker that was verified a moment ago. */
export interface WorkerProvision {
  /** Absolute, executable; hand it to mediasoup as `MEDIASOUP_WORKER_BIN` or `workerBin`. */
  readonly path: string;
  readonly source: 'env' | 'cache' | 'prebuilt' | 'build';
}

/** What {@link provideOn} takes from the world; tests hand in their own. */
export interface World {
  readonly env: Environment;
  readonly machine: Machine;
  readonly run: Run;
  readonly knownHashes: KnownHashes;
  /** Base of the addresses of prebuilt binaries. */
  readonly upstream: string;
  readonly recipeDirectory: string;
}

/**
 * Finds or makes the mediasoup worker for this machine. Order: `MEDIASOUP_WORKER_BIN`, the cache, upstream's prebuilt
 * binary where its hash is known, a build from mediasoup's sources. Several processes may call it at once: one builds,
 * the others wait.
 *
 * @throws WorkerUnavailable with a stable code; its message tells the operator what to do
 */
export async function provide(options: ProvideOptions): Promise<WorkerProvision> {
  return provideOn(await thisWorld(), options);
}

/** {@link provide} on a given machine. */
export async function provideOn(world: World, options: ProvideOptions): Promise<WorkerProvision> {
  try {
    options.signal?.throwIfAborted();
    return await search(world, options);
  } catch (error) {
    if (error instanceof WorkerUnavailable || options.signal?.aborted !== true) throw error;
    throw new WorkerUnavailable('worker/aborted', 'The search for a media worker was stopped.', {
      cause: error,
    });
  }
}

async function search(world: World, options: ProvideOptions): Promise<WorkerProvision> {
  const named = world.env.MEDIASOUP_WORKER_BIN;
  if (named) return useNamed(resolve(named), options);

  const mediasoup = await findMediasoup(options.mediasoupDirectory);
  const recipe = await hashDirectory(world.recipeDirectory);
  const cache = cacheDirectory(world.env);
  const key = cacheKey(mediasoup.version, world.machine, recipe);
  const entry = join(cache, key);

  const cached = await useCached(entry, options);
  if (cached !== undefined) return cached;

  await makeDirectory(cache);
  const lock = {
    signal: options.signal,
    onWait: (pid: number) => {
      const text = `another process (${pid}) is making the media worker`;
      options.onProgress?.({ phase: 'waiting', done: 0, total: 0, text });
    },
  };
  return withCacheLock(join(cache, `${key}.lock`), lock, async () => {
    // Somebody else may have made it while we waited. And making another takes minutes: a machine that was too busy
    // for the first handshake gets a second chance here.
    const made = await useCached(entry, options);
    return made ?? (await make({ world, options, mediasoup, cache, key, entry }));
  });
}

interface Mediasoup {
  readonly directory: string;
  readonly version: string;
}

interface Making {
  readonly world: World;
  readonly options: ProvideOptions;
  readonly mediasoup: Mediasoup;
  readonly cache: string;
  readonly key: string;
  readonly entry: string;
}

/** The operator's word: nothing else is tried when it is wrong. */
async function useNamed(path: string, { verify, signal }: ProvideOptions): Promise<WorkerProvision> {
  try {
    await verify(path);
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof WorkerRejected)) throw error;
    throw new WorkerUnavailable(
      'worker/env-binary-unusable',
      `MEDIASOUP_WORKER_BIN names ${path}, which is no working media worker: ${reasonOf(error)}. Correct or unset the variable.`,
      { cause: error },
    );
  }
  return { path, source: 'env' };
}

/** Undefined if there is no whole binary in the entry, or if it does not work (any more). */
async function useCached(entry: string, options: ProvideOptions): Promise<WorkerProvision | undefined> {
  const path = await readEntry(entry);
  if (path === undefined) return undefined;
  return (await isGood(path, options)) ? { path, source: 'cache' } : undefined;
}

async function isGood(path: string, { verify, signal }: ProvideOptions): Promise<boolean> {
  try {
    await verify(path);
    return true;
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof WorkerRejected)) throw error;
    // The reason is of no use: the answer to each is another binary, whose own failure is told.
    return false;
  }
}

/** Makes, verifies and keeps a worker. What is unfinished lives in a directory of its own and goes with it. */
async function make(making: Making): Promise<WorkerProvision> {
  const { world, options, mediasoup, cache, key, entry } = making;
  const logPath = join(cache, 'logs', `${key}.log`);
  const prefix = `.making-${key}-`;
  await makeDirectory(dirname(logPath));
  await writeFile(logPath, `mediasoup ${mediasoup.version}, ${new Date().toISOString()}\n`);
  await removeLeftovers(cache, prefix);
  const scratch = await mkdtemp(join(cache, prefix));
  const { machine, run } = world;
  const report: OnProgress = (progress) => options.onProgress?.(progress);
  const step: Step = { machine, run, scratch, logPath, signal: options.signal, onProgress: report };

  try {
    const prebuilt = await tryPrebuilt(making, step);
    if (prebuilt !== undefined) return prebuilt;

    const staged = await build(step, join(mediasoup.directory, 'worker'), world.recipeDirectory);
    options.signal?.throwIfAborted();
    report({ phase: 'verifying', done: 0, total: 1, text: 'checking the new media worker' });
    await verifyFresh(staged, options, logPath);
    report({ phase: 'verifying', done: 1, total: 1, text: 'the new media worker is good' });
    return { path: await writeEntry(entry, staged, 'build'), source: 'build' };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Undefined where there is none or it does not work here: the build then follows. */
async function tryPrebuilt(making: Making, step: Step): Promise<WorkerProvision | undefined> {
  const { world, options, mediasoup, entry } = making;
  const outcome = await fetchPrebuilt(step, mediasoup.version, world.knownHashes, world.upstream);
  if (outcome === undefined) return undefined;
  const failure =
    'failure' in outcome
      ? outcome.failure
      : (await isGood(outcome.path, options))
        ? undefined
        : 'the prebuilt media worker does not work on this machine';
  if (failure === undefined && 'path' in outcome) {
    return { path: await writeEntry(entry, outcome.path, 'prebuilt'), source: 'prebuilt' };
  }
  await appendFile(step.logPath, `${failure}\n`);
  step.onProgress({ phase: 'downloading', done: 0, total: 0, text: `${failure}; building instead` });
  return undefined;
}

async function verifyFresh(path: string, { verify, signal }: ProvideOptions, logPath: string): Promise<void> {
  try {
    await verify(path);
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof WorkerRejected)) throw error;
    await appendFile(logPath, `\nverification: ${reasonOf(error)}\n`);
    throw new WorkerUnavailable(
      'worker/verification-failed',
      `The media worker was built, but does not work on this machine: ${reasonOf(error)}. The log is at ${logPath}`,
      { logPath, cause: error },
    );
  }
}

/** Of processes that were killed: who holds the lock is alone with this key. */
async function removeLeftovers(cache: string, prefix: string): Promise<void> {
  const names = (await readdir(cache)).filter((name) => name.startsWith(prefix));
  await Promise.all(names.map((name) => rm(join(cache, name), { recursive: true, force: true })));
}

const withCacheLock: typeof withLock = async (path, options, work) => {
  try {
    return await withLock(path, options, work);
  } catch (error) {
    if (!['EACCES', 'EROFS', 'ENOSPC', 'EPERM'].includes(systemCode(error) ?? '')) throw error;
    throw new WorkerUnavailable(
      'worker/cache-unusable',
      `The cache of the media worker cannot be written (${reasonOf(error)}). Set TREFF_CACHE_DIR to a directory with at least 300 MB of space.`,
      { cause: error },
    );
  }
};

async function findMediasoup(given: string | undefined): Promise<Mediasoup> {
  const candidates = given === undefined ? npmDirectories(import.meta.dirname) : [resolve(given)];
  for (const directory of candidates) {
    const version = await readVersion(directory);
    if (version !== undefined) return { directory, version };
  }
  throw new WorkerUnavailable(
    'worker/sources-missing',
    `The npm package mediasoup was not found (looked in ${candidates.join(', ')}). Install the npm packages (npm ci).`,
  );
}

function npmDirectories(from: string): string[] {
  const directories: string[] = [];
  for (let at = from; ; at = dirname(at)) {
    directories.push(join(at, 'node_modules', 'mediasoup'));
    if (dirname(at) === at) return directories;
  }
}

async function readVersion(directory: string): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(join(directory, 'package.json'), 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('version' in value)) return undefined;
  // It becomes part of a file name.
  return typeof value.version === 'string' && /^[\w.+-]{1,40}$/.test(value.version)
    ? value.version
    : undefined;
}

async function thisWorld(): Promise<World> {
  return {
    env: process.env,
    machine: thisMachine(),
    run,
    knownHashes: parseHashes(await readFile(join(import.meta.dirname, 'prebuilt.json'), 'utf8')),
    upstream: UPSTREAM,
    recipeDirectory: join(import.meta.dirname, '..', 'recipe'),
  };
}

function parseHashes(text: string): KnownHashes {
  const value: unknown = JSON.parse(text);
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
