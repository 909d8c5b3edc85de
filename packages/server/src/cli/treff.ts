#!/usr/bin/env node
import { openStore } from '../store/sqlite-store.ts';
import { askPassword } from './ask-password.ts';
import { runCommandLine } from './command-line.ts';

process.exitCode = await runCommandLine(process.argv.slice(2), {
  environment: process.env,
  openStore,
  now: Date.now,
  askPassword: () => askPassword(process.stdin, process.stderr),
  print: (text) => process.stdout.write(`${text}\n`),
  complain: (text) => process.stderr.write(`${text}\n`),
});
