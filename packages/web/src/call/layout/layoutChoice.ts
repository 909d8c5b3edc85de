import type { Layout } from './placement.ts';

/** What the person chose; absent: nothing, so the layout follows what happens. */
export interface LayoutChoice {
  readonly chosen: Layout | undefined;
  /** While others share screens. Forgotten with the last of them. */
  readonly whileShared: Layout | undefined;
}

export const NO_CHOICE: LayoutChoice = { chosen: undefined, whileShared: undefined };

/** As in Jitsi Meet: two see each other large, more stand in tiles, and what somebody shares takes the stage, until the person chooses. */
export function layoutOf({ chosen, whileShared }: LayoutChoice, people: number, isShared: boolean): Layout {
  if (isShared) return whileShared ?? 'stage';
  return chosen ?? (people > 2 ? 'tiles' : 'stage');
}

/** The person asks for a layout; one that is asked for during a share also outlasts it. */
export function choose(layout: Layout, isShared: boolean): LayoutChoice {
  return { chosen: layout, whileShared: isShared ? layout : undefined };
}

/** The last screen is shared no more: the next one takes the stage again. */
export function shareEnded({ chosen }: LayoutChoice): LayoutChoice {
  return { chosen, whileShared: undefined };
}
