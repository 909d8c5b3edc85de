export * from './bridge.ts';
export * from './errors.ts';
export * from './ids.ts';
export * from './limits.ts';
export * from './messages.ts';
export * from './room-name.ts';
export * from './rtp.ts';
export * from './view.ts';
