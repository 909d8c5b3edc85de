import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createSocket } from 'node:dgram';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MEDIA_PORT, PAGE_PORT, type Machine } from '../network/network.ts';

const MAIN = fileURLToPath(new URL('../../../server/src/main.ts', import.meta.url));
/** The operator's command line. */
const TREFF = fileURLToPath(new URL('../../../cli/src/treff.ts', import.meta.url));

/** A real server in a process of its own, as an operator runs it, with an empty data directory. */
export interface TestServer {
  /** `http://localhost:…`, or with the machine's address, without a slash at the end. */
  readonly origin: string;
  /** Everything it printed so far. */
  output(): string;
  /**
   * Runs the operator's `treff` beside the server, with its data, and with `input` as standard input. Resolves with what it printed; rejects with what
   * it complained about.
   */
  treff(args: readonly string[], input?: string): Promise<string>;
  /** Ids of its processes: its own, and those of the media workers. */
  processes(): Promise<{ readonly server: number; readonly workers: readonly number[] }>;
  /** Kills the media worker, as a crash would. */
  killWorker(): Promise<void>;
  /** Kills the server without a word and starts another one at the same address with the same data. */
  crashAndRestart(): Promise<void>;
  /** Ends the server in good order, as an operator does, then as above. */
  stopAndRestart(): Promise<void>;
  stop(): Promise<void>;
}

/** @param machine where it runs, if not here */
export async function startServer(
  environment: Readonly<Record<string, string>> = {},
  machine?: Machine,
): Promise<TestServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'treff-e2e-'));
  // A machine of a network of its own has every port free.
  const [http, media] =
    machine === undefined ? [await freePort(), await freePort()] : [PAGE_PORT, MEDIA_PORT];
  const origin = `http://${machine?.address ?? 'localhost'}:${http}`;
  const [program, args] =
    machine === undefined
      ? [process.execPath, [MAIN]]
      : // It becomes what it runs: the process is the server.
        ['ip', ['netns', 'exec', machine.namespace, process.execPath, MAIN]];
  let output = '';

  async function launch(): Promise<ChildProcess> {
    let greeted = false;
    const child = spawn(program, args, {
      env: {
        ...process.env,
        HTTP_PORT: String(http),
        JVB_PORT: String(media),
        BRIDGE_WORKERS: '1',
        // A machine that tests a browser is busy, and that is no test's subject but one's.
        LOAD_LIMITS: 'no',
        // HTTP takes it on TCP alone.
        STUN_PORT: String(http),
        DATA_DIR: dataDir,
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        greeted ||= text.includes('Treff is running');
      });
    try {
      await until(
        async () => {
          if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}`);
          // Its machine may be out of reach from here.
          if (machine !== undefined) return greeted;
          return (await fetch(`${origin}/about/health`).catch(() => undefined))?.ok === true;
        },
        'the server to be healthy',
        60_000,
      );
    } catch (error) {
      await end(child);
      throw new Error(`${String(error)}\n${output}`, { cause: error });
    }
    return child;
  }

  let child = await launch();
  return {
    origin,
    output: () => output,
    treff: (args, input = '') => runTreff(args, input, dataDir),
    async processes() {
      return { server: child.pid ?? 0, workers: await workersOf(child) };
    },
    async killWorker() {
      const worker = await workerOf(child);
      process.kill(worker, 'SIGKILL');
    },
    async crashAndRestart() {
      const worker = await workerOf(child);
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
      // The worker notices by itself that its pipe is closed; its port has to be free again.
      await until(async () => !isAlive(worker), 'the worker to end with its server', 30_000);
      child = await launch();
    },
    async stopAndRestart() {
      await end(child);
      child = await launch();
    },
    async stop() {
      await end(child);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function runTreff(args: readonly string[], input: string, dataDir: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      [TREFF, ...args],
      { env: { ...process.env, DATA_DIR: dataDir } },
      (error, stdout, stderr) =>
        error === null ? resolve(stdout) : reject(new Error(stderr, { cause: error })),
    );
    child.stdin?.end(input);
  });
}

/** The process id of the only media worker of a server. */
async function workerOf(child: ChildProcess): Promise<number> {
  const [worker] = await workersOf(child);
  if (worker === undefined) throw new Error('The server has no media worker');
  return worker;
}

/** The process ids of a server's media workers. */
async function workersOf({ pid }: ChildProcess): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const workers: number[] = [];
  for (const id of children.trim().split(' ').filter(Boolean).map(Number))
    if ((await readFile(`/proc/${id}/cmdline`, 'utf8')).includes('mediasoup-worker')) workers.push(id);
  return workers;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    // ESRCH: there is no such process.
    return false;
  }
}

/** Waits until `condition` holds; asks again every 50 ms. Rejects after `timeoutMs` with what was waited for. */
export async function until(
  condition: () => Promise<boolean>,
  what: string,
  timeoutMs: number,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs} ms for ${what}`);
    await new Promise<void>((resolve) => {
      setTimeout(resolve, 50);
    });
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const forced = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await exited;
  clearTimeout(forced);
}

/** Below those that the kernel gives to whoever asks for any, as browsers do for every connection: none of them takes one meanwhile. */
const PORTS = { first: 10_000, last: 29_999 } as const;

/** Somewhere else in each process, because several look for ports at the same time. */
let lastPort = randomInt(PORTS.first, PORTS.last);

/** A port that is free on TCP and UDP now. No two calls in a process get the same one. */
export async function freePort(): Promise<number> {
  for (;;) {
    lastPort = lastPort < PORTS.last ? lastPort + 1 : PORTS.first;
    const port = lastPort;
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const tcp = createServer();
  const udp = createSocket('udp4');
  try {
    tcp.listen(port);
    await once(tcp, 'listening');
    udp.bind(port);
    await once(udp, 'listening');
    return true;
  } catch {
    // EADDRINUSE: somebody has it.
    return false;
  } finally {
    tcp.close();
    udp.close();
  }
}
