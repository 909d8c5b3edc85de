import process from 'node:process';

/** Milliseconds that each turn takes: the bridge looks every 20, and calls itself busy when that comes 120 late, and overloaded when 160. */
const TURN_MS = 150;

/** Loaded into a server before its own code: from one SIGUSR2 to the next its main thread is late, as if it had too much to do. It sleeps, so nobody else is slowed down. */
const sleeper = new Int32Array(new SharedArrayBuffer(4));
let isLate = false;

function turn(): void {
  if (!isLate) return;
  Atomics.wait(sleeper, 0, 0, TURN_MS);
  setImmediate(turn);
}

process.on('SIGUSR2', () => {
  isLate = !isLate;
  turn();
});
