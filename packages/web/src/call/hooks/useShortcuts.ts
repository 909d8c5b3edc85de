import { useEffect, useEffectEvent } from 'react';
import { useMeeting } from '../../room/MeetingContext.ts';
import { actionOf, type KeyPlace, type ShortcutAction } from './shortcuts.ts';

/** Listens for the call's keys. Talking while the space bar is held is done here, the rest is handed on. */
export function useShortcuts(act: (action: Exclude<ShortcutAction, 'pushToTalk'>) => void): void {
  const meeting = useMeeting();
  const onAction = useEffectEvent(act);
  useEffect(() => {
    let talks = false;

    function down(event: KeyboardEvent) {
      const action = actionOf(event, placeOf(event.target));
      if (action === undefined) return;
      event.preventDefault();
      if (action !== 'pushToTalk') onAction(action);
      else if (!meeting.getState().local.microphone.wanted) talk();
    }
    function talk() {
      // Says why not.
      if (meeting.getState().local.microphone.blocked) return onAction('microphone');
      talks = true;
      meeting.setMicrophone(true);
    }
    function stop() {
      if (talks) meeting.setMicrophone(false);
      talks = false;
    }
    function up(event: KeyboardEvent) {
      if (event.key === ' ') stop();
    }
    window.addEventListener('keydown', down);
    window.addEventListener('keyup', up);
    // The key may be released where this page doesn't hear it.
    window.addEventListener('blur', stop);
    return () => {
      stop();
      window.removeEventListener('keydown', down);
      window.removeEventListener('keyup', up);
      window.removeEventListener('blur', stop);
    };
  }, [meeting]);
}

function placeOf(target: EventTarget | null): KeyPlace {
  if (document.querySelector('dialog, [role=dialog], [role=menu]') !== null) return 'overlay';
  if (!(target instanceof Element)) return 'page';
  if (target.closest('input, textarea, select, [contenteditable]') !== null) return 'field';
  return target.closest('button, a') === null ? 'page' : 'control';
}
