import { runTask } from './lib/bootstrap.mjs';

await runTask('test', process.argv.slice(2));
