import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chooseWay, type Way } from './way.ts';

const nothing = { there: false, flows: false };
const there = { there: true, flows: false };
const flowing = { there: true, flows: true };
const source = { mode: 'p2p', current: undefined, idle: false, p2p: nothing, bridge: nothing } as const;

describe('the way of a source', () => {
  test('there is none that nobody has', () => {
    expect(chooseWay(source)).toBeUndefined();
  });

  test('it stays on the old way until media flows on the new one', () => {
    for (const [mode, current] of [
      ['bridge', 'p2p'],
      ['p2p', 'bridge'],
    ] as const) {
      const moving = { ...source, mode, current, [current]: flowing };
      expect(chooseWay({ ...moving, [mode]: there })).toBe(current);
      expect(chooseWay({ ...moving, [mode]: flowing })).toBe(mode);
    }
  });

  test('a muted one changes at once, but not to where it is not', () => {
    expect(
      chooseWay({ ...source, mode: 'bridge', current: 'p2p', idle: true, p2p: flowing, bridge: there }),
    ).toBe('bridge');
    expect(chooseWay({ ...source, mode: 'bridge', current: 'p2p', idle: true, p2p: flowing })).toBe('p2p');
  });

  test('the bridge carries while the direct connection does not come up', () => {
    expect(chooseWay({ ...source, p2p: there, bridge: flowing })).toBe('bridge');
  });

  test('a picture that stands still stays where it was until it moves somewhere', () => {
    expect(chooseWay({ ...source, current: 'p2p', p2p: there, bridge: there })).toBe('p2p');
    expect(chooseWay({ ...source, current: 'p2p', p2p: there, bridge: flowing })).toBe('bridge');
  });

  test('it follows when the way it was on has gone', () => {
    expect(chooseWay({ ...source, mode: 'bridge', current: 'p2p', bridge: there })).toBe('bridge');
  });

  test('whatever comes, it is taken from where it is, and from where it flows if it flows anywhere', () => {
    const offered = fc.constantFrom(nothing, there, flowing);
    fc.assert(
      fc.property(
        fc.record({
          mode: fc.constantFrom('none' as const, 'p2p' as const, 'bridge' as const),
          current: fc.constantFrom<Way | undefined>(undefined, 'p2p', 'bridge'),
          idle: fc.boolean(),
          p2p: offered,
          bridge: offered,
        }),
        (given) => {
          const way = chooseWay(given);
          const ways = [given.p2p, given.bridge];
          if (way === undefined) expect(ways.some((each) => each.there)).toBe(false);
          else expect(given[way].there).toBe(true);
          if (!given.idle && ways.some((each) => each.flows))
            expect(way !== undefined && given[way].flows).toBe(true);
          // Asked again with its own answer it answers the same.
          expect(chooseWay({ ...given, current: way })).toBe(way);
        },
      ),
    );
  });
});
