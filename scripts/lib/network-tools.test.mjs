import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { provideNetworkTools } from './network-tools.mjs';

let folder = '';
/** @type {string[]} */
let commands = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'treff-path-'));
  commands = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const quiet = () => undefined;

/** @param {string[]} names */
function putPrograms(...names) {
  for (const name of names) {
    writeFileSync(join(folder, name), '');
    chmodSync(join(folder, name), 0o755);
  }
}

function execute(/** @type {string} */ command, /** @type {readonly string[]} */ args) {
  commands.push([command, ...args].join(' '));
  if (args[0] === 'install') putPrograms('ip', 'nft');
  return Promise.resolve({ code: 0, output: '' });
}

const root = { execute, isRoot: true, hasApt: true };

test('root installs what is missing, also if it is only one of them', async () => {
  putPrograms('ip');
  expect(await provideNetworkTools({ PATH: folder }, quiet, root)).toMatchObject({ installed: true });
  expect(commands).toEqual([
    'apt-get update',
    'apt-get install -y --no-install-recommends iproute2 nftables',
  ]);
});

test('who cannot use them is not asked to install them', async () => {
  const asUser = await provideNetworkTools({ PATH: folder }, quiet, { ...root, isRoot: false });
  const without = await provideNetworkTools({ PATH: folder, TREFF_NO_NAMESPACES: '1' }, quiet, root);
  for (const result of [asUser, without])
    expect(result).toMatchObject({ path: expect.stringContaining('left out') });
  expect(commands).toEqual([]);
});

test('root is told the command where nothing may be installed', async () => {
  const result = await provideNetworkTools({ PATH: folder, TREFF_NO_APT: '1' }, quiet, root);
  expect(result).toEqual({ error: expect.stringMatching(/\n {4}apt-get install .*nftables/) });
});
