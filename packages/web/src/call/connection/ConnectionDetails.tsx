import type { ConnectionReport, Flow, VideoReport } from '@treff/client/media';
import { ownerOf } from '@treff/protocol';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Person, Screen } from '../people.ts';
import styles from './connection.module.css';
import { figuresIn, UNKNOWN } from './figures.ts';
import { useConnectionReport } from './useConnectionReport.ts';

interface ConnectionDetailsProps {
  readonly way: ConnectionReport['way'];
  readonly people: readonly Person[];
  readonly screens: readonly Screen[];
}

/** A connection in words and figures. These change twice in three seconds, so screen readers are not told of every change. */
export function ConnectionDetails({ way, people, screens }: ConnectionDetailsProps) {
  const { t, i18n } = useTranslation();
  const latest = useConnectionReport();
  // After a move the figures are of the other way until the next reading.
  const report = latest?.way === way ? latest : undefined;
  const figures = figuresIn(i18n.language);
  const relayed = report?.relayed === true;
  return (
    <>
      <p className={styles.meaning}>
        {t(way === 'p2p' && relayed ? 'connection.meaning.p2pRelayed' : `connection.meaning.${way}`)}
      </p>
      <dl className={styles.rows}>
        <Row name={t(`connection.roundTrip.${way}`)}>{figures.milliseconds(report?.roundTripMs)}</Row>
        <Row name={t('connection.sent')}>{flow(report?.sent)}</Row>
        <Row name={t('connection.received')}>{flow(report?.received)}</Row>
        {report?.videos.map((video) => (
          <Row key={video.source} name={nameOf(video)}>
            {picture(video)}
          </Row>
        ))}
        {report?.audioCodec === undefined ? null : (
          <Row name={t('connection.sound')}>{codecName(report.audioCodec)}</Row>
        )}
        {report?.protocol === undefined ? null : (
          <Row name={t('connection.protocol')}>
            {report.protocol === 'tls' ? t('connection.tls') : report.protocol.toUpperCase()}
          </Row>
        )}
        {report?.local === undefined ? null : (
          <Row name={t('connection.ownAddress')}>{t(`connection.address.${report.local}`)}</Row>
        )}
        {report?.remote === undefined ? null : (
          <Row name={t(`connection.otherAddress.${way}`)}>{t(`connection.address.${report.remote}`)}</Row>
        )}
      </dl>
    </>
  );

  function flow(of: Flow | undefined): string {
    const rate = figures.bitsPerSecond(of?.bitsPerSecond);
    return of?.loss === undefined ? rate : t('connection.flow', { rate, loss: figures.percent(of.loss) });
  }

  function picture(video: VideoReport): string {
    const { framesPerSecond: frames } = video;
    const parts = [
      figures.size(video),
      frames === undefined ? undefined : t('connection.frames', { frames: Math.round(frames) }),
      video.codec,
    ].filter((part) => part !== undefined);
    return parts.length === 0 ? UNKNOWN : parts.join(', ');
  }

  function nameOf({ source, isLocal }: VideoReport): string {
    const isScreen = screens.some(({ id }) => id === source);
    if (isLocal) return t(isScreen ? 'connection.ownScreen' : 'connection.ownPicture');
    const owner = people.find(({ id }) => id === ownerOf(source));
    const name = owner === undefined || owner.displayName === '' ? t('call.guest') : owner.displayName;
    return t(isScreen ? 'connection.screenOf' : 'connection.pictureOf', { name });
  }
}

function Row({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** `opus` has a name of its own; others are abbreviations. */
function codecName(codec: string): string {
  return codec === 'opus' ? 'Opus' : codec;
}
