import { expect, test } from 'vitest';
import { describe } from './worker.mjs';

test('progress is told with its count where there is one', () => {
  const step = { phase: 'compiling', done: 12, total: 261, text: 'RtpListener.cpp' };
  expect(describe(step)).toBe('compiling [12/261] RtpListener.cpp');
  expect(describe({ ...step, total: 0 })).toBe('compiling RtpListener.cpp');
  expect(describe({ ...step, total: 0, text: '' })).toBe('compiling');
});
