import { configDefaults, defineConfig } from 'vitest/config';

/**
 * In a process of its own each: the native WebRTC library ends its process when it cleans up. As many at a time as there are cores, where vitest would leave
 * one free, which is half of two.
 */
const processes = { pool: 'forks', maxWorkers: '100%' } as const;

/** Files one after the other: media is timing, and two cores carry one meeting at a time. */
const serial = { ...processes, fileParallelism: false, maxWorkers: 1 } as const;

export default defineConfig({
  test: {
    exclude: [...configDefaults.exclude, '**/dist/**'],
    passWithNoTests: false,
    projects: [
      {
        test: {
          ...processes,
          name: 'unit',
          include: ['packages/*/src/**/*.test.{ts,tsx}', 'scripts/**/*.test.mjs'],
          testTimeout: 10_000,
        },
      },
      {
        test: {
          ...processes,
          name: 'contract',
          include: ['packages/*/test/**/*.contract.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...serial,
          name: 'media',
          include: ['packages/*/test/**/*.media.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...serial,
          name: 'e2e',
          include: ['e2e/**/*.e2e.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
