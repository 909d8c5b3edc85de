/** The browser of the end-to-end tests: the distribution's, installed through apt where that is allowed. */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './process.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const INSTALL = ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation'];

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined} its path; `TREFF_CHROMIUM` is believed, the rest is searched in PATH
 */
export function findChromium(env) {
  if (env.TREFF_CHROMIUM !== undefined && env.TREFF_CHROMIUM !== '') return env.TREFF_CHROMIUM;
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/**
 * Finds the browser or installs it: as root on a system with apt, unless `TREFF_NO_APT=1` forbids it.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {(text: string) => void} report
 * @param {{execute?: typeof run, isRoot?: boolean, hasApt?: boolean}} [system]
 * @returns {Promise<{path: string} | {error: string}>} an error is one sentence with the command to type
 */
export async function provideChromium(env, report, system = {}) {
  const {
    execute = run,
    isRoot = process.getuid?.() === 0,
    hasApt = existsSync('/usr/bin/apt-get'),
  } = system;
  const found = findChromium(env);
  if (found !== undefined) return { path: found };
  if (!hasApt) return { error: 'No Chromium was found. Install one and name its path in TREFF_CHROMIUM.' };
  const command = `apt-get ${INSTALL.join(' ')}`;
  if (!isRoot || env.TREFF_NO_APT === '1') {
    return { error: `No Chromium was found. Install it:\n\n    ${isRoot ? '' : 'sudo '}${command}\n` };
  }
  const options = { env: { ...env, DEBIAN_FRONTEND: 'noninteractive' }, onLine: report };
  const updated = await execute('apt-get', ['update'], options);
  const installed = await execute('apt-get', INSTALL, options);
  const path = findChromium(env);
  if (path !== undefined) return { path };
  return { error: `${command} brought no Chromium:\n${updated.output}\n${installed.output}` };
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
