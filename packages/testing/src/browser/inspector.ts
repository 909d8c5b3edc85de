import * as z from 'zod/mini';
import type { TestServer } from './server.ts';

/** For `startServer`: lets {@link inspect} look into the process. */
export const INSPECTABLE = { NODE_OPTIONS: '--inspect=127.0.0.1:0' } as const;

/** What a server's Node process holds, as the inspector of V8 tells it. */
export interface Inspector {
  /** Bytes of the heap and of buffers outside of it that are in use after everything unused was collected. */
  usedBytes(): Promise<number>;
  /** How many objects there are of each kind, by the name of what made them, after everything unused was collected. */
  objects(): Promise<Readonly<Record<string, number>>>;
  /** What keeps the process's event loop alive (sockets, timers), by its kind. */
  resources(): Promise<Readonly<Record<string, number>>>;
  close(): void;
}

const answer = z.object({
  id: z.optional(z.number()),
  result: z.optional(z.unknown()),
  error: z.optional(z.object({ message: z.string() })),
});
const evaluated = z.object({
  result: z.object({ value: z.optional(z.unknown()), objectId: z.optional(z.string()) }),
});
const queried = z.object({ objects: z.object({ objectId: z.string() }) });
const counts = z.record(z.string(), z.number());

/** What the inspector holds for us lives in this group, or it would itself be what is kept. */
const GROUP = { objectGroup: 'counting' } as const;

/** Runs in the server, on a list of objects. */
const COUNT_BY_KIND = `function () {
  const counts = Object.create(null);
  for (const object of this) {
    const made = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(object) ?? {}, 'constructor')?.value;
    const kind = typeof made === 'function' && made.name !== '' ? made.name : 'other';
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return { ...counts };
}`;

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
      if (message.error === undefined) resolve(message.result);
      else reject(new Error(`${method}: ${message.error.message}`));
    };
    socket.addEventListener('message', listen);
    socket.send(JSON.stringify({ id, method, params }));
    return promise;
  }

  const evaluate = async (expression: string) =>
    evaluated.parse(await call('Runtime.evaluate', { expression, returnByValue: true })).result.value;
  return {
    async usedBytes() {
      // Finalizers run between two collections.
      await call('HeapProfiler.collectGarbage');
      await call('HeapProfiler.collectGarbage');
      return z
        .number()
        .parse(await evaluate('(({ heapUsed, external }) => heapUsed + external)(process.memoryUsage())'));
    },
    async objects() {
      const prototype = evaluated.parse(
        await call('Runtime.evaluate', { expression: 'Object.prototype', ...GROUP }),
      );
      const { objects } = queried.parse(
        await call('Runtime.queryObjects', { prototypeObjectId: prototype.result.objectId, ...GROUP }),
      );
      const counted = evaluated.parse(
        await call('Runtime.callFunctionOn', {
          objectId: objects.objectId,
          functionDeclaration: COUNT_BY_KIND,
          returnByValue: true,
        }),
      );
      await call('Runtime.releaseObjectGroup', GROUP);
      return counts.parse(counted.result.value);
    },
    async resources() {
      const kinds = z.array(z.string()).parse(await evaluate('process.getActiveResourcesInfo()'));
      const counted: Record<string, number> = {};
      for (const kind of kinds) counted[kind] = (counted[kind] ?? 0) + 1;
      return counted;
    },
    close: () => socket.close(),
  };
}
