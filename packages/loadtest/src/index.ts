export { BOUNDS } from './bounds.ts';
export { runLoadTestCommand, type CommandWorld } from './command.ts';
export { loadPlan, PACKET_TIMES, STANDARD_PLAN, type LoadPlan } from './plan.ts';
export type { Spread } from './quantiles.ts';
export type { LoadReport, Machine, StreamsReport } from './report.ts';
export { runLoadTest, type LoadProgress, type LoadRun } from './run.ts';
