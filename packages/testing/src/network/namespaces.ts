import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const PREFIX = 'treff';

/** Network namespaces of the kernel (ip-netns(8)) that are named after this process. */
export class Namespaces {
  readonly #names: string[] = [];

  /** A new one: nothing in it but `lo`. */
  async add(name: string): Promise<string> {
    const full = `${PREFIX}-${process.pid}-${name}`;
    await ip(`netns add ${full}`);
    this.#names.push(full);
    await ip(`-n ${full} link set lo up`);
    return full;
  }

  /** Kills what still runs in them, and removes them. */
  async close(): Promise<void> {
    for (const name of this.#names.splice(0)) await remove(name);
  }
}

/** Removes what a run that crashed has left behind. */
export async function removeStale(): Promise<void> {
  for (const line of (await ip('netns list')).split('\n')) {
    const [, name, pid] = /^(treff-(\d+)-\S+)/.exec(line) ?? [];
    if (name !== undefined && !isAlive(Number(pid))) await remove(name);
  }
}

/** ip(8), with its arguments in one line. Resolves with what it prints, rejects with what it complains about. */
export function ip(line: string): Promise<string> {
  return run('ip', line.split(' '));
}

/** Runs a program in a namespace. */
export function runIn(namespace: string, ...command: string[]): Promise<string> {
  return run('ip', ['netns', 'exec', namespace, ...command]);
}

async function remove(name: string): Promise<void> {
  // A namespace lives on, without a name, as long as something runs in it.
  const pids = (await ip(`netns pids ${name}`)).split('\n').filter((pid) => pid !== '');
  for (const pid of pids.map(Number)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // ESRCH: it ended meanwhile.
    }
  }
  await ip(`netns delete ${name}`);
}

async function run(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args);
  return stdout;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    // ESRCH: there is no such process.
    return false;
  }
}
