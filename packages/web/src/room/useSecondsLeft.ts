import { useEffect, useEffectEvent, useState } from 'react';

/** Whole seconds of a delay that are left; 0 without one. Another `since` begins it anew. `onEnd` is called when it is over. */
export function useSecondsLeft(delayMs: number | undefined, since: unknown, onEnd?: () => void): number {
  const [left, setLeft] = useState(() => secondsOf(delayMs));
  const end = useEffectEvent(() => onEnd?.());
  useEffect(() => {
    let seconds = secondsOf(delayMs);
    setLeft(seconds);
    if (seconds === 0) return undefined;
    const timer = setInterval(() => {
      seconds -= 1;
      setLeft(seconds);
      if (seconds > 0) return;
      clearInterval(timer);
      end();
    }, 1000);
    return () => clearInterval(timer);
  }, [delayMs, since]);
  return left;
}

function secondsOf(delayMs: number | undefined): number {
  return Math.ceil((delayMs ?? 0) / 1000);
}
