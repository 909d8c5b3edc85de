import { describe, expect, test } from 'vitest';
import { outcomeOfTests, runSteps, select, summary } from './steps.mjs';

const good = () => Promise.resolve({ passed: 1, failed: 0 });

/**
 * @param {string} name
 * @param {string[]} needs
 * @param {() => Promise<import('./steps.mjs').Outcome>} run
 */
const step = (name, needs = [], run = good) => ({ name, needs, run });

const steps = [step('worker'), step('types'), step('web'), step('e2e', ['worker', 'web'])];

/**
 * @param {import('./steps.mjs').Step[]} list
 * @returns {Promise<{lines: string[], totals: {passed: number, failed: number, skipped: number}}>}
 */
async function ran(list) {
  /** @type {string[]} */
  const lines = [];
  const totals = await runSteps(
    list,
    (name) => ({
      progress: (text) => void lines.push(`… ${name} ${text}`),
      done: (text = '') => void lines.push(`ok ${name} ${text}`.trim()),
      failed: (text) => void lines.push(`failed ${name} ${text}`.trim()),
    }),
    (text) => void lines.push(text),
  );
  return { lines, totals };
}

describe('the choice of steps', () => {
  test('is all of them when none was named', () => {
    expect(select(steps, [])).toEqual(steps);
  });

  test('brings what the named ones need, in the order of the list', () => {
    expect(select(steps, ['e2e']).map(({ name }) => name)).toEqual(['worker', 'web', 'e2e']);
  });

  test('refuses a name that no step has', () => {
    expect(() => select(steps, ['unti'])).toThrow(
      'There is no step unti; there are worker, types, web, e2e.',
    );
  });
});

describe('a run', () => {
  test('goes on after a failure, but not with what needs the failed step', async () => {
    const broken = step('web', [], () =>
      Promise.resolve({ passed: 0, failed: 1, note: 'vite', output: 'no such file\n\n' }),
    );
    const { lines, totals } = await ran([
      step('worker'),
      broken,
      step('e2e', ['worker', 'web']),
      step('budget'),
    ]);
    expect(lines).toEqual([
      'ok worker',
      'failed web vite',
      'no such file\n',
      'failed e2e not run: web failed',
      'ok budget',
    ]);
    expect(totals).toEqual({ passed: 2, failed: 2, skipped: 0 });
  });

  test('counts a step that throws as failed and shows why', async () => {
    const { lines, totals } = await ran([step('lint', [], () => Promise.reject(new Error('out of memory')))]);
    expect(lines.join()).toContain('out of memory');
    expect(totals.failed).toBe(1);
  });

  test('does not start what needs a step that was not run itself', async () => {
    const broken = step('system', [], () => Promise.resolve({ passed: 0, failed: 1 }));
    const { lines } = await ran([broken, step('worker', ['system']), step('e2e', ['worker'])]);
    expect(lines).toContain('failed e2e not run: worker failed');
  });
});

describe('the outcome of a test run', () => {
  const report = { numPassedTests: 7, numFailedTests: 0, numPendingTests: 1, numTodoTests: 0 };

  test('is what its report says', () => {
    const outcome = outcomeOfTests(report, { code: 0, output: '' });
    expect(outcome).toMatchObject({
      passed: 7,
      failed: 0,
      skipped: 1,
      note: '7 passed, 0 failed, 1 skipped',
    });
  });

  test('is a failure when the run ended badly though every test passed', () => {
    expect(outcomeOfTests(report, { code: 1, output: '' })).toMatchObject({ passed: 7, failed: 1 });
  });

  test('is a failure when there is no report', () => {
    expect(outcomeOfTests(undefined, { code: 0, output: '' })).toMatchObject({ passed: 0, failed: 1 });
  });
});

test('the last line names skipped tests only where there are some', () => {
  expect(summary({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
  expect(summary({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped');
});
