import { describe, expect, it } from 'vitest';
import { type ParticipantId, LIMITS } from '@treff/protocol';
import type { BridgeTester } from './bridge-tester.ts';
import { Listener, participant, publicationOf, refTo, until, untilReceived } from './calls.ts';

const microphone = (owner: ParticipantId) => publicationOf(owner, 'microphone');

/** Whose voices everybody receives. */
export function describeVoices(under: BridgeTester): void {
  /** People who are all muted. */
  async function meeting(size: number) {
    const people = Array.from({ length: size }, (_, index) => participant(index));
    const conference = await under.meet(...people);
    const listener = new Listener(under.bridge);
    for (const one of people) {
      await under.bridge.publish(refTo(conference, one), { ...microphone(one), paused: true });
    }
    const switchOn = (one: ParticipantId, on: boolean) =>
      under.bridge.pause(refTo(conference, one), microphone(one).source, !on);
    return { conference, people, listener, switchOn };
  }

  describe('voices', () => {
    it('are everybody’s in a small conference, the muted ones’ too', async () => {
      const { conference, people, listener } = await meeting(LIMITS.voices);
      under.passTime(600_000);
      for (const receiver of people) {
        const others = people.filter((one) => one !== receiver).map((one) => microphone(one).source);
        await untilReceived(under.bridge, refTo(conference, receiver), others);
      }
      listener.unsubscribe();
    });

    it('are received by everybody once they are switched on, however many are muted', async () => {
      const { conference, people, listener, switchOn } = await meeting(3 * LIMITS.voices);
      under.passTime(600_000);
      for (const speaker of people.slice(-LIMITS.voices)) {
        await switchOn(speaker, true);
        for (const receiver of people) {
          if (receiver === speaker) continue;
          await until(
            async () => (await sourcesOf(receiver)).includes(microphone(speaker).source),
            () => ({ receiver, speaker }),
          );
        }
      }
      listener.unsubscribe();

      async function sourcesOf(receiver: ParticipantId): Promise<string[]> {
        const { endpoints } = await under.bridge.snapshot(conference);
        const endpoint = endpoints.find((candidate) => candidate.endpoint === receiver);
        return (endpoint?.consumers ?? []).map(({ source }) => source);
      }
    });

    it('come and go by events', async () => {
      const { conference, people, listener, switchOn } = await meeting(3 * LIMITS.voices);
      const untilTold = () =>
        until(
          async () => {
            const { endpoints } = await under.bridge.snapshot(conference);
            return endpoints.every(({ endpoint, generation, consumers }) => {
              const told = listener.consumersOf(refTo(conference, endpoint, generation));
              return (
                told.join(' ') ===
                consumers
                  .map(({ id }) => id)
                  .toSorted()
                  .join(' ')
              );
            });
          },
          () => people,
        );
      for (const one of people) {
        under.passTime(5_000);
        await switchOn(one, true);
        await untilTold();
      }
      for (const one of people) {
        under.passTime(30_000);
        await switchOn(one, false);
        await untilTold();
      }
      expect(listener.addedSources(refTo(conference, participant(0)))).toContain(
        microphone(participant(1)).source,
      );
      listener.unsubscribe();
    });
  });
}
