export { describeBridgeContract } from './bridge/contract.ts';
export type { BridgeUnderTest } from './bridge/bridge-tester.ts';
export {
  dtlsOf,
  expectRefusal,
  newIncarnation,
  participant,
  publicationOf,
  refTo,
  soundOnly,
  until,
  untilReceived,
} from './bridge/calls.ts';
export type { BridgePublication } from './bridge/calls.ts';
export { ManualClock } from './manual-clock.ts';
export { FakeBridge } from './bridge/fake-bridge.ts';
export type { BridgeCall, FakeEndpointState } from './bridge/fake-bridge.ts';
export { CallLost, UnreliableBridge, randomFrom, unreliable, untilAnswered } from './bridge/unreliable.ts';
export type { UnreliableOptions } from './bridge/unreliable.ts';
