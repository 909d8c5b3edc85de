import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Outbox, type OutboxBounds } from './outbox.ts';

const roomy: OutboxBounds = { entries: 100, bytes: 10_000, ageMs: 1_000 };

/** Numbers and contents of serialised messages. */
const read = (texts: readonly string[] | undefined) =>
  texts?.map((text) => JSON.parse(text) as { seq: number; value: number });

describe('Outbox', () => {
  it('numbers messages from one, without gaps', () => {
    const outbox = new Outbox(roomy);
    expect(outbox.seq).toBe(0);
    expect(read([outbox.push({ value: 7 }, 0), outbox.push({ value: 8 }, 0)])).toEqual([
      { value: 7, seq: 1 },
      { value: 8, seq: 2 },
    ]);
    expect(outbox.seq).toBe(2);
  });

  it('yields what came after a number, and nothing to who is up to date', () => {
    const outbox = new Outbox(roomy);
    for (let value = 1; value <= 4; value++) outbox.push({ value }, 0);
    expect(read(outbox.since(2))?.map(({ value }) => value)).toEqual([3, 4]);
    expect(outbox.since(4)).toEqual([]);
  });

  it('asks for a snapshot when a number was never given out', () => {
    const outbox = new Outbox(roomy);
    outbox.push({ value: 1 }, 0);
    expect(outbox.since(2)).toBeUndefined();
  });

  it('drops the oldest beyond its bound of entries', () => {
    const outbox = new Outbox({ ...roomy, entries: 2 });
    for (let value = 1; value <= 3; value++) outbox.push({ value }, 0);
    expect(outbox.since(0)).toBeUndefined();
    expect(outbox.since(1)).toHaveLength(2);
  });

  it('drops the oldest beyond its bound of bytes, counting UTF-8', () => {
    const outbox = new Outbox({ ...roomy, bytes: 250 });
    outbox.push({ value: 'ü'.repeat(60) }, 0);
    outbox.push({ value: 'ü'.repeat(60) }, 0);
    expect(outbox.since(0)).toBeUndefined();
    expect(outbox.since(1)).toHaveLength(1);
  });

  it('keeps nothing of a message larger than the whole box', () => {
    const outbox = new Outbox({ ...roomy, bytes: 50 });
    outbox.push({ value: 'x'.repeat(100) }, 0);
    expect({ entries: outbox.entries, bytes: outbox.bytes, seq: outbox.seq }).toEqual({
      entries: 0,
      bytes: 0,
      seq: 1,
    });
    expect(outbox.since(0)).toBeUndefined();
    expect(outbox.since(1)).toEqual([]);
  });

  it('drops what is too old when something new comes', () => {
    const outbox = new Outbox(roomy);
    outbox.push({ value: 1 }, 0);
    outbox.push({ value: 2 }, 1_001);
    expect(outbox.since(0)).toBeUndefined();
    expect(outbox.since(1)).toHaveLength(1);
  });

  it('brings a client to exactly the sent sequence or a snapshot, under any sends, losses, resumes and bounds', () => {
    // A client loses its socket, misses messages, and resumes, with any bounds. Values are their own numbers, so that
    // the client's list must always be a gapless prefix of what was sent.
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ type: fc.constant('send' as const), size: fc.nat(40), wait: fc.nat(60) }),
      },
      { weight: 2, arbitrary: fc.record({ type: fc.constant('drop' as const) }) },
      { weight: 2, arbitrary: fc.record({ type: fc.constant('resume' as const) }) },
    );
    const bounds = fc.record({
      entries: fc.integer({ min: 1, max: 12 }),
      bytes: fc.integer({ min: 20, max: 500 }),
      ageMs: fc.integer({ min: 10, max: 400 }),
    });
    let snapshots = 0;
    let replays = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), bounds, (steps, bound) => {
        const outbox = new Outbox(bound);
        let now = 0;
        let sent = 0;
        let connected = true;
        const client = { seq: 0, lastValue: 0 };
        const receive = (text: string) => {
          const message = JSON.parse(text) as { seq: number; value: number };
          expect(message.seq).toBe(client.seq + 1);
          expect(message.value).toBe(client.lastValue + 1);
          client.seq = message.seq;
          client.lastValue = message.value;
        };
        const resume = () => {
          const missed = outbox.since(client.seq);
          if (missed === undefined) {
            snapshots++;
            client.seq = outbox.seq;
            client.lastValue = sent;
          } else {
            replays += missed.length;
            missed.forEach(receive);
          }
          connected = true;
        };
        for (const one of steps) {
          if (one.type === 'send') {
            now += one.wait;
            const text = outbox.push({ value: ++sent, padding: 'x'.repeat(one.size) }, now);
            if (connected) receive(text);
          } else if (one.type === 'drop') connected = false;
          else resume();
          expect(outbox.entries).toBeLessThanOrEqual(bound.entries);
          expect(outbox.bytes).toBeLessThanOrEqual(bound.bytes);
          const kept = outbox.since(outbox.seq - outbox.entries) ?? [];
          expect(kept.reduce((sum, text) => sum + Buffer.byteLength(text), 0)).toBe(outbox.bytes);
        }
        resume();
        expect(client).toEqual({ seq: sent, lastValue: sent });
      }),
      { numRuns: 500 },
    );
    // The property says something only if both ways were taken.
    expect(snapshots).toBeGreaterThan(5);
    expect(replays).toBeGreaterThan(5);
  });
});
