import { readFileSync } from 'node:fs';
import { availableParallelism, release, totalmem } from 'node:os';

/** What of this machine decides which binary runs on it and how one is built. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  /** As Node names it: `x64`, `arm64`, … */
  readonly arch: string;
  /** First number of the kernel's version; upstream's prebuilt binaries are named by it. */
  readonly kernelMajor: number;
  /** `ID`, `VERSION_ID` and `VERSION_CODENAME` of `/etc/os-release`; Linux only. */
  readonly distribution: Distribution | undefined;
  /** glibc's version; undefined with another C library or system. */
  readonly glibc: string | undefined;
  /** May install packages. */
  readonly root: boolean;
  /** How many compilers may run at once: a heavy file of the worker takes most of a gibibyte. */
  readonly compilers: number;
}

export interface Distribution {
  readonly id: string;
  readonly version: string;
  readonly codename: string;
}

const GIBIBYTE = 2 ** 30;

export function thisMachine(): Machine {
  return {
    platform: process.platform,
    arch: process.arch,
    kernelMajor: Number.parseInt(release(), 10),
    distribution: process.platform === 'linux' ? readDistribution() : undefined,
    glibc: glibcVersion(),
    root: process.getuid?.() === 0,
    compilers: compilersFor(availableParallelism(), process.constrainedMemory(), totalmem()),
  };
}

/**
 * One compiler a core, but no more than gibibytes of memory.
 *
 * @param constrained the control group's limit in bytes; 0 or a huge number where there is none
 * @param total the machine's memory in bytes
 */
export function compilersFor(cores: number, constrained: number, total: number): number {
  const memory = constrained > 0 ? Math.min(constrained, total) : total;
  return Math.max(1, Math.min(cores, Math.floor(memory / GIBIBYTE)));
}

/** Reads the format of os-release(5); what is absent is `unknown`, or empty for the code name. */
export function parseOsRelease(text: string): Distribution {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([A-Z_]+)=["']?([^"']*)["']?$/.exec(line.trim());
    if (match?.[1] !== undefined) fields.set(match[1], match[2] ?? '');
  }
  return {
    id: safe(fields.get('ID') ?? 'unknown'),
    version: safe(fields.get('VERSION_ID') ?? (fields.get('VERSION_CODENAME') || 'unknown')),
    codename: safe(fields.get('VERSION_CODENAME') ?? ''),
  };
}

/** These become parts of a file name. */
function safe(value: string): string {
  return value.replaceAll(/[^\w.-]/g, '').slice(0, 40);
}

function readDistribution(): Distribution | undefined {
  for (const path of ['/etc/os-release', '/usr/lib/os-release']) {
    try {
      return parseOsRelease(readFileSync(path, 'utf8').slice(0, 64 * 1024));
    } catch {
      // os-release(5): the second is read where the first does not exist; some systems have neither.
    }
  }
  return undefined;
}

function glibcVersion(): string | undefined {
  const report: unknown = process.report.getReport();
  if (typeof report !== 'object' || report === null || !('header' in report)) return undefined;
  const { header } = report;
  if (typeof header !== 'object' || header === null || !('glibcVersionRuntime' in header)) return undefined;
  return typeof header.glibcVersionRuntime === 'string' ? safe(header.glibcVersionRuntime) : undefined;
}
