import { PassThrough } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { askPassword } from './ask-password.ts';

let input: PassThrough;
let output: PassThrough;

/** What is on the screen. */
const shown = () => String(output.read() ?? '');

beforeEach(() => {
  input = new PassThrough();
  output = new PassThrough();
});

describe('a password that is typed', () => {
  const terminal = () => Object.assign(input, { isTTY: true });

  it('is asked for twice and never shown', async () => {
    const asked = askPassword(terminal(), output);
    input.write('correct hörse\r');
    input.write('correct hörse\r');
    expect(await asked).toBe('correct hörse');
    expect(shown()).toBe('Password: \nOnce more: \n');
  });

  it('may be pasted twice at once', async () => {
    const asked = askPassword(terminal(), output);
    input.write('correct horse\ncorrect horse\n');
    expect(await asked).toBe('correct horse');
  });

  it('may be corrected', async () => {
    const asked = askPassword(terminal(), output);
    input.write('correkt\u007f\u007fct horse\r');
    input.write('correct horse\r');
    expect(await asked).toBe('correct horse');
  });

  it('is none if the two differ', async () => {
    const asked = askPassword(terminal(), output);
    input.write('correct horse\rcorrect house\r');
    await expect(asked).rejects.toThrow('two different');
    expect(shown()).not.toContain('correct');
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('is none after %s', async (_, key) => {
    const asked = askPassword(terminal(), output);
    input.write(key);
    await expect(asked).rejects.toThrow('Interrupted');
  });
});

describe('a password that is piped in', () => {
  it.each([
    ['correct horse', 'correct horse'],
    ['correct horse\n', 'correct horse'],
    ['correct horse\r\n', 'correct horse'],
    [' with spaces \nand more\n', ' with spaces '],
    ['', ''],
  ])('%j is the first line', async (text, password) => {
    const asked = askPassword(input, output);
    input.end(text);
    expect(await asked).toBe(password);
    expect(shown()).toBe('');
  });

  it('is none if there is no end to it', async () => {
    const asked = askPassword(input, output);
    input.write('x'.repeat(5_000));
    await expect(asked).rejects.toThrow('too long');
  });
});
