import { knockerView, type KnockerView } from '@treff/protocol';
import { describe, expect, it } from 'vitest';
import { newsSince, seenOf, unanswered } from './knocks.ts';

const said = (fromKnocker: boolean, text: string) => ({ fromKnocker, name: '', text, at: 1 });

function knocker(digit: string, ...messages: ReturnType<typeof said>[]): KnockerView {
  return knockerView.parse({
    id: digit.repeat(8),
    displayName: 'Ben',
    verified: false,
    connection: 'connected',
    messages,
  });
}

describe('who waits', () => {
  it('is news once, and again with every word of theirs', () => {
    const ben = knocker('b');
    expect(newsSince([ben], seenOf([]))).toEqual([ben]);
    expect(newsSince([ben], seenOf([ben]))).toEqual([]);
    const wrote = knocker('b', said(true, 'Hello?'));
    expect(newsSince([wrote, knocker('c')], seenOf([ben]))).toHaveLength(2);
    expect(newsSince([wrote], seenOf([wrote]))).toEqual([]);
  });

  it('is no news by what a moderator answers', () => {
    const wrote = knocker('b', said(true, 'Hello?'));
    const answered = knocker('b', said(true, 'Hello?'), said(false, 'One moment'));
    expect(newsSince([answered], seenOf([wrote]))).toEqual([]);
  });

  it('has an answer to what was said, or not', () => {
    const texts = (one: KnockerView) => unanswered(one).map(({ text }) => text);
    expect(texts(knocker('b'))).toEqual([]);
    expect(texts(knocker('b', said(true, 'a'), said(false, 'b')))).toEqual([]);
    expect(texts(knocker('b', said(false, 'a'), said(true, 'b'), said(true, 'c')))).toEqual(['b', 'c']);
  });
});
