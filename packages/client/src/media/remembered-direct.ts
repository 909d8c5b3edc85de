import * as z from 'zod/mini';
import type { DirectChoice } from './types.ts';

const choice = z.enum(['on', 'relay', 'off']);
const KEY = 'treff.direct';

/** What the person last chose about direct connections in this browser. Never throws: without storage nothing is remembered. */
export function recallDirect(storage: Pick<Storage, 'getItem'> | undefined): DirectChoice {
  try {
    const parsed = choice.safeParse(storage?.getItem(KEY));
    return parsed.success ? parsed.data : 'on';
  } catch {
    return 'on';
  }
}

export function rememberDirect(storage: Pick<Storage, 'setItem'> | undefined, direct: DirectChoice): void {
  try {
    storage?.setItem(KEY, direct);
  } catch {
    // A full or forbidden storage: the choice holds for this visit only.
  }
}

export type DirectWay = 'any' | 'relay' | 'never';

/** How a direct connection may be made. Without a relay nobody can hide behind one. */
export function directWay(choice: DirectChoice, hasRelay: boolean): DirectWay {
  switch (choice) {
    case 'on':
      return 'any';
    case 'relay':
      return hasRelay ? 'relay' : 'never';
    case 'off':
      return 'never';
  }
}
