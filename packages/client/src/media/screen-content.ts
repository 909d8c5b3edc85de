import * as z from 'zod/mini';
import type { ScreenContent } from './types.ts';

const content = z.enum(['text', 'video']);
const KEY = 'treff.screen';

type ScreenTrack = Pick<MediaStreamTrack, 'contentHint' | 'applyConstraints'>;

/** What the person last said that they share, in this browser. Never throws: without storage nothing is remembered. */
export function recallContent(storage: Pick<Storage, 'getItem'> | undefined): ScreenContent {
  try {
    const parsed = content.safeParse(storage?.getItem(KEY));
    return parsed.success ? parsed.data : 'text';
  } catch {
    return 'text';
  }
}

export function rememberContent(storage: Pick<Storage, 'setItem'> | undefined, chosen: ScreenContent): void {
  try {
    storage?.setItem(KEY, chosen);
  } catch {
    // A full or forbidden storage: the choice holds for this visit only.
  }
}

/** Frames a second to capture: who reads needs few and sharp ones, and who watches a film all that it has. */
export function frameRateOf(chosen: ScreenContent): ConstrainDouble {
  const rate = chosen === 'text' ? 15 : 30;
  return { ideal: rate, max: rate };
}

/**
 * Lets the browser encode the picture as what it is (mst-content-hint, section 4): of text it drops frames rather than resolution, of a film the other way round. Rejects
 * if it cannot capture so many frames; what it encodes is right all the same.
 */
export async function tune(track: ScreenTrack, chosen: ScreenContent): Promise<void> {
  track.contentHint = chosen === 'text' ? 'detail' : 'motion';
  await track.applyConstraints({ frameRate: frameRateOf(chosen) });
}
