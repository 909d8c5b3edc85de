/** The web app's build, made again only when something that it is made from has changed. */
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { checkBudget } from './budget.mjs';
import { run } from './process.mjs';
import { root, tool } from './root.mjs';

/** All that decides what the browser gets; the lock file stands for every package from npm. */
const INPUTS = [
  'package-lock.json',
  'tsconfig.base.json',
  'packages/{web,client,conference,protocol}/{package.json,tsconfig.json}',
  'packages/web/{index.html,vite.config.ts}',
  'packages/web/public/**/*',
  'packages/{web,client,conference,protocol}/src/**/*',
];

const dist = join(root, 'packages/web/dist');
const built = join(dist, 'index.html');
const stamp = join(root, '.cache/web-build');

/**
 * Builds `packages/web/dist` if it is missing or older than its sources.
 *
 * @param {(text: string) => void} report
 * @returns {Promise<string>} what was done
 * @throws {Error} with all that the build said
 */
export async function buildWeb(report) {
  const inputs = hashOf(INPUTS);
  if (existsSync(built) && existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs) return 'unchanged';
  const { code, output } = await run(process.execPath, [tool('vite/bin/vite.js'), 'build'], {
    cwd: join(root, 'packages/web'),
    onLine: (line) => report(line.trim()),
  });
  if (code !== 0) throw new Error(`vite build failed:\n${output}`);
  mkdirSync(join(root, '.cache'), { recursive: true });
  writeFileSync(stamp, inputs);
  return 'built';
}

/**
 * Holds the build against its budget of JavaScript.
 *
 * @returns {{lines: string[], exceeded: boolean}}
 */
export function measureWeb() {
  const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));
  return checkBudget(manifest, (file) => gzipSync(readFileSync(join(dist, file))).length);
}

/**
 * @param {readonly string[]} patterns
 * @returns {string} a hash over the names and contents of all files that match, tests left out
 */
function hashOf(patterns) {
  const files = globSync([...patterns], { cwd: root }).filter((file) => !/\.test\.tsx?$/.test(file));
  const hash = createHash('sha256');
  for (const file of files.toSorted()) {
    const path = join(root, file);
    if (statSync(path).isFile()) hash.update(`${file}\0`).update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}
