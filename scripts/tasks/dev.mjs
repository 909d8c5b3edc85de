/**
 * `npm run dev`: the server, started again when its code changes, and Vite in front of it with hot reload. Vite gets
 * the port that people know (`HTTP_PORT`, 8000 if unset); the server a free one.
 */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { importFrom, root } from '../lib/root.mjs';
import { mustDo } from '../lib/terminal.mjs';
import { handOverWorker } from '../lib/worker.mjs';

await mustDo('worker', handOverWorker);
const port = Number(process.env.HTTP_PORT ?? 8000);
const serverPort = await freePort();

const server = spawn(
  process.execPath,
  ['--watch', '--watch-preserve-output', 'packages/server/src/main.ts'],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      HTTP_PORT: String(serverPort),
      PUBLIC_URL: process.env.PUBLIC_URL ?? `http://localhost:${port}`,
    },
  },
);

// The app's own configuration passes on to the server what the server answers.
process.env.TREFF_DEV_SERVER = `http://127.0.0.1:${serverPort}`;
const vite = await importFrom('packages/web', 'vite');
const front = await vite.createServer({
  root: join(root, 'packages/web'),
  configFile: join(root, 'packages/web/vite.config.ts'),
  server: { port, strictPort: true },
});

/** @type {Promise<number | null>} */
const ended = new Promise((settle) => server.once('exit', settle));
process.on('SIGINT', () => server.kill('SIGTERM'));
process.on('SIGTERM', () => server.kill('SIGTERM'));

// The server prints the address once it answers there.
await front.listen();
process.exitCode = (await ended) ?? 0;
await front.close();

/** @returns {Promise<number>} a port on which nobody listens just now */
function freePort() {
  return new Promise((settle, refuse) => {
    const probe = createServer();
    probe.once('error', refuse);
    probe.listen(0, '127.0.0.1', () => {
      const found = probe.address();
      probe.close(() => {
        if (found !== null && typeof found === 'object') settle(found.port);
        else refuse(new Error('no port was given'));
      });
    });
  });
}
