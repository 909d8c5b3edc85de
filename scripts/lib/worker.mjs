/** The media worker as a phase of a script. */
import { importFrom } from './root.mjs';
import { startPhase } from './terminal.mjs';

/**
 * Finds or builds the worker and says so.
 *
 * @returns {Promise<boolean>} whether there is one now; if not, the reason was printed
 */
export async function provideWorker() {
  const phase = startPhase('worker');
  try {
    const bridge = await importFrom('packages/server', '@treff/bridge');
    const { path, source } = await bridge.provideWorker({
      onProgress: (/** @type {Parameters<typeof describe>[0]} */ progress) =>
        phase.progress(describe(progress)),
    });
    phase.done(`${source}: ${path}`);
    return true;
  } catch (error) {
    phase.failed(error instanceof Error ? error.message : String(error));
    return false;
  }
}

/**
 * @param {{phase: string, done: number, total: number, text: string}} progress  a total of 0 is an unknown one
 * @returns {string}
 */
export function describe({ phase, done, total, text }) {
  return [phase, total === 0 ? '' : `[${done}/${total}]`, text].filter((part) => part !== '').join(' ');
}
