import { type ProvideOptions, type WorkerProvision, provide } from '@treff/media-worker';
import { verify } from './verify.ts';

/**
 * A mediasoup worker that works on this machine, for {@link createBridge}: found, or else built, and in any case checked by a DTLS-SRTP
 * handshake and a forwarded packet. Rejects with media-worker's `WorkerUnavailable`.
 */
export function provideWorker(options: Omit<ProvideOptions, 'verify'> = {}): Promise<WorkerProvision> {
  return provide({ ...options, verify: (binaryPath) => verify(binaryPath) });
}
