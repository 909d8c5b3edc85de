import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where a process's CPU time goes: shares of its samples, 0 to 1. */
export interface Profile {
  readonly kernel: number;
  /** Encryption and authentication of SRTP. */
  readonly srtp: number;
  /** The program's own code. */
  readonly program: number;
  /** The C library: copying, memory, and the like. */
  readonly library: number;
  /** Names of the kernel's and the program's busiest functions with their shares. */
  readonly busiest: readonly { readonly name: string; readonly share: number }[];
}

const CRYPTO = /aes|gcm|ghash|srtp|sha1|EVP_|CRYPTO_|cipher/i;

/**
 * Looks at a process for some seconds with `perf` (Debian: linux-perf), by the CPU clock, which needs no counters of the hardware.
 * Undefined, and said so, where there is none or it may not look.
 */
export async function profile(pid: number, seconds: number): Promise<Profile | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'treff-perf-'));
  const file = join(folder, 'data');
  try {
    const recorded = await ended('perf', [
      'record',
      '-e',
      'cpu-clock',
      '-F',
      '999',
      '-p',
      String(pid),
      '-o',
      file,
      '--',
      'sleep',
      String(seconds),
    ]);
    if (recorded !== 0) {
      console.log('(no profile: perf is not here, or may not look; Debian: apt-get install linux-perf)');
      return undefined;
    }
    const { stdout } = spawnSync(
      'perf',
      ['report', '-i', file, '--no-children', '--sort', 'dso,symbol', '-g', 'none', '--stdio', '-t', '\t'],
      { encoding: 'utf8' },
    );
    return summed(stdout);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** In one line, and the busiest functions below. */
export function profileText({ kernel, srtp, program, library, busiest }: Profile): string {
  const percent = (share: number) => `${(share * 100).toFixed(0)} %`;
  return [
    `kernel ${percent(kernel)}, SRTP ${percent(srtp)}, the worker's own code ${percent(program)}, C library ${percent(library)}`,
    ...busiest.map(({ name, share }) => `  ${(share * 100).toFixed(1).padStart(5)} %  ${name}`),
  ].join('\n');
}

function summed(report: string): Profile {
  const sums = { kernel: 0, srtp: 0, program: 0, library: 0 };
  const entries = report.split('\n').flatMap((line) => {
    const [share, object = '', symbol = ''] = line.split('\t').map((cell) => cell.trim());
    const value = Number(share?.replace('%', '')) / 100;
    return line.startsWith('#') || !(value > 0) ? [] : { value, object, name: symbol.replace(/^\[.\] /, '') };
  });
  for (const { value, object, name } of entries) {
    if (object.startsWith('[kernel')) sums.kernel += value;
    else if (CRYPTO.test(name)) sums.srtp += value;
    else if (/^(lib|\[vdso)/.test(object)) sums.library += value;
    else sums.program += value;
  }
  const busiest = entries.slice(0, 12).map(({ name, value }) => ({ name: name.slice(0, 80), share: value }));
  return { ...sums, busiest };
}

function ended(program: string, args: readonly string[]): Promise<number | undefined> {
  const child = spawn(program, [...args], { stdio: 'ignore' });
  return new Promise((resolve) => {
    child.on('error', () => resolve(undefined));
    child.on('exit', (code) => resolve(code ?? undefined));
  });
}
