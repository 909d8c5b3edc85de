import fc from 'fast-check';
import { expect, test } from 'vitest';
import { spokenTimes } from '../src/index.ts';
import { anyStep, EMPTY, take } from './model.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 0x7fff_ffff);

test(`nobody speaks for longer than they are here, two at a time only if directly connected, and no time is lost (SEED=${seed})`, () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 60, size: 'max' }), (steps) => {
      let state = EMPTY;
      let now = 0;
      let before = 0;
      for (const { command, actor, elapsed } of steps) {
        now += elapsed;
        const all = () => spokenTimes(state, now).reduce((sum, { ms }) => sum + ms, 0);
        const grown = all() - before;
        const { turns } = state.speakerStats;
        expect(grown).toBeCloseTo(turns.size * elapsed, 6);
        if (turns.size > 1) expect(state.media.route.bridge).toBe(false);
        for (const id of turns.keys()) expect(state.participants.has(id)).toBe(true);
        state = take(state, command, actor, now).at(-1)?.after ?? state;
        const after = all();
        // A pause that turned out to be the end of a turn was not spoken.
        if (command.type !== 'voice') expect(after).toBeCloseTo(before + grown, 6);
        before = after;
      }
    }),
    { seed, numRuns: 500 },
  );
});
