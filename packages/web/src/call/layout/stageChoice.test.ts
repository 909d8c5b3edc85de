import { participantId, type ParticipantId } from '@treff/protocol';
import { describe, expect, it } from 'vitest';
import { screenTile } from '../people.ts';
import { chooseStage, STAGE_HOLD_MS, type StageCandidates } from './stageChoice.ts';

const [self, ann, ben, cem] = ['0', '1', '2', '3'].map((digit) => participantId.parse(digit.repeat(8))) as [
  ParticipantId,
  ParticipantId,
  ParticipantId,
  ParticipantId,
];
const [hers, his] = [screenTile(ann), screenTile(ben)];
const candidates = (over: Partial<StageCandidates> = {}): StageCandidates => ({
  self,
  others: [ann, ben, cem],
  screens: [],
  speakers: [],
  pinned: undefined,
  ...over,
});

describe('the stage', () => {
  it('is oneself only when alone', () => {
    expect(chooseStage(undefined, candidates({ others: [], speakers: [self] }), 0).choice.tile).toBe(self);
    expect(chooseStage(undefined, candidates({ speakers: [self] }), 0).choice.tile).toBe(cem);
  });

  it('is the other who spoke last', () => {
    expect(chooseStage(undefined, candidates({ speakers: [self, ben, ann] }), 0).choice.tile).toBe(ben);
  });

  it('is the latest to join until somebody speaks, and does not follow later ones', () => {
    const { choice } = chooseStage(undefined, candidates({ others: [ann] }), 0);
    expect(choice.tile).toBe(ann);
    expect(chooseStage(choice, candidates(), 60_000).choice.tile).toBe(ann);
  });

  it('holds whoever came on stage, and then follows the speaker', () => {
    const first = { tile: ann, since: 1000 };
    const early = chooseStage(first, candidates({ speakers: [ben] }), 1400);
    expect(early.choice).toBe(first);
    expect(early.recheckInMs).toBe(STAGE_HOLD_MS - 400);
    const late = chooseStage(first, candidates({ speakers: [ben] }), 1000 + STAGE_HOLD_MS);
    expect(late.choice).toEqual({ tile: ben, since: 1000 + STAGE_HOLD_MS });
    expect(late.recheckInMs).toBeUndefined();
  });

  it('changes at once when whoever is on stage leaves, or when alone no more', () => {
    expect(chooseStage({ tile: ann, since: 0 }, candidates({ others: [ben, cem] }), 1).choice.tile).toBe(cem);
    expect(chooseStage({ tile: self, since: 0 }, candidates({ others: [ben] }), 1).choice.tile).toBe(ben);
  });

  it('follows the pin at once, and goes back to the speaker when the pinned is gone', () => {
    const pinned = chooseStage({ tile: ann, since: 0 }, candidates({ speakers: [ann], pinned: cem }), 1);
    expect(pinned.choice.tile).toBe(cem);
    expect(
      chooseStage(pinned.choice, candidates({ others: [ann, ben], speakers: [ann], pinned: cem }), 2).choice
        .tile,
    ).toBe(ann);
    expect(chooseStage(undefined, candidates({ pinned: self }), 0).choice.tile).toBe(self);
  });

  it('is the newest shared screen at once, whoever speaks', () => {
    const first = chooseStage({ tile: ann, since: 0 }, candidates({ speakers: [ben], screens: [hers] }), 1);
    expect(first.choice).toEqual({ tile: hers, since: 1 });
    expect(chooseStage(first.choice, candidates({ screens: [hers, his] }), 2).choice.tile).toBe(his);
    expect(chooseStage(undefined, candidates({ screens: [hers], pinned: ben }), 3).choice.tile).toBe(ben);
    expect(chooseStage(undefined, candidates({ screens: [hers, his], pinned: hers }), 3).choice.tile).toBe(
      hers,
    );
  });

  it('goes back to the speaker at once when the last screen ends', () => {
    const shown = { tile: hers, since: 100 };
    expect(chooseStage(shown, candidates({ speakers: [ben, ann] }), 101).choice.tile).toBe(ben);
    expect(chooseStage(shown, candidates({ pinned: hers }), 101).choice.tile).toBe(cem);
  });
});
