import { ownerOf, type ParticipantId } from '@treff/protocol';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { useMeetingState } from '../../room/MeetingContext.ts';
import styles from './connection.module.css';
import { Row, Rows, useFigures } from './Rows.tsx';
import { useConnectionReport } from './useConnectionReport.ts';

/** What comes of somebody's sources here, as this browser measures it. */
export function Received({ of }: { readonly of: ParticipantId }) {
  const { t } = useTranslation();
  const figures = useFigures();
  const report = useConnectionReport();
  const all = useMeetingState((state) => state.conference?.sources);
  const sources = (all ?? []).filter(({ id, muted }) => ownerOf(id) === of && !muted);
  if (sources.length === 0) return <p className={styles.meaning}>{t('connection.sendsNothing')}</p>;
  return (
    <Rows>
      {sources.map(({ id, kind }) => {
        const stream = report?.streams.find(({ source }) => source === id);
        const video = report?.videos.find(({ source }) => source === id);
        const isVideo = kind === 'camera' || kind === 'screen';
        return (
          <Fragment key={id}>
            <Row name={t(`connection.source.${kind}`)}>{figures.flow(stream)}</Row>
            {isVideo ? (
              <Row name={t('connection.sizeOf', { what: t(`connection.source.${kind}`) })}>
                {video === undefined ? undefined : figures.picture(video)}
              </Row>
            ) : null}
          </Fragment>
        );
      })}
      <Row name={t('connection.jitter')}>{figures.milliseconds(jitter())}</Row>
    </Rows>
  );

  function jitter(): number | undefined {
    const known = (report?.streams ?? []).flatMap(({ source, jitterMs }) =>
      ownerOf(source) === of ? (jitterMs ?? []) : [],
    );
    return known.length === 0 ? undefined : Math.max(...known);
  }
}
