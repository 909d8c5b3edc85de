import { resolve } from 'node:path';
import { TreffError } from '@treff/protocol';
import { ConfigError, readConfig } from '../config.ts';
import type { Store } from '../store/store.ts';
import { UsageError, type Subcommands } from './command.ts';
import { invitationCommands } from './invitation-commands.ts';
import { roomCommands } from './room-commands.ts';
import { userCommands } from './user-commands.ts';
import { wordsFor } from './words.ts';

/** What the command line needs of the world. */
export interface World {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly openStore: (dataDir: string) => Promise<Store>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Without showing it. */
  readonly askPassword: () => Promise<string>;
  /** How the programs are written that `treff` runs beside these commands, without `treff`. */
  readonly otherUsage?: readonly string[];
  /** One line or several, for people and programs. */
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
}

/**
 * `treff`, for the operator: accounts, owned rooms, invitations, in the data folder that `DATA_DIR` names, beside a server that may be
 * running. Resolves with the exit code: 0, 1 (it could not be done), 2 (it was not understood).
 */
export async function runCommandLine(args: readonly string[], world: World): Promise<number> {
  try {
    await run(args, world);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      world.complain(`${error.message}\n\n${error.usage ?? usageOf(world)}`);
      return 2;
    }
    world.complain(error instanceof TreffError ? `${error.code}: ${wordsFor(error.code)}` : reasonOf(error));
    return 1;
  }
}

const SUBJECTS: Readonly<Record<string, Subcommands>> = {
  user: userCommands,
  room: roomCommands,
  invitation: invitationCommands,
};

function usageOf({ otherUsage = [] }: World): string {
  const own = Object.values(SUBJECTS).flatMap((commands) => Object.values(commands));
  const lines = [...own.map(({ usage }) => firstLine(usage)), ...otherUsage.map((usage) => `treff ${usage}`)];
  return `Usage: treff <subject> <command> [options]

${lines.map((line) => `  ${line}`).join('\n')}

treff <subject> <command> --help says more.
Environment: DATA_DIR (./data) is the server's data folder; PUBLIC_URL, if set, is put before the paths of invitations.`;
}

async function run([subject, command, ...rest]: readonly string[], world: World): Promise<void> {
  const wantsHelp = [subject, command].some((word) => word === '--help' || word === '-h' || word === 'help');
  if (wantsHelp) return world.print(usageOf(world));
  if (subject === undefined) throw new UsageError('Of what?');
  const subcommands = Object.hasOwn(SUBJECTS, subject) ? SUBJECTS[subject] : undefined;
  if (subcommands === undefined) throw new UsageError(`There is no "${subject}".`);
  if (command === undefined) throw new UsageError(`What of ${subject}?`);
  const chosen = Object.hasOwn(subcommands, command) ? subcommands[command] : undefined;
  if (chosen === undefined) throw new UsageError(`There is no "${subject} ${command}".`);
  if (rest.includes('--help') || rest.includes('-h')) return world.print(`Usage: ${chosen.usage}`);

  const { dataDir, publicUrl } = readConfig(pick(world.environment, ['DATA_DIR', 'PUBLIC_URL']));
  const act = chosen.parse(rest);
  const store = await world.openStore(dataDir);
  try {
    await act({ ...world, store, publicUrl, dataDir: resolve(dataDir) });
  } finally {
    await store.close();
  }
}

/** What else is set concerns the server alone. */
function pick(environment: World['environment'], names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, environment[name]]));
}

function reasonOf(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  return `server/internal: ${error instanceof Error ? error.message : String(error)}`;
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
