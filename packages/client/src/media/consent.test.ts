import {
  generation,
  makeSourceId,
  type ConferenceView,
  type Mutable,
  type ServerMessage,
  type SourceView,
  type ViewEvent,
} from '@treff/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { turn } from '../../test/fake-media.ts';
import { seated } from '../../test/meeting-in-memory.ts';
import { offer, OTHER, SELF, view } from '../../test/meeting-messages.ts';

type Meeting = Awaited<ReturnType<typeof seated>>;

const mutable = fc.constantFrom<Mutable>('microphone', 'camera', 'screen');
const person = fc.constantFrom(SELF, SELF, OTHER);

/** A source, mostly the viewer's, in any state: on, say. */
const source: fc.Arbitrary<SourceView> = fc
  .record({
    owner: person,
    kind: fc.constantFrom('microphone', 'camera', 'screen', 'screenAudio'),
    index: fc.nat(3),
    muted: fc.boolean(),
    blocked: fc.boolean(),
  })
  .map(({ owner, kind, index, ...rest }) => ({ id: makeSourceId(owner, kind, index), kind, ...rest }));

/** All that can be said of anybody's media, and of who may do what to it. */
const event: fc.Arbitrary<ViewEvent> = fc.oneof(
  source.map((each) => ({ type: 'source-added', source: each }) as const),
  source.map(({ id, muted }) => ({ type: 'source-muted', source: id, muted, by: OTHER }) as const),
  source.map(({ id, muted }) => ({ type: 'source-muted', source: id, muted }) as const),
  source.map(({ id, blocked }) => ({ type: 'source-blocked', source: id, blocked }) as const),
  source.map(({ id }) => ({ type: 'source-removed', source: id }) as const),
  fc.constant({ type: 'unmute-asked', by: OTHER } as const),
  fc
    .record({ kind: mutable, on: fc.boolean() })
    .map((which) => ({ type: 'media-moderated', ...which, by: OTHER }) as const),
  fc
    .record({ kind: mutable, allowed: fc.boolean() })
    .map((which) => ({ type: 'media-allowed', participant: SELF, ...which, by: OTHER }) as const),
  fc
    .record({ microphone: fc.boolean(), camera: fc.boolean() })
    .map((startMuted) => ({ type: 'start-muted-set', startMuted, by: OTHER }) as const),
  fc
    .constantFrom('moderator' as const, 'participant' as const)
    .map((role) => ({ type: 'participant-role', participant: SELF, role, by: OTHER }) as const),
);

const snapshot: fc.Arbitrary<ConferenceView> = fc
  .record({
    sources: fc.uniqueArray(source, { selector: ({ id }) => id, maxLength: 4 }),
    mediaModeration: fc.uniqueArray(
      mutable.map((kind) => ({ kind, allowed: [SELF] })),
      { selector: ({ kind }) => kind },
    ),
    startMuted: fc.record({ microphone: fc.boolean(), camera: fc.boolean() }),
  })
  .map((change) => view(change));

type Numberless =
  | { readonly type: 'event'; readonly event: ViewEvent }
  | { readonly type: 'snapshot'; readonly view: ConferenceView }
  | Extract<ServerMessage, { type: 'media' }>;

const message: fc.Arbitrary<Numberless> = fc.oneof(
  { weight: 8, arbitrary: event.map((each) => ({ type: 'event', event: each }) as const) },
  { weight: 1, arbitrary: snapshot.map((each) => ({ type: 'snapshot', view: each }) as const) },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 2, max: 9 })
      .map((next) => generation.parse(next))
      .map((next) => ({
        type: 'media' as const,
        generation: next,
        body: { action: 'offer' as const, offer: offer(next) },
      })),
  },
);

const wanted = ({ meeting }: Meeting) => {
  const { microphone, camera, screen } = meeting.getState().local;
  return { microphone: microphone.wanted, camera: camera.wanted, screen: screen.status !== 'off' };
};

/** Says it all, as the server would number it, and looks after each. */
function telling(all: Meeting, look: () => void) {
  let seq = 0;
  return async (messages: readonly Numberless[]) => {
    for (const each of messages) {
      await all.send(each.type === 'media' ? each : { ...each, seq: ++seq });
      look();
    }
  };
}

describe('whatever the server says', () => {
  test('it switches on no microphone, no camera and no screen of somebody who has switched on nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 25 }), async (messages) => {
        const all = await seated();
        const tell = telling(all, () => {
          expect(wanted(all)).toEqual({ microphone: false, camera: false, screen: false });
        });
        await tell(messages);
        expect(await all.browser.asked()).toEqual([]);
        expect(all.browser.screens.asked).toBe(0);
        for (const sent of all.network.last.take())
          if (sent.type === 'command') expect(sent.command).not.toMatchObject({ muted: false });
        all.meeting.leave();
      }),
      { numRuns: 60 },
    );
  });

  test('what a moderator muted stays off, and only what its person switched on was ever on', async () => {
    const some = fc.array(message, { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(some, some, async (earlier, later) => {
        const all = await seated();
        all.meeting.setMicrophone(true);
        await turn();
        await all.browser.grant();
        let before = wanted(all);
        expect(before).toEqual({ microphone: true, camera: false, screen: false });
        const tell = telling(all, () => {
          const after = wanted(all);
          for (const kind of ['microphone', 'camera', 'screen'] as const)
            expect([kind, after[kind] && !before[kind]]).toEqual([kind, false]);
          before = after;
        });
        await tell(earlier);
        const id = all.meeting.getState().local.microphone.source ?? makeSourceId(SELF, 'microphone', 0);
        const own = { id, kind: 'microphone', muted: false, blocked: false } as const;
        await tell([
          { type: 'snapshot', view: view({ sources: [own] }) },
          { type: 'event', event: { type: 'source-muted', source: id, muted: true, by: OTHER } },
        ]);
        expect(before.microphone).toBe(false);
        await tell(later);
        expect(all.browser.screens.asked).toBe(0);
        all.meeting.leave();
      }),
      { numRuns: 60 },
    );
  });
});
