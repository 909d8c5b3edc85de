import { LIMITS, roomModerators, type RoomView } from '@treff/protocol';
import { KeyRound, ShieldCheck, Video } from 'lucide-react';
import { useId, useState, type ReactNode, type SubmitEvent } from 'react';
import { useTranslation } from 'react-i18next';
import controls from '../design/controls.module.css';
import { PaperDialog } from '../design/PaperDialog.tsx';
import { Select } from '../design/Select.tsx';
import { RefusalNote } from './RefusalNote.tsx';
import type { Refusal } from './request.ts';
import { roomsApi } from './rooms.ts';
import styles from './rooms.module.css';
import {
  FEWEST_PARTICIPANTS,
  formOf,
  readForm,
  resolutionChoices,
  type SettingsForm,
  type SettingsProblem,
} from './settingsForm.ts';
import { isSignedOut } from './useLoaded.ts';

interface SettingsDialogProps {
  readonly room: RoomView;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

/** The settings that a room keeps. They hold from the next meeting on, and nothing changes before they are saved. */
export function SettingsDialog({ room, onClose, onSaved }: SettingsDialogProps) {
  const { t } = useTranslation();
  const id = useId();
  const [form, setForm] = useState(() => formOf(room));
  const [problem, setProblem] = useState<SettingsProblem>();
  const [refusal, setRefusal] = useState<Refusal>();
  const [sending, setSending] = useState(false);

  function change(part: Partial<SettingsForm>) {
    setForm((before) => ({ ...before, ...part }));
    setProblem(undefined);
  }

  async function save(event: SubmitEvent) {
    event.preventDefault();
    if (sending) return;
    const read = readForm(form, room.settings);
    if ('problem' in read) {
      setProblem(read.problem);
      document.getElementById(`${id}-${read.problem}`)?.focus();
      return;
    }
    setSending(true);
    setRefusal(undefined);
    const answer = await roomsApi.put(room.room, read.change);
    setSending(false);
    if (answer.ok) onSaved();
    else if (!isSignedOut(answer)) setRefusal(answer);
  }

  const passwordChoices = room.hasPassword
    ? (['keep', 'set', 'remove'] as const)
    : (['keep', 'set'] as const);
  return (
    <PaperDialog title={t('rooms.settingsOf', { room: room.room })} onClose={onClose}>
      {/* What is wrong is said in the page's own words. */}
      <form className={styles.settings} noValidate onSubmit={(event) => void save(event)}>
        <section className={styles.section}>
          <h3>{t('rooms.entry')}</h3>
          <Select
            label={t('rooms.password')}
            icon={KeyRound}
            value={form.passwordChoice}
            options={passwordChoices.map((choice) => ({
              value: choice,
              label: room.hasPassword
                ? t(`rooms.passwordIs.${choice}`)
                : t(`rooms.passwordNone.${one(choice)}`),
            }))}
            onChange={(value) => {
              const choice = passwordChoices.find((one) => one === value);
              if (choice !== undefined) change({ passwordChoice: choice });
            }}
          />
          {form.passwordChoice === 'set' ? (
            <Field id={`${id}-password`} label={t('rooms.newPassword')} error={errorFor('password')}>
              {(rest) => (
                <input
                  {...rest}
                  className={controls.input}
                  value={form.password}
                  maxLength={LIMITS.roomPasswordLength}
                  onChange={(event) => change({ password: event.target.value })}
                  autoComplete="off"
                  autoCapitalize="none"
                  spellCheck={false}
                />
              )}
            </Field>
          ) : null}
          <Check
            label={t('rooms.lobby')}
            note={t('rooms.lobbyNote')}
            checked={form.lobby}
            onChange={(lobby) => change({ lobby })}
          />
          <Field
            id={`${id}-maxParticipants`}
            label={t('rooms.maxParticipants')}
            error={errorFor('maxParticipants')}
          >
            {(rest) => (
              <input
                {...rest}
                className={controls.input}
                value={form.maxParticipants}
                placeholder={t('rooms.unlimited')}
                inputMode="numeric"
                onChange={(event) => change({ maxParticipants: event.target.value })}
                autoComplete="off"
              />
            )}
          </Field>
          <div className={styles.two}>
            <Field id={`${id}-notBefore`} label={t('rooms.notBefore')} error={undefined}>
              {(rest) => (
                <input
                  {...rest}
                  type="datetime-local"
                  className={controls.input}
                  value={form.notBefore}
                  onChange={(event) => change({ notBefore: event.target.value })}
                />
              )}
            </Field>
            <Field id={`${id}-notAfter`} label={t('rooms.notAfter')} error={errorFor('notAfter')}>
              {(rest) => (
                <input
                  {...rest}
                  type="datetime-local"
                  className={controls.input}
                  value={form.notAfter}
                  onChange={(event) => change({ notAfter: event.target.value })}
                />
              )}
            </Field>
          </div>
        </section>
        <section className={styles.section}>
          <h3>{t('rooms.meeting')}</h3>
          <Select
            label={t('rooms.whoModerates')}
            icon={ShieldCheck}
            value={form.moderators}
            options={roomModerators.options.map((value) => ({
              value,
              label: t(`rooms.moderators.${value}`),
            }))}
            onChange={(value) => {
              const moderators = roomModerators.options.find((one) => one === value);
              if (moderators !== undefined) change({ moderators });
            }}
          />
          <Select
            label={t('rooms.resolution')}
            icon={Video}
            value={form.resolution}
            options={resolutionChoices(room.settings).map((value) => ({
              value,
              label: value === '' ? t('rooms.resolutionUsual') : t('rooms.resolutionLines', { lines: value }),
            }))}
            onChange={(resolution) => change({ resolution })}
          />
          <Check
            label={t('rooms.microphonesMuted')}
            checked={form.microphonesMuted}
            onChange={(microphonesMuted) => change({ microphonesMuted })}
          />
          <Check
            label={t('rooms.camerasMuted')}
            checked={form.camerasMuted}
            onChange={(camerasMuted) => change({ camerasMuted })}
          />
        </section>
        <RefusalNote refusal={refusal} />
        <div className={styles.buttons}>
          <button type="button" className={controls.secondary} onClick={onClose}>
            {t('rooms.cancel')}
          </button>
          <button type="submit" className={controls.primary} aria-disabled={sending}>
            {t('rooms.save')}
          </button>
        </div>
      </form>
    </PaperDialog>
  );

  function errorFor(field: SettingsProblem): string | undefined {
    if (problem !== field) return undefined;
    return t(`rooms.wrong.${field}`, { fewest: FEWEST_PARTICIPANTS, most: LIMITS.participants });
  }
}

/** Where there is no password, none can be removed. */
function one(choice: SettingsForm['passwordChoice']): 'keep' | 'set' {
  return choice === 'set' ? 'set' : 'keep';
}

interface FieldProps {
  readonly id: string;
  readonly label: string;
  /** What is wrong with it. */
  readonly error: string | undefined;
  readonly children: (rest: {
    readonly id: string;
    readonly 'aria-describedby': string;
    readonly 'aria-invalid': boolean;
  }) => ReactNode;
}

function Field({ id, label, error, children }: FieldProps) {
  return (
    <div className={controls.field}>
      <label className={controls.label} htmlFor={id}>
        {label}
      </label>
      {children({ id, 'aria-describedby': `${id}-error`, 'aria-invalid': error !== undefined })}
      <p id={`${id}-error`} className={styles.error}>
        {error}
      </p>
    </div>
  );
}

interface CheckProps {
  readonly label: string;
  readonly note?: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

function Check({ label, note, checked, onChange }: CheckProps) {
  const id = useId();
  return (
    <label className={styles.check}>
      <input
        type="checkbox"
        checked={checked}
        aria-labelledby={id}
        aria-describedby={note === undefined ? undefined : `${id}-note`}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span id={id}>{label}</span>
      {note === undefined ? null : <small id={`${id}-note`}>{note}</small>}
    </label>
  );
}
