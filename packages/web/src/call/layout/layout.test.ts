import { participantId, type ParticipantId } from '@treff/protocol';
import { describe, expect, it } from 'vitest';
import { fitOf, pictureHeight, type Rect, type Size } from './geometry.ts';
import { gridOf, pageCapacity } from './grid.ts';
import { placeTiles, type Layout } from './placement.ts';

const SIZES: Size[] = [
  { width: 344, height: 560 },
  { width: 700, height: 300 },
  { width: 1248, height: 690 },
  { width: 1248, height: 600 },
  { width: 3800, height: 2000 },
];
const ids = (count: number): ParticipantId[] =>
  Array.from({ length: count }, (_, index) => participantId.parse(index.toString(16).padStart(8, '0')));
const [self, other] = ids(2) as [ParticipantId, ParticipantId];

function expectApart(rects: readonly Rect[], size: Size): void {
  for (const [index, one] of rects.entries()) {
    expect(one.x).toBeGreaterThanOrEqual(-0.01);
    expect(one.y).toBeGreaterThanOrEqual(-0.01);
    expect(one.x + one.width).toBeLessThanOrEqual(size.width + 0.01);
    expect(one.y + one.height).toBeLessThanOrEqual(size.height + 0.01);
    for (const two of rects.slice(index + 1)) {
      const apart =
        one.x + one.width <= two.x + 0.01 ||
        two.x + two.width <= one.x + 0.01 ||
        one.y + one.height <= two.y + 0.01 ||
        two.y + two.height <= one.y + 0.01;
      expect(apart).toBe(true);
    }
  }
}

describe('the grid', () => {
  it('never lets tiles overlap or leave the surface', () => {
    for (const size of SIZES) {
      for (let count = 1; count <= 49; count++) {
        const rects = gridOf(count, size);
        expect(rects).toHaveLength(count);
        expectApart(rects, size);
      }
    }
  });

  it('keeps tiles between their squarest and widest', () => {
    for (const size of SIZES) {
      const least = size.width >= size.height ? 4 / 3 : 1;
      for (let count = 1; count <= 49; count++) {
        for (const { width, height } of gridOf(count, size)) {
          expect(width / height).toBeGreaterThanOrEqual(least - 0.001);
          expect(width / height).toBeLessThanOrEqual(16 / 9 + 0.001);
        }
      }
    }
  });

  it.each([
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 2],
    [5, 3],
    [6, 3],
    [9, 3],
    [12, 4],
  ])('shows %i people in %i columns on a laptop', (count, columns) => {
    const rows = Map.groupBy(gridOf(count, { width: 1248, height: 690 }), ({ y }) => Math.round(y));
    expect(Math.max(...[...rows.values()].map((row) => row.length))).toBe(columns);
  });

  it('puts two people above each other on a phone', () => {
    const [top, bottom] = gridOf(2, { width: 344, height: 560 });
    expect(top?.x).toBe(bottom?.x);
  });

  it('centres a shorter last row', () => {
    const rects = gridOf(5, { width: 1248, height: 690 });
    const last = rects.slice(3);
    const [first] = last;
    const end = last.at(-1);
    expect(first?.x).toBeCloseTo(1248 - ((end?.x ?? 0) + (end?.width ?? 0)));
  });

  it('is empty on a surface without room', () => {
    expect(gridOf(3, { width: 0, height: 0 })).toEqual([]);
    expect(pageCapacity({ width: 10, height: 10 })).toBe(1);
  });

  it('holds 25 a page on a laptop and fewer on a phone', () => {
    expect(pageCapacity({ width: 1248, height: 690 })).toBe(25);
    expect(pageCapacity({ width: 344, height: 560 })).toBeLessThan(12);
  });
});

describe('the placement', () => {
  const place = (layout: Layout, count: number, size: Size, page = 0) =>
    placeTiles({ layout, ids: ids(count), onStage: count > 1 ? other : self, page, size });

  it('keeps every tile and the page buttons apart and on the surface', () => {
    for (const size of SIZES) {
      for (const layout of ['stage', 'tiles'] as const) {
        for (const count of [1, 3, 5, 12, 40, 200]) {
          const { tiles, pager } = place(layout, count, size);
          expectApart([...tiles.map(({ rect }) => rect), ...(pager === undefined ? [] : [pager])], size);
        }
      }
    }
  });

  it('shows everybody exactly once over all pages', () => {
    for (const size of SIZES) {
      for (const layout of ['stage', 'tiles'] as const) {
        for (const count of [1, 2, 3, 26, 200]) {
          const { pages } = place(layout, count, size);
          const seen = Array.from({ length: pages }, (_, page) =>
            place(layout, count, size, page).tiles.filter(({ role }) => role !== 'stage'),
          ).flat();
          const all =
            layout === 'stage' ? ids(count).filter((id) => id !== (count > 1 ? other : self)) : ids(count);
          expect(seen.map(({ id }) => id).toSorted()).toEqual(all);
        }
      }
    }
  });

  it('puts few tiles on screen, however many people there are', () => {
    for (const size of SIZES) {
      expect(place('stage', 200, size).tiles.length).toBeLessThan(30);
      expect(place('tiles', 200, size).tiles.length).toBeLessThan(50);
    }
  });

  it('keeps the size of tiles on the last page', () => {
    const size = { width: 1248, height: 690 };
    const first = place('tiles', 30, size, 0).tiles[0]?.rect;
    const last = place('tiles', 30, size, 1).tiles;
    expect(last).toHaveLength(5);
    expect(last[0]?.rect.width).toBe(first?.width);
  });

  it('goes to the last page when the wanted one is gone', () => {
    expect(place('tiles', 30, { width: 1248, height: 690 }, 9).page).toBe(1);
    expect(place('tiles', 3, { width: 1248, height: 690 }, 1).page).toBe(0);
  });

  it('gives two people a stage and a corner of it', () => {
    const { tiles } = place('stage', 2, { width: 1248, height: 690 });
    expect(tiles.map(({ id, role }) => [id, role])).toEqual([
      [other, 'stage'],
      [self, 'corner'],
    ]);
  });

  it('falls back to the grid when whoever is on stage is gone', () => {
    const { tiles } = placeTiles({
      layout: 'stage',
      ids: [self],
      onStage: other,
      page: 0,
      size: { width: 800, height: 600 },
    });
    expect(tiles.map(({ id }) => id)).toEqual([self]);
  });
});

describe('a picture in its tile', () => {
  it('fills the tile when little is cropped, else is shown whole', () => {
    expect(fitOf({ width: 160, height: 90 }, 16 / 9)).toBe('cover');
    expect(fitOf({ width: 120, height: 90 }, 16 / 9)).toBe('cover');
    expect(fitOf({ width: 160, height: 90 }, 9 / 16)).toBe('contain');
    expect(fitOf({ width: 90, height: 160 }, 16 / 9)).toBe('contain');
  });

  it('has the height at which it appears, cropped parts included', () => {
    expect(pictureHeight({ width: 160, height: 90 })).toBe(90);
    expect(pictureHeight({ width: 120, height: 90 })).toBe(90);
    expect(pictureHeight({ width: 320, height: 100 })).toBe(180);
    expect(pictureHeight({ width: 90, height: 400 })).toBeCloseTo(50.6, 1);
  });
});
