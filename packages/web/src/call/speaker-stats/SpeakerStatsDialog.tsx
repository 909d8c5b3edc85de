import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import controls from '../../design/controls.module.css';
import { Avatar } from '../floor/Avatar.tsx';
import { useName } from '../floor/useName.ts';
import panels from '../panels/panels.module.css';
import { RoomDialog } from '../panels/RoomDialog.tsx';
import type { Person } from '../people.ts';
import { clockText, isFound, rowsOf, type SpeakerRow } from './rows.ts';
import styles from './speakerStats.module.css';
import { useSpeakers } from './useSpeakers.ts';

/** So many people are found without a search. */
const SEARCHED_FROM = 10;

interface SpeakerStatsDialogProps {
  readonly people: readonly Person[];
  readonly onClose: () => void;
}

/** Who has spoken how long, while it goes on. */
export function SpeakerStatsDialog({ people, onClose }: SpeakerStatsDialogProps) {
  const { t } = useTranslation();
  const nameOf = useName();
  const [wanted, setWanted] = useState('');
  const told = useSpeakers();
  const rows = told === undefined ? [] : rowsOf(people, told.speakers, told.elapsedMs);
  const longest = Math.max(1, ...rows.map(({ ms }) => ms));
  const named = rows.map((row) => ({ row, name: shownName(row) }));
  const found = named.filter(({ name }) => isFound(name, wanted));
  return (
    <RoomDialog title={t('speakerStats.title')} onClose={onClose}>
      {rows.length < SEARCHED_FROM ? null : (
        <input
          type="search"
          className={controls.input}
          aria-label={t('speakerStats.search')}
          placeholder={t('speakerStats.search')}
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
      )}
      {told === undefined ? (
        <p className={panels.soft} role="status">
          {t('app.loading')}
        </p>
      ) : (
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t('speakerStats.name')}</th>
              <th scope="col">{t('speakerStats.time')}</th>
            </tr>
          </thead>
          <tbody>
            {found.map(({ row, name }) => (
              <Line key={row.id} row={row} name={name} share={row.ms / longest} />
            ))}
          </tbody>
        </table>
      )}
      {told === undefined || found.length > 0 ? null : (
        <p className={panels.soft}>{t('speakerStats.nobodyFound')}</p>
      )}
      <p className={`${panels.soft} ${styles.note}`}>{t('speakerStats.note')}</p>
    </RoomDialog>
  );

  function shownName(row: SpeakerRow): string {
    const name = nameOf(row);
    return row.left ? t('chat.gone', { name }) : name;
  }
}

interface LineProps {
  readonly row: SpeakerRow;
  readonly name: string;
  /** Of the longest time. */
  readonly share: number;
}

function Line({ row, name, share }: LineProps) {
  const { t } = useTranslation();
  return (
    <tr
      data-participant-id={row.id}
      data-left={row.left}
      data-speaks={row.speaks}
      data-ms={Math.round(row.ms)}
    >
      <th scope="row">
        <span className={styles.who}>
          <span className={panels.face}>
            <Avatar id={row.id} name={row.displayName} />
          </span>
          <span className={styles.name}>
            {name}
            {row.speaks ? <small>{t('speakerStats.speaks')}</small> : null}
            <span className={styles.bar} aria-hidden>
              <span style={{ inlineSize: `${share * 100}%` }} />
            </span>
          </span>
        </span>
      </th>
      <td>
        <time dateTime={`PT${Math.floor(row.ms / 1000)}S`}>{clockText(row.ms)}</time>
      </td>
    </tr>
  );
}
