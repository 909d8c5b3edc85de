import type { RoomView } from '@treff/protocol';
import { DoorOpen } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import controls from '../design/controls.module.css';
import { InvitationsDialog } from './InvitationsDialog.tsx';
import { RefusalNote } from './RefusalNote.tsx';
import { ReleaseDialog } from './ReleaseDialog.tsx';
import { ReserveForm } from './ReserveForm.tsx';
import { RoomRow } from './RoomRow.tsx';
import { roomsApi } from './rooms.ts';
import styles from './rooms.module.css';
import { SettingsDialog } from './SettingsDialog.tsx';
import { useLoaded } from './useLoaded.ts';

/** What is open over the list. */
type Opened = { readonly name: 'settings' | 'invitations' | 'release'; readonly room: RoomView };

/** The rooms of whoever is signed in, and what one can do with them. */
export function OwnRooms({ mayReserve }: { readonly mayReserve: boolean }) {
  const { t } = useTranslation();
  const { state, reload } = useLoaded(roomsApi.list);
  const [opened, setOpened] = useState<Opened>();
  const heading = useRef<HTMLHeadingElement>(null);
  const [news, setNews] = useState({ text: '', isAboutGone: false });
  const close = () => setOpened(undefined);

  // The button that opened the dialog goes with its room, and the focus must not go with it.
  useEffect(() => {
    if (news.isAboutGone) heading.current?.focus();
  }, [news]);

  function done(text: string, isAboutGone = false) {
    setNews({ text, isAboutGone });
    setOpened(undefined);
    reload();
  }

  return (
    <>
      <div className={styles.intro}>
        <h1 ref={heading} tabIndex={-1}>
          {t('rooms.title')}
        </h1>
        <p>{t('rooms.lead')}</p>
      </div>
      {mayReserve ? (
        <ReserveForm
          own={state.name === 'here' ? state.value.map(({ room }) => room) : []}
          onReserved={(room) => done(t('rooms.reserved', { room }))}
        />
      ) : (
        <p className={styles.note}>{t('rooms.mayNot')}</p>
      )}
      <p role="status" className={styles.news}>
        {news.text}
      </p>
      {list()}
      {dialog()}
    </>
  );

  function list() {
    switch (state.name) {
      case 'loading':
        return (
          <p className={styles.note} aria-busy>
            {t('app.loading')}
          </p>
        );
      case 'failed':
        return (
          <div className={styles.empty}>
            <RefusalNote refusal={state.refusal} />
            <button type="button" className={controls.secondary} onClick={reload}>
              {t('failed.retry')}
            </button>
          </div>
        );
      case 'here':
        if (state.value.length === 0) {
          return (
            <div className={styles.empty}>
              <DoorOpen size="2.5rem" strokeWidth={1.5} aria-hidden />
              <h2>{t('rooms.none')}</h2>
              <p>{t(mayReserve ? 'rooms.noneText' : 'rooms.noneGiven')}</p>
            </div>
          );
        }
        return (
          <ul className={styles.rooms} aria-label={t('rooms.title')}>
            {state.value.map((room) => (
              <RoomRow key={room.room} room={room} onOpen={(name) => setOpened({ name, room })} />
            ))}
          </ul>
        );
    }
  }

  function dialog() {
    if (opened === undefined) return null;
    const { room } = opened;
    switch (opened.name) {
      case 'settings':
        return (
          <SettingsDialog
            room={room}
            onClose={close}
            onSaved={() => done(t('rooms.saved', { room: room.room }))}
          />
        );
      case 'invitations':
        return <InvitationsDialog room={room.room} onClose={close} />;
      case 'release':
        return (
          <ReleaseDialog
            room={room.room}
            onClose={close}
            onReleased={() => done(t('rooms.released', { room: room.room }), true)}
          />
        );
    }
  }
}
