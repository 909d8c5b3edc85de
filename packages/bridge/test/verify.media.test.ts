import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verify, WorkerNotGood } from '../src/verify.ts';
import { until, worker } from './native-meeting.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'treff-verify-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function script(name: string, ...lines: string[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, ['#!/bin/bash', ...lines, ''].join('\n'));
  await chmod(path, 0o755);
  return path;
}

async function faultOf(binary: string, options?: Parameters<typeof verify>[1]): Promise<WorkerNotGood> {
  const outcome: unknown = await verify(binary, options).then(
    () => 'good',
    (error: unknown) => error,
  );
  if (!(outcome instanceof WorkerNotGood)) throw new Error(`unexpected: ${String(outcome)}`);
  return outcome;
}

describe('verify', () => {
  it('accepts a worker that forwards a packet from peer to peer', async () => {
    const { path } = await worker();
    await expect(verify(path)).resolves.toBeUndefined();
  });

  it('refuses a worker that starts, opens transports, and crashes on the first handshake', async () => {
    const { path } = await worker();
    const gate = fileURLToPath(new URL('./crash-gate.ts', import.meta.url));
    const crashing = await script(
      'crashing',
      `exec '${path}' "$@" 3< <(exec '${process.execPath}' '${gate}' $$ <&3)`,
    );
    const { fault, message } = await faultOf(crashing);
    expect(fault).toBe('crashed');
    expect(message).toContain(crashing);
    expect(message).toContain('SIGSEGV');
  });

  it('accepts that worker where the gate stays open', async () => {
    const { path } = await worker();
    const gated = await script('gated', `exec '${path}' "$@" 3< <(exec cat <&3)`);
    await expect(verify(gated)).resolves.toBeUndefined();
  });

  it('refuses what is not there, what does not run, and what is no worker', async () => {
    expect((await faultOf(join(folder, 'nowhere'))).message).toContain('ENOENT');
    expect((await faultOf(await script('ends', 'exit 7'))).fault).toBe('failed');
    const text = join(folder, 'text');
    await writeFile(text, 'not a program');
    expect((await faultOf(text)).fault).toBe('failed');
  });

  it('gives up on a worker that never answers, and leaves no process of it', async () => {
    const pidFile = join(folder, 'pid');
    const hanging = await script('hanging', `echo $$ > '${pidFile}'`, 'exec sleep 1000');
    const stop = new AbortController();
    const fault = faultOf(hanging, { signal: stop.signal });
    await until('the worker runs', () => existsSync(pidFile) && readFileSync(pidFile, 'utf8').endsWith('\n'));
    stop.abort();
    expect((await fault).fault).toBe('timeout');
    const pid = Number(readFileSync(pidFile, 'utf8'));
    expect(pid).toBeGreaterThan(1);
    await until('the worker is gone', () => !isRunning(pid));
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
