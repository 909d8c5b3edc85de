import { LIMITS } from '@treff/protocol';
import * as z from 'zod/mini';
import { remember } from './browserStore.ts';

/** The name the person gave last. */
export const rememberedName = remember(
  'treff.displayName',
  z.string().check(z.maxLength(LIMITS.displayNameLength)),
  '',
);

/** The language the person chose; empty: the browser's. */
export const rememberedLanguage = remember('treff.language', z.string().check(z.maxLength(16)), '');
