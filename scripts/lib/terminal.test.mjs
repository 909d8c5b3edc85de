import { expect, test, vi } from 'vitest';
import { startPhase } from './terminal.mjs';

/** @param {boolean} isTerminal */
function fakeOutput(isTerminal) {
  const written = /** @type {string[]} */ ([]);
  const clock = { time: 0 };
  const output = {
    isTerminal,
    columns: 60,
    write: (/** @type {string} */ text) => void written.push(text),
    now: () => clock.time,
  };
  return { written, clock, output };
}

test('a phase in a log is one line when it is short', () => {
  const { written, clock, output } = fakeOutput(false);
  const phase = startPhase('web', output);
  for (let step = 0; step < 100; step += 1) phase.progress(`module ${step}`);
  clock.time = 1500;
  phase.done('built');
  expect(written).toEqual(['✓ web          1.5 s  built\n']);
});

test('a long phase in a log shows now and then how far it is', () => {
  const { written, clock, output } = fakeOutput(false);
  const phase = startPhase('worker', output);
  for (let second = 0; second <= 40; second += 1) {
    clock.time = second * 1000;
    phase.progress(`[${second}/40]`);
  }
  phase.failed('no compiler');
  expect(written).toEqual([
    '… worker      15.0 s  [15/40]\n',
    '… worker      30.0 s  [30/40]\n',
    '✗ worker      40.0 s  no compiler\n',
  ]);
});

test('a phase on a terminal rewrites its line and never wraps it', () => {
  const { written, clock, output } = fakeOutput(true);
  const phase = startPhase('worker', output);
  phase.progress('x'.repeat(200));
  clock.time = 100;
  phase.progress('too soon to be shown');
  phase.done();
  expect(written).toHaveLength(2);
  expect(written[0]).toBe(`\r\x1b[K${'… worker       0.0 s  '.padEnd(59, 'x')}`);
  expect(written[1]).toBe('\r\x1b[K✓ worker       0.1 s\n');
});

test('a phase that reports nothing shows that it lives', () => {
  vi.useFakeTimers();
  try {
    const { written, clock, output } = fakeOutput(false);
    const phase = startPhase('install', output);
    clock.time = 20_000;
    vi.advanceTimersByTime(1000);
    phase.done();
    expect(written).toEqual(['… install     20.0 s\n', '✓ install     20.0 s\n']);
  } finally {
    vi.useRealTimers();
  }
});
