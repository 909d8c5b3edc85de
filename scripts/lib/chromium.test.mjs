import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findChromium, provideChromium } from './chromium.mjs';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'treff-path-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** @param {string} name */
function putProgram(name) {
  writeFileSync(join(folder, name), '');
  chmodSync(join(folder, name), 0o755);
}

const quiet = () => undefined;

/** Records what would have been run. */
function fakeSystem({ brings = false } = {}) {
  /** @type {string[]} */
  const commands = [];
  const execute = (/** @type {string} */ command, /** @type {readonly string[]} */ args) => {
    commands.push([command, ...args].join(' '));
    if (brings && args[0] === 'install') putProgram('chromium');
    return Promise.resolve({ code: brings ? 0 : 100, output: 'E: no network' });
  };
  return { commands, execute };
}

test('the browser is the first known name in PATH that can be executed', () => {
  writeFileSync(join(folder, 'chromium'), 'not a program');
  putProgram('google-chrome');
  expect(findChromium({ PATH: folder })).toBe(join(folder, 'google-chrome'));
});

test('a browser that is named is taken as it is', () => {
  putProgram('chromium');
  expect(findChromium({ PATH: folder, TREFF_CHROMIUM: '/opt/browser' })).toBe('/opt/browser');
});

test('root installs a missing browser', async () => {
  const { commands, execute } = fakeSystem({ brings: true });
  const result = await provideChromium({ PATH: folder }, quiet, { execute, isRoot: true, hasApt: true });
  expect(result).toEqual({ path: join(folder, 'chromium'), installed: true });
  expect(commands).toEqual([
    'apt-get update',
    'apt-get install -y --no-install-recommends chromium fonts-liberation',
  ]);
});

test('nothing is installed where that is forbidden or not possible, and the command is told', async () => {
  const { commands, execute } = fakeSystem({ brings: true });
  const forbidden = { PATH: folder, TREFF_NO_APT: '1' };
  const asRoot = await provideChromium(forbidden, quiet, { execute, isRoot: true, hasApt: true });
  const asUser = await provideChromium({ PATH: folder }, quiet, { execute, isRoot: false, hasApt: true });
  const without = await provideChromium({ PATH: folder }, quiet, { execute, isRoot: true, hasApt: false });
  expect(commands).toEqual([]);
  expect(asRoot).toEqual({ error: expect.stringMatching(/\n {4}apt-get install .*chromium/) });
  expect(asUser).toEqual({ error: expect.stringMatching(/\n {4}sudo apt-get install .*chromium/) });
  expect(without).toEqual({ error: expect.stringContaining('TREFF_CHROMIUM') });
});

test('an installation that fails says what apt said', async () => {
  const { execute } = fakeSystem();
  const result = await provideChromium({ PATH: folder }, quiet, { execute, isRoot: true, hasApt: true });
  expect(result).toEqual({ error: expect.stringContaining('E: no network') });
});
