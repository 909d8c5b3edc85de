/** One process of a load test. The test starts it and speaks to it over Node's channel; without one it ends. */
import { Crew } from './crew.ts';
import { toCrew, type FromCrew } from './crew-messages.ts';

const PROGRESS_MS = 1_000;

let crew: Crew | undefined;
let leaving = false;

// The terminal passes Ctrl-C on to everybody; the test says when to leave.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => void leave());
process.on('disconnect', () => void leave());
process.on('message', (message) => {
  const parsed = toCrew.parse(message);
  switch (parsed.type) {
    case 'begin':
      crew = new Crew(parsed.plan, parsed.process, () => tell({ type: 'complete' }));
      setInterval(() => {
        if (crew !== undefined) tell({ type: 'progress', progress: crew.progress });
      }, PROGRESS_MS);
      break;
    case 'measure':
      crew?.measure();
      break;
    case 'finish':
      if (crew !== undefined) tell({ type: 'result', result: crew.result() }, () => void leave());
      break;
  }
});

/** `told` is called when the message is on its way. */
function tell(message: FromCrew, told?: () => void): void {
  // A channel that is closed means that nobody listens: `disconnect` follows.
  if (process.connected) process.send?.(message, undefined, undefined, told);
}

async function leave(): Promise<void> {
  if (leaving) return;
  leaving = true;
  await crew?.leave();
  // The native library would keep the process alive.
  process.exit(0);
}
