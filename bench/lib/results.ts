import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where results go for those who write about them; not part of the repository. */
const FOLDER = join(import.meta.dirname, '..', 'results');

/** Keeps what a benchmark found as `bench/results/<name>.json`. */
export function saveResult(name: string, result: unknown): void {
  mkdirSync(FOLDER, { recursive: true });
  const path = join(FOLDER, `${name}.json`);
  writeFileSync(path, `${JSON.stringify(result, undefined, 2)}\n`);
  console.log(`\n${path}`);
}
