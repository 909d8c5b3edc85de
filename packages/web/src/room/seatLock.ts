/** Milliseconds: the page that goes may give its lock back a moment after the next one asks for it. */
const PATIENCE_MS = 1_000;

const mine = new Set<string>();

/**
 * Takes the Web Lock of a seat for as long as this page lives: a tab that was duplicated remembers the same ticket, and its person is somebody of their
 * own. False if another page has it. Where the browser has no locks, the server alone decides: it lets nobody return twice.
 */
export async function lockSeat(self: string): Promise<boolean> {
  if (mine.has(self) || !('locks' in navigator)) return true;
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const untilThePageGoes = new Promise<never>(() => undefined);
    navigator.locks
      .request(`treff.seat.${self}`, { signal }, () => {
        mine.add(self);
        resolve(true);
        return untilThePageGoes;
      })
      .catch(() => resolve(false)); // the time is up
  });
}
