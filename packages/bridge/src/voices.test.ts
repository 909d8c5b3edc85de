import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SourceId, LIMITS, makeSourceId, participantId } from '@treff/protocol';
import type { PacketTime } from './packet-time.ts';
import { type VoiceDecision, Voices } from './voices.ts';

const MOST_READY = 2 * LIMITS.voices;

const microphone = (index: number): SourceId =>
  makeSourceId(participantId.parse((index + 1).toString(16).padStart(8, '0')), 'microphone', 0);
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

/** A room in which time passes as told, and microphones send packets of so many milliseconds. These are numbers. */
function room(packetTime: PacketTime = 20) {
  const voices = new Voices();
  const ids = new Map<SourceId, number>();
  const open = new Set<number>();
  let now = 0;
  let decision: VoiceDecision = voices.decide(now);
  /** Since when microphones are ready. */
  const since = new Map<number, number>();
  /** For how many milliseconds those were that are not ready any more, though they are on. */
  const ended: number[] = [];
  const decide = () => {
    decision = voices.decide(now);
    for (const [id, one] of ids) {
      if (decision.ready.has(id)) since.set(one, since.get(one) ?? now);
      else if (since.has(one)) {
        if (open.has(one)) ended.push(now - (since.get(one) ?? now));
        since.delete(one);
      }
    }
  };
  const switchOn = (one: number, on: boolean) => {
    voices.switch(microphone(one), on, now);
    if (on) open.add(one);
    else open.delete(one);
    decide();
  };
  return {
    come: (some: readonly number[], on: boolean) => {
      for (const one of some) {
        ids.set(microphone(one), one);
        if (on) open.add(one);
        voices.add(microphone(one), on, now, packetTime);
        decide();
      }
    },
    go: (one: number) => {
      ids.delete(microphone(one));
      since.delete(one);
      open.delete(one);
      voices.remove(microphone(one));
      decide();
    },
    on: (...some: readonly number[]) => some.forEach((one) => switchOn(one, true)),
    off: (...some: readonly number[]) => some.forEach((one) => switchOn(one, false)),
    hear: (...some: readonly number[]) => {
      voices.hear(some.map(microphone), now);
      decide();
    },
    /** Time passes, and it is decided again whenever that was foretold. */
    wait: (ms: number) => {
      const end = now + ms;
      while (decision.again !== undefined && decision.again <= end) {
        now = decision.again;
        decide();
      }
      now = end;
    },
    /** Time passes unnoticed. */
    skip: (ms: number) => {
      now += ms;
    },
    decide,
    ended,
    get now() {
      return now;
    },
    get again() {
      return decision.again;
    },
    get open() {
      return open;
    },
    get ready() {
      return [...ids].flatMap(([id, one]) => (decision.ready.has(id) ? [one] : []));
    },
    get heard() {
      return [...ids].flatMap(([id, one]) =>
        decision.ready.has(id) && !decision.silenced.has(id) && open.has(one) ? [one] : [],
      );
    },
  };
}

/** Twelve who spoke a second after each other, the last just now, and others who wait. */
function full(...others: readonly number[]) {
  const made = room();
  made.come([...range(0, 12), ...others], false);
  for (const one of range(0, 12)) {
    made.wait(1_000);
    made.on(one);
    made.hear(one);
  }
  return made;
}

