import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import controls from '../design/controls.module.css';
import { PaperDialog } from '../design/PaperDialog.tsx';
import { RefusalNote } from './RefusalNote.tsx';
import type { Refusal } from './request.ts';
import { roomsApi } from './rooms.ts';
import styles from './rooms.module.css';
import { isSignedOut } from './useLoaded.ts';

interface ReleaseDialogProps {
  readonly room: string;
  readonly onClose: () => void;
  readonly onReleased: () => void;
}

/** Asks once more before a name is anybody's again. */
export function ReleaseDialog({ room, onClose, onReleased }: ReleaseDialogProps) {
  const { t } = useTranslation();
  const [sending, setSending] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();

  async function release() {
    if (sending) return;
    setSending(true);
    const answer = await roomsApi.release(room);
    setSending(false);
    // Somebody else, or another tab, was faster: what was wanted is so.
    if (answer.ok || answer.status === 404) onReleased();
    else if (!isSignedOut(answer)) setRefusal(answer);
  }

  return (
    <PaperDialog title={t('rooms.releaseTitle', { room })} onClose={onClose}>
      <p>{t('rooms.releaseText')}</p>
      <RefusalNote refusal={refusal} />
      <div className={styles.buttons}>
        <button type="button" className={controls.secondary} onClick={onClose}>
          {t('rooms.cancel')}
        </button>
        <button
          type="button"
          className={controls.danger}
          aria-disabled={sending}
          onClick={() => void release()}
        >
          {t('rooms.releaseShort')}
        </button>
      </div>
    </PaperDialog>
  );
}
