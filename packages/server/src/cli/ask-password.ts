import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** What a password is asked on. */
export type PasswordInput = NodeJS.ReadableStream & { readonly isTTY?: boolean };

/** More than any password is: somebody gave the wrong file. */
const MAX_BYTES = 4_096;

/**
 * A password, from a terminal without showing it, and twice, because nobody sees what they type; or the first line of what is piped
 * in. Rejects when the two differ, when there is no end to it, and on Ctrl-C.
 */
export async function askPassword(input: PasswordInput, output: NodeJS.WritableStream): Promise<string> {
  if (input.isTTY !== true) return firstLineOf(input);
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: silence, terminal: true });
  // From here on it remembers lines: two may be pasted at once.
  const typed = lines[Symbol.asyncIterator]();
  async function ask(prompt: string): Promise<string> {
    output.write(prompt);
    const line = await typed.next();
    output.write('\n');
    if (line.done === true) throw new Error('Interrupted.');
    return line.value;
  }
  try {
    const password = await ask('Password: ');
    if ((await ask('Once more: ')) !== password) throw new Error('These were two different ones.');
    return password;
  } finally {
    lines.close();
  }
}

async function firstLineOf(input: AsyncIterable<string | Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    const part = Buffer.from(chunk);
    chunks.push(part);
    bytes += part.length;
    if (bytes > MAX_BYTES) throw new Error('That is too long for a password.');
  }
  const [line = ''] = Buffer.concat(chunks).toString('utf8').split(/\r?\n/);
  return line;
}
