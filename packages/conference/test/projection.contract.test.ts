import {
  conferenceView,
  mutableOf,
  viewEvent,
  type ConferenceView,
  type ParticipantId,
} from '@treff/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  applyViewEvent,
  decide,
  maySend,
  mediaPlan,
  nextDeadline,
  project,
  projectEvent,
  type ConferenceState,
} from '../src/index.ts';
import { nextBlocks } from '../src/features/media-moderation/media-moderation.ts';
import { nextCodecs } from '../src/features/codecs/agreement.ts';
import { nextRoute } from '../src/features/media/route.ts';
import { EMPTY, anyStep, take } from './model.ts';

const seed = Number(process.env['SEED'] ?? Date.now() % 0x7fff_ffff);
const options = { seed, numRuns: 1_500, verbose: 1 } as const;
const steps = fc.array(anyStep, { maxLength: 60, size: 'max' });

test(`folding the projected events gives the projection of the new state, for every viewer who stays (SEED=${seed})`, () => {
  fc.assert(
    fc.property(steps, (commands) => {
      play(commands, (before, event, after) => {
        for (const viewer of before.participants.keys()) {
          if (!after.participants.has(viewer)) continue;
          const folded = projectEvent(before, event, after, viewer).reduce(
            applyViewEvent,
            project(before, viewer),
          );
          expect(folded).toEqual(project(after, viewer));
        }
      });
    }),
    options,
  );
});

test(`a viewer who drops, misses any number of events and resumes sees what one who never dropped sees (SEED=${seed})`, () => {
  fc.assert(
    fc.property(steps, fc.infiniteStream(fc.nat(5)), (commands, drops) => {
      // Per seat: the replica, and what waits in the outbox while its socket is lost.
      const seats = new Map<
        ParticipantId,
        { view: ConferenceView; outbox: Parameters<typeof applyViewEvent>[1][] }
      >();
      const last = play(commands, (before, event, after) => {
        for (const [viewer, seat] of seats) {
          if (!after.participants.has(viewer)) seats.delete(viewer);
          else seat.outbox.push(...projectEvent(before, event, after, viewer));
        }
        if (event.type === 'participant-joined')
          seats.set(event.participant.id, { view: project(after, event.participant.id), outbox: [] });
        for (const seat of seats.values()) if (drops.next().value !== 0) flush(seat);
      });
      for (const [viewer, seat] of seats) {
        flush(seat);
        expect(seat.view).toEqual(project(last, viewer));
      }
      expect(new Set(seats.keys())).toEqual(new Set(last.participants.keys()));
    }),
    options,
  );
});

test(`what is projected fits the protocol's schemas and holds nothing that only the server may know (SEED=${seed})`, () => {
  fc.assert(
    fc.property(steps, (commands) => {
      play(commands, (before, event, after) => {
        for (const viewer of after.participants.keys()) {
          const view = project(after, viewer);
          // The parse drops unknown keys: equality means that there are none.
          expect(conferenceView.parse(view)).toEqual(view);
          if (!before.participants.has(viewer)) continue;
          for (const seen of projectEvent(before, event, after, viewer))
            expect(viewEvent.parse(seen)).toEqual(seen);
        }
      });
    }),
    options,
  );
});

test(`sources, speakers and the media plan only ever name people who have a seat (SEED=${seed})`, () => {
  fc.assert(
    fc.property(steps, (commands) => {
      play(commands, (_before, _event, after) => {
        const seated = [...after.participants.keys()];
        for (const source of after.sources.live.values()) expect(seated).toContain(source.owner);
        expect(seated).toEqual(expect.arrayContaining([...after.speakers]));
        expect(seated).toEqual(expect.arrayContaining([...after.sources.used.keys()]));
        const plan = mediaPlan(after);
        expect([...plan.endpoints.keys()]).toEqual(seated);
        const planned = [...plan.endpoints.values()].flatMap((endpoint) =>
          endpoint.sources.map((source) => source.id),
        );
        expect(planned.toSorted()).toEqual([...after.sources.live.keys()].toSorted());
        // The route follows a change of people as an event of its own.
        if (after.media.route.seats === seated.length) expect(plan.mode === 'none').toBe(seated.length < 2);
      });
    }),
    options,
  );
});

