export { FakeBridge } from './bridge/fake-bridge.ts';
export type { BridgeCall, FakeEndpointState } from './bridge/fake-bridge.ts';
