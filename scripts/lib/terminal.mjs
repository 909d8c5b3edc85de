/**
 * One line for each phase: what it is, what it does, how long it took. On a terminal the line is rewritten while the
 * phase runs; in a log a new line appears now and then, so that a long step doesn't look dead.
 *
 * Runs under any Node from 18.
 */

/** Width of the column with the names of phases, in characters. */
const NAME_WIDTH = 10;

/** How often progress is shown, in milliseconds: on a terminal, and in a log. */
const TERMINAL_INTERVAL = 200;
const LOG_INTERVAL = 15_000;

/**
 * @typedef {object} Phase
 * @property {(text: string) => void} progress  says how far it is; shown at a bounded rate
 * @property {(text?: string) => void} done  ends it well
 * @property {(text: string) => void} failed  ends it badly
 *
 * @typedef {object} Output
 * @property {boolean} isTerminal
 * @property {number} columns
 * @property {(text: string) => void} write
 * @property {() => number} now  milliseconds
 */

/** @type {Output} */
const standardOutput = {
  isTerminal: process.stdout.isTTY,
  get columns() {
    return process.stdout.columns || 80;
  },
  write: (text) => void process.stdout.write(text),
  now: () => Date.now(),
};

/**
 * @param {string} name
 * @param {Output} [output]
 * @returns {Phase}
 */
export function startPhase(name, output = standardOutput) {
  const started = output.now();
  let shown = output.isTerminal ? Number.NEGATIVE_INFINITY : started;
  let text = '';

  const seconds = () => `${((output.now() - started) / 1000).toFixed(1)} s`;
  const show = () => {
    const interval = output.isTerminal ? TERMINAL_INTERVAL : LOG_INTERVAL;
    if (output.now() - shown < interval) return;
    shown = output.now();
    if (output.isTerminal)
      output.write(`\r\x1b[K${line('…', name, text, seconds()).slice(0, output.columns - 1)}`);
    else output.write(`${line('…', name, text, seconds())}\n`);
  };
  // Also when nothing is reported: the time that passes shows that it lives.
  const timer = setInterval(show, 1000);
  timer.unref();
  /** @param {string} mark @param {string} message */
  const end = (mark, message) => {
    clearInterval(timer);
    output.write(`${output.isTerminal ? '\r\x1b[K' : ''}${line(mark, name, message, seconds())}\n`);
  };
  return {
    progress(message) {
      text = message;
      show();
    },
    done: (message = '') => end('✓', message),
    failed: (message) => end('✗', message),
  };
}

/**
 * Runs what must succeed before anything else makes sense; where it doesn't, the process ends with the reason.
 *
 * @param {string} name
 * @param {(report: (text: string) => void) => Promise<string>} work  returns what it did
 * @returns {Promise<void>}
 */
export async function mustDo(name, work) {
  const phase = startPhase(name);
  try {
    phase.done(await work(phase.progress));
  } catch (error) {
    phase.failed(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}

/**
 * @param {string} mark
 * @param {string} name
 * @param {string} text
 * @param {string} time
 * @returns {string}
 */
function line(mark, name, text, time) {
  return `${mark} ${name.padEnd(NAME_WIDTH)} ${time.padStart(7)}${text === '' ? '' : `  ${text}`}`;
}