describe('whose voices are forwarded', () => {
  it('VO1 is everybody’s where there are at most 12 microphones, and all are ready from the first', () => {
    const small = room();
    small.come(range(0, 6), true);
    small.come(range(6, 12), false);
    expect(small.ready).toEqual(range(0, 12));
    expect(small.heard).toEqual(range(0, 6));
    small.off(...range(0, 6));
    small.wait(3_600_000);
    expect(small.ready).toEqual(range(0, 12));
    small.on(11, 0);
    expect(small.heard).toEqual([0, 11]);
  });

  it('VO2 is that of 12 at most, though 30 are on, and 24 are ready', () => {
    const crowd = room();
    crowd.come(range(0, 30), true);
    expect(crowd.heard).toEqual(range(0, 12));
    expect(crowd.ready).toEqual(range(0, 24));
  });

  it('VO3 needs no consumers of whoever was never switched on', () => {
    const crowd = room();
    crowd.come(range(0, 300), false);
    crowd.wait(60_000);
    expect(crowd.ready).toEqual([]);
    crowd.on(7);
    expect(crowd.ready).toEqual([7]);
  });

  it('VO4 is that of whoever is switched on, at once', () => {
    const crowd = room();
    crowd.come(range(0, 300), false);
    crowd.on(299, 3);
    expect(crowd.heard).toEqual([3, 299]);
    crowd.come([300], true);
    expect(crowd.heard).toEqual([3, 299, 300]);
  });

  it('VO5 comes in place of whoever is silent for longest, for at least 10 s', () => {
    const crowd = full(12, 13, 14);
    crowd.on(12);
    expect(crowd.heard).toEqual(range(1, 13));
    crowd.on(13, 14);
    expect(crowd.heard).toEqual([...range(2, 14)]);
    crowd.wait(999);
    expect(crowd.heard).not.toContain(14);
    crowd.wait(1);
    expect(crowd.heard).toEqual(range(3, 15));
  });

  it('VO6 comes in place of whoever is silent for longest, when it can be heard', () => {
    const crowd = full(12);
    crowd.hear(...range(0, 12));
    crowd.wait(500);
    crowd.hear(...range(1, 12));
    crowd.on(12);
    crowd.hear(12);
    expect(crowd.heard).toEqual(range(0, 12));
    crowd.wait(499);
    crowd.hear(12);
    expect(crowd.heard).toEqual(range(0, 12));
    crowd.wait(1);
    expect(crowd.heard).toEqual(range(1, 13));
  });

  it('PT5 makes room after a silence of twice and three times as long with packets that are as much longer', () => {
    for (const packetTime of [40, 60] as const) {
      const pause = 50 * packetTime;
      const crowd = room(packetTime);
      crowd.come(range(0, 13), false);
      crowd.on(...range(0, 12));
      crowd.hear(...range(0, 12));
      crowd.wait(1);
      crowd.hear(...range(1, 12));
      crowd.on(12);
      crowd.hear(12);
      crowd.wait(pause - 2);
      crowd.hear(12);
      expect(crowd.heard).toEqual(range(0, 12));
      crowd.wait(1);
      expect(crowd.heard).toEqual(range(1, 13));
    }
  });

  it('VO7 stays that of whoever can be heard', () => {
    const crowd = full(12, 13);
    crowd.on(12, 13);
    for (const _ of range(0, 50)) {
      crowd.wait(400);
      crowd.hear(...range(2, 14));
    }
    expect(crowd.heard).toEqual(range(2, 14));
    crowd.hear(...range(0, 14));
    crowd.wait(400);
    crowd.hear(0, 1, ...range(2, 14));
    expect(crowd.heard).toEqual(range(2, 14));
  });

  it('VO8 leaves with muting, and the last who gave a sign comes in its place', () => {
    const crowd = full(12, 13, 14);
    crowd.hear(...range(0, 12));
    crowd.on(12, 13);
    crowd.skip(1);
    crowd.on(14);
    crowd.skip(1);
    crowd.hear(13);
    expect(crowd.heard).toEqual(range(0, 12));
    crowd.off(5);
    expect(crowd.heard).toEqual([0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 13]);
    crowd.go(4);
    expect(crowd.heard).toEqual([0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 13, 14]);
  });

  it('VO9 keeps ready who made room, and makes ready who waits', () => {
    const crowd = full(12, 13);
    crowd.on(12);
    expect(crowd.heard).not.toContain(0);
    expect(crowd.ready).toContain(0);
    crowd.hear(...range(1, 13));
    crowd.on(13);
    expect(crowd.heard).not.toContain(13);
    expect(crowd.ready).toContain(13);
  });

  it('VO10 keeps ready for 60 s who is muted, in a crowd', () => {
    const crowd = room();
    crowd.come(range(0, 300), false);
    crowd.wait(100_000);
    crowd.on(5);
    crowd.off(5);
    crowd.wait(59_999);
    expect(crowd.ready).toEqual([5]);
    crowd.wait(1);
    expect(crowd.ready).toEqual([]);
    expect(crowd.again).toBeUndefined();
  });

  it('VO10 begins to count when the room becomes a crowd, and is as before when it is none any more', () => {
    const made = room();
    made.come(range(0, 12), false);
    made.wait(100_000);
    made.come([12], false);
    made.wait(59_999);
    expect(made.ready).toEqual(range(0, 12));
    made.go(12);
    made.wait(100_000);
    expect(made.ready).toEqual(range(0, 12));
    made.come([12], false);
    made.wait(60_000);
    expect(made.ready).toEqual([]);
    made.go(0);
    expect(made.ready).toEqual(range(1, 13));
  });

  it('VO11 keeps what it made ready, even while others want to be', () => {
    const crowd = room();
    crowd.come(range(0, 30), true);
    crowd.wait(9_000);
    crowd.hear(...range(0, 12));
    crowd.hear(29);
    expect(crowd.ready).not.toContain(29);
    crowd.wait(1_000);
    expect(crowd.ready).toContain(29);
    expect(crowd.ready).toHaveLength(24);
    crowd.hear(29);
    expect(crowd.heard).toContain(29);
  });

  it('VO11 takes the place of muted ones for whoever can be heard at once', () => {
    const crowd = room();
    crowd.come(range(0, 40), false);
    for (const one of range(0, 24)) {
      crowd.on(one);
      crowd.off(one);
    }
    expect(crowd.ready).toHaveLength(24);
    crowd.on(30);
    expect(crowd.heard).toEqual([30]);
    expect(crowd.ready).toHaveLength(24);
  });
});

