import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemCode } from './errors.ts';

export interface LockOptions {
  /** Called once when somebody else holds the lock, with their process id. */
  readonly onWait: (pid: number) => void;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds between two looks; default 500. */
  readonly interval?: number;
  /** Whether a process of this machine lives; default: asks the kernel. */
  readonly isAlive?: (pid: number) => boolean;
}

interface Holder {
  readonly pid: number;
  /** A process id means something on its own machine only. */
  readonly host: string;
  readonly token: string;
}

/** A holder refreshes its lock this often, milliseconds. */
const HEARTBEAT = 10_000;

/**
 * A lock that was not refreshed for this long, milliseconds, has no holder any more: a process id alone proves
 * nothing where containers share the cache or start again with the same ids.
 */
const ABANDONED = 120_000;

/**
 * A file that says who builds. It saves work and does not guard the cache: what is built is renamed into place, so
 * that two holders at once (on a file system without atomic creation, say) leave nothing half-made.
 *
 * Runs `work` while this process holds the lock at `path`. Waits for a living holder, takes over from a dead one.
 *
 * @throws the signal's reason when it is aborted while waiting
 */
export async function withLock<T>(path: string, options: LockOptions, work: () => Promise<T>): Promise<T> {
  const own: Holder = { pid: process.pid, host: hostname(), token: randomUUID() };
  await acquire(path, own, options);
  const heartbeat = setInterval(() => {
    touch(path);
  }, HEARTBEAT).unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if (readHolder(path)?.token === own.token) rmSync(path, { force: true });
  }
}

async function acquire(path: string, own: Holder, options: LockOptions): Promise<void> {
  let told = false;
  for (;;) {
    options.signal?.throwIfAborted();
    if (create(path, own)) return;
    const holder = readHolder(path);
    if (isStale(path, holder, options.isAlive ?? processLives)) {
      takeAway(path, holder, own);
      continue;
    }
    if (!told && holder !== undefined) {
      told = true;
      options.onWait(holder.pid);
    }
    await sleep(
      options.interval ?? 500,
      undefined,
      options.signal === undefined ? {} : { signal: options.signal },
    );
  }
}

function create(path: string, own: Holder): boolean {
  try {
    writeFileSync(path, JSON.stringify(own), { flag: 'wx' });
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Undefined if nobody holds it, or if its holder has created but not yet written it. */
function readHolder(path: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value !== 'object' || value === null) return undefined;
    if (!('pid' in value) || typeof value.pid !== 'number') return undefined;
    if (!('host' in value) || typeof value.host !== 'string') return undefined;
    if (!('token' in value) || typeof value.token !== 'string') return undefined;
    return { pid: value.pid, host: value.host, token: value.token };
  } catch {
    // Gone since, or half written: both answers are the same, and a later look sees more.
    return undefined;
  }
}

function isStale(path: string, holder: Holder | undefined, isAlive: (pid: number) => boolean): boolean {
  if (holder !== undefined && holder.host === hostname() && !isAlive(holder.pid)) return true;
  const age = statSync(path, { throwIfNoEntry: false });
  return age !== undefined && Date.now() - age.mtimeMs > ABANDONED;
}

/** Removes a stale lock, and nothing else: whoever was faster and holds a fresh one gets it back. */
function takeAway(path: string, stale: Holder | undefined, own: Holder): void {
  const aside = `${path}.${own.token}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  if (readHolder(aside)?.token === stale?.token) rmSync(aside, { force: true });
  else renameSync(aside, path);
}

function processLives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return systemCode(error) !== 'ESRCH';
  }
}

function touch(path: string): void {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // Whoever removed it by hand wants no lock; the work goes on.
  }
}
