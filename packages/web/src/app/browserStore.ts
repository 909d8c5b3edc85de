import type * as z from 'zod/mini';

/** A value that this browser keeps, and nobody else gets. */
export interface Remembered<Value> {
  get(): Value;
  set(value: Value): void;
}

/** The part of `Storage` that is used here. */
export type KeyValueStore = Pick<Storage, 'getItem' | 'setItem'>;

/**
 * Keeps a value as JSON under `key`. What is not there or does not fit the schema reads as `fallback`. Where the browser
 * forbids storage (private windows, full disks) the value lives as long as the page.
 */
export function remember<Value>(
  key: string,
  schema: z.ZodMiniType<Value>,
  fallback: Value,
  storage: () => KeyValueStore = () => window.localStorage,
): Remembered<Value> {
  let inMemory: string | null = null;
  return {
    get() {
      const text = inMemory ?? attempt(() => storage().getItem(key)) ?? null;
      if (text === null) return fallback;
      const parsed = schema.safeParse(attempt((): unknown => JSON.parse(text)));
      return parsed.success ? parsed.data : fallback;
    },
    set(value) {
      const text = JSON.stringify(value);
      const written = attempt(() => {
        storage().setItem(key, text);
        return true;
      });
      inMemory = written === true ? null : text;
    },
  };
}

/** The result, or undefined when it throws: a browser that forbids storage throws already on access. */
function attempt<Result>(action: () => Result): Result | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
