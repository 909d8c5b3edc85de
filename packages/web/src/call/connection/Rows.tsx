import type { Flow, VideoReport } from '@treff/client/media';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import styles from './connection.module.css';
import { figuresIn, UNKNOWN, type Figures } from './figures.ts';

/** Names and figures, in two columns. */
export function Rows({ children }: { readonly children: ReactNode }) {
  return <dl className={styles.rows}>{children}</dl>;
}

/** Absent when there is nothing to say. */
export function Row({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  if (children === undefined || children === null) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** {@link Figures}, and what is put together of them. */
export interface FigureTexts extends Figures {
  /** A rate, and what is lost if that is known. */
  flow(of: Pick<Flow, 'bitsPerSecond' | 'loss'> | undefined): string;
  /** Size, frames and codec, as far as they are known. */
  picture(of: Pick<VideoReport, 'width' | 'height' | 'framesPerSecond' | 'codec'>): string;
  protocol(of: 'udp' | 'tcp' | 'tls'): string;
}

export function useFigures(): FigureTexts {
  const { t, i18n } = useTranslation();
  const figures = figuresIn(i18n.language);
  return {
    ...figures,
    flow(of) {
      const rate = figures.bitsPerSecond(of?.bitsPerSecond);
      return of?.loss === undefined ? rate : t('connection.flow', { rate, loss: figures.percent(of.loss) });
    },
    picture({ framesPerSecond: frames, codec, ...size }) {
      const parts = [
        figures.size(size),
        frames === undefined ? undefined : t('connection.frames', { frames: Math.round(frames) }),
        codec,
      ].filter((part) => part !== undefined);
      return parts.length === 0 ? UNKNOWN : parts.join(', ');
    },
    protocol: (of) => (of === 'tls' ? t('connection.tls') : of.toUpperCase()),
  };
}

/** `opus` has a name of its own; others are abbreviations. */
export function codecName(codec: string): string {
  return codec === 'opus' ? 'Opus' : codec;
}
