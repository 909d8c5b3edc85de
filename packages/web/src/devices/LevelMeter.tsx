import { useEffect, useRef } from 'react';
import { useMeeting } from '../room/MeetingContext.ts';
import styles from './devices.module.css';

/** How loud one's own microphone hears. Moves without React, because it moves many times a second. */
export function LevelMeter({ label }: { readonly label: string }) {
  const meeting = useMeeting();
  const bar = useRef<HTMLDivElement>(null);
  const meter = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const show = () => {
      const level = meeting.levels.get('local');
      if (bar.current !== null) bar.current.style.transform = `scaleX(${level.toFixed(3)})`;
      meter.current?.setAttribute('aria-valuenow', String(Math.round(level * 100)));
    };
    show();
    return meeting.levels.subscribe(show);
  }, [meeting]);
  return (
    <div
      ref={meter}
      className={styles.meter}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={0}
    >
      <div ref={bar} className={styles.bar} />
    </div>
  );
}