type Step =
  | { readonly does: 'come' | 'go' | 'on' | 'off'; readonly one: number }
  | { readonly does: 'hear'; readonly some: readonly number[] }
  | { readonly does: 'wait'; readonly ms: number };

const one = fc.nat(39);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ does: fc.constantFrom('come', 'on', 'on', 'on', 'off', 'off', 'go'), one }),
  fc.record({ does: fc.constant('hear'), some: fc.uniqueArray(one, { maxLength: 16 }) }),
  fc.record({ does: fc.constant('wait'), ms: fc.constantFrom(1, 400, 1_000, 5_000, 10_000, 60_000) }),
);
const steps = fc.array(step, { minLength: 10, maxLength: 120 });

describe('in any meeting', () => {
  /** Plays a meeting with 30 microphones, most of them on, and looks after every step. */
  function play(
    some: readonly Step[],
    look: (made: ReturnType<typeof room>, done: Step, heardAt: ReadonlyMap<number, number>) => void,
  ): void {
    const made = room();
    const there = new Set<number>();
    const heardAt = new Map<number, number>();
    const come = (who: number, on: boolean) => {
      if (there.has(who)) return;
      there.add(who);
      made.come([who], on);
    };
    for (const who of range(0, 30)) come(who, who % 5 > 0);
    for (const done of some) {
      if (done.does === 'wait') made.wait(done.ms);
      else if (done.does === 'hear') {
        const audible = done.some.filter((who) => made.open.has(who));
        for (const who of audible) heardAt.set(who, made.now);
        made.hear(...audible);
      } else if (done.does === 'come') come(done.one, done.one % 3 === 0);
      else if (there.has(done.one)) {
        if (done.does === 'go') there.delete(done.one);
        if (done.does !== 'on') heardAt.delete(done.one);
        made[done.does](done.one);
      }
      look(made, done, heardAt);
    }
  }

  it('VO2 never more than 12 are heard, and never more than 24 are ready', () => {
    fc.assert(
      fc.property(steps, (some) =>
        play(some, ({ heard, ready, open }) => {
          expect(heard.length).toBeLessThanOrEqual(LIMITS.voices);
          expect(ready.length).toBeLessThanOrEqual(MOST_READY);
          // Nobody waits while there is room.
          expect(heard.length).toBe(Math.min(open.size, LIMITS.voices));
        }),
      ),
    );
  });

  it('VO7 nobody who was heard within a second is dropped, and none for one who was silent for longer', () => {
    fc.assert(
      fc.property(steps, (some) => {
        let before: readonly number[] = [];
        play(some, (made, done, heardAt) => {
          const dropped = before.filter((who) => made.open.has(who) && !made.heard.includes(who));
          // While time passes more than one decision is made.
          if (done.does !== 'wait') {
            for (const who of dropped) {
              expect(made.now - (heardAt.get(who) ?? -Infinity)).toBeGreaterThanOrEqual(1_000);
              for (const came of made.heard.filter((other) => !before.includes(other)))
                if (heardAt.has(who) && heardAt.has(came))
                  expect(heardAt.get(came)).toBeGreaterThanOrEqual(heardAt.get(who) ?? 0);
            }
          }
          before = made.heard;
        });
      }),
    );
  });

  it('VO8 what is muted is not heard, and all that is heard is ready', () => {
    fc.assert(
      fc.property(steps, (some) =>
        play(some, ({ heard, ready, open }) => {
          for (const who of heard) expect([open.has(who), ready.includes(who)]).toEqual([true, true]);
        }),
      ),
    );
  });

  it('VO11 consumers of what is on last for 10 s', () => {
    fc.assert(
      fc.property(steps, (some) =>
        play(some, ({ ended }) => {
          for (const lasted of ended.splice(0)) expect(lasted).toBeGreaterThanOrEqual(10_000);
        }),
      ),
    );
  });

  it('VO12 deciding again changes nothing, and time does only as was foretold', () => {
    fc.assert(
      fc.property(steps, fc.nat(100_000), (some, later) =>
        play(some, (made) => {
          const before = [made.heard, made.ready];
          made.decide();
          expect([made.heard, made.ready]).toEqual(before);
          made.skip(Math.min(later, (made.again ?? Infinity) - made.now - 1));
          made.decide();
          expect([made.heard, made.ready]).toEqual(before);
        }),
      ),
    );
  });

  it('VO12 it comes to rest', () => {
    fc.assert(
      fc.property(steps, (some) => {
        let last: ReturnType<typeof room> | undefined;
        play(some, (made) => (last = made));
        last?.wait(3_600_000);
        expect(last?.again).toBeUndefined();
      }),
    );
  });
});
