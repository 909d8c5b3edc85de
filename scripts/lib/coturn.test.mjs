import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { provideCoturn } from './coturn.mjs';

let folder = '';
/** @type {string[]} */
let commands = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'treff-path-'));
  commands = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const quiet = () => undefined;

function putServer() {
  writeFileSync(join(folder, 'turnserver'), '');
  chmodSync(join(folder, 'turnserver'), 0o755);
}

function execute(/** @type {string} */ command, /** @type {readonly string[]} */ args) {
  commands.push([command, ...args].join(' '));
  if (args[0] === 'install') putServer();
  return Promise.resolve({ code: 0, output: '' });
}

const root = { execute, isRoot: true, hasApt: true, hasServices: true };

test('root installs a missing coturn, and does not leave the server running that comes with it', async () => {
  const result = await provideCoturn({ PATH: folder }, quiet, root);
  expect(result).toMatchObject({ path: join(folder, 'turnserver') });
  expect(commands).toEqual([
    'apt-get update',
    'apt-get install -y --no-install-recommends coturn',
    'systemctl disable --now coturn',
  ]);
});

test('one that is there, and perhaps in use, is not touched', async () => {
  putServer();
  await provideCoturn({ PATH: folder }, quiet, root);
  expect(commands).toEqual([]);
});

test('where nothing may be installed the command is told', async () => {
  const result = await provideCoturn({ PATH: folder }, quiet, { ...root, isRoot: false });
  expect(result).toEqual({ error: expect.stringMatching(/\n {4}sudo apt-get install .*coturn/) });
  expect(commands).toEqual([]);
});
