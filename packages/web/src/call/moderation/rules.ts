import type { PeopleCommand } from '@treff/client/media';
import { MUTABLES, type ConferenceView, type Mutable } from '@treff/protocol';

type View = Pick<ConferenceView, 'mediaModeration' | 'startMuted'>;

/** What people can be made to come in without. */
const STARTING = ['microphone', 'camera'] as const;

/** What can be ticked: what everybody may switch on, and what people come in without. */
export type Rule =
  | { readonly of: 'allowed'; readonly kind: Mutable }
  | { readonly of: 'starting'; readonly kind: (typeof STARTING)[number] };

export const ALLOWED: readonly Rule[] = MUTABLES.map((kind) => ({ of: 'allowed', kind }));
export const COMING_IN: readonly Rule[] = STARTING.map((kind) => ({ of: 'starting', kind }));

export function isTicked({ of, kind }: Rule, { mediaModeration, startMuted }: View): boolean {
  if (of === 'starting') return startMuted[kind];
  return mediaModeration.every((moderated) => moderated.kind !== kind);
}

/** What the server is asked for so that the rule is the opposite of what it is. */
export function toggled(rule: Rule, view: View): PeopleCommand {
  const ticked = isTicked(rule, view);
  if (rule.of === 'allowed') return { type: 'moderate-media', kind: rule.kind, on: ticked };
  return { type: 'set-start-muted', ...view.startMuted, [rule.kind]: !ticked };
}
