import type { Machine } from './machine.ts';
import type { OnProgress } from './progress.ts';
import type { Run } from './run.ts';

/** What every step of making a worker works with. */
export interface Step {
  readonly machine: Machine;
  readonly run: Run;
  readonly onProgress: OnProgress;
  /** An empty directory of this attempt alone; removed afterwards, whatever happens. */
  readonly scratch: string;
  /** The log of this attempt; it survives. */
  readonly logPath: string;
  readonly signal: AbortSignal | undefined;
}
