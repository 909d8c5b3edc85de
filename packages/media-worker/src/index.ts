export { provide, type ProvideOptions, type WorkerProvision } from './provide.ts';
export { WorkerRejected, WorkerUnavailable, type WorkerErrorCode } from './errors.ts';
export type { OnProgress, Phase, Progress } from './progress.ts';
