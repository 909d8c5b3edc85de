import type { Mutable } from '@treff/protocol';
import { Hand, Lock, LockOpen } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import controls from '../../design/controls.module.css';
import { useCamera, useMicrophone } from '../../devices/useDeviceToggles.ts';
import { useScreenShare } from '../../devices/useScreenShare.ts';
import styles from './moderation.module.css';
import { useHand } from './useHand.ts';
import type { Leave } from './useLeave.ts';

interface LeaveNoticeProps {
  readonly leave: Leave;
  readonly onClose: () => void;
}

/** That a moderator has to allow what the person tried, and how to ask; or that it is allowed now. They alone switch it on. */
export function LeaveNotice({ leave: { kind, by }, onClose }: LeaveNoticeProps) {
  const { t } = useTranslation();
  const hand = useHand();
  const { on, isLocked, toggle } = useSwitch(kind);
  // Switched on, or another answer came by another way: a role, the end of moderation.
  if (on || isLocked !== (by === undefined)) return null;
  const name = by === '' ? t('call.guest') : by;
  return (
    <div className={styles.request} role="alert">
      {name === undefined ? <Lock size="1.25rem" aria-hidden /> : <LockOpen size="1.25rem" aria-hidden />}
      <p>
        {name === undefined
          ? t(`leave.needed.${kind}`) + (hand.raised ? ` ${t('leave.asked')}` : '')
          : t(`leave.given.${kind}`, { name })}
      </p>
      <div className={styles.answers}>
        {name !== undefined ? (
          <button
            type="button"
            className={controls.primary}
            onClick={() => {
              onClose();
              toggle();
            }}
          >
            {t(`leave.use.${kind}`)}
          </button>
        ) : hand.raised ? null : (
          <button type="button" className={controls.primary} onClick={hand.toggle}>
            <Hand size="1.125rem" aria-hidden />
            {t('call.raiseHand')}
          </button>
        )}
        <button type="button" className={styles.plain} onClick={onClose}>
          {t(name === undefined ? 'call.close' : 'tidings.notNow')}
        </button>
      </div>
    </div>
  );
}

function useSwitch(kind: Mutable) {
  const microphone = useMicrophone();
  const camera = useCamera();
  const screen = useScreenShare();
  return { microphone, camera, screen }[kind];
}
