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
  const bridge = await importFrom('packages/server', '@treff/bridge');
  const { path, source } = await bridge.provideWorker({
    onProgress: (/** @type {Parameters<typeof describe>[0]} */ progress) => report(describe(progress)),
  });
  return `${source}: ${path}`;
}

/**
 * @param {{phase: string, done: number, total: number, text: string}} progress  a total of 0 is an unknown one
 * @returns {string}
 */
export function describe({ phase, done, total, text }) {
  return [phase, total === 0 ? '' : `[${done}/${total}]`, text].filter((part) => part !== '').join(' ');
}
