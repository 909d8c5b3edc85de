import { ChevronDown, CircleUser, DoorOpen, LogOut } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import controls from '../design/controls.module.css';
import styles from './AccountMenu.module.css';
import { sessionApi, type Account } from './session.ts';

/** Who one is, and what follows from it. Opens a list of links, which needs no keys of its own: Tab goes through it, Escape closes it. */
export function AccountMenu({ account }: { readonly account: Account }) {
  const { t } = useTranslation();
  const listId = useId();
  const place = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [failed, setFailed] = useState(false);
  const name = account.displayName === '' ? account.name : account.displayName;

  useEffect(() => {
    if (!isOpen) return undefined;
    const leave = (event: Event) => {
      if (event.target instanceof Node && place.current?.contains(event.target) !== true) setOpen(false);
    };
    document.addEventListener('pointerdown', leave);
    document.addEventListener('focusin', leave);
    return () => {
      document.removeEventListener('pointerdown', leave);
      document.removeEventListener('focusin', leave);
    };
  }, [isOpen]);

  async function signOut() {
    setFailed(false);
    const answer = await sessionApi.signOut();
    if (answer.ok) window.location.assign(placeAfter(answer.value.redirect));
    else setFailed(true);
  }

  return (
    <div
      ref={place}
      className={styles.place}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !isOpen) return;
        setOpen(false);
        button.current?.focus();
      }}
    >
      <button
        ref={button}
        type="button"
        className={`${controls.secondary} ${styles.button}`}
        aria-label={t('account.menu', { name })}
        aria-expanded={isOpen}
        aria-controls={listId}
        onClick={() => setOpen(!isOpen)}
      >
        <CircleUser size="1.25rem" aria-hidden />
        <span className={styles.name}>{name}</span>
        <ChevronDown size="1.125rem" aria-hidden />
      </button>
      <div id={listId} className={styles.list} hidden={!isOpen}>
        <p className={styles.who}>
          <strong>{name}</strong>
          {account.name === name ? null : <span>{account.name}</span>}
        </p>
        <a className={styles.item} href="/account">
          <DoorOpen size="1.125rem" aria-hidden />
          {t('rooms.title')}
        </a>
        <button type="button" className={styles.item} onClick={() => void signOut()}>
          <LogOut size="1.125rem" aria-hidden />
          {t('account.signOut')}
        </button>
        <p className={styles.failed} role="alert">
          {failed ? t('account.signOutFailed') : null}
        </p>
      </div>
    </div>
  );
}

/** Where the provider wants to be told, if it does; an address that a browser would run is none. */
function placeAfter(redirect: string | null): string {
  if (redirect === null || !URL.canParse(redirect, window.location.origin)) return '/';
  const { protocol, href } = new URL(redirect, window.location.origin);
  return protocol === 'https:' || protocol === 'http:' ? href : '/';
}
