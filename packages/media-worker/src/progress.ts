/** The long steps, in the order in which they come. */
export type Phase =
  | 'waiting'
  | 'downloading'
  | 'packages'
  | 'libsrtp'
  | 'configuring'
  | 'compiling'
  | 'verifying';

/** One step forward, worth a line on a terminal. */
export interface Progress {
  readonly phase: Phase;
  /** Finished parts of this phase. */
  readonly done: number;
  /** All parts of this phase; 0 where that is not known. */
  readonly total: number;
  /** What happens now, in English, on one line. */
  readonly text: string;
}

export type OnProgress = (progress: Progress) => void;

/** Reads `[12/261] Building CXX object …`, a line of ninja. */
export function parseNinja(line: string): { done: number; total: number; file: string } | undefined {
  const match = /^\[(\d{1,6})\/(\d{1,6})\] (.*)$/.exec(line);
  if (match === null) return undefined;
  const file = /([^/\s]+?)(?:\.o)?$/.exec(match[3] ?? '')?.[1] ?? '';
  return { done: Number(match[1]), total: Number(match[2]), file };
}

/**
 * Turns the output of `apt-get install` into done and total: each package is unpacked, then set up.
 * Returns a function that is fed line by line and answers when something moved.
 */
export function aptCounter(): (line: string) => { done: number; total: number } | undefined {
  let done = 0;
  let total = 0;
  return (line) => {
    const planned = /^(\d+) upgraded, (\d+) newly installed/.exec(line);
    if (planned !== null) {
      total = 2 * (Number(planned[1]) + Number(planned[2]));
      return { done, total };
    }
    if (!/^(?:Unpacking|Setting up) /.test(line)) return undefined;
    done = Math.min(done + 1, total);
    return { done, total };
  };
}
