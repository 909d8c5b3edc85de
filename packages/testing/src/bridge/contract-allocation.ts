import { describe, expect, it } from 'vitest';
import type {
  BridgeEvent,
  BridgeSnapshot,
  EndpointRef,
  ReceiverConstraints,
  SourceId,
} from '@treff/protocol';
import type { BridgeTester } from './bridge-tester.ts';
import { Listener, participant, publicationOf, refTo, until, untilReceived } from './calls.ts';

const [ANN, BEN, CEM] = [participant(1), participant(2), participant(3)];
const [ANNS, BENS] = [publicationOf(ANN, 'camera'), publicationOf(BEN, 'camera')];
const ALL: ReceiverConstraints = { defaultMaxHeight: 540, maxHeights: {} };
const NOTHING: ReceiverConstraints = { defaultMaxHeight: 0, maxHeights: {} };

/** Who is sent what, and what is encoded for it. */
export function describeAllocation(under: BridgeTester): void {
  /** Three people, the cameras of two of them, and all that is told. */
  async function meeting() {
    const conference = await under.meet(ANN, BEN, CEM);
    const listener = new Listener(under.bridge);
    const [ann, ben, cem] = [refTo(conference, ANN), refTo(conference, BEN), refTo(conference, CEM)];
    await under.bridge.publish(ann, ANNS);
    await untilReceived(under.bridge, cem, [ANNS.source]);
    await under.bridge.publish(ben, BENS);
    await untilReceived(under.bridge, cem, [ANNS.source, BENS.source]);
    const last = <T extends BridgeEvent['type']>(type: T, ref: EndpointRef) =>
      listener
        .events(conference)
        .filter((event): event is Extract<BridgeEvent, { type: T }> => event.type === type)
        .findLast((event) => 'endpoint' in event && event.endpoint === ref.endpoint);
    const snapshotOf = async (ref: EndpointRef): Promise<BridgeSnapshot['endpoints'][number] | undefined> =>
      (await under.bridge.snapshot(conference)).endpoints.find(({ endpoint }) => endpoint === ref.endpoint);
    /** Bridges may put together what follows in short order, so time goes on meanwhile. */
    const told = (what: string, condition: () => boolean) =>
      until(
        () => {
          under.passTime(10);
          return condition();
        },
        () => ({ what, heard: listener.messages }),
      );
    return { conference, listener, ann, ben, cem, last, snapshotOf, told };
  }

  describe('last-N', () => {
    it('withholds cameras beyond it from who asked, tells so, and gives them back', async () => {
      const { listener, conference, cem, last, snapshotOf, told } = await meeting();
      await under.bridge.constrain(cem, { ...ALL, lastN: 1 });
      await told('Ben is withheld', () => last('forwarded', cem) !== undefined);
      const withheld = { [BENS.source]: 'last-n' };
      expect(last('forwarded', cem)).toEqual({ type: 'forwarded', ...cem, withheld });
      expect((await snapshotOf(cem))?.withheld).toEqual(withheld);
      // He is still there to be received: only what comes is different.
      await untilReceived(under.bridge, cem, [ANNS.source, BENS.source]);
      await under.bridge.constrain(cem, { ...ALL, lastN: -1 });
      await told(
        'nothing is withheld',
        () => Object.keys(last('forwarded', cem)?.withheld ?? { any: 1 }).length === 0,
      );
      expect((await snapshotOf(cem))?.withheld).toEqual({});
      const others = listener.events(conference).filter(({ type }) => type === 'forwarded');
      expect(others.every((event) => 'endpoint' in event && event.endpoint === CEM)).toBe(true);
      listener.unsubscribe();
    });

    it('leaves screens alone, and what the receiver chose', async () => {
      const { listener, ann, cem, last, told } = await meeting();
      const screen = publicationOf(ANN, 'screen');
      await under.bridge.publish(ann, screen);
      await untilReceived(under.bridge, cem, [ANNS.source, BENS.source, screen.source]);
      await under.bridge.constrain(cem, { ...ALL, lastN: 1, selectedSources: [BENS.source] });
      await told('Ann is withheld', () => last('forwarded', cem) !== undefined);
      expect(last('forwarded', cem)?.withheld).toEqual({ [ANNS.source]: 'last-n' });
      listener.unsubscribe();
    });

    it('counts nobody who is muted', async () => {
      const { listener, ann, cem, last, snapshotOf, told } = await meeting();
      await under.bridge.constrain(cem, { ...ALL, lastN: 1 });
      await under.bridge.pause(ann, ANNS.source, true);
      await told('Ben comes', () => Object.keys(last('forwarded', cem)?.withheld ?? { any: 1 }).length === 0);
      await under.bridge.pause(ann, ANNS.source, false);
      await told('Ben goes', () => Object.keys(last('forwarded', cem)?.withheld ?? {}).length === 1);
      expect((await snapshotOf(cem))?.withheld).toEqual({ [BENS.source]: 'last-n' });
      listener.unsubscribe();
    });

    it('begins anew with every generation', async () => {
      const { listener, conference, cem, snapshotOf } = await meeting();
      await under.bridge.constrain(cem, { ...ALL, lastN: 0 });
      await under.enter(refTo(conference, CEM, 2));
      expect((await snapshotOf(cem))?.withheld).toEqual({});
      listener.unsubscribe();
    });
  });

  describe('what senders encode', () => {
    it('is told after 10 s in which nobody received a layer, and at once when somebody does again', async () => {
      const { listener, ann, ben, cem, last, snapshotOf, told } = await meeting();
      const layersOf = (ref: EndpointRef, source: SourceId) => {
        const event = last('sender-constraints', ref);
        return event?.source === source ? event.layers : undefined;
      };
      expect((await snapshotOf(ann))?.sources).toEqual([{ source: ANNS.source, paused: false, layers: 3 }]);
      for (const ref of [ann, ben, cem]) await under.bridge.constrain(ref, NOTHING);
      await under.bridge.constrain(cem, { defaultMaxHeight: 0, maxHeights: { [ANNS.source]: 270 } });
      // Whatever a bridge puts together it has done by then.
      under.passTime(1_000);
      under.passTime(8_000);
      await under.bridge.snapshot(ann.incarnation);
      expect([layersOf(ann, ANNS.source), layersOf(ben, BENS.source)]).toEqual([undefined, undefined]);
      under.passTime(2_000);
      await told(
        'two layers of Ann, none of Ben',
        () => layersOf(ann, ANNS.source) === 2 && layersOf(ben, BENS.source) === 0,
      );
      expect((await snapshotOf(ben))?.sources).toEqual([{ source: BENS.source, paused: false, layers: 0 }]);

      await under.bridge.constrain(cem, ALL);
      under.passTime(100);
      await told('all of both', () => layersOf(ann, ANNS.source) === 3 && layersOf(ben, BENS.source) === 3);
      expect(last('sender-constraints', ann)).toEqual({
        type: 'sender-constraints',
        ...ann,
        source: ANNS.source,
        layers: 3,
      });
      listener.unsubscribe();
    });

    it('is nothing new for who comes back in time', async () => {
      const { listener, conference, ann, ben, cem } = await meeting();
      for (const constraints of [ALL, NOTHING, ALL]) {
        for (const ref of [ann, ben, cem]) await under.bridge.constrain(ref, constraints);
        under.passTime(6_000);
      }
      under.passTime(20_000);
      const events = listener.events(conference).filter(({ type }) => type === 'sender-constraints');
      expect(events).toEqual([]);
      listener.unsubscribe();
    });
  });
}