test(`whatever happened, its consequences for codecs and route are drawn at once, and only for people who have a seat (SEED=${seed})`, () => {
  fc.assert(
    fc.property(steps, (commands) => {
      const state = play(commands, () => undefined);
      const { p2p, bridge, mode, ready } = state.media.route;
      expect(nextRoute(state, 0)).toBe(state.media.route);
      expect(nextCodecs(state, 0)).toEqual([]);
      const seated = [...state.participants.keys()];
      expect(seated).toEqual(expect.arrayContaining([...ready, ...(p2p ? [p2p.offerer, p2p.answerer] : [])]));
      // Somebody always carries, but for the first seconds of a pair.
      if (mode === 'bridge') expect(bridge).toBe(true);
      if (mode === 'p2p') expect(p2p).toBeDefined();
      if (mode === 'p2p') expect(seated).toHaveLength(2);
    }),
    options,
  );
});

test(`somebody moderates, or will before long, and nobody without a seat (SEED=${seed})`, () => {
  fc.assert(
    fc.property(steps, (commands) => {
      const state = play(commands, () => undefined);
      const { moderators, vacantUntil } = state.roles;
      const seated = [...state.participants.keys()];
      expect(seated).toEqual(expect.arrayContaining([...moderators]));
      // Nobody is promoted whose token says that they are no moderator.
      const promotable = [...state.participants.values()].filter(({ subordinate }) => !subordinate);
      if (promotable.length > 0) expect(moderators.size === 0).toBe(vacantUntil !== undefined);
    }),
    options,
  );
});

test(`what is blocked is silent, its owner may not unmute it, and that is so for nothing else that is muted (SEED=${seed})`, () => {
  fc.assert(
    fc.property(steps, (commands) => {
      const state = play(commands, () => undefined);
      expect(nextBlocks(state, state)).toEqual([]);
      const planned = [...mediaPlan(state).endpoints.values()].flatMap(({ sources }) => sources);
      for (const { id, owner, kind, muted, blocked } of state.sources.live.values()) {
        const free = maySend(project(state, owner), owner, mutableOf(kind));
        if (muted) expect(blocked).toBe(!free);
        if (blocked) expect(planned.find((source) => source.id === id)?.paused).toBe(true);
        const unmute = { type: 'mute-source', source: id, muted: false } as const;
        const decision = decide(state, unmute, { kind: 'participant', id: owner }, { now: 0 });
        expect(decision.ok).toBe(!blocked);
      }
      for (const allowed of state.mediaModeration.values())
        expect([...state.participants.keys()]).toEqual(expect.arrayContaining([...allowed]));
    }),
    options,
  );
});

test(`a tick at the next deadline always ends that deadline (SEED=${seed})`, () => {
  fc.assert(
    fc.property(steps, (commands) => {
      const state = play(commands, () => undefined);
      const deadline = nextDeadline(state);
      if (deadline === undefined) return;
      const taken = take(state, { type: 'tick' }, { kind: 'system' }, deadline);
      expect(taken.length).toBeGreaterThan(0);
      const next = nextDeadline(taken.at(-1)?.after ?? state);
      expect(next === undefined || next > deadline).toBe(true);
    }),
    options,
  );
});

function play(
  commands: readonly {
    command: Parameters<typeof take>[1];
    actor: Parameters<typeof take>[2];
    elapsed: number;
  }[],
  see: (
    before: ConferenceState,
    event: ReturnType<typeof take>[number]['event'],
    after: ConferenceState,
  ) => void,
): ConferenceState {
  let state = EMPTY;
  let now = 0;
  for (const { command, actor, elapsed } of commands) {
    now += elapsed;
    for (const { before, event, after } of take(state, command, actor, now)) {
      see(before, event, after);
      state = after;
    }
  }
  return state;
}

function flush(seat: { view: ConferenceView; outbox: Parameters<typeof applyViewEvent>[1][] }): void {
  seat.view = seat.outbox.reduce(applyViewEvent, seat.view);
  seat.outbox = [];
}
