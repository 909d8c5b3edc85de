import type { ErrorCode } from '@treff/protocol';
import type { SessionEnd } from '../core/index.ts';
import type { MeetingPhase } from './types.ts';

/** The phases in which there is no meeting any more. */
export type End = Extract<MeetingPhase, { name: 'left' | 'failed' }>;

const FINAL: ReadonlySet<string> = new Set<ErrorCode>(['session/kicked', 'room/ended']);

/** Whether one is nobody in particular after it: who comes again comes as somebody new. */
export function isFinal(code: Extract<End, { name: 'failed' }>['code']): boolean {
  return FINAL.has(code);
}

/** What the page is told of a session's end. */
export function phaseOfEnd(end: SessionEnd): End {
  switch (end.reason) {
    case 'left':
      return { name: 'left' };
    case 'refused':
      return {
        name: 'failed',
        code: end.code,
        retryAfterMs: end.retryAfterMs,
        ...(end.person !== undefined && { person: end.person }),
      };
    case 'unreachable':
      return { name: 'failed', code: 'network/unreachable', retryAfterMs: undefined };
  }
}
