export * from './network.ts';
export * from './refusal.ts';
