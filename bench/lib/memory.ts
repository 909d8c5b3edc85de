import { inspect, INSPECTABLE, type Inspector, type TestServer } from '@treff/testing/browser';
import { benchServer } from './load.ts';
import { memoryBytes } from './processes.ts';

/** Bytes: what Node's heap and buffers hold after a collection, and what is in memory of the workers. */
export interface Weight {
  readonly node: number;
  readonly worker: number;
}

/** A server that can be weighed. */
export interface WeighedServer {
  readonly server: TestServer;
  weigh(): Promise<Weight>;
  /** What keeps its Node process running, by kind. */
  resources: Inspector['resources'];
  stop(): Promise<void>;
}

export async function weighedServer(): Promise<WeighedServer> {
  const server = await benchServer(INSPECTABLE);
  const inspector = await inspect(server);
  const { workers } = await server.processes();
  return {
    server,
    weigh: async () => ({
      node: await inspector.usedBytes(),
      worker: workers.reduce((sum, pid) => sum + memoryBytes(pid), 0),
    }),
    resources: () => inspector.resources(),
    async stop() {
      inspector.close();
      await server.stop();
    },
  };
}

export function megabytes({ node, worker }: Weight): string {
  return `Node ${(node / 1e6).toFixed(2)} MB, worker ${(worker / 1e6).toFixed(1)} MB`;
}

/** How much more than before, in per cent. */
export function growthText(before: Weight, after: Weight): string {
  const percent = (of: keyof Weight) => ((after[of] / before[of] - 1) * 100).toFixed(2);
  return `Node ${percent('node')} %, worker ${percent('worker')} %`;
}
