import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { requirePackages, SRTP_PACKAGE } from './packages.ts';
import type { Distribution } from './machine.ts';
import type { Step } from './step.ts';

/** libsrtp to link with: our own build of its sources, or the distribution's library. */
export type Srtp = { readonly kind: 'source'; readonly directory: string } | { readonly kind: 'system' };

/** One line of {@link https://manpages.debian.org/apt-get.8 apt-get indextargets}. */
const INDEX_FORMAT = '$(REPO_URI) $(RELEASE) $(COMPONENT)';

/** The keys of the distributions' archives, where apt does not trust them without being told. */
const KEYRINGS: Readonly<Record<string, readonly string[]>> = {
  debian: [
    '/usr/share/keyrings/debian-archive-keyring.pgp',
    '/usr/share/keyrings/debian-archive-keyring.gpg',
  ],
  ubuntu: ['/usr/share/keyrings/ubuntu-archive-keyring.gpg'],
};

/** Reading lists and fetching 660 kB must not keep an offline machine waiting, milliseconds. */
const FETCH_TIMEOUT = 180_000;

/** apt's own patience with a mirror that does not answer, seconds. */
const MIRROR_TIMEOUT = 20;

/**
 * libsrtp with OpenSSL from the distribution's source package, because the binary one is linked to NSS, which takes
 * twice the time a packet with AES_CM and is nearly as good with GCM. Where no source package can be had: the binary
 * one. The worker prefers GCM by itself, and as DTLS server (all browsers leave it that role) its order decides.
 *
 * @throws WorkerUnavailable `worker/packages-missing` if neither is to be had
 */
export async function provideLibsrtp(step: Step): Promise<Srtp> {
  const report = (done: number, text: string) => {
    step.onProgress({ phase: 'libsrtp', done, total: 3, text });
  };
  report(0, "fetching libsrtp's source package");
  const source = await fetchSource(step);
  step.signal?.throwIfAborted();
  if (source !== undefined) {
    report(1, 'building libsrtp with OpenSSL');
    if (await buildSource(step, source)) {
      report(3, 'libsrtp with OpenSSL is ready');
      return { kind: 'source', directory: source };
    }
    step.signal?.throwIfAborted();
  }
  report(2, "no source package to be had: using the distribution's libsrtp");
  await requirePackages(step, [SRTP_PACKAGE], 'link the media worker with libsrtp');
  report(3, "the distribution's libsrtp is ready");
  return { kind: 'system' };
}

/**
 * The private apt configuration: the machine's own settings for fetching (proxies, certificates), other lists, other
 * cache, no hooks.
 *
 * @param acquire the lines of `apt-config dump Acquire`
 */
export function aptConfiguration(directory: string, acquire: string): string {
  const inherited = acquire.split('\n').filter((line) => /^Acquire::[^\n]*;$/.test(line));
  return [
    `Dir::State::Lists ${JSON.stringify(join(directory, 'lists'))};`,
    `Dir::Cache ${JSON.stringify(join(directory, 'cache'))};`,
    `Dir::Etc::SourceList ${JSON.stringify(join(directory, 'sources.list'))};`,
    'Dir::Etc::SourceParts "/dev/null";',
    'Dir::Etc::Main "/dev/null";',
    'Dir::Etc::Parts "/dev/null";',
    ...inherited,
    'Acquire::Languages "none";',
    'Acquire::Retries "1";',
    `Acquire::http::Timeout "${MIRROR_TIMEOUT}";`,
    `Acquire::https::Timeout "${MIRROR_TIMEOUT}";`,
    '',
  ].join('\n');
}

/**
 * The distribution's own repositories of binary packages, turned into repositories of sources. Those of third
 * parties do not carry the distribution's code name as release, and have no business here.
 *
 * @param targets lines of {@link INDEX_FORMAT}
 */
export function sourceRepositories(
  targets: string,
  distribution: Distribution,
  keyring: string | undefined,
): string[] {
  const option = keyring === undefined ? '' : `[signed-by=${keyring}] `;
  const lines = new Set<string>();
  for (const target of targets.split('\n')) {
    const [uri, release, component] = target.trim().split(' ');
    if (uri === undefined || release === undefined || component === undefined) continue;
    const { codename } = distribution;
    if (codename === '' || (release !== codename && !release.startsWith(`${codename}-`))) continue;
    lines.add(`deb-src ${option}${uri} ${release} ${component}`);
  }
  return [...lines];
}

/** The unpacked source, or undefined if it cannot be had. */
async function fetchSource(step: Step): Promise<string | undefined> {
  const { distribution } = step.machine;
  if (distribution === undefined) return undefined;
  const options = { logPath: step.logPath, signal: step.signal, timeout: FETCH_TIMEOUT };
  const targets = await step.run(
    'apt-get',
    ['indextargets', '--format', INDEX_FORMAT, 'Created-By: Packages'],
    options,
  );
  const keyring = KEYRINGS[distribution.id]?.find((path) => existsSync(path));
  const repositories = sourceRepositories(targets.stdout, distribution, keyring);
  if (repositories.length === 0) return undefined;

  const directory = join(step.scratch, 'apt');
  const unpacked = join(step.scratch, 'libsrtp');
  await mkdir(join(directory, 'lists', 'partial'), { recursive: true });
  await mkdir(join(directory, 'cache', 'archives', 'partial'), { recursive: true });
  await mkdir(unpacked);
  const acquire = await step.run('apt-config', ['dump', 'Acquire'], { signal: step.signal });
  const configuration = join(directory, 'apt.conf');
  await writeFile(join(directory, 'sources.list'), `${repositories.join('\n')}\n`);
  await writeFile(configuration, aptConfiguration(directory, acquire.stdout));

  const env = { APT_CONFIG: configuration };
  // One repository of several may fail: what counts is whether the package can be fetched afterwards.
  await step.run('apt-get', ['update'], { ...options, env });
  const fetched = await step.run('apt-get', ['source', '--only-source', 'libsrtp2'], {
    ...options,
    env,
    cwd: unpacked,
  });
  if (fetched.code !== 0) return undefined;
  const directories = (await readdir(unpacked, { withFileTypes: true })).filter((entry) =>
    entry.isDirectory(),
  );
  return directories[0] === undefined ? undefined : join(unpacked, directories[0].name);
}

async function buildSource(step: Step, source: string): Promise<boolean> {
  const options = { logPath: step.logPath, signal: step.signal };
  const build = join(source, 'build');
  const configured = await step.run(
    'cmake',
    [
      '-S',
      source,
      '-B',
      build,
      '-G',
      'Ninja',
      '-DCMAKE_BUILD_TYPE=Release',
      '-DCMAKE_POSITION_INDEPENDENT_CODE=ON',
      '-DENABLE_OPENSSL=ON',
      '-DBUILD_SHARED_LIBS=OFF',
    ],
    options,
  );
  if (configured.code !== 0) return false;
  const built = await step.run(
    'ninja',
    ['-C', build, '-j', String(step.machine.compilers), 'srtp2'],
    options,
  );
  if (built.code !== 0) return false;
  // The recipe includes <srtp2/srtp.h>, as an installed libsrtp has it.
  await cp(join(source, 'include'), join(source, 'include_as_srtp2', 'srtp2'), { recursive: true });
  return true;
}
