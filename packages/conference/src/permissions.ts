import type { ErrorCode } from '@treff/protocol';
import type { ConferenceCommand } from './registry.ts';
import type { Actor, ConferenceState } from './state.ts';

/**
 * Who may issue a command at all:
 * - `system`: the shell alone (its timers, sessions and bridges);
 * - `seated`: a participant with a seat, for and about itself. Whose source it is, the feature checks;
 * - `moderator`: a participant with that role.
 */
export const PERMISSIONS = {
  join: 'system',
  leave: 'system',
  interrupt: 'system',
  resume: 'system',
  tick: 'system',
  speaking: 'system',
  voice: 'system',
  rename: 'seated',
  'allow-p2p': 'seated',
  'media-ready': 'seated',
  'send-message': 'seated',
  'raise-hand': 'seated',
  /** Whose it is, the feature checks. */
  'lower-hand': 'seated',
  'lower-all-hands': 'moderator',
  'mute-participant': 'moderator',
  'mute-everyone': 'moderator',
  'ask-to-unmute': 'moderator',
  kick: 'moderator',
  'end-meeting': 'moderator',
  'set-password-hash': 'moderator',
  'set-lobby': 'moderator',
  'set-lock': 'moderator',
  admit: 'moderator',
  'admit-all': 'moderator',
  reject: 'moderator',
  'send-lobby-message': 'moderator',
  'answer-in-lobby': 'system',
  'withdraw-knock': 'system',
  'interrupt-knock': 'system',
  'resume-knock': 'system',
  'moderate-media': 'moderator',
  'allow-media': 'moderator',
  'disallow-media': 'moderator',
  'set-start-muted': 'moderator',
  'set-subject': 'moderator',
  'add-source': 'seated',
  'grant-moderator': 'moderator',
  'revoke-moderator': 'moderator',
  'mute-source': 'seated',
  /** Also the shell: when the bridge refuses what was announced. */
  'remove-source': 'seated-or-system',
} as const satisfies Record<ConferenceCommand['type'], Rule>;

type Rule = 'system' | 'seated' | 'seated-or-system' | 'moderator';

/** The refusal, or `undefined` when the actor may. */
export function refusalOf(
  state: ConferenceState,
  command: ConferenceCommand,
  actor: Actor,
): ErrorCode | undefined {
  const rule: Rule = PERMISSIONS[command.type];
  if (actor.kind === 'system')
    return rule === 'system' || rule === 'seated-or-system' ? undefined : 'permission/denied';
  if (!state.participants.has(actor.id)) return 'participant/unknown';
  if (rule === 'moderator') return state.roles.moderators.has(actor.id) ? undefined : 'permission/denied';
  return rule === 'system' ? 'permission/denied' : undefined;
}
