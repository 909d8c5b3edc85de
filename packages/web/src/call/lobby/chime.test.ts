import { describe, expect, it, vi } from 'vitest';
import { createChime } from './chime.ts';

describe('the chime', () => {
  it('sounds on the chosen speaker', () => {
    const play = vi.fn<(speakerId: string) => Promise<void>>(async () => undefined);
    createChime(play).ring(0, 's1');
    expect(play.mock.calls).toEqual([['s1']]);
  });

  it('is heard once when many knock at once, and again after a while', () => {
    const play = vi.fn<(speakerId: string) => Promise<void>>(async () => undefined);
    const chime = createChime(play);
    for (const now of [1_000, 1_001, 2_500, 4_999]) chime.ring(now, '');
    expect(play).toHaveBeenCalledTimes(1);
    chime.ring(5_000, '');
    expect(play).toHaveBeenCalledTimes(2);
  });

  it('is silent where the browser forbids sound', async () => {
    const failed = Promise.withResolvers<void>();
    createChime(() => failed.promise).ring(0, '');
    failed.reject(new DOMException('no click yet', 'NotAllowedError'));
    await expect(failed.promise).rejects.toThrow('no click yet');
  });
});
