import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEBIAN, testWorld, type TestWorld } from '../test/world.ts';
import { WorkerRejected } from './errors.ts';
import { archiveName } from './prebuilt.ts';
import { provideOn, type World } from './provide.ts';
import { run } from './run.ts';

const ARCHIVE = 'mediasoup-worker-3.27.1-linux-x64-kernel6.tgz';

let t: TestWorld;
let server: Server;
let upstream: string;
let requests: string[];
let archive: Buffer;
let status: number;

beforeEach(async () => {
  t = testWorld();
  requests = [];
  status = 200;
  writeFileSync(join(t.root, 'mediasoup-worker'), 'upstream’s worker');
  execFileSync('tar', ['-czf', join(t.root, ARCHIVE), '-C', t.root, 'mediasoup-worker']);
  archive = readFileSync(join(t.root, ARCHIVE));
  server = createServer((request, response) => {
    requests.push(request.url ?? '');
    response.writeHead(status).end(archive);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  upstream = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  t.remove();
});

function provide(knownHashes: World['knownHashes'], verify = async (): Promise<void> => undefined) {
  const fake = t.world.run;
  const world: World = {
    ...t.world,
    knownHashes,
    upstream,
    run: (command, args, options) => (command === 'tar' ? run : fake)(command, args, options),
  };
  return provideOn(world, {
    verify,
    mediasoupDirectory: t.mediasoupDirectory,
    onProgress: (progress) => t.progress.push(progress),
  });
}

const hash = (content: Buffer) => createHash('sha256').update(content).digest('hex');
const complaints = () =>
  t.progress.filter(({ phase, text }) => phase === 'downloading' && text.includes(';'));

test('upstream’s binary is taken where its hash is known, and then lives in the cache', async () => {
  const provision = await provide({ [ARCHIVE]: hash(archive) });
  expect(provision.source).toBe('prebuilt');
  expect(readFileSync(provision.path, 'utf8')).toBe('upstream’s worker');
  expect(requests).toEqual([`/3.27.1/${ARCHIVE}`]);
  expect(t.count('ninja')).toBe(0);

  expect(await provide({})).toEqual({ path: provision.path, source: 'cache' });
});

test('nothing is downloaded without a known hash', async () => {
  expect(await provide({ 'mediasoup-worker-3.27.1-linux-arm64-kernel6.tgz': hash(archive) })).toMatchObject({
    source: 'build',
  });
  expect(requests).toEqual([]);
});

test('an archive with another hash is never unpacked or started; a worker is built instead', async () => {
  const started: string[] = [];
  const provision = await provideOn(
    { ...t.world, upstream, knownHashes: { [ARCHIVE]: hash(Buffer.from('something else')) } },
    {
      verify: async (path) => {
        started.push(readFileSync(path, 'utf8'));
      },
      mediasoupDirectory: t.mediasoupDirectory,
      onProgress: (progress) => t.progress.push(progress),
    },
  );
  expect(provision.source).toBe('build');
  expect(requests).toHaveLength(1);
  expect(t.count('tar')).toBe(0);
  expect(started).toEqual(['a worker']);
  expect(complaints()).toHaveLength(1);
});

test('an archive that is not there is no obstacle', async () => {
  status = 404;
  expect(await provide({ [ARCHIVE]: hash(archive) })).toMatchObject({ source: 'build' });
  expect(complaints()).toHaveLength(1);
});

test('a prebuilt binary that does not work here gives way to a build', async () => {
  let calls = 0;
  const verify = async () => {
    calls += 1;
    if (calls === 1) throw new WorkerRejected('GLIBC_2.38 not found');
  };
  const provision = await provide({ [ARCHIVE]: hash(archive) }, verify);
  expect(provision.source).toBe('build');
  expect(readFileSync(provision.path, 'utf8')).toBe('a worker');
});

test('archives are named as upstream names them', () => {
  expect(archiveName('3.27.1', DEBIAN)).toBe(ARCHIVE);
  expect(archiveName('3.27.1', { ...DEBIAN, platform: 'darwin', arch: 'arm64' })).toBe(
    'mediasoup-worker-3.27.1-darwin-arm64.tgz',
  );
});
