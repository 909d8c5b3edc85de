import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseStrictJson } from './jwt-json.ts';

test('reads what JSON.parse reads when no name is there twice', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(parseStrictJson(text)).toEqual(JSON.parse(text));
    }),
  );
});

test.each([
  ['{"exp":1,"exp":2}'],
  ['{"exp" : 1, "b": {}, "exp"\n:2}'],
  ['{"a":{"room":"x","room":"y"}}'],
  ['[{"a":[{"b":1,"b":1}]}]'],
  ['{"exp":1,"\\u0065xp":2}'],
  ['{"":1,"":2}'],
  ['{"\\"a":1,"\\"a":2}'],
])('refuses a name that is there twice in one object: %s', (text) => {
  expect(() => parseStrictJson(text)).toThrow('a name is there twice');
});

test.each([
  ['{"a":{"a":1},"b":[{"a":1},{"a":2}]}'],
  ['{"a":"a\\":","b":"{\\"a\\":1,\\"a\\":2}"}'],
  ['["a","a"]'],
  ['{"a":"b","b":"a"}'],
])('takes the same name in other objects and in values: %s', (text) => {
  expect(parseStrictJson(text)).toEqual(JSON.parse(text));
});

test('refuses the second one however deep it is and whatever is around it', () => {
  fc.assert(
    fc.property(fc.json(), fc.string(), fc.json(), (value, name, other) => {
      const key = JSON.stringify(name);
      expect(() =>
        parseStrictJson(`[${value},{"x${key.slice(1)}:${value},${'"x' + key.slice(1)}:${other}}]`),
      ).toThrow('a name is there twice');
    }),
  );
});

test('refuses what is no JSON', () => {
  for (const text of ['', '{', '{"a":1}x', "{'a':1}", '\ufeff{}'])
    expect(() => parseStrictJson(text)).toThrow(SyntaxError);
});
