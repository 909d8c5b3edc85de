import { makeSourceId, type ConsumerParameters, type ParticipantId, type SourceKind } from '@treff/protocol';
import { Device, type types } from 'mediasoup-client';
import * as fakeParameters from 'mediasoup-client/fakeParameters';
import { FakeHandler } from 'mediasoup-client/handlers/FakeHandler';
import { asReceiver, asSender, FakeEncoder, FakeReceiver } from './fake-media.ts';

/** A mediasoup device without a browser, and the transports that were made with it, newest last. */
export interface FakeBridgeDevice {
  readonly device: Device;
  readonly sending: FakeTransport[];
  readonly receiving: FakeTransport[];
}

export interface FakeTransport {
  readonly transport: types.Transport;
  setState(state: types.ConnectionState): void;
  /** By the id of the consumer. */
  readonly receivers: ReadonlyMap<string, FakeReceiver>;
  /** What encodes the tracks that were sent, in their order. */
  readonly encoders: FakeEncoder[];
  /** How these were to be encoded beyond what their encodings say. */
  readonly codecOptions: (types.ProducerCodecOptions | undefined)[];
  /** How many consumers each negotiation set up. */
  readonly negotiations: number[];
  /** What it was given last. */
  iceServers: RTCIceServer[] | undefined;
  /** What a negotiation waits for before it begins. */
  held: Promise<void> | undefined;
}

export async function fakeBridgeDevice(): Promise<FakeBridgeDevice> {
  const handlers = FakeHandler.createFactory(fakeParameters);
  let given: RTCIceServer[] | undefined;
  const device = new Device({
    handlerFactory: {
      ...handlers,
      factory(options) {
        given = options.iceServers;
        return handlers.factory(options);
      },
    },
  });
  await device.load({ routerRtpCapabilities: fakeParameters.generateRouterRtpCapabilities() });
  const sending: FakeTransport[] = [];
  const receiving: FakeTransport[] = [];
  device.observer.on('newtransport', (transport) => {
    const { handler } = transport;
    if (!(handler instanceof FakeHandler)) throw new Error('another handler than the fake one');
    const negotiations: number[] = [];
    const encoders: FakeEncoder[] = [];
    const codecOptions: FakeTransport['codecOptions'] = [];
    const send = handler.send.bind(handler);
    handler.send = async (options) => {
      const encoder = new FakeEncoder(options.encodings?.length ?? 1);
      encoders.push(encoder);
      codecOptions.push(options.codecOptions);
      return { ...(await send(options)), rtpSender: asSender(encoder) };
    };
    const receive = handler.receive.bind(handler);
    handler.receive = async (options) => {
      negotiations.push(options.filter(({ trackId }) => trackId !== 'probator').length);
      await fake.held;
      const results = await receive(options);
      return results.map((result, index) => {
        const { trackId = '', kind = 'audio' } = options[index] ?? {};
        const receiver = new FakeReceiver(kind);
        receivers.set(trackId, receiver);
        return { ...result, rtpReceiver: asReceiver(receiver) };
      });
    };
    handler.updateIceServers = (iceServers) => {
      fake.iceServers = iceServers;
      return Promise.resolve();
    };
    const receivers = new Map<string, FakeReceiver>();
    const setState = handler.setConnectionState.bind(handler);
    const fake: FakeTransport = {
      transport,
      receivers,
      encoders,
      codecOptions,
      negotiations,
      setState,
      iceServers: given,
      held: undefined,
    };
    (transport.direction === 'send' ? sending : receiving).push(fake);
  });
  return { device, sending, receiving };
}

/** A consumer of somebody's `index`th source. */
export function consumerOf(owner: ParticipantId, kind: SourceKind, index: number): ConsumerParameters {
  const codecMimeType = kind === 'microphone' ? 'audio/opus' : 'video/VP8';
  const { rtpParameters } = fakeParameters.generateConsumerRemoteParameters({ codecMimeType });
  const source = makeSourceId(owner, kind, index);
  return {
    id: `consumer-${source}`,
    source,
    kind,
    rtpParameters: rtpParameters as ConsumerParameters['rtpParameters'],
  };
}
