import { makeSourceId } from '@treff/protocol';
import { expect, test } from 'vitest';
import { asTrack, FakeTrack } from '../../test/fake-media.ts';
import { OTHER, SELF } from '../../test/meeting-messages.ts';
import { LastPictures } from './last-pictures.ts';

const camera = (index: number, owner = OTHER) => ({
  id: makeSourceId(owner, 'camera', index),
  kind: 'camera' as const,
});
const picture = () => asTrack(new FakeTrack('video'));

test('what takes the place of a camera shows its last picture until it has one of its own', () => {
  const [pictures, first, second] = [new LastPictures(), picture(), picture()];
  expect(pictures.see(camera(0), first)).toBe(first);
  for (let look = 0; look < 3; look++) {
    expect(pictures.see(camera(1), undefined)).toBe(first);
    pictures.keep([camera(1)]);
  }
  expect(pictures.see(camera(1), second)).toBe(second);
  expect(pictures.see(camera(1), undefined)).toBeUndefined();
});

test('nobody is shown as somebody else, as something else, or as they were before they switched it off', () => {
  const [pictures, first] = [new LastPictures(), picture()];
  pictures.see(camera(0), first);
  expect(pictures.see(camera(0, SELF), undefined)).toBeUndefined();
  expect(pictures.see({ id: makeSourceId(OTHER, 'screen', 1), kind: 'screen' }, undefined)).toBeUndefined();
  pictures.keep([]);
  expect(pictures.see(camera(1), undefined)).toBeUndefined();
});
