import { runTask } from './lib/bootstrap.mjs';

await runTask('start', process.argv.slice(2));
