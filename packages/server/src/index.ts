export { readConfig, ConfigError, type Config } from './config.ts';
export { systemClock, type Clock } from './clock.ts';
export type { Logger } from './logger.ts';
export { startServer, type RunningServer, type ServerOptions } from './server.ts';
