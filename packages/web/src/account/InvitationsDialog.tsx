import type { CreatedInvitation, InvitationView, Role } from '@treff/protocol';
import { CalendarClock, ShieldCheck, Ticket } from 'lucide-react';
import { useCallback, useEffect, useId, useRef, useState, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import controls from '../design/controls.module.css';
import { PaperDialog } from '../design/PaperDialog.tsx';
import { Select } from '../design/Select.tsx';
import { CopyButton } from './CopyButton.tsx';
import { RefusalNote } from './RefusalNote.tsx';
import type { Refusal } from './request.ts';
import { roomsApi } from './rooms.ts';
import styles from './rooms.module.css';
import { EXPIRIES, expiryOf, type Expiry } from './times.ts';
import { isSignedOut, useLoaded } from './useLoaded.ts';

interface InvitationsDialogProps {
  readonly room: string;
  readonly onClose: () => void;
}

/** The links that bring others into a room, whatever else it asks for: made, looked through, taken back. */
export function InvitationsDialog({ room, onClose }: InvitationsDialogProps) {
  const { t } = useTranslation();
  const load = useCallback(() => roomsApi.listInvitations(room), [room]);
  const { state, reload } = useLoaded(load);
  const [made, setMade] = useState<CreatedInvitation>();
  const [refusal, setRefusal] = useState<Refusal>();
  const heading = useRef<HTMLHeadingElement>(null);
  const [news, setNews] = useState('');

  async function revoke({ id }: InvitationView) {
    setRefusal(undefined);
    const answer = await roomsApi.revoke(room, id);
    if (answer.ok || answer.status === 404) {
      setNews(t('invitation.revoked'));
      if (made?.id === id) setMade(undefined);
      // Its button is about to go.
      heading.current?.focus();
      reload();
    } else if (!isSignedOut(answer)) setRefusal(answer);
  }

  return (
    <PaperDialog title={t('invitation.of', { room })} onClose={onClose}>
      <p className={styles.soft}>{t('invitation.lead')}</p>
      <InviteForm
        room={room}
        onMade={(invitation) => {
          setMade(invitation);
          setNews('');
          reload();
        }}
      />
      {made === undefined ? null : <MadeLink key={made.id} path={made.path} />}
      <section className={styles.section}>
        <h3 ref={heading} tabIndex={-1}>
          {t('invitation.open')}
        </h3>
        <p role="status" className={styles.news}>
          {news}
        </p>
        <RefusalNote refusal={state.name === 'failed' ? state.refusal : refusal} />
        {state.name === 'loading' ? <p className={styles.soft}>{t('app.loading')}</p> : null}
        {state.name === 'failed' ? (
          <button type="button" className={controls.secondary} onClick={reload}>
            {t('failed.retry')}
          </button>
        ) : null}
        {state.name === 'here' && state.value.length === 0 ? (
          <p className={styles.soft}>{t('invitation.none')}</p>
        ) : null}
        {state.name === 'here' && state.value.length > 0 ? (
          <ul className={styles.invitations}>
            {state.value.map((invitation) => (
              <InvitationRow
                key={invitation.id}
                invitation={invitation}
                onRevoke={() => void revoke(invitation)}
              />
            ))}
          </ul>
        ) : null}
      </section>
    </PaperDialog>
  );
}

interface InviteFormProps {
  readonly room: string;
  readonly onMade: (invitation: CreatedInvitation) => void;
}

const ROLES: readonly Role[] = ['participant', 'moderator'];

function InviteForm({ room, onMade }: InviteFormProps) {
  const { t } = useTranslation();
  const dateId = useId();
  const [role, setRole] = useState<Role>('participant');
  const [expiry, setExpiry] = useState<Expiry>('week');
  const [date, setDate] = useState('');
  const [isPast, setPast] = useState(false);
  const [sending, setSending] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();

  async function make(event: SubmitEvent) {
    event.preventDefault();
    if (sending) return;
    const now = Date.now();
    const expiresAt = expiryOf(expiry, date, now);
    if (expiresAt === undefined || expiresAt <= now) {
      setPast(true);
      document.getElementById(dateId)?.focus();
      return;
    }
    setSending(true);
    setRefusal(undefined);
    const answer = await roomsApi.invite(room, { role, expiresAt });
    setSending(false);
    if (answer.ok) onMade(answer.value);
    else if (!isSignedOut(answer)) setRefusal(answer);
  }

  return (
    <form className={styles.section} noValidate onSubmit={(event) => void make(event)}>
      <div className={styles.two}>
        <Select
          label={t('invitation.as')}
          icon={ShieldCheck}
          value={role}
          options={ROLES.map((value) => ({ value, label: t(`invitation.role.${value}`) }))}
          onChange={(value) => setRole(ROLES.find((one) => one === value) ?? role)}
        />
        <Select
          label={t('invitation.validFor')}
          icon={CalendarClock}
          value={expiry}
          options={EXPIRIES.map((value) => ({ value, label: t(`invitation.expiry.${value}`) }))}
          onChange={(value) => setExpiry(EXPIRIES.find((one) => one === value) ?? expiry)}
        />
      </div>
      {expiry === 'date' ? (
        <div className={controls.field}>
          <label className={controls.label} htmlFor={dateId}>
            {t('invitation.date')}
          </label>
          <input
            id={dateId}
            type="datetime-local"
            className={controls.input}
            value={date}
            aria-invalid={isPast}
            aria-describedby={`${dateId}-error`}
            onChange={(event) => {
              setDate(event.target.value);
              setPast(false);
            }}
          />
          <p id={`${dateId}-error`} className={styles.error}>
            {isPast ? t('invitation.dateWrong') : null}
          </p>
        </div>
      ) : null}
      <RefusalNote refusal={refusal} />
      <div className={styles.buttons}>
        <button type="submit" className={controls.primary} aria-disabled={sending}>
          <Ticket size="1.125rem" aria-hidden />
          {t('invitation.make')}
        </button>
      </div>
    </form>
  );
}

/** The link of a new invitation. It takes the focus: it is what was asked for, and will not be seen again. */
function MadeLink({ path }: { readonly path: string }) {
  const { t } = useTranslation();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.focus(), []);
  const link = `${window.location.origin}${path}`;
  return (
    <div ref={place} className={styles.made} role="group" aria-label={t('invitation.link')} tabIndex={-1}>
      <p>
        <strong>{t('invitation.link')}</strong> {t('invitation.once')}
      </p>
      <span className={styles.link}>{link}</span>
      <CopyButton text={link} />
    </div>
  );
}

interface InvitationRowProps {
  readonly invitation: InvitationView;
  readonly onRevoke: () => void;
}

function InvitationRow({ invitation: { role, expiresAt, createdAt }, onRevoke }: InvitationRowProps) {
  const { t, i18n } = useTranslation();
  const date = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium', timeStyle: 'short' });
  const day = new Intl.DateTimeFormat(i18n.language, { dateStyle: 'medium' });
  const title = t(`invitation.role.${role}`);
  const made = day.format(createdAt);
  return (
    <li>
      <span className={styles.about}>
        <strong>{title}</strong>
        <span className={styles.soft}>
          {expiresAt <= Date.now()
            ? t('invitation.expired')
            : t('invitation.until', { time: date.format(expiresAt) })}
          {' · '}
          {t('invitation.madeOn', { day: made })}
        </span>
      </span>
      <button
        type="button"
        className={controls.secondary}
        aria-label={t('invitation.revokeThis', { role: title, day: made })}
        onClick={onRevoke}
      >
        {t('invitation.revoke')}
      </button>
    </li>
  );
}
