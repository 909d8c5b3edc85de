import { participantId, sourceId, type SourceKind } from '@treff/protocol';
import { describe, expect, it } from 'vitest';
import { shown } from './shown.ts';

const id = (place: number) => participantId.parse(place.toString(16).padStart(8, '0'));
const camera = (place: number) => sourceId.parse(`${id(place)}-v0`);

/** Five people in order of coming, as the one at `self` sees them. */
function viewOf(self: number, sources: readonly [place: number, kind: SourceKind, muted?: boolean][]) {
  return {
    self: id(self),
    participants: [1, 2, 3, 4, 5].map((place) => ({ id: id(place) })),
    sources: sources.map(([place, kind, muted = false]) => ({
      id: kind === 'camera' ? camera(place) : sourceId.parse(`${id(place)}-a0`),
      kind,
      muted,
      blocked: false,
    })),
  };
}

const all = [1, 2, 3, 4, 5].map((place): [number, SourceKind] => [place, 'camera']);

describe('shown', () => {
  it('takes the next ones in order of coming, around and never oneself', () => {
    expect(shown(viewOf(4, all), 2, 180)).toEqual({
      defaultMaxHeight: 0,
      maxHeights: { [camera(5)]: 180, [camera(1)]: 180 },
    });
    expect(Object.keys(shown(viewOf(1, all), 10, 180).maxHeights)).toEqual([2, 3, 4, 5].map(camera));
  });

  it('passes over sound, and pictures that are muted', () => {
    const view = viewOf(1, [
      [2, 'microphone'],
      [3, 'camera', true],
      [4, 'camera'],
    ]);
    expect(shown(view, 1, 720).maxHeights).toEqual({ [camera(4)]: 720 });
  });

  it('asks for nothing where nothing is to be seen', () => {
    expect(shown(viewOf(1, all), 0, 720)).toEqual({ defaultMaxHeight: 0, maxHeights: {} });
  });
});
