import { commandId, TreffError, type Command, type CommandId, type ErrorCode } from '@treff/protocol';

/** Commands that may wait for their results at the same time; far below what the server remembers of a seat (`LIMITS.rememberedCommands`). */
const WAITING = 64;

interface Waiting {
  readonly command: Command;
  readonly resolve: () => void;
  readonly reject: (error: TreffError) => void;
}

/** The commands of one seat that have no result yet. A resume sends them again under their ids; the server does nothing twice. */
export class PendingCommands {
  readonly #waiting = new Map<CommandId, Waiting>();
  #count = 0;

  /**
   * Notes a command down. Its promise settles with the result.
   * Rejects: `protocol/rate-limited` when too many wait already, and what the server answers.
   */
  add(command: Command): { id: CommandId; result: Promise<void> } | { id: undefined; result: Promise<void> } {
    if (this.#waiting.size >= WAITING) {
      return {
        id: undefined,
        result: Promise.reject(new TreffError('protocol/rate-limited', 'too many commands wait')),
      };
    }
    const id = commandId.parse(`c${this.#count++}`);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.set(id, { command, resolve, reject });
    return { id, result: promise };
  }

  /** A result arrived. One for an id that does not wait (a repetition) is passed over. */
  settle(id: CommandId, code: ErrorCode | undefined): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    if (code === undefined) waiting.resolve();
    else waiting.reject(new TreffError(code));
  }

  /** In the order in which they were given. */
  unanswered(): { id: CommandId; command: Command }[] {
    return [...this.#waiting].map(([id, { command }]) => ({ id, command }));
  }

  /** The seat is gone: nobody will answer. */
  rejectAll(code: ErrorCode): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(new TreffError(code));
  }
}
