import { NativePeer, nativeRtpCapabilities } from '@treff/peer';
import { participantId, rtpCapabilities, rtpParameters, sourceId } from '@treff/protocol';
import { createWorker, type types } from 'mediasoup';
import { MEDIA_CODECS } from './codecs.ts';
import { receiverCapabilities, senderParameters, transportParameters } from './rtp.ts';
import { CRASHED, FAILED } from './verify.ts';

/** Milliseconds between two packets, until one arrives: the first may come before the consumer's transport is ready for it. */
const REPEAT_MS = 20;

/** Where nobody listens on purpose (RFC 6335 section 6). */
const EPHEMERAL = { min: 49_152, max: 65_535 };

class WorkerDied extends Error {}

// The process behind `verify()`: ends with 0 if a packet went from peer to peer through the worker named on the command line, with
// CRASHED if the worker died, FAILED if it did not do what it was asked, anything else if this file is at fault; the reason is on standard error. How long it may take is its parent's business.
process.once('disconnect', () => process.exit(1));
try {
  await checkWorker(process.argv[2] ?? '');
  // The native library keeps the event loop alive.
  process.exit(0);
} catch (error) {
  process.stderr.write(error instanceof Error ? error.message : String(error), () =>
    process.exit(exitCodeOf(error)),
  );
}

/** What the language itself throws is a mistake in the check, not in the worker. */
function exitCodeOf(error: unknown): number {
  if (error instanceof WorkerDied) return CRASHED;
  return error instanceof ReferenceError || error instanceof TypeError || error instanceof SyntaxError
    ? 1
    : FAILED;
}

async function checkWorker(workerBin: string): Promise<void> {
  const worker = await createWorker({ workerBin, logLevel: 'none' });
  const died = Promise.withResolvers<never>();
  worker.once('died', ({ message }) => died.reject(new WorkerDied(message)));
  await Promise.race([died.promise, forwardOnePacket(worker)]);
  worker.close();
}

async function forwardOnePacket(worker: types.Worker): Promise<void> {
  const router = await worker.createRouter({ mediaCodecs: MEDIA_CODECS });
  const arrived = Promise.withResolvers<void>();
  const [publisher, subscriber] = await Promise.all([
    openEndpoint(router),
    openEndpoint(router, () => arrived.resolve()),
  ]);
  const audio = publisher.peer.audio();
  const owner = participantId.parse('00000001');
  const producer = await publisher.send.produce({
    kind: 'audio',
    rtpParameters: senderParameters(audio.rtpParameters, 'audio', owner),
  });
  const consumer = await subscriber.receive.consume({
    producerId: producer.id,
    rtpCapabilities: receiverCapabilities(subscriber.capabilities),
  });
  subscriber.peer.consume({
    id: consumer.id,
    source: sourceId.parse(`${owner}-a0`),
    kind: 'microphone',
    rtpParameters: rtpParameters.parse(consumer.rtpParameters),
  });
  audio.sendFrame();
  const repeat = setInterval(() => audio.sendFrame(), REPEAT_MS);
  await arrived.promise;
  clearInterval(repeat);
}

async function openEndpoint(router: types.Router, onPacket: () => void = () => undefined) {
  const bridge = rtpCapabilities.parse(router.rtpCapabilities);
  const [send, receive] = await Promise.all([openTransport(router), openTransport(router)]);
  const peer = await NativePeer.open({
    offer: { generation: 1, send: send.parameters, receive: receive.parameters, consumers: [] },
    capabilities: bridge,
    connect: (role, dtlsParameters) =>
      (role === 'send' ? send : receive).transport.connect({
        dtlsParameters: { role: 'client', fingerprints: dtlsParameters.fingerprints },
      }),
    onPacket,
  });
  return {
    peer,
    send: send.transport,
    receive: receive.transport,
    capabilities: nativeRtpCapabilities(bridge),
  };
}

async function openTransport(router: types.Router) {
  const transport = await router.createWebRtcTransport({
    listenInfos: [{ protocol: 'udp', ip: '127.0.0.1', portRange: EPHEMERAL }],
  });
  const candidates = transport.iceCandidates.map(({ foundation, priority, address, port }) => ({
    foundation,
    priority,
    ip: address,
    address,
    port,
    protocol: 'udp' as const,
    type: 'host' as const,
  }));
  return { transport, parameters: transportParameters(transport, candidates) };
}
