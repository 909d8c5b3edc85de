#!/usr/bin/env node
import { writeFile } from 'node:fs/promises';
import { askPassword, openStore, runCommandLine } from '@treff/server/cli';

const print = (text: string) => process.stdout.write(`${text}\n`);
const complain = (text: string) => process.stderr.write(`${text}\n`);

/** `treff`: the server's own commands, and the programs that are no part of a server. */
const [subject, ...rest] = process.argv.slice(2);
process.exitCode =
  subject === 'loadtest'
    ? await loadTest(rest)
    : await runCommandLine(process.argv.slice(2), {
        environment: process.env,
        openStore,
        now: Date.now,
        askPassword: () => askPassword(process.stdin, process.stderr),
        otherUsage: ['loadtest --url URL [options]'],
        print,
        complain,
      });

async function loadTest(args: readonly string[]): Promise<number> {
  // Only who tests loads it: it brings a native library.
  const { runLoadTest, runLoadTestCommand } = await import('@treff/loadtest');
  const stopped = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // Whoever asks twice does not want to wait; the processes of the test leave by themselves.
      if (stopped.signal.aborted) process.exit(130);
      stopped.abort();
    });
  }
  return runLoadTestCommand(args, { run: runLoadTest, writeFile, print, complain, signal: stopped.signal });
}
