import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMeeting } from '../../room/MeetingContext.ts';
import { tidingsOf } from './tidings.ts';

/** Milliseconds for which a message stays: longer when it is about oneself. */
const STAY_MS = 5000;
const STAY_OWN_MS = 10_000;

/** Of these the latest are shown: a class that is moderated must not cover the pictures. */
const SHOWN = 3;

export interface Told {
  readonly id: number;
  readonly text: string;
  readonly concernsSelf: boolean;
}

/** What to say about what was done to people lately; empty most of the time. */
export function useTidings(): readonly Told[] {
  const { t } = useTranslation();
  const meeting = useMeeting();
  const [told, setTold] = useState<readonly Told[]>([]);
  useEffect(() => {
    let count = 0;
    const timers = new Set<ReturnType<typeof setTimeout>>();
    const stop = meeting.listen((event, before) => {
      const tidings = tidingsOf(event, before);
      if (tidings === undefined) return;
      const { text, name, other, subject, concernsSelf } = tidings;
      const called = (one: string) => (one === '' ? t('call.guest') : one);
      const id = ++count;
      const words = t(text, { name: called(name), other: called(other ?? ''), subject });
      setTold((all) => [...all, { id, text: words, concernsSelf }].slice(-SHOWN));
      const timer = setTimeout(
        () => {
          timers.delete(timer);
          setTold((all) => all.filter((one) => one.id !== id));
        },
        concernsSelf ? STAY_OWN_MS : STAY_MS,
      );
      timers.add(timer);
    });
    return () => {
      stop();
      for (const timer of timers) clearTimeout(timer);
    };
  }, [meeting, t]);
  return told;
}
