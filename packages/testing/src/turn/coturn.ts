import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort, until } from '../browser/server.ts';
import { runIn } from '../network/namespaces.ts';
import type { Machine } from '../network/network.ts';
import type { Credentials } from './stun.ts';
import { TurnClient } from './turn-client.ts';

const CONFIGURE = fileURLToPath(new URL('../../../../deploy/coturn/configure.mjs', import.meta.url));
const SECRET = 'only-tests-know-this';

/** A real coturn with the configuration that ships, relaying to one address of this machine and to nothing else that is not public. */
export interface Coturn {
  /** Where it listens and relays from: not the loopback, which may not be relayed to. */
  readonly address: string;
  readonly port: number;
  /** For Treff: `TURN_URLS` and `TURN_SECRET`. */
  environment(transport: 'udp' | 'tcp'): { readonly TURN_URLS: string; readonly TURN_SECRET: string };
  /** As Treff makes them, expiring in so many seconds. */
  credentials(seconds: number): Credentials;
  /** Kills it with all its allocations, and starts another one in its place. */
  crashAndRestart(): Promise<void>;
  stop(): Promise<void>;
}

/** @param machine where it runs and relays to beside the public Internet, if not here */
export async function startCoturn(machine?: Machine): Promise<Coturn> {
  const folder = await mkdtemp(join(tmpdir(), 'treff-coturn-'));
  const publicAddress = machine?.address ?? outerAddress();
  const port = await freePort();
  const [program, args] =
    machine === undefined ? ['turnserver', []] : ['ip', ['netns', 'exec', machine.namespace, 'turnserver']];
  const { stdout: configuration } = await promisify(execFile)(process.execPath, [CONFIGURE], {
    env: {
      TURN_REALM: 'turn.test',
      TURN_SECRET: SECRET,
      BRIDGE_IPS: publicAddress,
      // IPv6 on the loopback: only the refusals are asked for there.
      TURN_LISTEN_IPS: `${publicAddress},::1`,
      TURN_PORT: String(port),
      TURN_TLS_PORT: String(await freePort()),
    },
  });
  const file = join(folder, 'turnserver.conf');
  await writeFile(file, configuration, { mode: 0o600 });
  let output = '';
  async function launch(): Promise<ChildProcess> {
    // As Debian's unit starts it.
    const child = spawn(program, [...args, '-c', file, '--pidfile='], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    try {
      await once(child, 'spawn');
      await until(
        async () => {
          if (child.exitCode !== null) throw new Error(`coturn ended with ${child.exitCode}`);
          return machine === undefined ? answers(coturn) : accepts(machine, port);
        },
        'coturn to answer',
        30_000,
      );
    } catch (error) {
      await end(child);
      throw new Error(`${String(error)}\n${output}`, { cause: error });
    }
    return child;
  }

  const coturn = {
    address: publicAddress,
    port,
    environment: (transport: 'udp' | 'tcp') => ({
      TURN_URLS: `turn:${publicAddress}:${port}?transport=${transport}`,
      TURN_SECRET: SECRET,
    }),
    credentials(seconds: number) {
      const username = `${Math.floor(Date.now() / 1_000) + seconds}:test`;
      return { username, credential: createHmac('sha1', SECRET).update(username).digest('base64') };
    },
  };
  let child = await launch();
  return {
    ...coturn,
    async crashAndRestart() {
      await end(child);
      child = await launch();
    },
    async stop() {
      await end(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  // One that could not be started has no process.
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** The first IPv4 address of this machine that others could reach. */
export function outerAddress(): string {
  for (const addresses of Object.values(networkInterfaces()))
    for (const { family, internal, address } of addresses ?? [])
      if (family === 'IPv4' && !internal) return address;
  throw new Error('This machine has no IPv4 address but the loopback one');
}

/** Its machine is out of reach for a client of here. */
async function accepts({ namespace, address }: Machine, port: number): Promise<boolean> {
  return runIn(namespace, 'bash', '-c', `: </dev/tcp/${address}/${port}`).then(
    () => true,
    () => false,
  );
}

async function answers(coturn: Pick<Coturn, 'address' | 'port' | 'credentials'>): Promise<boolean> {
  const client = await TurnClient.open(coturn, coturn.credentials(60));
  try {
    return (await client.allocate()) === 'ok' && (await client.refresh(0)) === 'ok';
  } catch {
    return false; // not yet
  } finally {
    client.close();
  }
}
