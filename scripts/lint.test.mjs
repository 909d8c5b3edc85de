import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** Each file, and the rule that must refuse it: a linter that checks nothing looks like one with nothing to say. */
const REFUSED = {
  'packages/protocol/src/a.ts': ["import '@treff/conference';", 'no-restricted-imports'],
  'packages/protocol/src/b.ts': ["import 'node:fs';", 'no-restricted-imports'],
  'packages/conference/src/a.ts': ["export * from '@treff/client/core';", 'no-restricted-imports'],
  'packages/conference/src/b.ts': [
    "export * from '../../client/src/core/index.ts';",
    'no-restricted-imports',
  ],
  'packages/conference/src/c.ts': [
    "export const load = () => import('@treff/server');",
    'no-restricted-imports',
  ],
  'packages/conference/src/d.ts': ['export const now = () => Date.now();', 'no-restricted-globals'],
  'packages/conference/src/e.ts': ['export const chance = () => Math.random();', 'no-restricted-properties'],
  'packages/conference/src/f.ts': [
    "import type { Bridge } from '@treff/bridge'; export type B = Bridge;",
    'no-restricted-imports',
  ],
  'packages/client/src/core/a.ts': ["import 'mediasoup-client';", 'no-restricted-imports'],
  'packages/client/src/core/b.ts': ["export * from '../media/index.ts';", 'no-restricted-imports'],
  'packages/client/src/core/c.ts': ['export const title = () => document.title;', 'no-restricted-globals'],
  'packages/client/src/media/a.ts': ["import '@treff/testing';", 'no-restricted-imports'],
  'packages/web/src/a.tsx': ['export const peer = new RTCPeerConnection();', 'no-restricted-globals'],
  'packages/web/src/b.tsx': ["export const socket = new WebSocket('ws:/');", 'no-restricted-globals'],
  'packages/web/src/c.tsx': ["import '@treff/bridge';", 'no-restricted-imports'],
  'packages/web/src/d.tsx': ["import 'mediasoup-client';", 'no-restricted-imports'],
  'packages/server/src/a.ts': ["import '@treff/bridge';", 'no-restricted-imports'],
  'packages/server/src/b.ts': ["import 'mediasoup';", 'no-restricted-imports'],
  'packages/server/src/c.ts': ["import 'mediasoup/types';", 'no-restricted-imports'],
  'packages/bridge/src/a.ts': ["import 'node-datachannel';", 'no-restricted-imports'],
  'packages/bridge/src/b.ts': ["import '@treff/server';", 'no-restricted-imports'],
  'packages/media-worker/src/a.ts': ["import '@treff/protocol';", 'no-restricted-imports'],
  'packages/media-worker/src/b.ts': ["import 'zod';", 'no-restricted-imports'],
  'packages/media-worker/src/c.ts': ["import 'node-datachannel';", 'no-restricted-imports'],
  'packages/peer/src/a.ts': ["import '@treff/bridge';", 'no-restricted-imports'],
  'packages/peer/src/b.ts': [
    'export async function f() {}\nexport function g() {\n  f();\n}',
    'no-floating-promises',
  ],
  'packages/peer/src/c.ts': [
    "export function f(x: 'a' | 'b') {\n  switch (x) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n}",
    'switch-exhaustiveness-check',
  ],
  'packages/peer/src/d.ts': ['export const f = (x: any) => String(x);', 'no-explicit-any'],
  'packages/peer/src/e.ts': ['export const f = (x: string | null) => x!.length;', 'no-non-null-assertion'],
  'packages/peer/src/f.ts': ['export const f = (x: unknown) => x as string;', 'no-unsafe-type-assertion'],
  'packages/peer/src/g.ts': [
    'export const f = () => {\n  try {\n    JSON.parse("");\n  } catch {}\n};',
    'no-empty',
  ],
};

const ACCEPTED = {
  'packages/protocol/src/ok.ts': "export * from 'zod/mini';",
  'packages/conference/src/ok.ts': "export * from '@treff/protocol';",
  'packages/client/src/core/ok.ts': "export * from '@treff/conference';",
  'packages/client/src/media/ok.ts': "export * from 'mediasoup-client';\nexport * from '../core/index.ts';",
  'packages/web/src/ok.tsx': "export * from '@treff/client/core';\nexport * from '@treff/client/media';",
  'packages/server/src/main.ts': "export * from '@treff/bridge';",
  'packages/server/src/ok.test.ts': "export * from '@treff/testing';",
  'packages/bridge/src/ok.ts': "export * from 'mediasoup';\nexport * from '@treff/peer';",
  'packages/media-worker/src/ok.ts': "export * from 'node:fs';\nexport * from './other.ts';",
  'packages/peer/src/ok.ts': "export * from 'node-datachannel';",
};

describe('the linter', () => {
  /** @type {Map<string, Set<string>>} */
  const found = new Map();
  const folder = mkdtempSync(join(tmpdir(), 'treff-lint-'));

  beforeAll(() => {
    for (const path of ['oxlint.config.ts', 'tsconfig.base.json', 'scripts/lib/arrows.mjs']) {
      cpSync(join(root, path), join(folder, path), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    for (const [path, content] of Object.entries({ ...REFUSED, ...ACCEPTED })) {
      const text = typeof content === 'string' ? content : content[0];
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${text}\n`);
      const manifest = join('packages', path.split('/')[1] ?? '', 'tsconfig.json');
      cpSync(join(root, manifest), join(folder, manifest));
    }
    for (const { filename, code } of diagnosticsIn(folder)) {
      found.set(filename, (found.get(filename) ?? new Set()).add(code));
    }
  }, 60_000);

  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(Object.entries(REFUSED))('refuses %s', (path, [, rule]) => {
    expect([...(found.get(path) ?? [])]).toContain(rule);
  });

  test.each(Object.keys(ACCEPTED))('lets %s draw its arrows', (path) => {
    expect([...(found.get(path) ?? [])]).not.toContain('no-restricted-imports');
  });
});

/**
 * @param {string} folder
 * @returns {{filename: string, code: string}[]} rules without the name of their plugin
 */
function diagnosticsIn(folder) {
  const command = join(root, 'node_modules/oxlint/bin/oxlint');
  const output = run(process.execPath, [command, '-f', 'json', 'packages'], folder);
  /** @type {{diagnostics: {filename: string, code?: string}[]}} */
  const report = JSON.parse(output);
  return report.diagnostics.map(({ filename, code = '' }) => ({
    filename,
    code: code.replace(/^.*\(|\)$/g, ''),
  }));
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} cwd
 * @returns {string} what it printed, whether it succeeded or (as a linter with findings) not
 */
function run(command, args, cwd) {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 });
  } catch (error) {
    if (error instanceof Error && 'stdout' in error && typeof error.stdout === 'string') return error.stdout;
    throw error;
  }
}
