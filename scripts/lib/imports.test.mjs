import { describe, expect, test } from 'vitest';
import { importsOf, refusal } from './imports.mjs';

const shared = { name: 'treff', devDependencies: { vitest: '5' } };

/**
 * @param {string} file
 * @param {string} text
 * @param {{dependencies?: Record<string, string>, devDependencies?: Record<string, string>}} [manifest]
 * @returns {string[]} what the check says
 */
function refused(file, text, manifest = {}) {
  const workspace = file.split('/').slice(0, 2).join('/');
  return importsOf(file, text).flatMap(
    (imported) =>
      refusal({ file, workspace, manifest: { name: workspace, ...manifest }, shared }, imported) ?? [],
  );
}

test('imports are seen in every form that loads another module', () => {
  const text = `
    import 'one';
    import type { Two } from 'two';
    export * from 'three';
    export { four } from 'four';
    const five = () => import('five');
    const six = () => import(\`six\`);
  `;
  const found = importsOf('a.ts', text).map(({ specifier }) => specifier);
  expect(found.toSorted()).toEqual(['five', 'four', 'one', 'six', 'three', 'two']);
});

describe('the check of imports', () => {
  test('refuses what the manifest does not declare', () => {
    expect(refused('packages/peer/src/a.ts', "import 'zod';")).toEqual([
      "packages/peer/src/a.ts: 'zod' is not declared in packages/peer/package.json",
    ]);
  });

  test('refuses a workspace that has an arrow but is not declared', () => {
    expect(refused('packages/peer/src/a.ts', "import '@treff/protocol';")).toHaveLength(1);
    const declared = { dependencies: { '@treff/protocol': '0.1.0' } };
    expect(refused('packages/peer/src/a.ts', "import '@treff/protocol';", declared)).toEqual([]);
  });

  test('refuses a declared workspace without an arrow, also when imported at run time', () => {
    const declared = { dependencies: { '@treff/bridge': '0.1.0' } };
    expect(
      refused('packages/peer/src/a.ts', "export const f = () => import('@treff/bridge');", declared),
    ).toHaveLength(1);
    expect(refused('packages/server/src/room.ts', "import '@treff/bridge';", declared)).toHaveLength(1);
    expect(refused('packages/server/src/main.ts', "import '@treff/bridge';", declared)).toEqual([]);
  });

  test('lets a package that may use only the core of the client not use its media part', () => {
    const declared = { dependencies: { '@treff/client': '0.1.0' } };
    expect(refused('packages/loadtest/src/a.ts', "import '@treff/client/core';", declared)).toEqual([]);
    expect(refused('packages/loadtest/src/a.ts', "import '@treff/client/media';", declared)).toHaveLength(1);
  });

  test('refuses a relative path out of the package, however it is written', () => {
    expect(refused('packages/web/src/a.ts', "import '../../client/src/core/index.ts';")).toHaveLength(1);
    expect(refused('packages/web/src/x/a.ts', "import './../../../client/src/core/index.ts';")).toHaveLength(
      1,
    );
    expect(refused('packages/web/src/x/a.ts', "import '../b.ts';")).toEqual([]);
  });

  test('keeps the core of the client away from its media part', () => {
    expect(refused('packages/client/src/core/a.ts', "import '../media/index.ts';")).toHaveLength(1);
    expect(refused('packages/client/src/media/a.ts', "import '../core/index.ts';")).toEqual([]);
    expect(refused('packages/client/src/core/a.test.ts', "import '../../test/fake-clock.ts';")).toEqual([]);
  });

  test('keeps the SFU to the bridge, even where it is declared', () => {
    const declared = { dependencies: { mediasoup: '3' } };
    expect(
      refused('packages/server/src/a.ts', "import type { types } from 'mediasoup';", declared),
    ).toHaveLength(1);
    expect(refused('packages/bridge/src/a.ts', "import 'mediasoup/types';", declared)).toEqual([]);
  });

  test("refuses Node's modules where a browser runs the code", () => {
    expect(refused('packages/conference/src/a.ts', "import 'node:fs';")).toHaveLength(1);
    expect(refused('packages/conference/src/a.ts', "import 'fs';")).toHaveLength(1);
    expect(refused('packages/conference/src/a.test.ts', "import 'node:fs';")).toEqual([]);
  });

  test('lets the media worker import nothing, also nothing that is declared', () => {
    expect(
      refused('packages/media-worker/src/a.ts', "import 'zod';", { dependencies: { zod: '4' } }),
    ).toHaveLength(1);
    expect(refused('packages/media-worker/src/a.ts', "import 'node:fs';")).toEqual([]);
  });

  test('takes tools of development from the root for tests only', () => {
    expect(refused('packages/peer/src/a.test.ts', "import 'vitest';")).toEqual([]);
    expect(refused('packages/peer/src/a.ts', "import 'vitest';")).toHaveLength(1);
  });

  test('lets a test use its own package as others do', () => {
    const own = { name: '@treff/testing' };
    const imported = { specifier: '@treff/testing', typeOnly: false };
    const where = { workspace: 'packages/testing', manifest: own, shared };
    expect(refusal({ file: 'packages/testing/test/a.test.ts', ...where }, imported)).toBeUndefined();
  });

  test('takes types from a dependency for development', () => {
    const declared = { devDependencies: { '@types/ws': '8' } };
    expect(refused('packages/server/src/a.ts', "import type { WebSocket } from 'ws';", declared)).toEqual([]);
    expect(refused('packages/server/src/a.ts', "import { WebSocket } from 'ws';", declared)).toHaveLength(1);
  });
});
