import { LIMITS, participantId } from '@treff/protocol';
import { expect, test } from 'vitest';
import { EMPTY, after, as } from '../../../test/model.ts';
import { decide, project, type Actor, type ConferenceCommand } from '../../index.ts';

const ann = participantId.parse('aaaaaaaa');
const alone = after(EMPTY, [{ type: 'join', participant: ann, displayName: '', p2p: true }]);
const say = (subject: string): [ConferenceCommand, Actor] => [{ type: 'set-subject', subject }, as(ann)];
const subject = (...subjects: readonly string[]) => project(after(alone, ...subjects.map(say)), ann).subject;

test('a subject is one line without what hides or turns text around, and an empty one takes it away', () => {
  expect(project(alone, ann).subject).toBe('');
  expect(subject(' The\n harvest\u202e ')).toBe('The harvest');
  expect(subject('The harvest', ' \n ')).toBe('');
});

test('a subject that is too long is refused', () => {
  const long = 'x'.repeat(LIMITS.subjectLength);
  expect(subject(long)).toBe(long);
  const [command, actor] = say(`${long}x`);
  expect(decide(alone, command, actor, { now: 0 })).toEqual({ ok: false, code: 'subject/too-long' });
});

test('the same subject again is no change', () => {
  const [command, actor] = say(' Harvest');
  expect(decide(after(alone, [command, actor]), command, actor, { now: 0 })).toEqual({
    ok: true,
    events: [],
  });
});
