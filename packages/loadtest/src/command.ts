import { OptionsError, readOptions, USAGE } from './options.ts';
import type { LoadReport } from './report.ts';
import { progressLine, reportText } from './report-text.ts';
import type { LoadProgress, LoadRun } from './run.ts';
import type { LoadPlan } from './plan.ts';

/** What the command needs of the world. */
export interface CommandWorld {
  readonly run: (plan: LoadPlan, run: LoadRun) => Promise<LoadReport>;
  readonly writeFile: (path: string, text: string) => Promise<void>;
  /** Results, and help. */
  readonly print: (text: string) => void;
  /** Progress and complaints. */
  readonly complain: (text: string) => void;
  /** Aborts when the operator wants it to end. */
  readonly signal: AbortSignal;
}

/** `treff loadtest`. Resolves with the exit code; see {@link USAGE}. */
export async function runLoadTestCommand(args: readonly string[], world: CommandWorld): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    world.print(USAGE);
    return 0;
  }
  try {
    const { plan, json } = readOptions(args);
    // A path that can't be written is better known before than after.
    if (json !== undefined) await world.writeFile(json, '');
    let before: LoadProgress | undefined;
    const report = await world.run(plan, {
      signal: world.signal,
      onProgress: (progress) => {
        world.complain(progressLine(progress, before));
        before = progress;
      },
    });
    world.print(reportText(report));
    if (json !== undefined) await world.writeFile(json, `${JSON.stringify(report, undefined, 2)}\n`);
    return { complete: 0, lacking: 1, interrupted: 130 }[report.outcome];
  } catch (error) {
    if (error instanceof OptionsError) {
      world.complain(`${error.message}\n\ntreff loadtest --help says more.`);
      return 2;
    }
    world.complain(
      `The load test could not be run: ${error instanceof Error ? error.message : String(error)}`,
    );
    return 1;
  }
}
