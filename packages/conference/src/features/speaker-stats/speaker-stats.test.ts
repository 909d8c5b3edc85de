import { LIMITS, makeSourceId, participantId, type ParticipantId } from '@treff/protocol';
import { describe, expect, test } from 'vitest';
import { as, EMPTY } from '../../../test/model.ts';
import {
  decide,
  evolve,
  spokenTimes,
  type Actor,
  type ConferenceCommand,
  type ConferenceState,
} from '../../index.ts';

const [ann, ben, cem] = ['aaaaaaaa', 'bbbbbbbb', 'cccccccc'].map((id) => participantId.parse(id)) as [
  ParticipantId,
  ParticipantId,
  ParticipantId,
];

/** A conference to which things happen at given seconds. */
class Story {
  state: ConferenceState = EMPTY;
  #now = 0;

  at(second: number, command: ConferenceCommand, actor: Actor = { kind: 'system' }): this {
    this.#now = second * 1_000;
    const decision = decide(this.state, command, actor, { now: this.#now });
    if (!decision.ok) throw new Error(`${command.type} was refused: ${decision.code}`);
    this.state = decision.events.reduce(evolve, this.state);
    return this;
  }

  comes(
    participant: ParticipantId,
    { p2p = false, formerly }: { p2p?: boolean; formerly?: ParticipantId } = {},
  ): this {
    this.at(this.#now / 1_000, {
      type: 'join',
      participant,
      displayName: participant[0] ?? '',
      p2p,
      formerly,
    });
    const id = makeSourceId(participant, 'microphone', 0);
    return this.at(
      this.#now / 1_000,
      { type: 'add-source', source: { id, kind: 'microphone', muted: false } },
      as(participant),
    );
  }

  speaking = (second: number, participant: ParticipantId) =>
    this.at(second, { type: 'speaking', participant });
  voice = (second: number, participant: ParticipantId, heard: boolean) =>
    this.at(second, { type: 'voice', participant, heard });
  mute = (second: number, participant: ParticipantId, muted: boolean) =>
    this.at(
      second,
      { type: 'mute-source', source: makeSourceId(participant, 'microphone', 0), muted },
      as(participant),
    );

  /** Seconds that each has spoken, of those who have. */
  seconds(now: number): Record<string, number> {
    return Object.fromEntries(
      spokenTimes(this.state, now * 1_000).map(({ displayName, ms }) => [displayName, ms / 1_000]),
    );
  }
}

/** Ann and Ben, browser to browser. */
function direct(): Story {
  const story = new Story().comes(ann, { p2p: true }).comes(ben, { p2p: true });
  const { move } = story.state.media.route;
  for (const id of [ann, ben]) story.at(1, { type: 'media-ready', move, ready: true }, as(id));
  return story;
}

const three = () => new Story().comes(ann).comes(ben).comes(cem);

describe('how long somebody has spoken', () => {
  test('is counted from becoming the dominant speaker until another does, and grows meanwhile', () => {
    const story = three().speaking(10, ann).speaking(25, ben);
    expect(story.seconds(30)).toEqual({ a: 15, b: 5 });
    expect(story.seconds(40)).toEqual({ a: 15, b: 15 });
    expect(spokenTimes(story.state, 40_000).map(({ speaks }) => speaks)).toEqual([false, true]);
  });

  test('ends with the last word when nothing is heard for a while, and goes on with the next', () => {
    const story = three().speaking(10, ann);
    // Silent since 20, which is noticed after the pause.
    story.voice(20 + LIMITS.speechPauseMs / 1_000, ann, false);
    expect(story.seconds(60)).toEqual({ a: 10 });
    expect(story.voice(60, ann, true).seconds(63)).toEqual({ a: 13 });
  });

  test('is not less than nothing for a word that is shorter than the pause', () => {
    expect(three().speaking(10, ann).voice(10.5, ann, false).seconds(60)).toEqual({});
  });

  test('is not counted of a voice that does not dominate', () => {
    expect(three().speaking(10, ann).voice(11, ben, true).seconds(20)).toEqual({ a: 10 });
  });

  test('ends when the microphone is muted, and begins again when the voice is heard anew', () => {
    const story = three().speaking(10, ann).mute(14, ann, true);
    expect(story.voice(15, ann, true).seconds(20)).toEqual({ a: 4 });
    expect(story.mute(20, ann, false).seconds(25)).toEqual({ a: 4 });
    expect(story.voice(25, ann, true).seconds(27)).toEqual({ a: 6 });
  });

  test('ends when a moderator mutes everybody', () => {
    const story = three().speaking(10, ben);
    expect(story.at(12, { type: 'mute-everyone', kind: 'microphone' }, as(ann)).seconds(20)).toEqual({
      b: 2,
    });
  });

  test('is remembered of who has left, under the last name', () => {
    const story = three().speaking(10, ben);
    story.at(11, { type: 'rename', displayName: 'Benjamin' }, as(ben));
    story.at(13, { type: 'leave', participant: ben, reason: 'left' });
    expect(spokenTimes(story.state, 60_000)).toEqual([
      { participant: ben, displayName: 'Benjamin', ms: 3_000, speaks: false, left: true },
    ]);
  });

  test('goes on for who comes back under another id', () => {
    const story = three().speaking(10, ben).at(13, { type: 'leave', participant: ben, reason: 'closed' });
    const again = participantId.parse('dddddddd');
    story.comes(again, { formerly: ben }).speaking(20, again);
    expect(spokenTimes(story.state, 22_000)).toMatchObject([{ participant: again, ms: 5_000, left: false }]);
  });

  test('is what either says while two are connected directly, at the same time if need be', () => {
    const story = direct();
    expect(story.state.media.route).toMatchObject({ mode: 'p2p', bridge: false });
    story.voice(10, ann, true).voice(12, ben, true).voice(20, ann, false);
    expect(story.seconds(30)).toEqual({ b: 18, a: 8 });
    // The bridge hears for itself, so nobody's word counts any more.
    story.at(30, { type: 'allow-p2p', allowed: false }, as(ann));
    expect(story.seconds(60)).toEqual({ b: 18, a: 8 });
  });

  test('ends with the socket while two are connected directly', () => {
    const story = direct().voice(10, ann, true);
    expect(story.at(15, { type: 'interrupt', participant: ann }).seconds(30)).toEqual({ a: 5 });
  });

  test('is not counted of somebody alone', () => {
    expect(new Story().comes(ann).voice(5, ann, true).seconds(30)).toEqual({});
  });
});

test('of those who left only so many are remembered, and those go first who have spoken least', () => {
  const story = three().speaking(10, ben).at(13, { type: 'leave', participant: ben, reason: 'left' });
  for (let index = 0; index <= LIMITS.speakersGone; index++) {
    const id = participantId.parse((0x10000000 + index).toString(16));
    story.at(20, { type: 'join', participant: id, displayName: '', p2p: false });
    story.at(20, { type: 'leave', participant: id, reason: 'left' });
  }
  const times = spokenTimes(story.state, 30_000);
  expect(times).toHaveLength(LIMITS.speakersGone);
  expect(times[0]).toMatchObject({ participant: ben, ms: 3_000 });
});
