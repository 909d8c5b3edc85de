import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BINARY } from './cache.ts';
import { reasonOf } from './errors.ts';
import type { Machine } from './machine.ts';
import type { Step } from './step.ts';

/** SHA-256 in hexadecimal of upstream's archives, by their names. */
export type KnownHashes = Readonly<Record<string, string>>;

/** Where upstream keeps its archives; below it `<version>/<archive>`. */
export const UPSTREAM = 'https://github.com/versatica/mediasoup/releases/download';

/** Upstream's archives have about 3 MB. */
const MAX_ARCHIVE = 64 * 1024 * 1024;

/** Milliseconds for the whole download. */
const DOWNLOAD_TIMEOUT = 120_000;

/** The name of upstream's archive for this version and machine. */
export function archiveName(version: string, machine: Machine): string {
  const kernel = machine.platform === 'linux' ? `-kernel${machine.kernelMajor}` : '';
  return `mediasoup-worker-${version}-${machine.platform}-${machine.arch}${kernel}.tgz`;
}

/**
 * Fetches upstream's binary, but only where its hash is known beforehand.
 *
 * @returns the binary's path inside the scratch directory; or, in words, why there is none (undefined where no hash
 *   is known, which is no failure)
 */
export async function fetchPrebuilt(
  step: Step,
  version: string,
  hashes: KnownHashes,
  upstream: string,
): Promise<{ path: string } | { failure: string } | undefined> {
  const name = archiveName(version, step.machine);
  const expected = Object.hasOwn(hashes, name) ? hashes[name] : undefined;
  if (expected === undefined) return undefined;
  step.onProgress({ phase: 'downloading', done: 0, total: 1, text: name });

  let content: Buffer;
  try {
    content = await download(`${upstream}/${version}/${name}`, step.signal);
  } catch (error) {
    step.signal?.throwIfAborted();
    return { failure: `${name} could not be fetched: ${reasonOf(error)}` };
  }
  const actual = createHash('sha256').update(content).digest('hex');
  if (actual !== expected) return { failure: `${name} has another hash than expected (${actual})` };

  const archive = join(step.scratch, name);
  await writeFile(archive, content);
  const { code } = await step.run('tar', ['-xzf', archive, '-C', step.scratch, BINARY], {
    logPath: step.logPath,
    signal: step.signal,
  });
  step.signal?.throwIfAborted();
  if (code !== 0) return { failure: `${name} could not be unpacked (log: ${step.logPath})` };
  step.onProgress({ phase: 'downloading', done: 1, total: 1, text: name });
  return { path: join(step.scratch, BINARY) };
}

async function download(url: string, signal: AbortSignal | undefined): Promise<Buffer> {
  const timeout = AbortSignal.timeout(DOWNLOAD_TIMEOUT);
  const response = await fetch(url, {
    signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
  });
  if (!response.ok || response.body === null) throw new Error(`HTTP status ${response.status}`);
  const body: ReadableStream<Uint8Array> = response.body;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > MAX_ARCHIVE) throw new Error(`more than ${MAX_ARCHIVE} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
