import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BINARY } from './cache.ts';
import { WorkerUnavailable } from './errors.ts';
import { provideLibsrtp } from './libsrtp.ts';
import { BUILD_PACKAGES, hasApt, requirePackages } from './packages.ts';
import { parseNinja } from './progress.ts';
import type { Step } from './step.ts';

/**
 * Builds the worker from the C++ sources in `sources` (the `worker` directory of the mediasoup npm package) by the
 * recipe in `recipe`, against this distribution's libraries. Takes about 3 minutes on two cores.
 *
 * @returns the path of the binary, inside the step's scratch directory
 * @throws WorkerUnavailable `worker/platform-unsupported`, `worker/sources-missing`, `worker/packages-missing` or
 *   `worker/build-failed`
 */
export async function build(step: Step, sources: string, recipe: string): Promise<string> {
  await requireBuildable(step);
  if (!existsSync(join(sources, 'src', 'main.cpp'))) {
    throw new WorkerUnavailable(
      'worker/sources-missing',
      `The sources of mediasoup's worker are not in ${sources}. Install the npm packages again (npm ci).`,
    );
  }
  await requirePackages(step, BUILD_PACKAGES, 'build the media worker');
  const srtp = await provideLibsrtp(step);

  const { logPath, signal, onProgress } = step;
  const output = join(step.scratch, 'build');
  onProgress({ phase: 'configuring', done: 0, total: 1, text: 'configuring the build of the media worker' });
  const definitions = [`-DWORKER_DIR=${sources}`];
  if (srtp.kind === 'source') definitions.push(`-DSRTP_DIR=${srtp.directory}`);
  await must(step, 'cmake', ['-S', recipe, '-B', output, '-G', 'Ninja', ...definitions]);

  const { code } = await step.run('ninja', ['-C', output, '-j', String(step.machine.compilers)], {
    logPath,
    signal,
    onLine: (line) => {
      const edge = parseNinja(line);
      if (edge !== undefined) {
        onProgress({ phase: 'compiling', done: edge.done, total: edge.total, text: edge.file });
      }
    },
  });
  if (code !== 0) throw failed(step, 'ninja', code);
  return join(output, BINARY);
}

async function requireBuildable(step: Step): Promise<void> {
  const { platform, arch } = step.machine;
  if (platform !== 'linux') {
    throw new WorkerUnavailable(
      'worker/platform-unsupported',
      `There is no recipe for the media worker on ${platform}-${arch}. Set MEDIASOUP_WORKER_BIN to the path of a mediasoup-worker of the same version, or run Treff in a Linux container.`,
    );
  }
  if (await hasApt(step)) return;
  throw new WorkerUnavailable(
    'worker/platform-unsupported',
    'The media worker can be built by itself on Debian, Ubuntu and their relatives only, and this system has no apt-get. Build it by the recipe (docs/media-worker.md) with cmake, ninja, pkg-config, a C++20 compiler, flatc, and the development files of libuv, OpenSSL 3, Abseil, FlatBuffers and libsrtp 2, then set MEDIASOUP_WORKER_BIN to its path.',
  );
}

async function must(step: Step, command: string, args: readonly string[]): Promise<void> {
  const { code } = await step.run(command, args, { logPath: step.logPath, signal: step.signal });
  if (code !== 0) throw failed(step, command, code);
}

function failed(step: Step, command: string, code: number): Error {
  step.signal?.throwIfAborted();
  const end = code === -1 ? 'was killed (out of memory?)' : `ended with ${code}`;
  return new WorkerUnavailable(
    'worker/build-failed',
    `The media worker could not be built: ${command} ${end}. The log is at ${step.logPath}`,
    { logPath: step.logPath },
  );
}
