import { expect, it } from 'vitest';
import { LevelLooks } from './level-looks.ts';

const idsOf = (looks: LevelLooks) => looks.heard.map(({ id }) => id);

it('PT3 holds what one observer heard while another one looks, the loudest first', () => {
  const looks = new LevelLooks();
  looks.note(40, [
    { id: 'ann', level: -30 },
    { id: 'ben', level: -50 },
  ]);
  looks.note(20, [{ id: 'cem', level: -40 }]);
  expect(idsOf(looks)).toEqual(['ann', 'cem', 'ben']);
  looks.note(20, []);
  expect(idsOf(looks)).toEqual(['ann', 'ben']);
  looks.note(20, [{ id: 'cem', level: -10 }]);
  expect(idsOf(looks)).toEqual(['cem', 'ann', 'ben']);
});

it('PT3 takes nobody for heard whom the last look at them did not hear', () => {
  const looks = new LevelLooks();
  looks.note(40, [{ id: 'ann', level: -30 }]);
  looks.note(40, [{ id: 'ben', level: -30 }]);
  expect(idsOf(looks)).toEqual(['ben']);
});

it('PT3 takes nobody for heard who is muted or gone', () => {
  const looks = new LevelLooks();
  looks.note(40, [
    { id: 'ann', level: -30 },
    { id: 'ben', level: -40 },
  ]);
  looks.forget('ann');
  expect(idsOf(looks)).toEqual(['ben']);
});
