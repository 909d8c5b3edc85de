export * from './coturn.ts';
export * from './turn-client.ts';
