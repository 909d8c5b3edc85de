/** `npm run bench -- <name> …`: one of the measurements in `bench/`, or their list. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runToEnd } from '../lib/process.mjs';
import { root } from '../lib/root.mjs';
import { mustDo } from '../lib/terminal.mjs';
import { buildWeb } from '../lib/web.mjs';
import { handOverWorker } from '../lib/worker.mjs';

/** Those that need the page. */
const IN_BROWSERS = new Set(['join', 'move']);

const names = readdirSync(join(root, 'bench'))
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.replace(/\.bench\.ts$/, ''));
const [name, ...args] = process.argv.slice(2);
if (name === undefined || !names.includes(name)) {
  process.stderr.write(`npm run bench -- <name>, where <name> is one of: ${names.join(', ')}\n`);
  process.exit(1);
}
await mustDo('worker', handOverWorker);
if (IN_BROWSERS.has(name)) await mustDo('web', buildWeb);
process.chdir(root);
await runToEnd(process.execPath, [join(root, 'bench', `${name}.bench.ts`), ...args]);
