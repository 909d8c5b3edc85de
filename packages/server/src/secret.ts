import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';

const FILE = 'secret';
const BYTES = 32;

/**
 * The key that signs seat tokens, from the file `secret` in the data folder; made there at the first start, readable only by its
 * owner. Who can read it can take any seat over. Rejects when the file cannot be used.
 */
export async function readSecret(dataDir: string): Promise<Uint8Array> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, FILE);
  const text = await readFile(path, 'utf8').catch(async (error: unknown) => {
    if (!hasCode(error, 'ENOENT')) throw error;
    await create(path);
    return readFile(path, 'utf8');
  });
  const secret = Buffer.from(text.trim(), 'base64url');
  if (secret.length < BYTES) throw new Error(`${path} is damaged: remove it, and a new one is made.`);
  return secret;
}

/** Appears whole or not at all; of two processes that start together the second reads what the first one made. */
async function create(path: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${randomBytes(BYTES).toString('base64url')}\n`);
    await file.sync();
    await link(draft, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    await file.close();
    await unlink(draft);
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
