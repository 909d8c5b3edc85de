import { participantId, type ParticipantId } from '@treff/protocol';
import { beforeEach, describe, expect, test } from 'vitest';
import { decide, evolve, nextDeadline, project, type Actor, type ConferenceCommand } from '../../index.ts';
import { EMPTY, as } from '../../../test/model.ts';
import type { ConferenceState } from '../../state.ts';

const [ann, ben, cem] = ['aaaaaaaa', 'bbbbbbbb', 'cccccccc'].map((id) => participantId.parse(id)) as [
  ParticipantId,
  ParticipantId,
  ParticipantId,
];
const SYSTEM: Actor = { kind: 'system' };

let state: ConferenceState;
let now: number;
beforeEach(() => {
  state = EMPTY;
  now = 1_000;
});

function happen(command: ConferenceCommand, actor: Actor = SYSTEM): void {
  const decision = decide(state, command, actor, { now });
  if (!decision.ok) throw new Error(decision.code);
  state = decision.events.reduce(evolve, state);
}
const come = (...ids: ParticipantId[]) => {
  for (const participant of ids) happen({ type: 'join', participant, displayName: '', p2p: true });
};
const go = (participant: ParticipantId) => happen({ type: 'leave', participant, reason: 'left' });
const ready = (who: ParticipantId, yes = true) =>
  happen({ type: 'media-ready', move: route(who).move, ready: yes }, as(who));
const route = (who: ParticipantId) => project(state, who).route;
/** Lets time pass up to the next deadline. */
function wait(): number {
  const deadline = nextDeadline(state);
  if (deadline === undefined) throw new Error('nothing is waited for');
  const ms = deadline - now;
  now = deadline;
  happen({ type: 'tick' });
  return ms;
}
/** Two people who talk directly. */
function pair(): void {
  come(ann, ben);
  ready(ann);
  ready(ben);
}

describe('two people', () => {
  test('nothing flows while one is alone', () => {
    come(ann);
    expect(route(ann)).toEqual({ mode: 'none', move: 0, bridge: false });
  });

  test('try it directly alone for two seconds; the one who was here first makes the offers', () => {
    come(ann, ben);
    expect(route(ann)).toEqual({
      mode: 'p2p',
      move: 1,
      bridge: false,
      p2p: { generation: 1, peer: ben, offers: true },
    });
    expect(route(ben).p2p).toEqual({ generation: 1, peer: ann, offers: false });
    expect(wait()).toBe(2_000);
    expect(route(ann)).toMatchObject({ mode: 'p2p', move: 1, bridge: true, p2p: { generation: 1 } });
    expect(nextDeadline(state)).toBeUndefined();
  });

  test('leave the bridge alone once both get everything, and use it again as soon as one does not', () => {
    come(ann, ben);
    wait();
    ready(ann);
    expect(route(ben).bridge).toBe(true);
    ready(ben);
    expect(route(ben)).toMatchObject({ mode: 'p2p', bridge: false });
    ready(ann, false);
    expect(route(ben)).toMatchObject({ mode: 'p2p', bridge: true, p2p: { generation: 1 } });
    ready(ann);
    expect(route(ben).bridge).toBe(false);
  });

  test('what one says of an earlier move is not noted', () => {
    come(ann, ben);
    const { move } = route(ann);
    come(cem);
    for (const end of [ann, ben]) happen({ type: 'media-ready', move, ready: true }, as(end));
    expect(route(ann).p2p).toBeDefined();
  });

  test('talk over the bridge where the operator or one of them wants no direct connection', () => {
    state = { ...EMPTY, media: { ...EMPTY.media, p2pEnabled: false } };
    come(ann, ben);
    expect(route(ann)).toEqual({ mode: 'bridge', move: 1, bridge: true });
    state = EMPTY;
    come(ann);
    happen({ type: 'join', participant: ben, displayName: '', p2p: false });
    expect(route(ann)).toEqual({ mode: 'bridge', move: 1, bridge: true });
    happen({ type: 'allow-p2p', allowed: true }, as(ben));
    expect(route(ann)).toMatchObject({ mode: 'p2p', move: 2, bridge: true });
  });

  test('move to the bridge when one of them changes their mind', () => {
    pair();
    happen({ type: 'allow-p2p', allowed: false }, as(ann));
    expect(route(ben)).toMatchObject({ mode: 'bridge', move: 2, bridge: true, p2p: { generation: 1 } });
    ready(ann);
    ready(ben);
    expect(route(ben)).toEqual({ mode: 'bridge', move: 2, bridge: true });
  });

  test('move to the bridge for as long as media is moderated, and nobody can hold that up', () => {
    pair();
    happen({ type: 'interrupt', participant: ben });
    happen({ type: 'moderate-media', kind: 'microphone', on: true }, as(ann));
    expect(route(ann)).toMatchObject({ mode: 'bridge', bridge: true, p2p: { generation: 1 } });
    expect(wait()).toBe(10_000);
    expect(route(ann)).toEqual({ mode: 'bridge', move: 2, bridge: true });
    happen({ type: 'resume', participant: ben });
    happen({ type: 'moderate-media', kind: 'microphone', on: false }, as(ann));
    expect(route(ann)).toMatchObject({ mode: 'p2p', move: 3 });
  });

  test('are not asked to connect directly while one of them is away', () => {
    come(ann);
    happen({ type: 'interrupt', participant: ann });
    come(ben);
    expect(route(ben)).toEqual({ mode: 'bridge', move: 1, bridge: true });
    happen({ type: 'resume', participant: ann });
    expect(route(ben)).toMatchObject({ mode: 'p2p', bridge: true });
  });

  test('keep their direct connection while one of them is away', () => {
    pair();
    happen({ type: 'interrupt', participant: ann });
    expect(route(ben)).toMatchObject({ mode: 'p2p', bridge: false, p2p: { generation: 1 } });
  });
});

