import { incarnation, participantId } from '@treff/protocol';
import { expect, test } from 'vitest';
import { after, as } from '../../../test/model.ts';
import { createConference, project } from '../../index.ts';

const ann = participantId.parse('aaaaaaaa');

test('who comes in is told what the operator wishes, until a moderator wishes something else', () => {
  const epoch = incarnation.parse('0'.repeat(32));
  const startMuted = { microphone: true, camera: false };
  const opened = createConference({ epoch, room: 'test', p2p: true, startMuted });
  const alone = after(opened, [{ type: 'join', participant: ann, displayName: '', p2p: true }]);
  expect(project(alone, ann).startMuted).toEqual(startMuted);
  const changed = after(alone, [{ type: 'set-start-muted', microphone: false, camera: true }, as(ann)]);
  expect(project(changed, ann).startMuted).toEqual({ microphone: false, camera: true });
});
