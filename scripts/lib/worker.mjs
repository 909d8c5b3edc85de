/** The media worker, as the scripts see it. */
import { importFrom } from './root.mjs';

/**
 * Finds or builds the worker.
 *
 * @param {(text: string) => void} report
 * @returns {Promise<string>} where it came from and where it is
 * @throws {Error} with a message for people if there is none
 */
export async function provideWorker(report) {
  const { path, source } = await ask(report);
  return `${source}: ${path}`;
}

/**
 * The same for a script that starts the server next: it is told the path and need not check the worker again.
 *
 * @param {(text: string) => void} report
 * @returns {Promise<string>}
 */
export async function handOverWorker(report) {
  const { path, source } = await ask(report);
  process.env.TREFF_CHECKED_WORKER = path;
  return `${source}: ${path}`;
}

/**
 * @param {(text: string) => void} report
 * @returns {Promise<{path: string, source: string}>}
 */
async function ask(report) {
  const bridge = await importFrom('packages/server', '@treff/bridge');
  return bridge.provideWorker({
    onProgress: (/** @type {Parameters<typeof describe>[0]} */ progress) => report(describe(progress)),
  });
}

/**
 * @param {{phase: string, done: number, total: number, text: string}} progress  a total of 0 is an unknown one
 * @returns {string}
 */
export function describe({ phase, done, total, text }) {
  return [phase, total === 0 ? '' : `[${done}/${total}]`, text].filter((part) => part !== '').join(' ');
}