describe('a third', () => {
  test('moves them to the bridge, but their direct connection goes on until both get everything there', () => {
    pair();
    come(cem);
    expect(route(ann)).toEqual({
      mode: 'bridge',
      move: 2,
      bridge: true,
      p2p: { generation: 1, peer: ben, offers: true },
    });
    expect(route(cem)).toEqual({ mode: 'bridge', move: 2, bridge: true });
    ready(ann);
    expect(route(ben).p2p).toBeDefined();
    ready(ben);
    expect(route(ben).p2p).toBeUndefined();
  });

  test('is not waited for: after ten seconds the direct connection ends', () => {
    pair();
    come(cem);
    expect(wait()).toBe(10_000);
    expect(route(ann)).toEqual({ mode: 'bridge', move: 2, bridge: true });
  });

  test('does not end it towards somebody who is away and knows of nothing', () => {
    pair();
    happen({ type: 'interrupt', participant: ben });
    come(cem);
    expect(wait()).toBe(30_000);
    expect(project(state, ann).participants.map(({ id }) => id)).toEqual([ann, cem]);

    state = EMPTY;
    pair();
    happen({ type: 'interrupt', participant: ben });
    come(cem);
    now += 20_000;
    happen({ type: 'resume', participant: ben });
    expect(route(ann).p2p).toBeDefined();
    expect(wait()).toBe(10_000);
    expect(route(ann).p2p).toBeUndefined();
  });

  test('who leaves at once lets the move to the bridge end, and five seconds later they connect anew', () => {
    pair();
    come(cem);
    go(cem);
    expect(route(ann)).toMatchObject({ mode: 'bridge', bridge: true, p2p: { generation: 1 } });
    ready(ann);
    ready(ben);
    expect(route(ann).p2p).toBeUndefined();
    expect(wait()).toBe(5_000);
    expect(route(ann)).toMatchObject({ mode: 'p2p', move: 3, bridge: true, p2p: { generation: 2 } });
  });

  test('who stays when one of the pair leaves connects directly with the other, five seconds later', () => {
    pair();
    come(cem);
    go(ann);
    expect(route(ben)).toEqual({ mode: 'bridge', move: 2, bridge: true });
    expect(wait()).toBe(5_000);
    expect(route(cem)).toMatchObject({ mode: 'p2p', p2p: { generation: 2, peer: ben, offers: false } });
  });
});

test('who was left alone and gets company connects at once', () => {
  pair();
  go(ben);
  expect(route(ann)).toEqual({ mode: 'none', move: 2, bridge: false });
  come(cem);
  expect(route(ann)).toMatchObject({
    mode: 'p2p',
    move: 3,
    bridge: false,
    p2p: { generation: 2, peer: cem },
  });
});
