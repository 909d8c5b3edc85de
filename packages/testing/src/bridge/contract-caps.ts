import type { BridgeEvent, CameraCaps } from '@treff/protocol';
import { describe, expect, it } from 'vitest';
import type { BridgeTester } from './bridge-tester.ts';
import {
  Listener,
  newIncarnation,
  participant,
  publicationOf,
  refTo,
  until,
  untilReceived,
} from './calls.ts';

const [ANN, BEN] = [participant(1), participant(2)];
/** 540 lines, in layers of 135, 270 and 540. */
const CAMERA = publicationOf(ANN, 'camera');
const SCREEN = publicationOf(ANN, 'screen');

/** What becomes of cameras in a conference that allows them only so much. */
export function describeCaps(under: BridgeTester): void {
  /** Ann, with a camera and a screen, and Ben, who shows both as large as he can; later with what the bridge tells of it. */
  async function meeting(...opened: readonly CameraCaps[]) {
    const conference = newIncarnation();
    for (const caps of opened) await under.bridge.open(conference, caps);
    const [ann, ben] = [refTo(conference, ANN), refTo(conference, BEN)];
    const listener = new Listener(under.bridge);
    for (const ref of [ann, ben]) await under.enter(ref);
    for (const publication of [CAMERA, SCREEN]) await under.bridge.publish(ann, publication);
    await untilReceived(under.bridge, ben, [CAMERA.source, SCREEN.source]);
    await under.bridge.constrain(ben, { defaultMaxHeight: 1_080, maxHeights: {} });
    const told = () =>
      listener
        .events(conference)
        .filter(
          (event): event is Extract<BridgeEvent, { type: 'sender-constraints' }> =>
            event.type === 'sender-constraints',
        );
    const sources = async () => {
      const { endpoints } = await under.bridge.snapshot(conference);
      return endpoints.find(({ endpoint }) => endpoint === ANN)?.sources ?? [];
    };
    return { ann, listener, told, sources };
  }

  describe('a cap on cameras', () => {
    it('forwards no layer above the first that reaches it, and leaves screens alone', async () => {
      const { ann, listener, told, sources } = await meeting({ maxHeight: 270 });
      expect(await sources()).toContainEqual({
        source: CAMERA.source,
        paused: false,
        layers: 3,
        maxHeight: 270,
      });
      await until(() => {
        under.passTime(1_000);
        return told().length > 0;
      }, told);
      expect(told()).toEqual([
        { type: 'sender-constraints', ...ann, source: CAMERA.source, layers: 2, maxHeight: 270 },
      ]);
      expect(await sources()).toContainEqual({ source: SCREEN.source, paused: false, layers: 3 });
      listener.unsubscribe();
    });

    it('that lies between two layers takes the upper one, which its sender makes as small, and says nothing of what that knows', async () => {
      const { listener, told, sources } = await meeting({ maxHeight: 360, maxBitrate: 500_000 });
      for (let second = 0; second < 15; second++) {
        under.passTime(1_000);
        await sources();
      }
      expect(told()).toEqual([]);
      expect(await sources()).toContainEqual({
        source: CAMERA.source,
        paused: false,
        layers: 3,
        maxHeight: 360,
      });
      listener.unsubscribe();
    });

    it('is that of the first call which opens the conference', async () => {
      const { listener, sources } = await meeting({ maxHeight: 270 }, { maxHeight: 540 }, {});
      expect((await sources()).map(({ maxHeight }) => maxHeight)).toEqual([270, undefined]);
      listener.unsubscribe();
    });
  });
}
