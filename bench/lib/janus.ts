import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const PROGRAM = '/usr/bin/janus';
const MODULES = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/janus`;
const START_MS = 10_000;

/** A Janus with VideoRoom alone, on loopback. */
export interface Janus {
  readonly pid: number;
  /** As a load test wants it. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts Debian's Janus. Throws an `Error` that says what to do if it is not there. */
export async function startJanus(port: number): Promise<Janus> {
  if (!existsSync(PROGRAM))
    throw new Error('Janus is not here. On Debian: apt-get install --no-install-recommends janus');
  const folder = await mkdtemp(join(tmpdir(), 'treff-janus-'));
  await writeFile(join(folder, 'janus.jcfg'), general(folder));
  await writeFile(
    join(folder, 'janus.transport.websockets.jcfg'),
    `general: { json = "compact", ws = true, ws_port = ${port}, ws_ip = "127.0.0.1", wss = false }\nadmin: { admin_ws = false }\n`,
  );
  await writeFile(join(folder, 'janus.plugin.videoroom.jcfg'), 'general: {}\n');
  let output = '';
  const child = spawn(PROGRAM, ['-F', folder, '-C', join(folder, 'janus.jcfg')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-10_000)));
  const url = `http://127.0.0.1:${port}`;

  async function stop(): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    }
    await rm(folder, { recursive: true, force: true });
  }

  const end = performance.now() + START_MS;
  while (!(await answers(url))) {
    if (performance.now() > end || child.exitCode !== null) {
      await stop();
      throw new Error(`Janus does not start:\n${output}`);
    }
    await delay(100);
  }
  return { pid: child.pid ?? 0, url, stop };
}

/** ICE-lite as Treff's bridge is, and nothing that it would not need. */
function general(folder: string): string {
  return `general: {
  configs_folder = "${folder}"
  plugins_folder = "${MODULES}/plugins"
  transports_folder = "${MODULES}/transports"
  events_folder = "${MODULES}/events"
  loggers_folder = "${MODULES}/loggers"
  debug_level = 2
  log_to_stdout = true
}
media: { rtp_port_range = "30000-60000" }
nat: { ice_lite = true, ice_enforce_list = "127.0.0.1" }
plugins: { disable = "libjanus_audiobridge.so,libjanus_duktape.so,libjanus_echotest.so,libjanus_lua.so,libjanus_nosip.so,libjanus_recordplay.so,libjanus_sip.so,libjanus_streaming.so,libjanus_textroom.so,libjanus_videocall.so,libjanus_voicemail.so" }
transports: { disable = "libjanus_http.so,libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_pfunix.so,libjanus_rabbitmq.so" }
`;
}

/** A WebSocket server says "no" to a plain request: it is there. */
async function answers(url: string): Promise<boolean> {
  try {
    await fetch(url, { signal: AbortSignal.timeout(500) });
    return true;
  } catch (error) {
    // Refused: nobody listens. Anything else means that somebody did.
    const cause = error instanceof Error ? error.cause : undefined;
    return !(cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED');
  }
}
