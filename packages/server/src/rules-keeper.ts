import type { Rules } from '@treff/conference';
import {
  incarnation,
  LIMITS,
  MUTABLES,
  mutable,
  participantId,
  role,
  startMuted,
  subject,
  type Incarnation,
} from '@treff/protocol';
import * as z from 'zod/mini';
import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';

/** What is left of a conference that did not end by itself. */
export interface RestoredRules {
  readonly rules: Rules;
  readonly incarnations: readonly Incarnation[];
}

/** Where the rules of conferences that are running are kept, by the room's name: as text. Of one room the last call wins. */
export interface RulesStore {
  put(room: string, record: string): Promise<void>;
  delete(room: string): Promise<void>;
  all(): Promise<readonly { readonly room: string; readonly record: string; readonly at: number }[]>;
}

const text = (length: number) => z.string().check(z.maxLength(length));

const rules = z.object({
  doors: z.object({ password: z.optional(text(256)), lobby: z.boolean(), locked: z.boolean() }),
  present: z.array(z.tuple([participantId, role])).check(z.maxLength(2 * LIMITS.participants)),
  kicked: z
    .array(
      z.tuple([
        participantId,
        z.object({
          by: text(LIMITS.displayNameLength),
          reason: text(LIMITS.kickReasonLength),
          identity: z.optional(text(LIMITS.identityIdLength)),
          address: z.optional(text(64)),
        }),
      ]),
    )
    .check(z.maxLength(LIMITS.participants)),
  mediaModeration: z
    .array(z.tuple([mutable, z.array(participantId).check(z.maxLength(LIMITS.participants))]))
    .check(z.maxLength(MUTABLES.length)),
  startMuted,
  subject,
});

const record = z.object({ incarnations: z.array(incarnation).check(z.maxLength(8)), rules });

export interface RulesKeeperOptions {
  readonly store: RulesStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Crashes in a row after which somebody may still come back who missed all of them. */
const LIVES = 8;

/**
 * Writes the rules of each conference through to a store, so that neither a crash nor a restart of the server opens a door that was shut. What is left of conferences that did not
 * end by themselves waits for {@link LIMITS.rulesMs} to be taken up again, and is then forgotten.
 */
export class RulesKeeper {
  readonly #store: RulesStore;
  readonly #logger: Logger;
  readonly #left = new Map<string, RestoredRules>();
  /** The time for what was left is up. */
  #late = false;

  /** `records`: what an earlier process left. */
  constructor(
    { store, clock, logger }: RulesKeeperOptions,
    records: Awaited<ReturnType<RulesStore['all']>> = [],
  ) {
    this.#store = store;
    this.#logger = logger;
    for (const { room, record: json } of records) {
      const left = parse(json);
      if (left === undefined) logger.warn({}, 'rules of a conference that cannot be read are dropped');
      else this.#left.set(room, left);
    }
    if (records.length > 0) clock.after(LIMITS.rulesMs, () => this.#forgetLeft());
  }

  /** What is left of the room's last conference, for the next one, which goes on from it. */
  takeUp(room: string): RestoredRules | undefined {
    const left = this.#left.get(room);
    this.#left.delete(room);
    return left;
  }

  /** Nobody came in: it is left for the next one. */
  putBack(room: string, left: RestoredRules): void {
    if (this.#late) this.forget(room);
    else this.#left.set(room, left);
  }

  /** `earlier`: the conferences that this one goes on from, newest first. */
  keep(room: string, current: Incarnation, earlier: readonly Incarnation[], latest: Rules): void {
    const incarnations = [current, ...earlier].slice(0, LIVES);
    this.#write(this.#store.put(room, JSON.stringify({ incarnations, rules: latest })));
  }

  /** The conference ended by itself. */
  forget(room: string): void {
    this.#left.delete(room);
    this.#write(this.#store.delete(room));
  }

  #forgetLeft(): void {
    this.#late = true;
    for (const room of this.#left.keys()) this.forget(room);
  }

  #write(written: Promise<void>): void {
    written.catch((error: unknown) =>
      this.#logger.error({ err: error }, 'the rules of a conference could not be stored'),
    );
  }
}

function parse(json: string): RestoredRules | undefined {
  try {
    const parsed = record.safeParse(JSON.parse(json));
    if (!parsed.success) return undefined;
    const { incarnations, rules: kept } = parsed.data;
    const { password, lobby, locked } = kept.doors;
    // The one way from an absent key to an undefined one.
    return {
      incarnations,
      rules: {
        ...kept,
        doors: { password, lobby, locked },
        kicked: kept.kicked.map(([id, kick]) => [
          id,
          { by: kick.by, reason: kick.reason, identity: kick.identity, address: kick.address },
        ]),
      },
    };
  } catch {
    return undefined; // not JSON
  }
}
