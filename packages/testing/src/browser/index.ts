export type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
export * from './browser.ts';
export * from './household.ts';
export * from './meeting.ts';
export * from './passage.ts';
export * from './senses.ts';
export * from './server.ts';
export * from './sources.ts';
export * from './witness.ts';
