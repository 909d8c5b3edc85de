import type { DeviceProblem } from './types.ts';

/** Why `getUserMedia` rejected, by the names of Media Capture and Streams, section 10.1.4, and older ones that browsers still use. */
export function deviceProblemOf(error: unknown): DeviceProblem {
  switch (nameOf(error)) {
    case 'NotAllowedError':
    case 'SecurityError':
    case 'PermissionDeniedError':
      return 'permission-denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
    case 'DevicesNotFoundError':
      return 'not-found';
    case 'NotReadableError':
    case 'AbortError':
    case 'TrackStartError':
      return 'in-use';
    default:
      return 'failed';
  }
}

/** Whether the device exists, but not as it was asked for: another, less choosy request may succeed. */
export function isTooChoosy(error: unknown): boolean {
  const name = nameOf(error);
  return name === 'OverconstrainedError' || name === 'NotFoundError';
}

function nameOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : '';
}
