/**
 * From a bare clone to the pinned Node: installs what the lock file lists if that isn't done yet, and runs a task
 * under the Node that came with it. Standard library only, and nothing newer than Node 18, because this is the one
 * part that runs under whatever Node the machine has.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { majorOf, missingPackages, pinnedNode, pinnedVersion, withoutNoise } from './install.mjs';
import { run, runToEnd } from './process.mjs';
import { startPhase } from './terminal.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const modules = join(root, 'node_modules');
const platform = detectPlatform();

/** The oldest Node that may start us, and the one that the code itself needs. */
const OLDEST_NODE = 18;
const NEEDED_NODE = 24;

/** How much of a failed npm is shown, in lines; after its errors comes its manual. */
const QUOTED_LINES = 40;

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
  const wanted = readJson('package-lock.json');
  if (missing(wanted).length === 0) return;
  const phase = startPhase('install');
  phase.progress('npm ci');
  const { code, output } = await npm(['ci', ...NPM_OPTIONS], pinnedVersion(wanted, platform));
  const said = withoutNoise(output);
  if (code !== 0) {
    phase.failed('npm ci');
    fail(
      said === ''
        ? `npm ci ended with ${code} and said nothing.`
        : said.split('\n').slice(0, QUOTED_LINES).join('\n'),
    );
  }
  const left = missing(wanted);
  if (left.length > 0) {
    // npm takes the failed download of an optional package for success; here each is needed.
    phase.failed('npm ci');
    fail(
      `npm has not installed ${left.join(', ')}, and has not said why. Is the registry reachable?\n${said}`,
    );
  }
  phase.done(said.split('\n').find((line) => /^added \d+ packages/.test(line)) ?? 'npm ci');
}

/**
 * @param {import('./install.mjs').LockFile} wanted
 * @returns {string[]} what has to be installed
 */
function missing(wanted) {
  const node = pinnedNode(platform);
  if (node !== undefined && !existsSync(join(modules, node))) return [node];
  const record = join('node_modules', '.package-lock.json');
  return missingPackages(wanted, existsSync(join(root, record)) ? readJson(record) : {}, platform);
}

/**
 * @param {string} path  in the repository
 * @returns {import('./install.mjs').LockFile}
 */
function readJson(path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

/**
 * @param {readonly string[]} args
 * @param {string | undefined} pinned  the version of Node by which npm shall judge what fits
 * @returns {Promise<{code: number, output: string}>}
 */
function npm(args, pinned) {
  const script = process.env.npm_execpath ?? '';
  const [command, first] = basename(script) === 'npm-cli.js' ? [process.execPath, [script]] : ['npm', []];
  const claim = `--require=${JSON.stringify(join(root, 'scripts', 'lib', 'claim-node.cjs'))}`;
  const env = {
    ...process.env,
    TREFF_PINNED_NODE: pinned,
    NODE_OPTIONS: [process.env.NODE_OPTIONS, claim].filter(Boolean).join(' '),
  };
  const tooOld = majorOf(process.version) < NEEDED_NODE && pinned !== undefined;
  return run(command, [...first, ...args], tooOld ? { cwd: root, env } : { cwd: root });
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
