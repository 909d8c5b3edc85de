import { describe, expect, it } from 'vitest';
import { choose, layoutOf, NO_CHOICE, shareEnded } from './layoutChoice.ts';

describe('the layout', () => {
  it('is a stage for two and tiles for more, and a stage for what is shared', () => {
    expect(layoutOf(NO_CHOICE, 2, false)).toBe('stage');
    expect(layoutOf(NO_CHOICE, 3, false)).toBe('tiles');
    expect(layoutOf(NO_CHOICE, 3, true)).toBe('stage');
  });

  it('gives what is shared the stage even where tiles were chosen, and goes back when it ends', () => {
    const tiles = choose('tiles', false);
    expect(layoutOf(tiles, 2, true)).toBe('stage');
    expect(layoutOf(shareEnded(tiles), 2, false)).toBe('tiles');
  });

  it('keeps what was chosen during a share while it lasts and after it, but not for the next one', () => {
    const chosen = choose('tiles', true);
    expect(layoutOf(chosen, 2, true)).toBe('tiles');
    const after = shareEnded(chosen);
    expect(layoutOf(after, 2, false)).toBe('tiles');
    expect(layoutOf(after, 2, true)).toBe('stage');
  });
});
