import type { Meeting } from '@treff/client/media';
import type { ConferenceView, ViewEvent } from '@treff/protocol';

/**
 * The password that this page's person set, for as long as the page lives and it is still the conference's: nobody is told it again, so whoever set it can still
 * pass it on.
 */
const own = new WeakMap<Meeting, { readonly password: string; readonly stop: () => void }>();

export function ownPassword(meeting: Meeting): string | undefined {
  return own.get(meeting)?.password;
}

/** Call it when the server has taken the password. Undefined: there is none any more. */
export function rememberOwnPassword(meeting: Meeting, password: string | undefined): void {
  own.get(meeting)?.stop();
  own.delete(meeting);
  if (password === undefined) return;
  const stop = meeting.listen((event, before) => {
    if (outdatesPassword(event, before)) rememberOwnPassword(meeting, undefined);
  });
  own.set(meeting, { password, stop });
}

/** Whether a password that one set may be another one by now. That it was changed to another shows by nothing else having changed. */
function outdatesPassword(event: ViewEvent, before: ConferenceView): boolean {
  if (event.type !== 'access-changed') return false;
  const { access, by } = event;
  if (!access.password) return true;
  const { password, lobby, locked } = before.access;
  return by !== before.self && password && lobby === access.lobby && locked === access.locked;
}
