export { openStore } from '../store/sqlite-store.ts';
export { askPassword } from './ask-password.ts';
export { runCommandLine, type World } from './command-line.ts';
