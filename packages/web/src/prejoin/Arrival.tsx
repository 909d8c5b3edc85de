import { useEffect, useRef, type ReactNode } from 'react';
import styles from './Prejoin.module.css';

/** The heading of what has taken the place of something else: it takes the focus, so that whoever can't see the page hears where they are. */
export function Arrival({ children }: { readonly children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <h1 ref={heading} tabIndex={-1} className={styles.arrival}>
      {children}
    </h1>
  );
}
