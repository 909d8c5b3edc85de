import { expect, test } from 'vitest';
import { checkBudget, LIMITS, loadedFiles } from './budget.mjs';

const manifest = {
  'index.html': {
    file: 'assets/index.js',
    isEntry: true,
    imports: ['_react.js'],
    dynamicImports: [
      'src/room/RoomPage.tsx',
      'src/welcome/Welcome.tsx',
      'src/account/AccountPage.tsx',
      'src/locales/de.json',
      'src/locales/en.json',
    ],
  },
  'src/welcome/Welcome.tsx': { file: 'assets/welcome.js' },
  'src/locales/en.json': { file: 'assets/en.js' },
  '_react.js': { file: 'assets/react.js' },
  'src/room/RoomPage.tsx': {
    file: 'assets/call.js',
    imports: ['_react.js', '_media.js'],
    dynamicImports: ['src/call/later/seldom.ts', 'src/call/other.ts'],
  },
  'src/call/later/seldom.ts': { file: 'assets/seldom.js', imports: ['_react.js', '_dialog.js'] },
  '_dialog.js': { file: 'assets/dialog.js' },
  'src/call/other.ts': { file: 'assets/other.js' },
  'src/account/AccountPage.tsx': { file: 'assets/account.js', imports: ['_react.js'] },
  '_media.js': { file: 'assets/media.js', imports: ['src/room/RoomPage.tsx'] },
  'src/locales/de.json': { file: 'assets/de.js' },
  'src/logo.svg': { file: 'assets/logo.svg' },
};

test('the welcome page loads its entry and all that this imports, but nothing of a call', () => {
  expect([...loadedFiles(manifest).welcome].toSorted()).toEqual([
    'assets/index.js',
    'assets/react.js',
    'assets/welcome.js',
  ]);
});

test('a call loads its own chunks, each once, and nothing of other pages', () => {
  expect([...loadedFiles(manifest).call].toSorted()).toEqual([
    'assets/call.js',
    'assets/index.js',
    'assets/media.js',
    'assets/other.js',
    'assets/react.js',
  ]);
});

test('the pages of an account load nothing of the others', () => {
  expect([...loadedFiles(manifest).account].toSorted()).toEqual([
    'assets/account.js',
    'assets/index.js',
    'assets/react.js',
  ]);
});

test('only what is known to come later does not count for the call at once, with all that comes with it', () => {
  expect([...loadedFiles(manifest).later].toSorted()).toEqual(['assets/dialog.js', 'assets/seldom.js']);
});

test('a build without a chunk for calls is an error, since its budget would measure nothing', () => {
  expect(() => loadedFiles({ 'index.html': { file: 'a.js', isEntry: true } })).toThrow('no chunk of a room');
});

test('exactly the limit is within the budget, one byte more is not', () => {
  /** @param {number} size */
  const check = (size) => checkBudget(manifest, (file) => (file === 'assets/index.js' ? size : 0));
  expect(check(LIMITS.welcome).exceeded).toBe(false);
  expect(check(LIMITS.welcome + 1).exceeded).toBe(true);
  expect(check(LIMITS.welcome).lines).toEqual([
    'welcome 130.0 of 130.0 kB',
    'account 130.0 of 140.0 kB',
    'call 130.0 of 235.0 kB',
    'later 0.0 of 60.0 kB',
  ]);
});

test('what only a call loads counts for the call alone', () => {
  const { exceeded } = checkBudget(manifest, (file) => (file === 'assets/media.js' ? LIMITS.welcome + 1 : 0));
  expect(exceeded).toBe(false);
});

test('what comes later has a budget of its own', () => {
  /** @param {number} size */
  const check = (size) => checkBudget(manifest, (file) => (file === 'assets/dialog.js' ? size : 0));
  expect(check(LIMITS.later).exceeded).toBe(false);
  expect(check(LIMITS.later + 1).exceeded).toBe(true);
});

test('of several languages the largest counts, once for each page', () => {
  const sizes = new Map([
    ['assets/de.js', 3000],
    ['assets/en.js', 2000],
  ]);
  const { lines } = checkBudget(manifest, (file) => sizes.get(file) ?? 0);
  expect(lines).toEqual([
    'welcome 3.0 of 130.0 kB',
    'account 3.0 of 140.0 kB',
    'call 3.0 of 235.0 kB',
    'later 0.0 of 60.0 kB',
  ]);
});
