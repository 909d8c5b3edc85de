import { LIMITS, participantId } from '@treff/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EMPTY, after, as } from '../../../test/model.ts';
import { decide, nextDeadline } from '../../index.ts';
import { cleanDisplayName } from './display-name.ts';

const ann = participantId.parse('aaaaaaaa');
const system = { kind: 'system' } as const;
const joined = after(EMPTY, [{ type: 'join', participant: ann, displayName: ' Ann ', p2p: true }]);

test('an interrupted seat is held for the resume time, not a millisecond longer', () => {
  const interrupted = after(joined, [{ type: 'interrupt', participant: ann }]);
  expect(nextDeadline(interrupted)).toBe(LIMITS.resumeMs);
  expect(decide(interrupted, { type: 'tick' }, system, { now: LIMITS.resumeMs - 1 })).toEqual({
    ok: true,
    events: [],
  });
  expect(decide(interrupted, { type: 'tick' }, system, { now: LIMITS.resumeMs })).toMatchObject({
    ok: true,
    events: [{ type: 'participant-left', participant: ann, reason: 'timeout' }, { type: 'media-routed' }],
  });
});

test('a second interruption does not prolong the first', () => {
  const interrupted = after(joined, [{ type: 'interrupt', participant: ann }]);
  expect(decide(interrupted, { type: 'interrupt', participant: ann }, system, { now: 20_000 })).toEqual({
    ok: true,
    events: [],
  });
});

test('who resumed has no deadline', () => {
  const resumed = after(
    joined,
    [{ type: 'interrupt', participant: ann }],
    [{ type: 'resume', participant: ann }],
  );
  expect(nextDeadline(resumed)).toBeUndefined();
});

test('nobody renames themselves to nothing that can be seen, but may take their name back', () => {
  expect(decide(joined, { type: 'rename', displayName: '\u202e\u0007' }, as(ann), { now: 0 })).toEqual({
    ok: false,
    code: 'participant/invalid-name',
  });
  expect(decide(joined, { type: 'rename', displayName: '' }, as(ann), { now: 0 })).toMatchObject({
    ok: true,
  });
});

describe('display names', () => {
  test('lose what hides or turns text around, and keep emoji made of several parts', () => {
    expect(cleanDisplayName('  Ann\u202e\n\tB.\u0000 ')).toBe('Ann B.');
    expect(cleanDisplayName('👩‍🔬')).toBe('👩‍🔬');
    expect(cleanDisplayName('e\u0301')).toBe('é');
  });

  test('are refused when they are too long, not cut', () => {
    expect(cleanDisplayName('x'.repeat(LIMITS.displayNameLength))).toHaveLength(LIMITS.displayNameLength);
    expect(cleanDisplayName('x'.repeat(LIMITS.displayNameLength + 1))).toBeUndefined();
  });

  test('are clean once cleaned', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (name) => {
        const once = cleanDisplayName(name);
        if (once !== undefined) expect(cleanDisplayName(once)).toBe(once);
      }),
    );
  });
});
