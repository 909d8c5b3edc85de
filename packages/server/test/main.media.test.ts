import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestClient, until, VP8, webSocketLine } from './test-client.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
let mediaPort: string;
let dataDir: string;
let child: ChildProcess | undefined;
let output = '';

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'treff-main-'));
  mediaPort = String(await freePort());
  output = '';
});

afterEach(async () => {
  if (child?.exitCode === null && child.signalCode === null) {
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }
  await rm(dataDir, { recursive: true });
});

/** The process as an operator starts it. */
function start(environment: Record<string, string> = {}): ChildProcess {
  const standard = {
    HTTP_PORT: '0',
    JVB_PORT: mediaPort,
    BRIDGE_WORKERS: '1',
    STUN_PORT: 'off',
    DATA_DIR: dataDir,
  };
  child = spawn(process.execPath, [MAIN], { env: { ...process.env, ...standard, ...environment } });
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  return child;
}

async function exitCode(process: ChildProcess): Promise<unknown> {
  const [code] = (await once(process, 'exit')) as unknown[];
  return code;
}

const address = () => /Open (http:\/\/localhost:\d+)/.exec(output)?.[1];

describe('the process', () => {
  it('says where it is, holds a meeting on the real bridge, tells everybody when it stops, and ends well', async () => {
    const process = start();
    await until(() => address() !== undefined, 'the address', 30_000);
    expect(output).toContain(`UDP and TCP port ${mediaPort}`);
    const url = address() ?? '';
    expect((await fetch(`${url}/about/health`)).status).toBe(200);
    expect((await stat(join(dataDir, 'secret'))).mode & 0o777).toBe(0o600);

    const people: TestClient[] = [];
    for (const name of ['Ann', 'Bo', 'Cy']) {
      const client = new TestClient(await webSocketLine(`${url.replace('http', 'ws')}/ws`));
      client.hello();
      await until(() => client.room !== '', 'welcome');
      client.join(name);
      await until(() => client.view !== undefined, 'joined');
      people.push(client);
    }
    const [ann, bo] = people;
    expect(ann?.offer?.send.iceCandidates.length).toBeGreaterThan(0);
    const source = ann?.publish('microphone');
    await until(() => bo?.consuming.size === 1, 'sound');
    expect(bo?.view?.sources.map(({ id }) => id)).toEqual([source]);
    ann?.publish('camera', { rtpParameters: { ...VP8, encodings: [{ ssrc: 1111 }] } });
    await until(() => ann?.media.at(-1)?.action === 'source-refused', 'the refusal of an SSRC that is taken');
    expect(ann?.media.at(-1)).toMatchObject({ code: 'media/invalid-parameters' });

    process.kill('SIGTERM');
    expect(await exitCode(process)).toBe(0);
    for (const person of people) {
      await until(() => person.closeCode !== undefined, 'the close');
      expect(person.names).toEqual(['Ann', 'Bo', 'Cy'].slice(0, person.names.length));
      expect(person.errors).toEqual(['server/stopping']);
    }
    expect(output).not.toMatch(/Ann|Bo\b|Cy\b/);
  });

  it('does not start with wrong settings, and names each', async () => {
    const process = start({ HTTP_PORT: 'eighty', PUBLIC_URL: 'meet.example.org' });
    expect(await exitCode(process)).toBe(1);
    expect(output).toContain('HTTP_PORT="eighty" is not');
    expect(output).toContain('PUBLIC_URL="meet.example.org" is not');
    expect(output).not.toContain('    at ');
  });

  it('does not start where somebody else answers STUN, and says what to do', async () => {
    const other = createSocket('udp4').bind(0);
    await once(other, 'listening');
    try {
      const process = start({ STUN_PORT: String(other.address().port) });
      expect(await exitCode(process)).toBe(1);
      expect(output).toMatch(/EADDRINUSE.*\nSTUN_PORT.*STUN_PORT=off/);
    } finally {
      other.close();
    }
  });

  it('does not start on a port that is taken, and says which setting it is', async () => {
    const other = createServer().listen(0);
    await once(other, 'listening');
    const taken = other.address();
    if (taken === null || typeof taken === 'string') throw new Error('no port');
    try {
      const process = start({ HTTP_PORT: String(taken.port) });
      expect(await exitCode(process)).toBe(1);
      expect(output).toMatch(/EADDRINUSE.*\nHTTP_PORT/);
    } finally {
      other.close();
    }
  });
});

/** A UDP port that nobody uses now. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}
