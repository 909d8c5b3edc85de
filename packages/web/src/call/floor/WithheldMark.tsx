import type { WithheldReason } from '@treff/protocol';
import { Gauge, VideoOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import styles from './Tile.module.css';

const TEXTS = { 'last-n': 'call.withheldLastN', bandwidth: 'call.withheldBandwidth' } as const;

/** Why a camera or screen that is on is not seen. On small tiles the icon alone says it; the words are there to be read out. */
export function WithheldMark({ reason }: { readonly reason: WithheldReason }) {
  const { t } = useTranslation();
  const Icon = reason === 'bandwidth' ? Gauge : VideoOff;
  return (
    <div className={styles.withheld} data-withheld={reason} title={t(TEXTS[reason])}>
      <Icon size="0.9375rem" aria-hidden />
      <span>{t(TEXTS[reason])}</span>
    </div>
  );
}
