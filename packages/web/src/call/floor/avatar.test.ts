import { describe, expect, it } from 'vitest';
import { hueOf, initialsOf } from './avatar.ts';

describe('initials', () => {
  it.each([
    ['Ann', 'A'],
    ['ann lee', 'AL'],
    ['Jean-Luc van der Berg', 'JB'],
    ['  Ärger  ', 'Ä'],
    ['李小龙', '李'],
    ['𝒜nn 𝓑', '𝒜𝓑'],
    ['42', '4'],
    ['🙂', ''],
    ['', ''],
  ])('of %j are %j', (name, initials) => {
    expect(initialsOf(name)).toBe(initials);
  });
});

describe('the colour of an avatar', () => {
  it('stays the same for an id and spreads over the wheel', () => {
    expect(hueOf('0fd81c2a')).toBe(hueOf('0fd81c2a'));
    const hues = Array.from({ length: 100 }, (_, index) => hueOf(index.toString(16).padStart(8, '0')));
    expect(new Set(hues.map((hue) => Math.floor(hue / 60))).size).toBe(6);
  });
});
