/** The web app's build, made again only when something that it is made from has changed. */
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './process.mjs';
import { root, tool } from './root.mjs';
import { startPhase } from './terminal.mjs';

/** All that decides what the browser gets; the lock file stands for every package from npm. */
const INPUTS = [
  'package-lock.json',
  'tsconfig.base.json',
  'packages/{web,client,conference,protocol}/{package.json,tsconfig.json}',
  'packages/web/{index.html,vite.config.ts}',
  'packages/web/public/**/*',
  'packages/{web,client,conference,protocol}/src/**/*',
];

const built = join(root, 'packages/web/dist/index.html');
const stamp = join(root, '.cache/web-build');

/**
 * Builds `packages/web/dist` if it is missing or older than its sources.
 *
 * @returns {Promise<boolean>} whether it is there now; if not, the reason was printed
 */
export async function buildWeb() {
  const phase = startPhase('web');
  const inputs = hashOf(INPUTS);
  if (existsSync(built) && existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs) {
    phase.done('unchanged');
    return true;
  }
  phase.progress('vite build');
  const { code, output } = await run(process.execPath, [tool('vite/bin/vite.js'), 'build'], {
    cwd: join(root, 'packages/web'),
    onLine: (line) => phase.progress(line.trim()),
  });
  if (code !== 0) {
    phase.failed(`vite build\n${output}`);
    return false;
  }
  mkdirSync(join(root, '.cache'), { recursive: true });
  writeFileSync(stamp, inputs);
  phase.done('built');
  return true;
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
