import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { normaliseRoomName, TreffError } from '@treff/protocol';
import type { Store } from '../store/store.ts';

/** By what follows the subject: `add`, `list` … */
export type Subcommands = Readonly<Record<string, Command>>;

export interface Command {
  /** How it is written, in the first line; then what it does. */
  readonly usage: string;
  /** Understands the arguments, before anything is touched. Throws {@link UsageError}. */
  readonly parse: (args: readonly string[]) => (context: Context) => Promise<void>;
}

/** What a command works with. */
export interface Context {
  readonly store: Store;
  /** Where the store is, for people. */
  readonly dataDir: string;
  readonly publicUrl: string | undefined;
  readonly now: () => number;
  readonly askPassword: () => Promise<string>;
  readonly print: (text: string) => void;
}

/** What was written can't be understood. */
export class UsageError extends Error {
  /** Of the command, if it is known. */
  readonly usage: string | undefined;

  constructor(message: string, usage?: string) {
    super(message);
    this.name = 'UsageError';
    this.usage = usage;
  }
}

/** A command with these options and exactly these operands. */
export function defineCommand<const Options extends ParseArgsOptionsConfig, const Operands extends string>(
  usage: string,
  operands: readonly Operands[],
  options: Options,
  plan: (
    values: Values<Options>,
    operands: Readonly<Record<Operands, string>>,
  ) => (context: Context) => Promise<void>,
): Command {
  /** What is not understood is told with how it is written. */
  function explained(error: unknown): unknown {
    return isUnderstandable(error) ? new UsageError(error.message, `Usage: ${usage}`) : error;
  }

  return {
    usage,
    parse(args) {
      try {
        const { values, positionals } = parseArgs({
          args: [...args],
          options,
          allowPositionals: true,
          allowNegative: true,
        });
        const missing = operands[positionals.length];
        if (missing !== undefined) throw new UsageError(`${missing} is missing.`);
        const surplus = positionals[operands.length];
        if (surplus !== undefined) throw new UsageError(`"${surplus}" is one too many.`);
        const act = plan(values, named(operands, positionals));
        return (context) =>
          act(context).catch((error: unknown) => {
            throw explained(error);
          });
      } catch (error) {
        throw explained(error);
      }
    },
  };
}

type Values<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options; allowPositionals: true; allowNegative: true }>
>['values'];

/** The name by which a room is known. Throws `room/invalid-name`. */
export function roomNamed(typed: string): string {
  const room = normaliseRoomName(typed);
  if (room === undefined) throw new TreffError('room/invalid-name');
  return room;
}

/** A moment as people write it, ISO 8601: local time unless it names a zone. Milliseconds since the epoch. Throws {@link UsageError}. */
export function readMoment(text: string): number {
  const isDate = /^\d{4}-\d\d-\d\d$/.test(text);
  // Alone a date would be taken for one of UTC.
  const moment =
    isDate || /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text) ? Date.parse(isDate ? `${text}T00:00` : text) : NaN;
  if (Number.isNaN(moment))
    throw new UsageError(`"${text}" is no time such as 2027-01-31T18:00 or 2027-01-31.`);
  return moment;
}

/** Readable, and read by {@link readMoment}. */
export function writeMoment(moment: number): string {
  return new Date(moment).toISOString().replace(/:\d\d\.\d{3}Z$/, 'Z');
}

/** Columns under each other, two spaces apart; the last one ends where it ends. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function named<Name extends string>(names: readonly Name[], values: readonly string[]): Record<Name, string> {
  const entries = names.map((name, index) => [name, values[index] ?? ''] as const);
  // What fromEntries knows of its keys, its type does not say.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(entries) as Record<Name, string>;
}

function isUnderstandable(error: unknown): error is Error {
  if (error instanceof UsageError) return true;
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}
