import { runTask } from './lib/bootstrap.mjs';

await runTask('dev', process.argv.slice(2));
