import type { Mutable } from '@treff/protocol';
import { createContext, useContext } from 'react';

/** Explains to the person why what they pressed does nothing: moderators have to allow it first. Where nobody explains, nothing is blocked. */
export const BlockedContext = createContext<(kind: Mutable) => void>(() => undefined);

export function useExplainBlocked(): (kind: Mutable) => void {
  return useContext(BlockedContext);
}
