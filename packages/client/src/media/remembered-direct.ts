import * as z from 'zod/mini';
import type { DirectChoice } from './types.ts';

const choice = z.enum(['on', 'relay', 'off']);
const KEY = 'treff.direct';

/** What the person wants of direct connections, remembered in this browser, and what comes of it. */
export class DirectWish {
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'> | undefined;
  readonly #hasRelay: () => boolean;
  #choice: DirectChoice;

  constructor(storage: Pick<Storage, 'getItem' | 'setItem'> | undefined, hasRelay: () => boolean) {
    this.#storage = storage;
    this.#hasRelay = hasRelay;
    this.#choice = recallDirect(storage);
  }

  get choice(): DirectChoice {
    return this.#choice;
  }

  get way(): DirectWay {
    return directWay(this.#choice, this.#hasRelay());
  }

  /** Returns what the conference is to be told of one's agreement, in this order. */
  choose(choice: DirectChoice): readonly boolean[] {
    const before = this.way;
    this.#choice = choice;
    rememberDirect(this.#storage, choice);
    const now = this.way;
    if (now === before) return [];
    // A connection that is there ends without a break; one of the other kind follows it.
    return [...(before === 'never' ? [] : [false]), ...(now === 'never' ? [] : [true])];
  }
}

/** What the person last chose about direct connections in this browser. Never throws: without storage nothing is remembered. */
function recallDirect(storage: Pick<Storage, 'getItem'> | undefined): DirectChoice {
  try {
    const parsed = choice.safeParse(storage?.getItem(KEY));
    return parsed.success ? parsed.data : 'on';
  } catch {
    return 'on';
  }
}

function rememberDirect(storage: Pick<Storage, 'setItem'> | undefined, direct: DirectChoice): void {
  try {
    storage?.setItem(KEY, direct);
  } catch {
    // A full or forbidden storage: the choice holds for this visit only.
  }
}

type DirectWay = 'any' | 'relay' | 'never';

/** How a direct connection may be made. Without a relay nobody can hide behind one. */
function directWay(choice: DirectChoice, hasRelay: boolean): DirectWay {
  switch (choice) {
    case 'on':
      return 'any';
    case 'relay':
      return hasRelay ? 'relay' : 'never';
    case 'off':
      return 'never';
  }
}
