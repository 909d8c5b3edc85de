import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { run } from './process.mjs';

const module = JSON.stringify(new URL('./process.mjs', import.meta.url).href);
const node = process.execPath;

/**
 * A program that becomes another one.
 *
 * @param {string} code  of the other one
 * @param {string} [before]
 * @returns {string[]} arguments for Node
 */
const becomes = (code, before = '') => [
  '--input-type=module',
  '-e',
  `${before}; const { runToEnd } = await import(${module}); await runToEnd(process.execPath, ['-e', ${JSON.stringify(code)}]);`,
];

/** As a Node before 22.15 and Windows are. */
const WITHOUT_EXECVE = 'process.execve = undefined';

test('a program is heard on both of its outputs, line by line', async () => {
  /** @type {string[]} */
  const lines = [];
  const code = "process.stdout.write('one\\ntw'); process.stdout.write('o\\n'); process.exitCode = 3";
  const result = await run(node, ['-e', `${code}; console.error('three')`], {
    onLine: (line) => lines.push(line),
  });
  expect(result.code).toBe(3);
  expect(result.output).toContain('one\ntwo\n');
  expect(result.output).toContain('three\n');
  expect(lines.toSorted()).toEqual(['one', 'three', 'two']);
});

test('a program that is not there is a failure that names it', async () => {
  const { code, output } = await run('/nowhere/program', []);
  expect(code).toBe(127);
  expect(output).toContain('/nowhere/program');
});

test('a program that is killed did not succeed, and the signal is named', async () => {
  const { code, output } = await run(node, ['-e', "process.kill(process.pid, 'SIGKILL')"]);
  expect(code).toBe(1);
  expect(output).toContain('SIGKILL');
});

test.each([
  ['by replacing itself', ''],
  ['by waiting for a child', WITHOUT_EXECVE],
])('a process becomes another program, %s: its code is the end of both', (_, before) => {
  const { status, stdout } = spawnSync(node, becomes("console.log('hello'); process.exitCode = 7", before), {
    encoding: 'utf8',
  });
  expect(stdout).toBe('hello\n');
  expect(status).toBe(7);
});

test.each([
  ['by replacing itself', ''],
  ['by waiting for a child', WITHOUT_EXECVE],
])('a process becomes another program, %s: signals reach it', async (_, before) => {
  const code =
    "process.on('SIGTERM', () => process.exit(5)); setInterval(() => {}, 1000); console.log('ready')";
  const child = spawn(node, becomes(code, before), { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([5, null]);
});

test('a process that is ended takes along the program that it waits for', async () => {
  const waits = "console.log('pid', process.pid); setInterval(() => {}, 1000)";
  const code = `const { run } = await import(${module});
    await run(process.execPath, ['-e', ${JSON.stringify(waits)}], { onLine: (line) => console.log(line) });`;
  const child = spawn(node, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const inner = Number(/pid (\d+)/.exec(String(line))?.[1]);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([143, null]);
  await expect.poll(() => isAlive(inner), { timeout: 10_000 }).toBe(false);
});

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // ESRCH: nobody has this number.
    return false;
  }
}
