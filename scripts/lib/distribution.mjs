/** Programs of the distribution that the tests need, installed through apt where that is allowed. */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './process.mjs';

/**
 * @typedef {object} Wanted
 * @property {string} name  for people
 * @property {(env: NodeJS.ProcessEnv) => string | undefined} find
 * @property {readonly string[]} packages
 * @property {string} elsewhere  what to do on a system without apt, one sentence
 *
 * @typedef {{execute?: typeof run, isRoot?: boolean, hasApt?: boolean}} System
 */

/**
 * The first of these programs in PATH that can be executed.
 *
 * @param {readonly string[]} names
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined} its path
 */
export function findProgram(names, env) {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/**
 * Finds a program or installs it: as root on a system with apt, unless `TREFF_NO_APT=1` forbids it.
 *
 * @param {Wanted} wanted
 * @param {NodeJS.ProcessEnv} env
 * @param {(text: string) => void} report
 * @param {System} [system]
 * @returns {Promise<{path: string, installed: boolean} | {error: string}>} an error is one sentence with the command to type
 */
export async function provideProgram({ name, find, packages, elsewhere }, env, report, system = {}) {
  const {
    execute = run,
    isRoot = process.getuid?.() === 0,
    hasApt = existsSync('/usr/bin/apt-get'),
  } = system;
  const found = find(env);
  if (found !== undefined) return { path: found, installed: false };
  if (!hasApt) return { error: `No ${name} was found. ${elsewhere}` };
  const install = ['install', '-y', '--no-install-recommends', ...packages];
  const command = `apt-get ${install.join(' ')}`;
  if (!isRoot || env.TREFF_NO_APT === '1') {
    return { error: `No ${name} was found. Install it:\n\n    ${isRoot ? '' : 'sudo '}${command}\n` };
  }
  const options = { env: { ...env, DEBIAN_FRONTEND: 'noninteractive' }, onLine: report };
  const updated = await execute('apt-get', ['update'], options);
  const installed = await execute('apt-get', install, options);
  const path = find(env);
  if (path !== undefined) return { path, installed: true };
  return { error: `${command} brought no ${name}:\n${updated.output}\n${installed.output}` };
}

/**
 * @param {string} path
 * @returns {boolean}
 */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there, or not for us: both mean another folder may have it.
    return false;
  }
}
