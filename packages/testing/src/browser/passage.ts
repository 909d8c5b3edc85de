import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** One person's way to the server's page and signalling, which can be broken. Media takes another. */
export interface Passage {
  /** The server's, by this way: `http://localhost:…`. */
  readonly origin: string;
  /** Breaks every connection. New ones get through. */
  cut(): void;
  /** Nothing moves any more on the connections of now, and neither end is told. New ones get through. */
  freeze(): void;
  close(): Promise<void>;
}

/** @param origin the server's own */
export async function openPassage(origin: string): Promise<Passage> {
  const { hostname, port } = new URL(origin);
  const open = new Set<Socket>();
  const server = createServer((here) => {
    const there = connect(Number(port), hostname);
    for (const [from, to] of [
      [here, there],
      [there, here],
    ] as const) {
      open.add(from);
      from.setNoDelay(true);
      from.pipe(to);
      // An end that breaks off is what this is for.
      from.on('error', () => to.destroy());
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(0);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port');
  const cut = () => {
    for (const socket of open) socket.resetAndDestroy();
  };
  return {
    origin: `http://localhost:${address.port}`,
    cut,
    freeze() {
      for (const socket of open) socket.unpipe().pause();
    },
    async close() {
      server.close();
      cut();
      await once(server, 'close');
    },
  };
}
