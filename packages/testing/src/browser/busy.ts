import type { TestServer } from './server.ts';

/** Environment of a server that {@link toggleBusy} can be done to. */
export const CAN_BE_BUSY = {
  LOAD_LIMITS: 'yes',
  NODE_OPTIONS: `--import=${new URL('./late-main-thread.ts', import.meta.url).href}`,
} as const;

/** Makes the main thread of a server late until this is done again: its bridge calls itself busy within seconds, and is so for 15 s more. */
export async function toggleBusy(server: TestServer): Promise<void> {
  process.kill((await server.processes()).server, 'SIGUSR2');
}
