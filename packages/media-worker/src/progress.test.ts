import { expect, test } from 'vitest';
import { aptCounter, parseNinja } from './progress.ts';

test('ninja’s lines tell how far it is and with which file', () => {
  expect(parseNinja('[12/263] Building CXX object CMakeFiles/w.dir/a b/src/RTC/Router.cpp.o')).toEqual({
    done: 12,
    total: 263,
    file: 'Router.cpp',
  });
  expect(parseNinja('[263/263] Linking CXX executable mediasoup-worker')).toEqual({
    done: 263,
    total: 263,
    file: 'mediasoup-worker',
  });
});

test.each(['', 'ninja: build stopped: subcommand failed.', '[x/2] y', '[1/2]', 'FAILED: [1/2] x'])(
  'the line "%s" is no progress',
  (line) => {
    expect(parseNinja(line)).toBeUndefined();
  },
);

test('apt unpacks and sets up each package once', () => {
  const count = aptCounter();
  const answers = [
    'Reading package lists...',
    '1 upgraded, 1 newly installed, 0 to remove and 7 not upgraded.',
    'Unpacking ninja-build (1.11) ...',
    'Unpacking g++ (12) ...',
    'Setting up ninja-build (1.11) ...',
    'Setting up g++ (12) ...',
    'Setting up a trigger that nobody planned',
  ].map((line) => count(line));
  expect(answers).toEqual([undefined, ...[0, 1, 2, 3, 4, 4].map((done) => ({ done, total: 4 }))]);
});
