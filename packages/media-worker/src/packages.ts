import { WorkerUnavailable } from './errors.ts';
import { aptCounter } from './progress.ts';
import type { Step } from './step.ts';

/** Debian's and Ubuntu's names of what the recipe needs, without libsrtp. */
export const BUILD_PACKAGES = [
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
] as const;

/** The distribution's binary libsrtp, for where its source package is out of reach. */
export const SRTP_PACKAGE = 'libsrtp2-dev';

const APT_ENVIRONMENT = { DEBIAN_FRONTEND: 'noninteractive' };

/** Another apt, an unattended upgrade for example, may hold dpkg's lock: seconds to wait for it. */
const DPKG_LOCK_TIMEOUT = 300;

/** Whether packages can be asked for and installed here: Debian, Ubuntu and what is made from them. */
export async function hasApt(step: Step): Promise<boolean> {
  const answers = await Promise.all([
    step.run('dpkg-query', ['--version'], { signal: step.signal }),
    step.run('apt-get', ['--version'], { signal: step.signal }),
  ]);
  return answers.every((answer) => answer.code === 0);
}

/** Those of `names` that are not installed, in the same order. */
async function missingPackages(step: Step, names: readonly string[]): Promise<string[]> {
  const { stdout } = await step.run(
    'dpkg-query',
    ['--show', '--showformat', '${Package}\\t${db:Status-Status}\\n', ...names],
    { logPath: step.logPath, signal: step.signal },
  );
  const installed = new Set(
    stdout
      .split('\n')
      .map((line) => line.split('\t'))
      .filter(([, status]) => status === 'installed')
      .map(([name]) => name),
  );
  return names.filter((name) => !installed.has(name));
}

/**
 * Sees to it that all of `names` are installed: as root through apt-get, else by telling what to run.
 *
 * @param purpose completes "… is needed to …", for the message
 * @throws WorkerUnavailable `worker/packages-missing` with the exact command
 */
export async function requirePackages(step: Step, names: readonly string[], purpose: string): Promise<void> {
  const missing = await missingPackages(step, names);
  if (missing.length === 0) return;
  if (!step.machine.root) throw mustInstall(missing, purpose);
  await install(step, missing, purpose);
}

async function install(step: Step, missing: readonly string[], purpose: string): Promise<void> {
  const { logPath, signal, onProgress } = step;
  const report = (done: number, total: number, text: string) => {
    onProgress({ phase: 'packages', done, total, text });
  };
  const options = { env: APT_ENVIRONMENT, logPath, signal };

  report(0, 0, 'reading the package lists');
  // Its failure may concern a repository that we do not need; the installation then tells.
  await step.run('apt-get', ['update'], options);

  report(0, 0, `installing ${missing.join(' ')}`);
  const count = aptCounter();
  const { code } = await step.run(
    'apt-get',
    [
      'install',
      '--yes',
      '--no-install-recommends',
      '-o',
      `DPkg::Lock::Timeout=${DPKG_LOCK_TIMEOUT}`,
      ...missing,
    ],
    {
      ...options,
      onLine: (line) => {
        const moved = count(line);
        if (moved !== undefined) report(moved.done, moved.total, line.slice(0, 200));
      },
    },
  );
  signal?.throwIfAborted();
  const still = await missingPackages(step, missing);
  if (code === 0 && still.length === 0) return;
  throw mustInstall(still.length === 0 ? missing : still, purpose, logPath);
}

/** `logPath` where we have tried it ourselves and failed. */
function mustInstall(missing: readonly string[], purpose: string, logPath?: string): WorkerUnavailable {
  const sudo = logPath === undefined ? 'sudo ' : '';
  const command = `${sudo}apt-get install --yes --no-install-recommends ${missing.join(' ')}`;
  const what = `System packages are missing that are needed to ${purpose}`;
  return logPath === undefined
    ? new WorkerUnavailable('worker/packages-missing', `${what}. Install them with: ${command}`, { command })
    : new WorkerUnavailable(
        'worker/packages-missing',
        `${what}, and apt-get could not install them (log: ${logPath}). The command was: ${command}`,
        { command, logPath },
      );
}
