type Log = (details: object, message: string) => void;

/** Where the bridge says what happens; pino's loggers fit. Nothing above debug is written more than once a second. */
export interface Logger {
  readonly debug: Log;
  readonly info: Log;
  readonly warn: Log;
  readonly error: Log;
}
