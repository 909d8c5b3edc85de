import { runTask } from './lib/bootstrap.mjs';

await runTask('bench', process.argv.slice(2));
