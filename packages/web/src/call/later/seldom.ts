/**
 * What is opened in a call now and then, as one chunk: nobody waits for it before the first picture, it comes with one request when
 * the call has settled, and is then there whatever becomes of the server.
 */
export { ChatPanel } from '../chat/ChatPanel.tsx';
export { ConnectionPopover } from '../connection/ConnectionPopover.tsx';
export { DeviceChoices } from '../toolbar/DeviceChoices.tsx';
export { EndDialog } from '../moderation/EndDialog.tsx';
export { Knocks } from '../lobby/Knocks.tsx';
export { KickDialog } from '../moderation/KickDialog.tsx';
export { MoreActions } from '../toolbar/MoreActions.tsx';
export { PersonActions } from '../moderation/PersonActions.tsx';
export { PersonConnection } from '../connection/PersonConnection.tsx';
export { SpeakerStatsDialog } from '../speaker-stats/SpeakerStatsDialog.tsx';
export { SubjectDialog } from '../moderation/SubjectDialog.tsx';
export { InviteDialog } from '../panels/InviteDialog.tsx';
export { ParticipantsPanel } from '../panels/ParticipantsPanel.tsx';
export { SettingsDialog } from '../panels/SettingsDialog.tsx';
export { ShortcutsDialog } from '../panels/ShortcutsDialog.tsx';
export { SecurityDialog } from '../security/SecurityDialog.tsx';
