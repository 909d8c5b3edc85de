import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from './run.ts';

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'media-worker-run-'));
});

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

const node = (script: string, options: Parameters<typeof run>[2] = {}) =>
  run(process.execPath, ['-e', script], options);

test('lines arrive whole, the last one too when it does not end', async () => {
  const lines: string[] = [];
  const result = await node('process.stdout.write("one\\r\\ntw"); process.stdout.write("o\\nthree")', {
    onLine: (line) => lines.push(line),
  });
  expect(lines).toEqual(['one', 'two', 'three']);
  expect(result).toEqual({ code: 0, stdout: 'one\r\ntwo\nthree' });
});

test('the log holds the command, its output and its errors', async () => {
  const logPath = join(directory, 'log');
  await node('console.log("said"); console.error("complained")', { logPath });
  const log = readFileSync(logPath, 'utf8');
  expect(log).toContain(`$ ${process.execPath} -e`);
  expect(log).toContain('\nsaid\n');
  expect(log).toContain('\ncomplained\n');
});

test('a command that fails, one that does not exist and one that is killed are told apart', async () => {
  expect((await node('process.exitCode = 3')).code).toBe(3);
  expect((await run('no-such-command-here', [])).code).toBe(127);
  expect((await node('process.kill(process.pid, "SIGKILL")')).code).toBe(-1);
});

test('an abortion ends a command that would run for ever', async () => {
  const controller = new AbortController();
  const running = node('console.log("up"); setInterval(() => undefined, 1e6)', {
    signal: controller.signal,
    onLine: () => {
      controller.abort();
    },
  });
  expect((await running).code).toBe(-1);
});

test('a command that outlives its timeout is ended', async () => {
  expect((await node('setInterval(() => undefined, 1e6)', { timeout: 50 })).code).toBe(-1);
});

test('of an endless output only the end is kept', async () => {
  const { stdout } = await node('process.stdout.write("x".repeat(200_000) + "end")');
  expect(stdout).toHaveLength(64 * 1024);
  expect(stdout.endsWith('xend')).toBe(true);
});

test('commands speak the C locale and have nothing to read', async () => {
  const { stdout } = await node(
    'process.stdin.on("data", () => {}).on("end", () => console.log(process.env.LC_ALL))',
  );
  expect(stdout).toBe('C\n');
});
