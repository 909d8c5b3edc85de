import { fileURLToPath } from 'node:url';
import { createBridge, provideWorker } from '@treff/bridge';
import { pino } from 'pino';
import { readConfig, type Config } from './config.ts';
import { startServer } from './server.ts';

/** The path of a worker that was found and checked just now, by the script that started this process. */
const CHECKED_WORKER = 'TREFF_CHECKED_WORKER';

/** The terminal and npm both pass a Ctrl-C on: what comes this soon after the first signal is no second one. */
const SAME_QUESTION_MS = 500;

/** The whole of Treff in one process: `node packages/server/src/main.ts`, configured by environment variables. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  // People read what the server prints; programs read what it logs.
  const logger = pino({ level: config.logLevel, base: null }, pino.destination({ dest: 2, sync: true }));
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'a defect; the server ends');
    process.exit(1);
  });

  const workerBin =
    process.env[CHECKED_WORKER] ??
    (
      await provideWorker({
        onProgress: ({ phase, text }) => logger.debug({ phase, text }, 'looking for the media worker'),
      })
    ).path;
  const bridge = await createBridge({
    workerBin,
    workers: config.media.workers,
    port: config.media.port,
    advertise: config.media.advertiseIps,
    lastN: config.media.lastN,
    loadLimits: config.media.loadLimits,
    logger,
  });
  const webRoot = fileURLToPath(new URL('../../web/dist', import.meta.url));
  const server = await startServer(config, { bridge, logger, webRoot });
  process.stdout.write(greeting(config, server.port));

  let askedAt: number | undefined;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // Whoever asks twice does not want to wait.
      if (askedAt !== undefined) {
        if (performance.now() - askedAt > SAME_QUESTION_MS) process.exit(1);
        return;
      }
      askedAt = performance.now();
      logger.info({ signal }, 'stopping');
      void server
        .stop()
        .then(() => bridge.shutdown())
        .then(() => process.exit(0));
    });
  }
}

function greeting(config: Config, port: number): string {
  const { port: first, workers } = config.media;
  const ports = workers === 1 ? `port ${first}` : `ports ${first} to ${first + workers - 1}`;
  const address = config.publicUrl ?? `http://localhost:${port}`;
  const stun = config.stun.port === undefined ? '' : ` STUN: UDP port ${config.stun.port}.`;
  return `Treff is running. Open ${address}\nMedia: UDP and TCP ${ports}.${stun} Stop with Ctrl+C.\n`;
}

try {
  await main();
} catch (error) {
  // A wrong setting, a taken port, a missing worker: the message says what to do, a stack would hide it.
  process.stderr.write(`Treff could not start. ${reasonOf(error)}\n`);
  process.exit(1);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const syscall = 'syscall' in error ? error.syscall : undefined;
  if (syscall === 'listen') return `${error.message}\nHTTP_PORT and HTTP_HOST say where it listens.`;
  if (syscall === 'bind')
    return `${error.message}\nSTUN_PORT says where STUN is answered; STUN_PORT=off leaves that to others, such as a TURN server on this machine.`;
  return error.message;
}
