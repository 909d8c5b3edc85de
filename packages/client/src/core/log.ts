/**
 * Where the client says what it noticed and went on from. `debug`: of interest when something is looked into; `warn`: something that should not
 * happen. Neither carries names, messages or tokens.
 */
export type Log = (level: 'debug' | 'warn', message: string, detail?: unknown) => void;
