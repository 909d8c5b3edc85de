import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { WorkerRejected } from '@treff/media-worker';

const MAIN = fileURLToPath(new URL('./verify-main.ts', import.meta.url));
/**
 * Milliseconds. It takes about 400, most of it spent loading modules; a machine that is busy with its own start may need ten times as
 * long, and a good worker that is refused is built anew for minutes.
 */
const TIMEOUT_MS = 20_000;
/** Bytes of the child's output that are worth keeping. */
const OUTPUT_LIMIT = 4_096;

/** Why a worker binary is not good. */
export type WorkerFault = 'crashed' | 'failed' | 'timeout';

export class WorkerNotGood extends WorkerRejected {
  override readonly name = 'WorkerNotGood';
  readonly fault: WorkerFault;

  constructor(fault: WorkerFault, detail: string) {
    super(detail);
    this.fault = fault;
  }
}

/**
 * Resolves if this mediasoup worker binary can be trusted with a meeting: over loopback two native peers do ICE and DTLS with it, and
 * an RTP packet that one of them sends reaches the other through SRTP. A worker that merely starts is not good yet: built against
 * an unfit OpenSSL it crashes on its first handshake. Rejects with {@link WorkerNotGood} otherwise, at the latest when `signal`
 * aborts: after 20 s by default. Any other error is a defect of the check itself, which says nothing of the worker.
 *
 * It runs in a process of its own, because the native peer's library can only be unloaded with its process, and a fault in
 * it must not reach the server. Nothing of it is left when this returns.
 */
export async function verify(
  workerBinary: string,
  { signal = AbortSignal.timeout(TIMEOUT_MS) }: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  // A group of its own: the worker is a grandchild, and dies with it.
  const child = spawn(process.execPath, [MAIN, workerBinary], {
    // The channel carries nothing: its end tells the child that this process has gone.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    detached: true,
  });
  let output = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-OUTPUT_LIMIT);
  });
  const kill = () => killGroup(child.pid);
  signal.addEventListener('abort', kill);
  try {
    const ended = Promise.withResolvers<{ code: number | null; killedBy: NodeJS.Signals | null }>();
    child.once('error', ended.reject);
    child.once('close', (code, killedBy) => ended.resolve({ code, killedBy }));
    const { code, killedBy } = await ended.promise;
    if (code === 0) return;
    if (signal.aborted) throw new WorkerNotGood('timeout', `${workerBinary}: nothing was forwarded in time`);
    const reason = output.trim() || `the check ended with ${killedBy ?? String(code)}`;
    if (code === CRASHED) throw new WorkerNotGood('crashed', `${workerBinary}: ${reason}`);
    if (code === FAILED) throw new WorkerNotGood('failed', `${workerBinary}: ${reason}`);
    throw new Error(`The check of the media worker is broken: ${reason}`);
  } finally {
    signal.removeEventListener('abort', kill);
    kill();
  }
}

/** Exit code of `verify-main.ts` that says: the worker died. */
export const CRASHED = 3;
/** Exit code that says: it did not start, or refused what it was asked. */
export const FAILED = 4;

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // Gone already, as it should be.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
