import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LockOptions, withLock } from './lock.ts';

let directory: string;
let path: string;
let waitedFor: number[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'media-worker-lock-'));
  path = join(directory, 'lock');
  waitedFor = [];
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const take = <T>(work: () => Promise<T>, options: Partial<LockOptions> = {}) =>
  withLock(path, { onWait: (pid) => waitedFor.push(pid), interval: 5, ...options }, work);

const holder = (pid: number, host = hostname()) => JSON.stringify({ pid, host, token: 'theirs' });

/** The id of a process that has ended. */
const deadPid = () => spawnSync(process.execPath, ['--version']).pid;

const nothing = async () => undefined;

test('the lock names this process while it works, and goes with it', async () => {
  const during = await take(async () => readFileSync(path, 'utf8'));
  expect(JSON.parse(during)).toMatchObject({ pid: process.pid, host: hostname() });
  expect(existsSync(path)).toBe(false);
});

test('the lock goes also when the work fails', async () => {
  const failing = take(async () => {
    throw new Error('no compiler');
  });
  await expect(failing).rejects.toThrow('no compiler');
  expect(existsSync(path)).toBe(false);
});

test('two never work at once, and the second is told for whom it waits', async () => {
  let working = 0;
  let most = 0;
  const told = Promise.withResolvers<void>();
  const work = async () => {
    working += 1;
    most = Math.max(most, working);
    await told.promise;
    working -= 1;
  };
  const onWait = (pid: number) => {
    waitedFor.push(pid);
    told.resolve();
  };
  await Promise.all([take(work, { onWait }), take(work, { onWait })]);
  expect(most).toBe(1);
  expect(waitedFor).toEqual([process.pid]);
});

test('the lock of a dead process is taken over without waiting', async () => {
  writeFileSync(path, holder(deadPid()));
  await take(nothing);
  expect(waitedFor).toEqual([]);
  expect(existsSync(path)).toBe(false);
});

test('the lock of a living process is respected', async () => {
  writeFileSync(path, holder(process.ppid));
  const controller = new AbortController();
  const blocked = take(async () => 'worked', {
    signal: controller.signal,
    onWait: () => {
      controller.abort(new Error('enough'));
    },
  });
  await expect(blocked).rejects.toMatchObject({ name: 'AbortError' });
  expect(readFileSync(path, 'utf8')).toBe(holder(process.ppid));
});

test('a lock that nobody refreshes is taken over, even if a process has its id again', async () => {
  writeFileSync(path, holder(process.ppid));
  utimesSync(path, new Date(0), new Date(0));
  await take(nothing);
  expect(waitedFor).toEqual([]);
});

test('process ids of another machine mean nothing here', async () => {
  const pid = deadPid();
  writeFileSync(path, holder(pid, 'another-host'));
  const controller = new AbortController();
  const blocked = take(nothing, {
    signal: controller.signal,
    onWait: (waited) => {
      waitedFor.push(waited);
      controller.abort();
    },
  });
  await expect(blocked).rejects.toMatchObject({ name: 'AbortError' });
  expect(waitedFor).toEqual([pid]);
});

test('an unreadable lock is waited for until it is old', async () => {
  writeFileSync(path, '{"pid":');
  utimesSync(path, new Date(0), new Date(0));
  expect(await take(async () => 'worked')).toBe('worked');
});

test('whoever took the lock over keeps it when the first holder ends', async () => {
  await take(async () => {
    writeFileSync(path, holder(process.pid));
  });
  expect(readFileSync(path, 'utf8')).toBe(holder(process.pid));
});
