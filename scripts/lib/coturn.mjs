/** The TURN server of the tests. */
import { existsSync } from 'node:fs';
import { findProgram, provideProgram } from './distribution.mjs';
import { run } from './process.mjs';

/**
 * Finds coturn or installs it; see `provideProgram`. The package starts a server that nobody asked for, on the port where Treff answers STUN: what
 * was installed here is stopped again.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {(text: string) => void} report
 * @param {import('./distribution.mjs').System & {hasServices?: boolean}} [system]
 */
export async function provideCoturn(env, report, system = {}) {
  const { execute = run, hasServices = existsSync('/run/systemd/system') } = system;
  const wanted = {
    name: 'coturn',
    find: (/** @type {NodeJS.ProcessEnv} */ env) => findProgram(['turnserver'], env),
    packages: ['coturn'],
    elsewhere: 'Install it so that turnserver is in PATH.',
  };
  const result = await provideProgram(wanted, env, report, system);
  if ('path' in result && result.installed && hasServices) {
    await execute('systemctl', ['disable', '--now', 'coturn'], { onLine: report });
  }
  return result;
}
