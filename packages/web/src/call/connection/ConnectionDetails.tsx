import type { ConnectionReport, VideoReport } from '@treff/client/media';
import { ownerOf } from '@treff/protocol';
import { useTranslation } from 'react-i18next';
import { useMeetingState } from '../../room/MeetingContext.ts';
import type { Person, Screen } from '../people.ts';
import styles from './connection.module.css';
import { codecName, Row, Rows, useFigures } from './Rows.tsx';
import { useConnectionReport } from './useConnectionReport.ts';

interface ConnectionDetailsProps {
  readonly way: ConnectionReport['way'];
  readonly people: readonly Person[];
  readonly screens: readonly Screen[];
}

/** A connection in words and figures. These change twice in three seconds, so screen readers are not told of every change. */
export function ConnectionDetails({ way, people, screens }: ConnectionDetailsProps) {
  const { t } = useTranslation();
  const figures = useFigures();
  const region = useMeetingState((state) => state.region);
  const latest = useConnectionReport();
  // After a move the figures are of the other way until the next reading.
  const report = latest?.way === way ? latest : undefined;
  const relayed = report?.relayed === true;
  return (
    <>
      <p className={styles.meaning}>
        {t(way === 'p2p' && relayed ? 'connection.meaning.p2pRelayed' : `connection.meaning.${way}`)}
      </p>
      <Rows>
        <Row name={t(`connection.roundTrip.${way}`)}>{figures.milliseconds(report?.roundTripMs)}</Row>
        <Row name={t('connection.jitter')}>{figures.milliseconds(report?.jitterMs)}</Row>
        <Row name={t('connection.sent')}>{figures.flow(report?.sent)}</Row>
        <Row name={t('connection.received')}>{figures.flow(report?.received)}</Row>
        {report?.videos.map((video) => (
          <Row key={video.source} name={nameOf(video)}>
            {figures.picture(video)}
          </Row>
        ))}
        <Row name={t('connection.sound')}>
          {report?.audioCodec === undefined ? undefined : codecName(report.audioCodec)}
        </Row>
        <Row name={t('connection.protocol')}>
          {report?.protocol === undefined ? undefined : figures.protocol(report.protocol)}
        </Row>
        <Row name={t('connection.ownAddress')}>
          {report?.local === undefined ? undefined : t(`connection.address.${report.local}`)}
        </Row>
        <Row name={t(`connection.otherAddress.${way}`)}>
          {report?.remote === undefined ? undefined : t(`connection.address.${report.remote}`)}
        </Row>
        <Row name={t('connection.region')}>{region}</Row>
      </Rows>
    </>
  );

  function nameOf({ source, isLocal }: VideoReport): string {
    const isScreen = screens.some(({ id }) => id === source);
    if (isLocal) return t(isScreen ? 'connection.ownScreen' : 'connection.ownPicture');
    const owner = people.find(({ id }) => id === ownerOf(source));
    const name = owner === undefined || owner.displayName === '' ? t('call.guest') : owner.displayName;
    return t(isScreen ? 'connection.screenOf' : 'connection.pictureOf', { name });
  }
}
