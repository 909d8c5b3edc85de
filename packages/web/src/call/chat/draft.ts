import type { ParticipantId } from '@treff/protocol';

/** What is being written, and to whom; outlives the panel. */
export interface Draft {
  readonly text: string;
  readonly to: { readonly id: ParticipantId; readonly name: string } | undefined;
}

export const EMPTY_DRAFT: Draft = { text: '', to: undefined };
