import { incarnation, LIMITS, participantId } from '@treff/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Returns } from './returns.ts';

const before = incarnation.parse('0'.repeat(32));
const now = incarnation.parse('1'.repeat(32));
const ann = participantId.parse('0fd81c2a');
const SIGNED_AT = 1_790_000_000_000;
const claim = {
  incarnation: before,
  participant: ann,
  rotation: 3,
  room: 'room',
  at: SIGNED_AT,
  waits: false,
};

describe('a participant of an earlier conference', () => {
  it('returns to the room, once', () => {
    const returns = new Returns({ room: 'room', earlier: [before] });
    expect(returns.whom(claim, SIGNED_AT + 1)).toBe(ann);
    // Asked for, but not let in: asking again is allowed.
    expect(returns.whom(claim, SIGNED_AT + 1)).toBe(ann);
    returns.note(ann);
    expect(returns.whom(claim, SIGNED_AT + 1)).toBeUndefined();
    expect(returns.whom({ ...claim, rotation: 4 }, SIGNED_AT + 1)).toBeUndefined();
  });

  it('returns to no other room, not within the same conference, and not the day after', () => {
    const returns = new Returns({ room: 'room', earlier: [before] });
    expect(returns.whom({ ...claim, room: 'elsewhere' }, SIGNED_AT)).toBeUndefined();
    expect(returns.whom({ ...claim, incarnation: now }, SIGNED_AT)).toBeUndefined();
    expect(returns.whom(claim, SIGNED_AT + LIMITS.restoreMs)).toBe(ann);
    expect(returns.whom(claim, SIGNED_AT + LIMITS.restoreMs + 1)).toBeUndefined();
  });

  it('returns from no conference that ended by itself, and not from where they only waited', () => {
    const returns = new Returns({ room: 'room', earlier: [] });
    expect(returns.whom(claim, SIGNED_AT)).toBeUndefined();
    const waited = new Returns({ room: 'room', earlier: [before] });
    expect(waited.whom({ ...claim, waits: true }, SIGNED_AT)).toBeUndefined();
  });

  it('is given back at most once in each life of the room, in whatever order tokens come', () => {
    const two = incarnation.parse('2'.repeat(32));
    const lives = [before, now, two];
    const people = ['0000000a', '0000000b', '0000000c'].map((id) => participantId.parse(id));
    const arrival = fc.record({
      incarnation: fc.constantFrom(...lives),
      participant: fc.constantFrom(...people),
      room: fc.constantFrom('room', 'elsewhere'),
      rotation: fc.nat(3),
      at: fc.constantFrom(SIGNED_AT, SIGNED_AT - LIMITS.restoreMs - 1),
    });
    fc.assert(
      fc.property(fc.array(arrival), (arrivals) => {
        const returns = new Returns({ room: 'room', earlier: [before, two] });
        const back = arrivals.flatMap((each) => {
          const whom = returns.whom({ waits: false, ...each }, SIGNED_AT);
          if (whom !== undefined) returns.note(whom);
          return whom === undefined ? [] : [{ ...each, whom }];
        });
        expect(new Set(back.map(({ whom }) => whom)).size).toBe(back.length);
        for (const { whom, ...each } of back)
          expect({ ...each, rotation: 0 }).toEqual({
            participant: whom,
            room: 'room',
            at: SIGNED_AT,
            rotation: 0,
            incarnation: each.incarnation === before ? before : two,
          });
        const allowed = arrivals.filter(
          (each) => each.room === 'room' && each.at === SIGNED_AT && each.incarnation !== now,
        );
        expect(new Set(back.map(({ whom }) => whom))).toEqual(
          new Set(allowed.map(({ participant }) => participant)),
        );
      }),
    );
  });
});
