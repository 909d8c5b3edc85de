import type { LoadPlan } from '@treff/loadtest';

/** Who have the floor in turn. */
const TALKERS = 5;

/** A hall: one of five has the floor in turn and is seen at the size of a tile; the others listen, and quiet microphones send next to nothing. */
export const hallOf = (people: number) =>
  ({
    participants: people,
    senders: TALKERS,
    talkers: TALKERS,
    dtx: true,
    show: 1,
    height: 180,
    video: { bitrate: 300_000, layers: 3, framesPerSecond: 15 },
    joinsPerSecond: 40,
    settle: 5,
  }) satisfies Partial<LoadPlan>;
