import { describe, expect, it } from 'vitest';
import { actionOf, type KeyPress } from './shortcuts.ts';

const press = (key: string, over: Partial<KeyPress> = {}): KeyPress => ({
  key,
  repeat: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...over,
});

describe('a key in the call', () => {
  it.each([
    ['m', 'microphone'],
    ['M', 'microphone'],
    ['v', 'camera'],
    ['d', 'screen'],
    ['w', 'layout'],
    ['c', 'chat'],
    ['r', 'hand'],
    ['?', 'shortcuts'],
    [' ', 'pushToTalk'],
  ])('%j means %s', (key, action) => {
    expect(actionOf(press(key), 'page')).toBe(action);
  });

  it('means nothing with a modifier, held down, or when it is no shortcut', () => {
    expect(actionOf(press('m', { ctrlKey: true }), 'page')).toBeUndefined();
    expect(actionOf(press('v', { metaKey: true }), 'page')).toBeUndefined();
    expect(actionOf(press('w', { altKey: true }), 'page')).toBeUndefined();
    expect(actionOf(press('m', { repeat: true }), 'page')).toBeUndefined();
    expect(actionOf(press('constructor'), 'page')).toBeUndefined();
  });

  it('is text in a field and belongs to an open dialog', () => {
    expect(actionOf(press('m'), 'field')).toBeUndefined();
    expect(actionOf(press('m'), 'overlay')).toBeUndefined();
  });

  it('presses a focused control with the space bar instead of talking', () => {
    expect(actionOf(press(' '), 'control')).toBeUndefined();
    expect(actionOf(press('m'), 'control')).toBe('microphone');
  });
});
