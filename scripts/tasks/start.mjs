/** `npm start`: the worker, the web app, then the server in this very process. */
import { join } from 'node:path';
import { runToEnd } from '../lib/process.mjs';
import { root } from '../lib/root.mjs';
import { mustDo } from '../lib/terminal.mjs';
import { buildWeb } from '../lib/web.mjs';
import { handOverWorker } from '../lib/worker.mjs';

await mustDo('worker', handOverWorker);
await mustDo('web', buildWeb);
process.chdir(root);
await runToEnd(process.execPath, [join(root, 'packages/server/src/main.ts'), ...process.argv.slice(2)]);
