import type { Rules } from '@treff/conference';
import { incarnation, LIMITS, MUTABLES, participantId } from '@treff/protocol';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../test/manual-clock.ts';
import { TestLogger } from '../test/meeting.ts';
import { RulesKeeper } from './rules-keeper.ts';
import { createMemoryStore } from './store/memory-store.ts';

const people = Array.from({ length: 2 * LIMITS.participants }, (_, index) =>
  participantId.parse((0x10000000 + index).toString(16)),
);
const long = (length: number) => '會'.repeat(length);

/** As many rules as there can be, in the longest words. */
const LARGEST: Rules = {
  doors: { password: `$argon2id$${'x'.repeat(200)}`, lobby: true, locked: true },
  present: people.map((id) => [id, 'participant']),
  kicked: people.slice(0, LIMITS.participants).map((id) => [
    id,
    {
      by: long(LIMITS.displayNameLength),
      reason: long(LIMITS.kickReasonLength),
      identity: long(LIMITS.identityIdLength),
      address: '2001:0db8:1111:2222::/64',
    },
  ]),
  mediaModeration: MUTABLES.map((kind) => [kind, people.slice(0, LIMITS.participants)]),
  startMuted: { microphone: true, camera: true },
  subject: long(LIMITS.subjectLength),
};
const LIFE = incarnation.parse('a'.repeat(32));

describe('the rules of a conference', () => {
  it('are kept as they are, however many people were removed', async () => {
    const [clock, logger] = [new ManualClock(), new TestLogger()];
    const { conferences: store } = createMemoryStore();
    new RulesKeeper({ store, clock, logger }).keep('room', LIFE, [], LARGEST);
    const next = new RulesKeeper({ store, clock, logger }, await store.all());
    expect(next.takeUp('room')).toEqual({ rules: LARGEST, incarnations: [LIFE] });
    logger.assertNoErrors();
    expect(logger.warnings).toEqual([]);
  });

  it('wait for so long and not longer', async () => {
    const [clock, logger] = [new ManualClock(), new TestLogger()];
    const { conferences: store } = createMemoryStore();
    new RulesKeeper({ store, clock, logger }).keep('room', LIFE, [], LARGEST);
    const next = new RulesKeeper({ store, clock, logger }, await store.all());
    clock.advance(LIMITS.rulesMs);
    expect(next.takeUp('room')).toBeUndefined();
    expect(await store.all()).toEqual([]);
  });
});
