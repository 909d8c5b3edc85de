/** The browser of the end-to-end tests. */
import { findProgram, provideProgram } from './distribution.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined} its path; `TREFF_CHROMIUM` is believed, the rest is searched in PATH
 */
export function findChromium(env) {
  if (env.TREFF_CHROMIUM !== undefined && env.TREFF_CHROMIUM !== '') return env.TREFF_CHROMIUM;
  return findProgram(NAMES, env);
}

/**
 * Finds the browser or installs it; see `provideProgram`.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {(text: string) => void} report
 * @param {import('./distribution.mjs').System} [system]
 */
export function provideChromium(env, report, system) {
  const wanted = {
    name: 'Chromium',
    find: findChromium,
    packages: ['chromium', 'fonts-liberation'],
    elsewhere: 'Install one and name its path in TREFF_CHROMIUM.',
  };
  return provideProgram(wanted, env, report, system);
}
