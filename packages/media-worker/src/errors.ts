/**
 * Why no media worker could be provided; stable, for programs.
 *
 * - `worker/env-binary-unusable`: `MEDIASOUP_WORKER_BIN` names something that is no working worker
 * - `worker/platform-unsupported`: no binary and no recipe for this operating system or distribution
 * - `worker/sources-missing`: the mediasoup npm package was not found or is incomplete
 * - `worker/cache-unusable`: the cache directory cannot be made or written
 * - `worker/packages-missing`: system packages are missing and were not or could not be installed
 * - `worker/build-failed`: a step of the build failed
 * - `worker/verification-failed`: a fresh worker starts no working media connection
 * - `worker/aborted`: the caller's signal stopped the search
 */
export type WorkerErrorCode =
  | 'worker/env-binary-unusable'
  | 'worker/platform-unsupported'
  | 'worker/sources-missing'
  | 'worker/cache-unusable'
  | 'worker/packages-missing'
  | 'worker/build-failed'
  | 'worker/verification-failed'
  | 'worker/aborted';

export interface WorkerErrorDetails {
  /** The log of the failed step: an absolute path that survives the failure. */
  readonly logPath?: string;
  /** What the operator has to run, exactly. */
  readonly command?: string;
  readonly cause?: unknown;
}

/** No worker: the message is a full sentence for the operator and names the log or the command, if there is one. */
export class WorkerUnavailable extends Error {
  override readonly name = 'WorkerUnavailable';
  readonly code: WorkerErrorCode;
  readonly logPath: string | undefined;
  readonly command: string | undefined;

  constructor(code: WorkerErrorCode, message: string, details: WorkerErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.logPath = details.logPath;
    this.command = details.command;
  }
}

/** What the caller's check throws when the binary is at fault. Anything else that it throws is a defect of the check, and ends the search. */
export class WorkerRejected extends Error {
  override readonly name: string = 'WorkerRejected';
}

/** What an unknown thrown value says, for use inside a sentence. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a system error such as `ENOENT`, if it has one. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
