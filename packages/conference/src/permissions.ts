import type { ErrorCode } from '@treff/protocol';
import type { ConferenceCommand } from './registry.ts';
import type { Actor, ConferenceState } from './state.ts';

/**
 * Who may issue a command at all:
 * - `system`: the shell alone (its timers, sessions and bridges);
 * - `seated`: a participant with a seat, for and about itself. Whose source it is, the feature checks.
 */
export const PERMISSIONS = {
  join: 'system',
  leave: 'system',
  interrupt: 'system',
  resume: 'system',
  tick: 'system',
  speaking: 'system',
  rename: 'seated',
  'allow-p2p': 'seated',
  'media-ready': 'seated',
  'send-message': 'seated',
  'add-source': 'seated',
  'mute-source': 'seated',
  /** Also the shell: when the bridge refuses what was announced. */
  'remove-source': 'seated-or-system',
} as const satisfies Record<ConferenceCommand['type'], 'system' | 'seated' | 'seated-or-system'>;

/** The refusal, or `undefined` when the actor may. */
export function refusalOf(
  state: ConferenceState,
  command: ConferenceCommand,
  actor: Actor,
): ErrorCode | undefined {
  const rule = PERMISSIONS[command.type];
  if (actor.kind === 'system') return rule === 'seated' ? 'permission/denied' : undefined;
  if (!state.participants.has(actor.id)) return 'participant/unknown';
  return rule === 'system' ? 'permission/denied' : undefined;
}
