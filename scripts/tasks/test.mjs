/**
 * `npm test`: everything a change must pass, one step after the other because media tests need the cores for
 * themselves. `npm test -- lint unit` runs only these and what they need.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findChromium, provideChromium } from '../lib/chromium.mjs';
import { provideCoturn } from '../lib/coturn.mjs';
import { checkImports } from '../lib/imports.mjs';
import { provideNetworkTools } from '../lib/network-tools.mjs';
import { run } from '../lib/process.mjs';
import { projects, root, tool } from '../lib/root.mjs';
import { outcomeOfTests, runSteps, select, summary } from '../lib/steps.mjs';
import { startPhase } from '../lib/terminal.mjs';
import { buildWeb, measureWeb } from '../lib/web.mjs';
import { provideWorker } from '../lib/worker.mjs';

/** @typedef {import('../lib/steps.mjs').Outcome} Outcome */

const reports = join(root, '.cache/test');

/** @type {import('../lib/steps.mjs').Step[]} */
const steps = [
  { name: 'browser', run: (report) => program(provideChromium, report) },
  { name: 'coturn', run: (report) => program(provideCoturn, report) },
  { name: 'network', run: (report) => program(provideNetworkTools, report) },
  { name: 'worker', run: async (report) => ({ passed: 1, failed: 0, note: await provideWorker(report) }) },
  { name: 'types', run: types },
  { name: 'lint', run: () => command('oxlint/bin/oxlint', []) },
  { name: 'arrows', run: arrows },
  { name: 'unused', run: () => command('knip/bin/knip.js', ['--no-progress']) },
  { name: 'format', run: () => command('oxfmt/bin/oxfmt', ['--check']) },
  { name: 'unit', run: (report) => tests('unit', report) },
  { name: 'contract', needs: ['worker'], run: (report) => tests('contract', report) },
  { name: 'media', needs: ['worker', 'browser'], run: (report) => tests('media', report) },
  { name: 'web', run: async (report) => ({ passed: 1, failed: 0, note: await buildWeb(report) }) },
  { name: 'budget', needs: ['web'], run: budget },
  {
    name: 'e2e',
    needs: ['browser', 'coturn', 'network', 'worker', 'web'],
    run: (report) => tests('e2e', report),
  },
];

const totals = await runSteps(chosen(), startPhase, (text) => process.stdout.write(text));
process.stdout.write(`\n${summary(totals)}\n`);
process.exitCode = totals.failed === 0 ? 0 : 1;

function chosen() {
  try {
    return select(steps, process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}

/**
 * One that the distribution has.
 *
 * @param {typeof provideChromium} provide
 * @param {(text: string) => void} report
 * @returns {Promise<Outcome>}
 */
async function program(provide, report) {
  const result = await provide(process.env, report);
  if ('path' in result) return { passed: 1, failed: 0, note: result.path };
  return { passed: 0, failed: 1, output: result.error };
}

/**
 * Every project by its own settings, as many at a time as two cores bear.
 *
 * @param {(text: string) => void} report
 * @returns {Promise<Outcome>}
 */
async function types(report) {
  const open = projects();
  const total = open.length;
  /** @type {string[]} */
  const complaints = [];
  const work = async () => {
    for (let project = open.shift(); project !== undefined; project = open.shift()) {
      report(`[${total - open.length}/${total}] ${project}`);
      const { code, output } = await node('typescript/bin/tsc', ['-p', project, '--pretty', 'false']);
      if (code !== 0) complaints.push(output);
    }
  };
  await Promise.all([work(), work()]);
  return { passed: total - complaints.length, failed: complaints.length, output: complaints.join('\n') };
}

/** @returns {Promise<Outcome>} */
async function arrows() {
  const { files, problems } = checkImports();
  if (problems.length === 0) return { passed: 1, failed: 0, note: `${files} files` };
  return { passed: 0, failed: 1, output: problems.join('\n') };
}

/** @returns {Promise<Outcome>} */
async function budget() {
  const { lines, exceeded } = measureWeb();
  return exceeded
    ? { passed: 0, failed: 1, note: lines.join(', '), output: 'More JavaScript than its budget.' }
    : { passed: 1, failed: 0, note: lines.join(', ') };
}

/**
 * One of the projects in vitest.config.ts.
 *
 * @param {string} project
 * @param {(text: string) => void} report
 * @returns {Promise<Outcome>}
 */
async function tests(project, report) {
  const file = join(reports, `${project}.json`);
  mkdirSync(reports, { recursive: true });
  rmSync(file, { force: true });
  const args = [
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ];
  const chromium = findChromium(process.env);
  const env = {
    ...process.env,
    NO_COLOR: '1',
    ...(chromium === undefined ? {} : { TREFF_CHROMIUM: chromium }),
  };
  const ended = await node('vitest/vitest.mjs', args, {
    env,
    onLine: (line) => {
      if (/^\s*[✓×❯]/.test(line)) report(line.trim());
    },
  });
  return outcomeOfTests(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined, ended);
}

/**
 * @param {string} path  of a tool inside `node_modules`
 * @param {readonly string[]} args
 * @returns {Promise<Outcome>}
 */
async function command(path, args) {
  const { code, output } = await node(path, args);
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1, output };
}

/**
 * @param {string} path  of a tool inside `node_modules`
 * @param {readonly string[]} args
 * @param {{env?: NodeJS.ProcessEnv, onLine?: (line: string) => void}} [options]
 * @returns {Promise<{code: number, output: string}>}
 */
function node(path, args, options = {}) {
  return run(process.execPath, [tool(path), ...args], { cwd: root, ...options });
}
