import { ManualClock, describeBridgeContract } from '@treff/testing';
import { testBridge } from './test-bridge.ts';

describeBridgeContract('the mediasoup bridge', async () => {
  const clock = new ManualClock();
  const bridge = await testBridge({ port: 43_100, workers: 2, clock });
  return {
    bridge,
    passTime: (ms) => clock.advance(ms),
    // The suite only asks that this conference is lost, so all may go.
    kill: async () => {
      for (const pid of bridge.workerPids) process.kill(pid, 'SIGKILL');
    },
  };
});
