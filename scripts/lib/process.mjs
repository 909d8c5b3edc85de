/** Other programs, started and ended with this one. Runs under any Node from 18. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** @type {readonly NodeJS.Signals[]} */
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Becomes another program: from here on this process is that one, so signals and the exit code need no help. Where
 * the system or an old Node can't do that, a child gets our signals and we end as it ends.
 *
 * @param {string} command  an absolute path
 * @param {readonly string[]} args
 * @returns {Promise<never>}
 */
export function runToEnd(command, args) {
  if (process.platform !== 'win32' && typeof process.execve === 'function') {
    process.execve(command, [command, ...args], process.env);
  }
  return new Promise(() => {
    const child = spawn(command, args, { stdio: 'inherit' });
    for (const signal of FORWARDED) {
      process.on(signal, () => {
        // A terminal sends an interrupt to the child too; passing it on would be the second one.
        if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
      });
    }
    child.on('error', (error) => {
      process.stderr.write(`${command} could not be started: ${error.message}\n`);
      process.exit(1);
    });
    child.on('close', (code, signal) =>
      process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}

/** The programs that `run` waits for. @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/**
 * Runs a program and keeps what it says, standard output and errors in one. A signal that ends this process ends the
 * program first.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, onLine?: (line: string) => void}} [options]
 * @returns {Promise<{code: number, output: string}>} a code of 127 if it could not be started
 */
export function run(command, args, { cwd, env, onLine } = {}) {
  return new Promise((settle) => {
    const child = spawn(command, args, { cwd, env: env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'] });
    remember(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      stream.setEncoding('utf8');
      stream.on('data', (/** @type {string} */ text) => {
        output += text;
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) onLine?.(line);
      });
    }
    child.on('error', (error) =>
      settle({ code: 127, output: `${command} could not be started: ${error.message}` }),
    );
    child.on('close', (code, signal) =>
      settle({
        code: code ?? 1,
        output: signal === null ? output : `${output}\n${command} was ended by ${signal}.`,
      }),
    );
  });
}

/** @param {import('node:child_process').ChildProcess} child */
function remember(child) {
  if (running.size === 0) for (const signal of FORWARDED) process.on(signal, endAll);
  running.add(child);
  child.once('close', () => {
    running.delete(child);
    if (running.size === 0) for (const signal of FORWARDED) process.off(signal, endAll);
  });
}

/** @param {NodeJS.Signals} signal */
function endAll(signal) {
  for (const child of running) child.kill(signal);
  process.exit(128 + constants.signals[signal]);
}
