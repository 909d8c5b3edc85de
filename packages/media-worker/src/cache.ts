import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { reasonOf, systemCode, WorkerUnavailable } from './errors.ts';
import type { Machine } from './machine.ts';

/** Where a binary in the cache came from, and how to know it again. */
export interface Marker {
  /** Of the binary, in hexadecimal. */
  readonly sha256: string;
  readonly origin: 'build' | 'prebuilt';
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The name of the binary inside its directory of the cache. */
export const BINARY = 'mediasoup-worker';

/** The name of the {@link Marker} beside it. */
const MARKER = 'worker.json';

/**
 * The directory of the workers, outside of any checkout: `TREFF_CACHE_DIR`, else `$XDG_CACHE_HOME/treff`, else
 * `~/.cache/treff`. A relative `XDG_CACHE_HOME` is ignored, as the XDG base directory specification demands.
 *
 * @throws WorkerUnavailable `worker/cache-unusable` if nothing says where it could be
 */
export function cacheDirectory(env: Environment): string {
  if (env.TREFF_CACHE_DIR) return join(resolve(env.TREFF_CACHE_DIR), 'media-worker');
  if (env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME)) {
    return join(env.XDG_CACHE_HOME, 'treff', 'media-worker');
  }
  const home = env.HOME || ownHome();
  return join(home, '.cache', 'treff', 'media-worker');
}

/**
 * The name under which a worker is kept. The distribution and the C library stand for the ABI of the libraries it
 * is linked to; `recipe` is the hash of everything in our hands that changes what is built.
 */
export function cacheKey(mediasoup: string, machine: Machine, recipe: string): string {
  const { distribution, glibc } = machine;
  const system =
    distribution === undefined ? 'any' : `${distribution.id}${distribution.version}-glibc${glibc ?? 'none'}`;
  return [mediasoup, machine.platform, machine.arch, system, recipe.slice(0, 12)].join('-');
}

/** One hash over the names and contents of all files below `directory`, in hexadecimal. */
export async function hashDirectory(directory: string): Promise<string> {
  const hash = createHash('sha256');
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
  for (const file of files.toSorted()) {
    const content = await readFile(join(directory, file));
    hash.update(`${file.replaceAll('\\', '/')}\0${content.byteLength}\0`).update(content);
  }
  return hash.digest('hex');
}

/** SHA-256 of a file, in hexadecimal. */
async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** The path of the binary in an entry of the cache, if its marker and hash say that it is whole. */
export async function readEntry(entry: string): Promise<string | undefined> {
  const path = join(entry, BINARY);
  try {
    const marker: unknown = JSON.parse(await readFile(join(entry, MARKER), 'utf8'));
    if (typeof marker !== 'object' || marker === null || !('sha256' in marker)) return undefined;
    return marker.sha256 === (await hashFile(path)) ? path : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || systemCode(error) === 'ENOENT') return undefined;
    throw unusable(entry, error);
  }
}

/**
 * Moves a verified binary into its entry. Each of the two renames is atomic, and between them the hashes differ:
 * no reader takes the entry for whole, and a worker that runs keeps the file it was started from.
 *
 * @returns the binary's final path
 */
export async function writeEntry(entry: string, staged: string, origin: Marker['origin']): Promise<string> {
  const marker: Marker = { sha256: await hashFile(staged), origin };
  const stagedMarker = `${staged}.json`;
  await writeFile(stagedMarker, `${JSON.stringify(marker)}\n`);
  await makeDirectory(entry);
  await rename(staged, join(entry, BINARY));
  await rename(stagedMarker, join(entry, MARKER));
  return join(entry, BINARY);
}

/** @throws WorkerUnavailable `worker/cache-unusable` */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw unusable(path, error);
  }
}

function unusable(path: string, error: unknown): WorkerUnavailable {
  return new WorkerUnavailable(
    'worker/cache-unusable',
    `The cache of the media worker cannot be used (${path}: ${reasonOf(error)}). Set TREFF_CACHE_DIR to a directory that can be written.`,
    { cause: error },
  );
}

function ownHome(): string {
  try {
    return homedir();
  } catch (error) {
    throw new WorkerUnavailable(
      'worker/cache-unusable',
      'This user has no home directory for the cache of the media worker. Set TREFF_CACHE_DIR.',
      { cause: error },
    );
  }
}
