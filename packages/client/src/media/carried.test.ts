import { makeSourceId, type SourceView } from '@treff/protocol';
import { describe, expect, test } from 'vitest';
import { OTHER, SELF, view } from '../../test/meeting-messages.ts';
import { carriedFrom, withCarried } from './carried.ts';

const bert = {
  id: OTHER,
  displayName: 'Bert',
  role: 'participant',
  verified: false,
  connection: 'connected',
} as const;
const ann = view().participants[0] ?? bert;
const camera = (owner: typeof SELF, index: number): SourceView => ({
  id: makeSourceId(owner, 'camera', index),
  kind: 'camera',
  muted: false,
  blocked: false,
});
const before = view({ participants: [ann, bert], sources: [camera(SELF, 0), camera(OTHER, 0)] });

describe('whom one still talks to after the server lost the conference', () => {
  const carried = carriedFrom(before, OTHER);

  test('is still there, interrupted, with what they send', () => {
    const after = withCarried(view(), carried);
    expect(after.participants).toEqual([ann, { ...bert, connection: 'interrupted' }]);
    expect(after.sources).toEqual([camera(OTHER, 0)]);
  });

  test('is seen without a break until they have published again', () => {
    const back = view({ participants: [ann, bert] });
    expect(withCarried(back, carried)).toEqual({ ...back, sources: [camera(OTHER, 0)] });
    const published = { ...back, sources: [camera(OTHER, 1)] };
    expect(withCarried(published, carried)).toBe(published);
  });

  test('is nobody where nobody was', () => {
    expect(carriedFrom(view(), OTHER)).toBeUndefined();
    const now = view();
    expect(withCarried(now, undefined)).toBe(now);
  });
});
