import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { incarnation, LIMITS, participantId } from '@treff/protocol';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSeatTokens, TokenRotation } from './seat-token.ts';
import { readSecret } from './secret.ts';

const claim = {
  incarnation: incarnation.parse('0123456789abcdef0123456789abcdef'),
  participant: participantId.parse('0fd81c2a'),
  rotation: 1,
  room: 'room',
  at: 1_790_000_000_000,
  waits: false,
};

describe('seat tokens', () => {
  const tokens = createSeatTokens(Buffer.alloc(32, 1));

  it('give back what was signed', () => {
    expect(tokens.verify(tokens.sign(claim))).toEqual(claim);
  });

  it('fit into a message whatever the room is', () => {
    for (const letter of ['x', '會', '\ud800', '"', '\u0001']) {
      const longest = {
        ...claim,
        rotation: 999_999,
        room: letter.repeat(LIMITS.roomNameLength),
      };
      const token = tokens.sign(longest);
      expect(token.length).toBeLessThanOrEqual(LIMITS.tokenLength);
      expect(tokens.verify(token)).toEqual(longest);
    }
  });

  it('are refused when another key signed them', () => {
    expect(createSeatTokens(Buffer.alloc(32, 2)).verify(tokens.sign(claim))).toBeUndefined();
  });

  it('are refused when any one character is another', () => {
    const token = tokens.sign(claim);
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, character) => {
        fc.pre(token[at] !== character);
        const forged = token.slice(0, at) + character + token.slice(at + 1);
        const read = tokens.verify(forged);
        // Base64url's last character holds two unused bits: then the same signature may be spelled in four ways.
        if (at === token.length - 1)
          expect(read === undefined || read.participant === claim.participant).toBe(true);
        else expect(read).toBeUndefined();
      }),
    );
  });

  it('are refused when they are anything else', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(tokens.verify(text)).toBeUndefined();
      }),
    );
  });
});

describe('TokenRotation', () => {
  it('accepts the new token and from then on not the old one', () => {
    const rotation = new TokenRotation();
    expect(rotation.next).toBe(1);
    expect(rotation.use(1)).toBe(true);
    expect(rotation.next).toBe(2);
    expect(rotation.use(2)).toBe(true);
    expect(rotation.use(1)).toBe(false);
  });

  it('accepts the old token again and again while replies are lost', () => {
    const rotation = new TokenRotation();
    for (let attempt = 0; attempt < 5; attempt++) {
      expect(rotation.use(1)).toBe(true);
      expect(rotation.next).toBe(2);
    }
  });

  it('never locks out who always uses the newest token that arrived, and never lets an overtaken one in', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean()), (repliesArrive) => {
        const rotation = new TokenRotation();
        // The first token comes with the join itself.
        let held = rotation.next;
        for (const arrives of repliesArrive) {
          expect(rotation.use(held)).toBe(true);
          for (let old = 1; old < held; old++) expect(rotation.use(old)).toBe(false);
          if (arrives) held = rotation.next;
        }
      }),
    );
  });
});

describe('readSecret', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'treff-secret-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('makes a key that only its owner can read, and finds it again', async () => {
    const first = await readSecret(join(folder, 'data'));
    expect(first).toHaveLength(32);
    expect((await stat(join(folder, 'data', 'secret'))).mode & 0o777).toBe(0o600);
    expect(await readSecret(join(folder, 'data'))).toEqual(first);
  });

  it('gives starts at the same time the same key and leaves no draft behind', async () => {
    const starts = await Promise.all(Array.from({ length: 8 }, () => readSecret(folder)));
    expect(new Set(starts.map((secret) => Buffer.from(secret).toString('hex'))).size).toBe(1);
    expect(await readdir(folder)).toEqual(['secret']);
  });

  it('does not start with a damaged key', async () => {
    await writeFile(join(folder, 'secret'), 'short');
    await expect(readSecret(folder)).rejects.toThrow(/damaged/);
  });
});
