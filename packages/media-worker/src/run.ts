import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';

export interface RunOptions {
  readonly cwd?: string;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Each whole line of standard output, as it comes, without its end. */
  readonly onLine?: (line: string) => void;
  /** The file to which the command line and everything it prints are appended. */
  readonly logPath?: string;
  readonly signal?: AbortSignal | undefined;
  /** In milliseconds; the command is then ended, and its code is -1. */
  readonly timeout?: number;
}

export interface RunResult {
  /** The exit code; 127 if there is no such command, -1 if a signal ended it. */
  readonly code: number;
  /** The last 64 KiB of standard output. */
  readonly stdout: string;
}

/** Runs one command without a shell and waits for its end; what the command does never makes it reject. */
export type Run = (command: string, args: readonly string[], options?: RunOptions) => Promise<RunResult>;

const KEPT_OUTPUT = 64 * 1024;

/** {@link Run} with real processes: in the C locale, nothing to read from. */
export const run: Run = async (command, args, options = {}) => {
  const { logPath, onLine } = options;
  let stdout = '';
  let partial = '';

  const code = await new Promise<number>((resolve) => {
    // Written synchronously: the log must be complete when the build fails, and nothing else runs meanwhile.
    const keep = (chunk: string) => {
      if (logPath === undefined) return;
      try {
        appendFileSync(logPath, chunk);
      } catch {
        // On a full disk the command itself fails too, which is what gets told.
      }
    };
    keep(`\n$ ${[command, ...args].join(' ')}\n`);
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, LC_ALL: 'C', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: options.signal,
      timeout: options.timeout,
    });
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      keep(chunk);
      stdout = (stdout + chunk).slice(-KEPT_OUTPUT);
      const lines = (partial + chunk).split(/\r?\n/);
      partial = (lines.pop() ?? '').slice(-KEPT_OUTPUT);
      if (onLine !== undefined) for (const line of lines) onLine(line);
    });
    child.stderr.setEncoding('utf8').on('data', keep);
    child.on('error', (error) => {
      keep(`${error.message}\n`);
      // An aborted child lives until it closes; one that never started does not close.
      if (child.pid === undefined) resolve(127);
    });
    child.on('close', (exit) => {
      resolve(exit ?? -1);
    });
  });
  if (partial !== '') onLine?.(partial);
  return { code, stdout };
};
