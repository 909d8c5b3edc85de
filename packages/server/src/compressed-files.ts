import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

export type Encoding = 'br' | 'gzip';

/** As small as it gets within a moment; higher levels take seconds for a last percent. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };

/**
 * Files in compressed form, made when first asked for and kept: for files that never change, such as those with a hash of their
 * content in the name. Holds as many as there are files.
 */
export class CompressedFiles {
  readonly #root: string;
  readonly #bodies = new Map<string, Promise<Buffer>>();

  constructor(root: string) {
    this.#root = root;
  }

  /** `file`: relative to the root, and known to be there. */
  get(file: string, encoding: Encoding): Promise<Buffer> {
    const key = `${encoding} ${file}`;
    const known = this.#bodies.get(key);
    if (known !== undefined) return known;
    const body = this.#compress(file, encoding);
    this.#bodies.set(key, body);
    // A file that could not be read may be there at the next time.
    body.catch(() => this.#bodies.delete(key));
    return body;
  }

  async #compress(file: string, encoding: Encoding): Promise<Buffer> {
    const plain = await readFile(`${this.#root}/${file}`);
    return encoding === 'br'
      ? promisify(brotliCompress)(plain, BROTLI)
      : promisify(gzip)(plain, { level: 9 });
  }
}

/** The best encoding of an `Accept-Encoding` header (RFC 9110 section 12.5.3); `undefined`: none of ours. */
export function chooseEncoding(header: string | undefined): Encoding | undefined {
  const accepted = new Set(
    (header ?? '')
      .toLowerCase()
      .split(',')
      .filter((part) => !/;\s*q=0(\.0*)?\s*$/.test(part))
      .map((part) => part.split(';')[0]?.trim()),
  );
  if (accepted.has('br')) return 'br';
  return accepted.has('gzip') ? 'gzip' : undefined;
}
