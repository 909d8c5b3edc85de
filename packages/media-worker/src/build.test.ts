import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DEBIAN, testWorld, type TestWorld } from '../test/world.ts';
import { WorkerUnavailable } from './errors.ts';
import type { Machine } from './machine.ts';
import { provideOn } from './provide.ts';

let t: TestWorld;

beforeEach(() => {
  t = testWorld();
});

afterEach(() => {
  t.remove();
});

const provideAs = (machine: Partial<Machine> = {}) =>
  provideOn(
    { ...t.world, machine: { ...DEBIAN, ...machine } },
    {
      verify: async () => undefined,
      mediasoupDirectory: t.mediasoupDirectory,
      onProgress: (progress) => t.progress.push(progress),
    },
  );

async function refusalAs(machine: Partial<Machine> = {}): Promise<WorkerUnavailable> {
  const error = await provideAs(machine).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof WorkerUnavailable)) throw new Error(`no WorkerUnavailable but ${String(error)}`);
  return error;
}

const configuration = () => t.calls.filter((call) => call.command === 'cmake').at(-1)?.args ?? [];

describe('missing packages', () => {
  test('are named to somebody who is not root, in the one exact command, and nothing is installed', async () => {
    t.behaviour.installed.delete('g++');
    t.behaviour.installed.delete('libuv1-dev');
    const error = await refusalAs();
    expect(error.code).toBe('worker/packages-missing');
    expect(error.command).toBe('sudo apt-get install --yes --no-install-recommends g++ libuv1-dev');
    expect(error.message).toContain(error.command);
    expect(t.count('apt-get install')).toBe(0);
    expect(t.count('cmake')).toBe(0);
  });

  test('are installed by root without a question, with progress, and the build goes on', async () => {
    t.behaviour.installed.delete('g++');
    expect(await provideAs({ root: true })).toMatchObject({ source: 'build' });
    const install = t.calls.find((call) => call.args[0] === 'install');
    expect(install?.args.slice(-1)).toEqual(['g++']);
    expect(install?.args).toContain('--yes');
    expect(install?.options.env).toEqual({ DEBIAN_FRONTEND: 'noninteractive' });
    expect(t.progress).toContainEqual({
      phase: 'packages',
      done: 2,
      total: 2,
      text: 'Setting up something (1.0) ...',
    });
  });

  test('that apt cannot install end with the command and the log', async () => {
    t.behaviour.installed.delete('g++');
    t.behaviour.aptInstalls = false;
    const error = await refusalAs({ root: true });
    expect(error.code).toBe('worker/packages-missing');
    expect(error.command).toBe('apt-get install --yes --no-install-recommends g++');
    expect(existsSync(error.logPath ?? '')).toBe(true);
    expect(error.message).toContain(error.logPath);
  });

  test('are not asked for when all are there', async () => {
    await provideAs({ root: true });
    expect(t.count('apt-get install')).toBe(0);
  });
});

describe('libsrtp', () => {
  test('comes from the source package, with OpenSSL, fetched by a private apt configuration', async () => {
    await provideAs();
    expect(configuration().some((argument) => /^-DSRTP_DIR=.*\/libsrtp2-2\.5\.0$/.test(argument))).toBe(true);
    expect(t.calls.find((call) => call.args.includes('-DENABLE_OPENSSL=ON'))).toBeDefined();
    for (const call of t.calls.filter(({ args }) => ['update', 'source'].includes(args[0] ?? ''))) {
      expect(call.options.env?.APT_CONFIG).toContain(t.cache);
    }
  });

  test('is the binary package where sources cannot be reached', async () => {
    t.behaviour.sourcePackages = false;
    t.behaviour.installed.add('libsrtp2-dev');
    await provideAs();
    expect(configuration().some((argument) => argument.startsWith('-DSRTP_DIR'))).toBe(false);
  });

  test('as binary package is asked for when it is missing', async () => {
    t.behaviour.sourcePackages = false;
    expect((await refusalAs()).command).toBe(
      'sudo apt-get install --yes --no-install-recommends libsrtp2-dev',
    );
    await provideAs({ root: true });
    expect(t.behaviour.installed).toContain('libsrtp2-dev');
  });
});

describe('a system without a recipe', () => {
  test.each(['darwin', 'win32'] as const)('%s is told which variable to set', async (platform) => {
    const error = await refusalAs({ platform, distribution: undefined, glibc: undefined });
    expect(error.code).toBe('worker/platform-unsupported');
    expect(error.message).toContain('MEDIASOUP_WORKER_BIN');
  });

  test('a Linux without apt is told which libraries are needed', async () => {
    t.behaviour.apt = false;
    const error = await refusalAs({ distribution: { id: 'fedora', version: '42', codename: '' } });
    expect(error.code).toBe('worker/platform-unsupported');
    for (const need of ['MEDIASOUP_WORKER_BIN', 'libuv', 'OpenSSL', 'Abseil', 'FlatBuffers', 'libsrtp']) {
      expect(error.message).toContain(need);
    }
  });
});

test('no more compilers run at once than the machine bears', async () => {
  await provideAs({ compilers: 3 });
  const ninjas = t.calls.filter((call) => call.command === 'ninja');
  expect(ninjas.map((call) => call.args[call.args.indexOf('-j') + 1])).toEqual(['3', '3']);
});

test('sources that are incomplete are an error before anything is installed', async () => {
  t.behaviour.installed.clear();
  const error = await provideOn(
    { ...t.world, machine: { ...DEBIAN, root: true } },
    { verify: async () => undefined, mediasoupDirectory: emptied(t) },
  ).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'worker/sources-missing' });
  expect(t.count('apt-get install')).toBe(0);
});

/** mediasoup's directory without the worker's sources: the package of the recipe has only a version. */
function emptied({ root, mediasoupDirectory }: TestWorld): string {
  const other = join(root, 'published');
  cpSync(join(mediasoupDirectory, 'package.json'), join(other, 'package.json'));
  return other;
}
