/** What lies beside or over the call; one at a time. */
export type Panel =
  | 'participants'
  | 'chat'
  | 'invite'
  | 'settings'
  | 'security'
  | 'speakers'
  | 'subject'
  | 'end'
  | 'shortcuts';
