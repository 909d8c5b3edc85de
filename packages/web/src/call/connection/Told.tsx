import type { ConnectionDetails } from '@treff/protocol';
import { useTranslation } from 'react-i18next';
import { codecName, Row, Rows, useFigures } from './Rows.tsx';

interface ToldProps {
  readonly details: ConnectionDetails;
  /** Where the server stands, if its operator says so. */
  readonly region: string | undefined;
}

/** What somebody else's browser says of its connection. */
export function Told({ details, region }: ToldProps) {
  const { t } = useTranslation();
  const figures = useFigures();
  const { way, video, audioCodec, protocol, relayed } = details;
  return (
    <Rows>
      <Row name={t('connection.sent')}>
        {figures.flow({ bitsPerSecond: details.sentBitsPerSecond, loss: details.sentLoss })}
      </Row>
      <Row name={t('connection.received')}>
        {figures.flow({ bitsPerSecond: details.receivedBitsPerSecond, loss: details.receivedLoss })}
      </Row>
      <Row name={t(`connection.roundTrip.${way}`)}>{figures.milliseconds(details.roundTripMs)}</Row>
      <Row name={t('connection.jitter')}>{figures.milliseconds(details.jitterMs)}</Row>
      <Row name={t('connection.sentPicture')}>
        {video === undefined
          ? undefined
          : figures.picture({ ...video, framesPerSecond: video.framesPerSecond, codec: video.codec })}
      </Row>
      <Row name={t('connection.sound')}>{audioCodec === undefined ? undefined : codecName(audioCodec)}</Row>
      <Row name={t('connection.protocol')}>
        {protocol === undefined
          ? undefined
          : relayed
            ? t('connection.relayedBy', { protocol: figures.protocol(protocol) })
            : figures.protocol(protocol)}
      </Row>
      <Row name={t('connection.region')}>{region}</Row>
    </Rows>
  );
}
