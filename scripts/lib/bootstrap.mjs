/**
 * From a bare clone to the pinned Node: installs what the lock file lists if that isn't done yet, and runs a task
 * under the Node that came with it. Standard library only, and nothing newer than Node 18, because this is the one
 * part that runs under whatever Node the machine has.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isInstalled, majorOf, pinnedNode, withoutNoise } from './install.mjs';
import { run, runToEnd } from './process.mjs';
import { startPhase } from './terminal.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const modules = join(root, 'node_modules');
const stampFile = join(modules, '.treff-installed');
const platform = detectPlatform();

/** The oldest Node that may start us, and the one that the code itself needs. */
const OLDEST_NODE = 18;
const NEEDED_NODE = 24;

/** Whatever the machine's settings say: the tools that build the page are among those for development. */
const NPM_OPTIONS = [
  '--ignore-scripts',
  '--include=dev',
  '--include=optional',
  '--no-audit',
  '--no-fund',
  '--no-progress',
];

/**
 * Runs `scripts/tasks/<name>.mjs` under the pinned Node and ends this process as that one ends.
 *
 * @param {string} name
 * @param {readonly string[]} args
 * @returns {Promise<void>}
 */
export async function runTask(name, args) {
  if (majorOf(process.version) < OLDEST_NODE)
    fail(`Node ${OLDEST_NODE} or newer is needed; this is ${process.version}.`);
  await install();
  const node = chooseNode();
  linkNode(node);
  process.env.PATH = [join(modules, '.bin'), process.env.PATH ?? ''].join(delimiter);
  await runToEnd(node, [join(root, 'scripts', 'tasks', `${name}.mjs`), ...args]);
}

/** @returns {Promise<void>} */
async function install() {
  const lockText = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const stamp = createHash('sha256').update(lockText).update(JSON.stringify(platform)).digest('hex');
  if (isUpToDate(lockText, stamp)) return;
  const phase = startPhase('install');
  phase.progress('npm ci');
  const { code, output } = await npm(['ci', ...NPM_OPTIONS]);
  const said = withoutNoise(output);
  if (code !== 0) {
    phase.failed('npm ci');
    fail(said === '' ? `npm ci ended with ${code} and said nothing.` : said);
  }
  writeFileSync(stampFile, stamp);
  phase.done(said.split('\n').find((line) => /^added \d+ packages/.test(line)) ?? 'npm ci');
}

/**
 * @param {string} lockText
 * @param {string} stamp
 * @returns {boolean}
 */
function isUpToDate(lockText, stamp) {
  const node = pinnedNode(platform);
  if (node !== undefined && !existsSync(join(modules, node))) return false;
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return true;
  // Somebody may have run npm themselves: that is as good.
  const record = join(modules, '.package-lock.json');
  return (
    existsSync(record) &&
    isInstalled(JSON.parse(lockText), JSON.parse(readFileSync(record, 'utf8')), platform)
  );
}

/**
 * @param {readonly string[]} args
 * @returns {Promise<{code: number, output: string}>}
 */
function npm(args) {
  const script = process.env.npm_execpath ?? '';
  const [command, first] = basename(script) === 'npm-cli.js' ? [process.execPath, [script]] : ['npm', []];
  return run(command, [...first, ...args], { cwd: root });
}

/** @returns {string} the path of a Node that can run the code */
function chooseNode() {
  const inside = pinnedNode(platform);
  if (inside !== undefined) {
    const path = join(modules, inside);
    const stamp = join(modules, '.treff-node');
    const seen = existsSync(stamp) && readFileSync(stamp, 'utf8') === path;
    if (seen || spawnSync(path, ['--version']).status === 0) {
      if (!seen) writeFileSync(stamp, path);
      return path;
    }
  }
  if (majorOf(process.version) >= NEEDED_NODE) return process.execPath;
  const { os, cpu, libc } = platform;
  return fail(
    `npm has no Node ${NEEDED_NODE} that runs on ${[os, cpu, libc].filter(Boolean).join(' ')}. ` +
      `Install Node ${NEEDED_NODE} or newer and run this command again with it; this is ${process.version}.`,
  );
}

/**
 * Makes `node_modules/.bin/node`, so that scripts which ask for `node` get the pinned one. npm does so itself from
 * version 11; older ones remove the link again when they skip the packages of the other platforms.
 *
 * @param {string} node
 */
function linkNode(node) {
  const link = join(modules, '.bin', 'node');
  if (process.platform === 'win32' || existsSync(link)) return;
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(relative(dirname(link), node), link);
}

/** @returns {import('./install.mjs').Platform} */
function detectPlatform() {
  const system = { os: process.platform, cpu: process.arch };
  if (process.platform !== 'linux') return system;
  // Node tells it nowhere else; the report of a process without open sockets is quick.
  /** @type {{header?: {glibcVersionRuntime?: string}}} */
  const report = process.report.getReport();
  return { ...system, libc: report.header?.glibcVersionRuntime === undefined ? 'musl' : 'glibc' };
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
