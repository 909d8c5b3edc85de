import { type BridgeUnderTest, ManualClock, describeBridgeContract } from '@treff/testing';
import { testBridge } from './test-bridge.ts';

async function subject(port: number, endpointsPerWorker?: number): Promise<BridgeUnderTest> {
  const clock = new ManualClock();
  const bridge = await testBridge({
    port,
    workers: 2,
    clock,
    ...(endpointsPerWorker === undefined ? {} : { endpointsPerWorker }),
  });
  return {
    bridge,
    passTime: (ms) => clock.advance(ms),
    // The suite only asks that this conference is lost, so all may go.
    kill: async () => {
      for (const pid of bridge.workerPids) process.kill(pid, 'SIGKILL');
    },
  };
}

describeBridgeContract('the mediasoup bridge', () => subject(43_100));
// From the second endpoint on everything crosses a pipe.
describeBridgeContract('the mediasoup bridge with every conference on two workers', () => subject(43_110, 1));
