import { describe, expect, it } from 'vitest';
import { ALLOWED, COMING_IN, isTicked, toggled } from './rules.ts';

const free = { mediaModeration: [], startMuted: { microphone: false, camera: true } };
const strict = { ...free, mediaModeration: [{ kind: 'camera' as const, allowed: [] }] };

describe('rules for everybody', () => {
  it('are ticked as the meeting has them', () => {
    expect(ALLOWED.map((rule) => isTicked(rule, free))).toEqual([true, true, true]);
    expect(ALLOWED.map((rule) => isTicked(rule, strict))).toEqual([true, false, true]);
    expect(COMING_IN.map((rule) => isTicked(rule, free))).toEqual([false, true]);
  });

  it('are changed to their opposite, and no other with them', () => {
    const [, camera] = ALLOWED;
    const [starting] = COMING_IN;
    if (camera === undefined || starting === undefined) throw new Error('no rules');
    expect(toggled(camera, free)).toEqual({ type: 'moderate-media', kind: 'camera', on: true });
    expect(toggled(camera, strict)).toEqual({ type: 'moderate-media', kind: 'camera', on: false });
    expect(toggled(starting, free)).toEqual({ type: 'set-start-muted', microphone: true, camera: true });
  });
});
