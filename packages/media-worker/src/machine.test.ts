import { expect, test } from 'vitest';
import { compilersFor, parseOsRelease, thisMachine } from './machine.ts';

const GIBIBYTE = 2 ** 30;

test('os-release is read with and without quotes, and what is absent has a name', () => {
  expect(parseOsRelease('ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n')).toEqual({
    id: 'debian',
    version: '12',
    codename: 'bookworm',
  });
  expect(parseOsRelease("# comment\nID='arch'\n")).toEqual({ id: 'arch', version: 'unknown', codename: '' });
  expect(parseOsRelease('ID=debian\nVERSION_CODENAME=forky')).toMatchObject({ version: 'forky' });
});

test('os-release cannot lead out of the cache', () => {
  expect(parseOsRelease('ID="../../etc/x y"').id).toBe('....etcxy');
});

test.each([
  [8, 0, 64 * GIBIBYTE, 8],
  [8, 0, 3.9 * GIBIBYTE, 3],
  [8, 2 * GIBIBYTE, 64 * GIBIBYTE, 2],
  [8, 2 ** 64, 64 * GIBIBYTE, 8],
  [2, 0, 0.5 * GIBIBYTE, 1],
])('%i cores, a limit of %i and %i bytes bear %i compilers', (cores, constrained, total, expected) => {
  expect(compilersFor(cores, constrained, total)).toBe(expected);
});

test('this machine is described', () => {
  const machine = thisMachine();
  expect(machine).toMatchObject({ platform: process.platform, arch: process.arch });
  expect(machine.compilers).toBeGreaterThanOrEqual(1);
});
