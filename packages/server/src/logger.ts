/**
 * What the server's parts need of a logger; pino's fits. No names, room names, message contents, addresses or secrets are logged.
 *
 * - `error`: a defect or a broken installation; somebody should look.
 * - `warn`: something outside failed and is being made good (a lost worker, a bridge call that is retried).
 * - `info`: the life of the process: start, addresses, stop. Never once per person.
 * - `debug`: the life of conferences, seats and sockets. Nothing above this level may come more than once a second.
 */
export interface Logger {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}
