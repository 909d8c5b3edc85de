/**
 * The order of the tests: which steps run, what becomes of those whose ground is missing, and how it all adds up.
 *
 * @typedef {object} Outcome
 * @property {number} passed
 * @property {number} failed  more than 0 if the step failed, whatever the reason
 * @property {number} [skipped]
 * @property {string} [note]  shown behind the step's name
 * @property {string} [output]  shown if it failed
 *
 * @typedef {object} Step
 * @property {string} name
 * @property {readonly string[]} [needs]  steps that must have succeeded before
 * @property {(report: (text: string) => void) => Promise<Outcome>} run  reports how far it is
 */

/**
 * The steps that were asked for and all that they need, in their order; all if none was asked for.
 *
 * @param {readonly Step[]} steps
 * @param {readonly string[]} names
 * @returns {Step[]}
 * @throws {Error} if a name is unknown
 */
export function select(steps, names) {
  if (names.length === 0) return [...steps];
  const byName = new Map(steps.map((step) => [step.name, step]));
  const wanted = new Set();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const step = byName.get(name);
    if (step === undefined)
      throw new Error(`There is no step ${name}; there are ${[...byName.keys()].join(', ')}.`);
    wanted.add(name);
    open.push(...(step.needs ?? []));
  }
  return steps.filter(({ name }) => wanted.has(name));
}

/**
 * Runs steps one after the other. A failed one does not stop those that don't need it, so that one run tells all.
 *
 * @param {readonly Step[]} steps
 * @param {(name: string) => import('./terminal.mjs').Phase} startPhase
 * @param {(text: string) => void} print  for the output of what failed
 * @returns {Promise<{passed: number, failed: number, skipped: number}>}
 */
export async function runSteps(steps, startPhase, print) {
  const bad = new Set();
  const totals = { passed: 0, failed: 0, skipped: 0 };
  for (const { name, needs = [], run } of steps) {
    const phase = startPhase(name);
    const missing = needs.filter((need) => bad.has(need));
    const outcome =
      missing.length > 0
        ? { passed: 0, failed: 1, note: `not run: ${missing.join(', ')} failed` }
        : await run((text) => phase.progress(text)).catch(failureOf);
    totals.passed += outcome.passed;
    totals.failed += outcome.failed;
    totals.skipped += outcome.skipped ?? 0;
    if (outcome.failed === 0) {
      phase.done(outcome.note);
      continue;
    }
    bad.add(name);
    phase.failed(outcome.note ?? '');
    if (outcome.output !== undefined) print(`${outcome.output.trimEnd()}\n`);
  }
  return totals;
}

/**
 * @param {{passed: number, failed: number, skipped: number}} totals
 * @returns {string} the last line of a run
 */
export function summary({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
}

/**
 * What vitest's own report says. A run that ended badly without a failed test (an error outside of tests, no tests
 * at all) is a failure as well.
 *
 * @param {{numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number} | undefined} report
 * @param {{code: number, output: string}} ended
 * @returns {Outcome}
 */
export function outcomeOfTests(report, { code, output }) {
  const passed = report?.numPassedTests ?? 0;
  const failed = Math.max(report?.numFailedTests ?? 0, code === 0 && report !== undefined ? 0 : 1);
  const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
  return { passed, failed, skipped, note: summary({ passed, failed, skipped }), output };
}

/**
 * @param {unknown} error
 * @returns {Outcome}
 */
function failureOf(error) {
  return {
    passed: 0,
    failed: 1,
    output: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}
