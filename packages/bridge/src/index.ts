export { announcedAddresses, iceCandidates, listenAddresses } from './announce.ts';
export type { InterfaceAddress, ListenAddress } from './announce.ts';
export { createBridge } from './bridge.ts';
export type { BridgeOptions, MediasoupBridge } from './bridge.ts';
export type { Logger } from './logger.ts';
export { provideWorker } from './provide.ts';
