import type { types } from 'mediasoup-client';
import type { IceHealth } from './ice-recovery.ts';
import type { PathState } from './path.ts';

/** How transports are that have something to carry. */
export function healthOf(states: readonly types.ConnectionState[]): IceHealth {
  if (states.includes('failed')) return 'failed';
  if (states.includes('disconnected')) return 'disconnected';
  return states.every((state) => state === 'connected') ? 'good' : 'unsettled';
}

/** A transport that comes later, because there was nothing to receive before, is no reason to ask anybody for patience. */
export function stateOf(health: IceHealth, wasConnected: boolean, before: PathState): PathState {
  switch (health) {
    case 'good':
      return 'connected';
    case 'unsettled':
      if (!wasConnected) return 'connecting';
      return before === 'reconnecting' ? 'reconnecting' : 'connected';
    case 'disconnected':
    case 'failed':
      return 'reconnecting';
  }
}
