import * as z from 'zod/mini';
import type { TestServer } from './server.ts';

/** For `startServer`: lets {@link inspect} look into the process. */
export const INSPECTABLE = { NODE_OPTIONS: '--inspect=127.0.0.1:0' } as const;

/** What a server's Node process holds, as the inspector of V8 tells it. */
export interface Inspector {
  /** Bytes of the heap and of buffers outside of it that are in use after everything unused was collected. */
  usedBytes(): Promise<number>;
  /** What keeps the process's event loop alive (sockets, timers), by its kind. */
  resources(): Promise<Readonly<Record<string, number>>>;
  close(): void;
}

const answer = z.object({
  id: z.optional(z.number()),
  result: z.optional(z.object({ result: z.optional(z.object({ value: z.optional(z.unknown()) })) })),
  error: z.optional(z.object({ message: z.string() })),
});

/** Connects to a server that was started with {@link INSPECTABLE}. */
export async function inspect(server: TestServer): Promise<Inspector> {
  const url = /Debugger listening on (ws:\S+)/.exec(server.output())?.[1];
  if (url === undefined) throw new Error('The server was not started to be inspected');
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true });
    socket.addEventListener('error', () => reject(new Error('The inspector does not answer')), {
      once: true,
    });
  });
  let calls = 0;

  function call(method: string, params: Record<string, unknown> = {}): Promise<unknown> {
    calls += 1;
    const id = calls;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const listen = (event: MessageEvent<unknown>): void => {
      const message = answer.parse(JSON.parse(String(event.data)));
      if (message.id !== id) return;
      socket.removeEventListener('message', listen);
      if (message.error === undefined) resolve(message.result?.result?.value);
      else reject(new Error(`${method}: ${message.error.message}`));
    };
    socket.addEventListener('message', listen);
    socket.send(JSON.stringify({ id, method, params }));
    return promise;
  }

  const evaluate = (expression: string) => call('Runtime.evaluate', { expression, returnByValue: true });
  return {
    async usedBytes() {
      // Finalizers run between two collections.
      await call('HeapProfiler.collectGarbage');
      await call('HeapProfiler.collectGarbage');
      return z
        .number()
        .parse(await evaluate('(({ heapUsed, external }) => heapUsed + external)(process.memoryUsage())'));
    },
    async resources() {
      const kinds = z.array(z.string()).parse(await evaluate('process.getActiveResourcesInfo()'));
      const counts: Record<string, number> = {};
      for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
      return counts;
    },
    close: () => socket.close(),
  };
}
