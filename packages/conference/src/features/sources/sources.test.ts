import { makeSourceId, participantId, sourceId, type SourceId, type SourceKind } from '@treff/protocol';
import { expect, test } from 'vitest';
import { EMPTY, after, as } from '../../../test/model.ts';
import { decide, project, type Actor, type ConferenceCommand, type ConferenceState } from '../../index.ts';

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

test('a camera that is encoded anew takes the place of the old one, and is not switched on by that', () => {
  const [old, renewed] = [makeSourceId(ann, 'camera', 0), makeSourceId(ann, 'camera', 1)];
  const replace = (replaces: SourceId, kind: SourceKind = 'camera'): [ConferenceCommand, Actor] => [
    { type: 'add-source', source: { id: makeSourceId(ann, kind, 1), kind, muted: false }, replaces },
    as(ann),
  ];
  const state = add(start, 'camera', 0);
  const replaced = after(state, replace(old));
  expect(project(replaced, ann).sources).toEqual([
    { id: renewed, kind: 'camera', muted: false, blocked: false },
  ]);
  expect(decide(replaced, ...replace(old), { now: 0 })).toMatchObject({ code: 'source/invalid-id' });
  const muted = after(state, [{ type: 'mute-source', source: old, muted: true }, as(ann)], replace(old));
  expect(project(muted, ann).sources).toMatchObject([{ id: renewed, muted: true }]);
});

test('a source takes the place of one of its own kind and owner alone; whatever else it names stays', () => {
  const microphone = add(add(start, 'camera', 0), 'microphone', 0);
  const source = { id: makeSourceId(ann, 'screen', 1), kind: 'screen', muted: false } as const;
  const replaces = makeSourceId(ann, 'camera', 0);
  const state = after(microphone, [{ type: 'add-source', source, replaces }, as(ann)]);
  expect(project(state, ann).sources.map(({ kind }) => kind)).toEqual(['camera', 'microphone', 'screen']);
  const second = { id: makeSourceId(ann, 'camera', 2), kind: 'camera', muted: false } as const;
  expect(
    decide(state, { type: 'add-source', source: second, replaces: source.id }, as(ann), { now: 0 }),
  ).toEqual({ ok: false, code: 'source/too-many' });
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
