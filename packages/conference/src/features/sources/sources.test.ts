import { makeSourceId, participantId, sourceId, type SourceKind } from '@treff/protocol';
import { expect, test } from 'vitest';
import { EMPTY, after, as } from '../../../test/model.ts';
import { decide, type ConferenceState } from '../../index.ts';

const ann = participantId.parse('aaaaaaaa');
const start = after(EMPTY, [{ type: 'join', participant: ann, displayName: 'Ann', p2p: true }]);

test('a second camera is refused, a camera beside a screen is not', () => {
  const state = add(start, 'camera', 0);
  expect(code(state, 'camera', 1)).toBe('source/too-many');
  expect(code(state, 'screen', 1)).toBe('ok');
});

test('an id is never used again, not even after its source was removed', () => {
  const state = after(add(start, 'camera', 3), [
    { type: 'remove-source', source: makeSourceId(ann, 'camera', 3) },
    as(ann),
  ]);
  expect(code(state, 'camera', 3)).toBe('source/invalid-id');
  expect(code(state, 'camera', 2)).toBe('source/invalid-id');
  expect(code(state, 'camera', 4)).toBe('ok');
  expect(code(state, 'microphone', 0)).toBe('ok');
});

test('the letter of an id says how the source travels', () => {
  const source = { id: sourceId.parse('aaaaaaaa-v0'), kind: 'microphone', muted: false } as const;
  expect(decide(start, { type: 'add-source', source }, as(ann), { now: 0 })).toEqual({
    ok: false,
    code: 'source/invalid-id',
  });
});

test('muting what is muted already is accepted and changes nothing', () => {
  const state = add(start, 'camera', 0);
  const source = makeSourceId(ann, 'camera', 0);
  expect(decide(state, { type: 'mute-source', source, muted: false }, as(ann), { now: 0 })).toEqual({
    ok: true,
    events: [],
  });
});

test('leaving takes all sources along', () => {
  const state = after(add(add(start, 'camera', 0), 'microphone', 0), [
    { type: 'leave', participant: ann, reason: 'left' },
  ]);
  expect(state.sources.live.size).toBe(0);
  expect(state.sources.used.size).toBe(0);
});

function add(state: ConferenceState, kind: SourceKind, index: number): ConferenceState {
  return after(state, [
    { type: 'add-source', source: { id: makeSourceId(ann, kind, index), kind, muted: false } },
    as(ann),
  ]);
}

function code(state: ConferenceState, kind: SourceKind, index: number): string {
  const source = { id: makeSourceId(ann, kind, index), kind, muted: false };
  const decision = decide(state, { type: 'add-source', source }, as(ann), { now: 0 });
  return decision.ok ? 'ok' : decision.code;
}
