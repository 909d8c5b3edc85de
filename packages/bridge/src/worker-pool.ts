import { setTimeout as delay } from 'node:timers/promises';
import { createWorker, setLogEventListeners, type types } from 'mediasoup';
import type { ListenAddress } from './announce.ts';
import type { Logger } from './logger.ts';

/** Milliseconds before a dead worker is started again; doubled with every death until it has lived for {@link STABLE_MS}. */
const FIRST_RESTART_MS = 50;
const LONGEST_RESTART_MS = 10_000;
const STABLE_MS = 60_000;

/**
 * Everybody's packets come into one socket. The system's usual 208 KiB hold about 90 packets of video: 2 ms of a busy worker, after which the
 * kernel drops what comes, and everybody asks for it again. The kernel gives what `net.core.rmem_max` and `wmem_max` allow.
 */
const SOCKET_BUFFER_BYTES = 4 * 1024 * 1024;

const WORKER_REPORTS = 'mediasoup:ERROR:Channel';

export interface WorkerPoolOptions {
  /** Path of the mediasoup worker. */
  readonly workerBin: string;
  /** How many; worker `i` listens on `port` + `i`, UDP and TCP. */
  readonly workers: number;
  readonly port: number;
  readonly listen: readonly ListenAddress[];
  readonly logger: Logger;
}

/** One life of a worker process. */
export interface MediaWorker {
  readonly port: number;
  readonly worker: types.Worker;
  readonly server: types.WebRtcServer;
  /** Endpoints and rooms on it: kept by the rooms, read by {@link WorkerPool.leastLoaded}. */
  load: number;
}

/** The worker processes, one per core and port. One that dies is replaced on its port. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #alive = new Map<number, MediaWorker>();
  readonly #stopped = new AbortController();
  readonly #deathListeners = new Set<(worker: MediaWorker) => void>();
  #restarts: Promise<unknown> = Promise.resolve();

  private constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  /** Starts all workers. Rejects, leaving none behind, when one does not start or its port is taken. */
  static async start(options: WorkerPoolOptions): Promise<WorkerPool> {
    routeMediasoupLogs(options.logger);
    const pool = new WorkerPool(options);
    const starts = await Promise.allSettled(
      Array.from({ length: options.workers }, (_, index) =>
        pool.#start(options.port + index, FIRST_RESTART_MS),
      ),
    );
    const failure = starts.find((start) => start.status === 'rejected');
    if (failure !== undefined) {
      await pool.close();
      throw failure.reason;
    }
    return pool;
  }

  /** The living worker with the least on it; `undefined` while none lives. */
  leastLoaded(): MediaWorker | undefined {
    return [...this.#alive.values()]
      .filter(({ worker }) => !worker.closed)
      .toSorted((one, other) => one.load - other.load)[0];
  }

  /** Calls back when a worker is gone with all that was on it. It is started again unasked. */
  onDeath(listener: (worker: MediaWorker) => void): void {
    this.#deathListeners.add(listener);
  }

  /** Process ids of the living workers. */
  get pids(): readonly number[] {
    return [...this.#alive.values()].map(({ worker }) => worker.pid);
  }

  /** Ends all workers and resolves when their processes are gone and their ports free. Idempotent. */
  async close(): Promise<void> {
    this.#stopped.abort();
    await this.#restarts;
    const ending = [...this.#alive.values()].map(({ worker }) => end(worker));
    this.#alive.clear();
    await Promise.all(ending);
  }

  async #start(port: number, restartMs: number): Promise<void> {
    const { workerBin, logger, listen } = this.#options;
    const worker = await createWorker({ workerBin, logLevel: 'error' });
    const startedAt = performance.now();
    let server: types.WebRtcServer;
    try {
      server = await worker.createWebRtcServer({ listenInfos: listenInfos(listen, port) });
    } catch (error) {
      await end(worker);
      const where = listen.map(({ ip }) => ip).join(', ');
      throw new Error(`Media port ${port} (UDP and TCP) on ${where} is not to be had`, { cause: error });
    }
    const member: MediaWorker = { port, worker, server, load: 0 };
    worker.once('died', (cause) => {
      logger.error({ err: cause, port, pid: worker.pid }, 'media worker died');
      this.#alive.delete(port);
      for (const listener of this.#deathListeners) listener(member);
      const lived = performance.now() - startedAt;
      this.#restart(port, lived > STABLE_MS ? FIRST_RESTART_MS : restartMs);
    });
    // It may have died while the server was made, when nobody listened.
    if (worker.died) throw new Error('media worker died at its start');
    this.#alive.set(port, member);
    logger.info({ port, pid: worker.pid }, 'media worker runs');
  }

  #restart(port: number, waitMs: number): void {
    const next = Math.min(waitMs * 2, LONGEST_RESTART_MS);
    const attempt = async (): Promise<void> => {
      try {
        await delay(waitMs, undefined, { signal: this.#stopped.signal });
        await this.#start(port, next);
      } catch (error) {
        if (this.#stopped.signal.aborted) return;
        this.#options.logger.error({ err: error, port }, 'media worker does not start');
        this.#restart(port, next);
      }
    };
    // `close` waits for a start that is under way, or its process would outlive the pool.
    this.#restarts = Promise.all([this.#restarts, attempt()]);
  }
}

function listenInfos(listen: readonly ListenAddress[], port: number): types.TransportListenInfo[] {
  return (['udp', 'tcp'] as const).flatMap((protocol) =>
    listen.map(({ ip, family }) => ({
      protocol,
      ip,
      port,
      // TCP finds its own measure, for each connection.
      ...(protocol === 'udp'
        ? { recvBufferSize: SOCKET_BUFFER_BYTES, sendBufferSize: SOCKET_BUFFER_BYTES }
        : {}),
      // Without it the IPv6 wildcard takes IPv4 too, and the IPv4 socket of the same port cannot be bound.
      ...(family === 6 ? { flags: { ipv6Only: true } } : {}),
    })),
  );
}

async function end(worker: types.Worker): Promise<void> {
  if (worker.subprocessClosed) return;
  const gone = new Promise<void>((resolve) => {
    worker.once('subprocessclose', resolve);
  });
  worker.close();
  await gone;
}

/**
 * mediasoup logs for the process as a whole. Its warnings, and what the workers themselves report by the channel, are what strangers' packets
 * and calls caused that were refused with a code: debug. A worker that breaks says so on its standard error.
 */
function routeMediasoupLogs(logger: Logger): void {
  setLogEventListeners({
    onwarn: (namespace, log) => logger.debug({ namespace }, log),
    onerror: (namespace, log, error) => {
      if (namespace === WORKER_REPORTS) logger.debug({ namespace }, log);
      else logger.error({ namespace, err: error }, log);
    },
  });
}
