import { errors } from 'mediasoup';
import { TreffError, type ErrorCode } from '@treff/protocol';

/** A failed call into mediasoup as a refusal with a code. `otherwise` is the code when mediasoup's error class says nothing more. */
export function refusalOf(error: unknown, otherwise: ErrorCode): TreffError {
  if (error instanceof TreffError) return error;
  const code =
    error instanceof errors.WorkerClosedError
      ? 'media/bridge-unavailable'
      : error instanceof errors.UnsupportedError
        ? 'media/codec-unsupported'
        : otherwise;
  return new TreffError(code, error instanceof Error ? error.message : undefined, { cause: error });
}

/** A call about something that is no more, or never was. */
export function stale(detail: string): TreffError {
  return new TreffError('media/stale-generation', detail);
}

export function unavailable(detail: string): TreffError {
  return new TreffError('media/bridge-unavailable', detail);
}
