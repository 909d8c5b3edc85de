import { messageId, participantId, type MessageView } from '@treff/protocol';
import { expect, it } from 'vitest';
import { groupsOf } from './groups.ts';

const [ann, ben] = [participantId.parse('aaaaaaaa'), participantId.parse('bbbbbbbb')];

function message(number: number, over: Partial<MessageView> = {}): MessageView {
  return { id: messageId.parse(`m${number}`), from: ann, name: 'Ann', text: 'x', at: number * 1000, ...over };
}

it('puts what one says in a row under one heading, but nothing private beside what is public, nor the late beside the early', () => {
  const messages = [
    message(0),
    message(1),
    message(2, { from: ben, name: 'Ben' }),
    message(3),
    message(4, { to: { id: ben, name: 'Ben' } }),
    message(5, { to: { id: ben, name: 'Ben' } }),
    message(1000, { to: { id: ben, name: 'Ben' } }),
  ];
  expect(groupsOf(messages).map((group) => group.length)).toEqual([2, 1, 1, 2, 1]);
  expect(groupsOf(messages).flat()).toEqual(messages);
});
