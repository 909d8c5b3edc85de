import { describe, expect, it } from 'vitest';
import { type ParticipantId, LIMITS } from '@treff/protocol';
import type { BridgeTester } from './bridge-tester.ts';
import { Listener, participant, publicationOf, refTo, until, untilReceived } from './calls.ts';

const camera = (owner: ParticipantId) => publicationOf(owner, 'camera');
/** One who looks, and more pictures than everybody gets consumers of. */
const OWNERS = Array.from({ length: LIMITS.pictures + 5 }, (_, index) => participant(index + 1));
const ANN = participant(0);

/** Of which pictures everybody has consumers. */
export function describePictures(under: BridgeTester): void {
  /** Ann shows those of so many of the others. */
  async function meeting(size: number, shown: readonly ParticipantId[]) {
    const owners = OWNERS.slice(0, size);
    const conference = await under.meet(ANN, ...owners);
    const listener = new Listener(under.bridge);
    const ann = refTo(conference, ANN);
    const show = (some: readonly ParticipantId[]) =>
      under.bridge.constrain(ann, {
        defaultMaxHeight: 0,
        maxHeights: Object.fromEntries(some.map((owner) => [camera(owner).source, 180])),
      });
    await show(shown);
    for (const owner of owners) await under.bridge.publish(refTo(conference, owner), camera(owner));
    const sourcesOf = (some: readonly ParticipantId[]) => some.map((owner) => camera(owner).source);
    /** Bridges may put together what follows in short order, so time goes on meanwhile. */
    const untilHas = (some: readonly ParticipantId[]) =>
      untilReceived(under.bridge, ann, sourcesOf(some), () => under.passTime(10));
    return { conference, owners, ann, listener, show, untilHas };
  }

  describe('pictures', () => {
    it('are everybody’s where they are few, shown or not', async () => {
      const { owners, untilHas, listener } = await meeting(LIMITS.pictures, []);
      await untilHas(owners);
      under.passTime(600_000);
      await untilHas(owners);
      listener.unsubscribe();
    });

    it('come, where they are many, when they are shown, and go a while after', async () => {
      const { owners, show, untilHas, listener, ann } = await meeting(OWNERS.length, []);
      // Those that were there while they were few have not been shown.
      for (let quarter = 0; quarter < 6; quarter++) under.passTime(15_000);
      await untilHas([]);
      const [first, second, third] = [owners.slice(0, 3), owners.slice(3, 6), owners.slice(-3)];
      await show(first);
      await untilHas(first);
      await show(second);
      await untilHas([...first, ...second]);
      under.passTime(50_000);
      await show(third);
      await untilHas([...first, ...second, ...third]);
      under.passTime(5_000);
      under.passTime(15_000);
      await untilHas([...second, ...third]);
      const known = new Set(listener.addedSources(ann));
      expect(third.every((owner) => known.has(camera(owner).source))).toBe(true);
      listener.unsubscribe();
    });

    it('come to who joins, where they are many, no more than can be shown', async () => {
      const { conference, listener } = await meeting(OWNERS.length, []);
      const offer = await under.enter(refTo(conference, participant(OWNERS.length + 1)));
      expect(offer.consumers).toHaveLength(LIMITS.pictures);
      listener.unsubscribe();
    });

    it('are everybody’s again when they have become few', async () => {
      const { conference, owners, untilHas, listener } = await meeting(OWNERS.length, []);
      for (let quarter = 0; quarter < 6; quarter++) under.passTime(15_000);
      await untilHas([]);
      const [gone, here] = [owners.slice(LIMITS.pictures), owners.slice(0, LIMITS.pictures)];
      for (const owner of gone) await under.bridge.remove(refTo(conference, owner));
      await untilHas(here);
      await until(
        () => listener.addedSources(refTo(conference, ANN)).length > 0,
        () => listener.messages,
      );
      listener.unsubscribe();
    });
  });
}
