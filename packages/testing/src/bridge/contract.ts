import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BridgeTester, type BridgeUnderTest } from './bridge-tester.ts';
import { expectRefusal, newIncarnation, participant, refTo } from './calls.ts';
import { describeAllocation } from './contract-allocation.ts';
import { describeCaps } from './contract-caps.ts';
import { describeEvents } from './contract-events.ts';
import { describeLifecycle } from './contract-lifecycle.ts';
import { describePictures } from './contract-pictures.ts';
import { describeSources } from './contract-sources.ts';
import { describeVoices } from './contract-voices.ts';

/** What every `Bridge` owes its callers, sentence by sentence. `make` starts one bridge; the suite shuts it down. */
export function describeBridgeContract(name: string, make: () => Promise<BridgeUnderTest>): void {
  describe(`${name} holds the contract of the bridge`, () => {
    const under = new BridgeTester();

    beforeAll(async () => {
      under.subject = await make();
    });
    afterAll(() => under.bridge.shutdown());

    describeLifecycle(under);
    describeSources(under);
    describeAllocation(under);
    describeCaps(under);
    describePictures(under);
    describeVoices(under);
    describeEvents(under);
  });

  describe(`${name}, shut down,`, () => {
    it('opens nothing any more, and may be shut down again', async () => {
      const { bridge } = await make();
      const conference = newIncarnation();
      await bridge.open(conference);
      await bridge.shutdown();
      await bridge.shutdown();
      await expectRefusal(bridge.open(newIncarnation()), 'media/bridge-unavailable');
      await expectRefusal(bridge.snapshot(conference), 'media/stale-generation');
      await bridge.remove(refTo(conference, participant(1)));
      expect(await bridge.close(conference)).toBeUndefined();
    });
  });
}
