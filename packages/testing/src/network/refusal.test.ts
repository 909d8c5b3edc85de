import { expect, test } from 'vitest';
import { mayMakeNetworks } from './refusal.ts';

test.each([
  ['root on a machine', '000001ffffffffff', true],
  ['root in a container with the usual capabilities', '00000000a80425fb', false],
  ['with the network but not the system', '0000000000001000', false],
  ['nobody', '0000000000000000', false],
])('%s', (_who, effective, may) => {
  expect(mayMakeNetworks(`Name:\tnode\nCapEff:\t${effective}\nSeccomp:\t0\n`)).toBe(may);
});

test('what cannot be read gives no leave', () => {
  expect(mayMakeNetworks('')).toBe(false);
});
