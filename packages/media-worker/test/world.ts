import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Machine } from '../src/machine.ts';
import type { Progress } from '../src/progress.ts';
import type { World } from '../src/provide.ts';
import type { Run, RunOptions } from '../src/run.ts';

export const DEBIAN: Machine = {
  platform: 'linux',
  arch: 'x64',
  kernelMajor: 6,
  distribution: { id: 'debian', version: '12', codename: 'bookworm' },
  glibc: '2.36',
  root: false,
  compilers: 2,
};

export interface Call {
  readonly command: string;
  readonly args: readonly string[];
  readonly options: RunOptions;
}

/** What the fake commands do; change it at any time. */
export interface Behaviour {
  /** Packages that dpkg knows as installed; `apt-get install` adds to them. */
  readonly installed: Set<string>;
  apt: boolean;
  aptInstalls: boolean;
  sourcePackages: boolean;
  /** Exit code of the worker's ninja. */
  ninja: number;
  /** What the worker's ninja writes as binary. */
  binary: string;
  /** Waited for before the worker's ninja ends. */
  ninjaEnds: () => Promise<void>;
}

export interface TestWorld {
  readonly world: World;
  readonly behaviour: Behaviour;
  readonly calls: Call[];
  readonly progress: Progress[];
  readonly root: string;
  readonly cache: string;
  readonly mediasoupDirectory: string;
  /** How often a command was run, by its beginning, e.g. `ninja -C`. */
  count: (beginning: string) => number;
  remove: () => void;
}

const NEEDED = [
  'cmake',
  'dpkg-dev',
  'flatbuffers-compiler',
  'g++',
  'libabsl-dev',
  'libflatbuffers-dev',
  'libssl-dev',
  'libuv1-dev',
  'ninja-build',
  'pkg-config',
];

/** A Debian on which everything is installed and builds, in directories of its own. */
export function testWorld(overrides: Partial<Omit<World, 'run'>> = {}): TestWorld {
  const root = mkdtempSync(join(tmpdir(), 'media-worker-'));
  const cache = join(root, 'cache', 'media-worker');
  const mediasoupDirectory = join(root, 'mediasoup');
  const recipeDirectory = join(root, 'recipe');
  mkdirSync(join(mediasoupDirectory, 'worker', 'src'), { recursive: true });
  writeFileSync(join(mediasoupDirectory, 'package.json'), '{"version":"3.27.1"}');
  writeFileSync(join(mediasoupDirectory, 'worker', 'src', 'main.cpp'), 'int main() {}');
  mkdirSync(recipeDirectory);
  writeFileSync(join(recipeDirectory, 'CMakeLists.txt'), 'project(worker)');

  const behaviour: Behaviour = {
    installed: new Set(NEEDED),
    apt: true,
    aptInstalls: true,
    sourcePackages: true,
    ninja: 0,
    binary: 'a worker',
    ninjaEnds: async () => undefined,
  };
  const calls: Call[] = [];
  const progress: Progress[] = [];
  const world: World = {
    env: { TREFF_CACHE_DIR: join(root, 'cache') },
    machine: DEBIAN,
    run: fakeRun(behaviour, calls),
    knownHashes: {},
    upstream: 'http://127.0.0.1:9',
    recipeDirectory,
    ...overrides,
  };
  return {
    world,
    behaviour,
    calls,
    progress,
    root,
    cache,
    mediasoupDirectory,
    count: (beginning) => calls.filter((call) => lineOf(call).startsWith(beginning)).length,
    remove: () => {
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function lineOf(call: Call): string {
  return [call.command, ...call.args].join(' ');
}

function fakeRun(behaviour: Behaviour, calls: Call[]): Run {
  return async (command, args, options = {}) => {
    const call = { command, args, options };
    calls.push(call);
    const line = lineOf(call);
    if (options.signal?.aborted === true) return { code: -1, stdout: '' };
    if (!behaviour.apt && /^(?:dpkg|apt)/.test(command)) return { code: 127, stdout: '' };
    if (line.startsWith('dpkg-query --show')) {
      // Removed but not purged: dpkg still knows it.
      const lines = args
        .filter((name) => !name.startsWith('-'))
        .map((name) => `${name}\t${behaviour.installed.has(name) ? 'installed' : 'config-files'}\n`);
      return { code: 0, stdout: lines.join('') };
    }
    if (line.startsWith('apt-get install')) {
      if (!behaviour.aptInstalls) return { code: 100, stdout: '' };
      options.onLine?.('0 upgraded, 1 newly installed, 0 to remove and 3 not upgraded.');
      options.onLine?.('Unpacking something (1.0) ...');
      options.onLine?.('Setting up something (1.0) ...');
      for (const name of args) behaviour.installed.add(name);
    }
    if (line.startsWith('apt-get indextargets')) {
      return { code: 0, stdout: 'http://deb.example.org/debian/ bookworm main\n' };
    }
    if (line.startsWith('apt-get source')) {
      if (!behaviour.sourcePackages || options.cwd === undefined) return { code: 100, stdout: '' };
      mkdirSync(join(options.cwd, 'libsrtp2-2.5.0', 'include'), { recursive: true });
    }
    const [, buildDirectory] = args;
    if (command === 'ninja' && buildDirectory !== undefined && !args.includes('srtp2')) {
      await behaviour.ninjaEnds();
      options.onLine?.('[1/2] Building CXX object CMakeFiles/w.dir/src/Worker.cpp.o');
      if (behaviour.ninja !== 0) return { code: behaviour.ninja, stdout: '' };
      mkdirSync(buildDirectory, { recursive: true });
      writeFileSync(join(buildDirectory, 'mediasoup-worker'), behaviour.binary);
    }
    return { code: 0, stdout: '' };
  };
}
