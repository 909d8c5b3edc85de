import { FakeBridge, describeBridgeContract } from '@treff/testing';

describeBridgeContract('the fake bridge', async () => {
  const bridge = new FakeBridge();
  return {
    bridge,
    kill: async (conference) => bridge.lose(conference),
    passTime: (ms) => bridge.passTime(ms),
  };
});
