import type { TileId } from '../people.ts';
import type { Rect, Size } from './geometry.ts';
import { GAP, gridOf, pageCapacity } from './grid.ts';
import { pairOf, stageOf } from './stage.ts';

export type Layout = 'stage' | 'tiles';

/** What a tile is for, which decides its looks. */
export type TileRole = 'stage' | 'strip' | 'corner' | 'grid';

export interface Placed {
  readonly id: TileId;
  readonly rect: Rect;
  readonly role: TileRole;
}

export interface Placement {
  /** Only what is on screen; whatever is not here costs nothing. In order of the tab key. */
  readonly tiles: readonly Placed[];
  /** 0-based, within `pages`. */
  readonly page: number;
  /** At least 1. */
  readonly pages: number;
  /** Where the page buttons go; absent with one page. */
  readonly pager: Rect | undefined;
}

export interface PlacementInput {
  readonly layout: Layout;
  /** Every tile, in order. */
  readonly ids: readonly TileId[];
  readonly onStage: TileId;
  /** The page that was asked for; taken to the nearest one that exists. */
  readonly page: number;
  readonly size: Size;
}

/** Where every tile goes. */
export function placeTiles(input: PlacementInput): Placement {
  const { layout, size, ids } = input;
  if (size.width <= 0 || size.height <= 0) return { tiles: [], page: 0, pages: 1, pager: undefined };
  return layout === 'tiles' || !ids.includes(input.onStage) ? placeGrid(input) : placeStage(input);
}

/** Room below a grid of several pages. */
const PAGER_HEIGHT = 44;

function placeGrid({ ids, size, page: wanted }: PlacementInput): Placement {
  const paged = ids.length > pageCapacity(size);
  const surface = paged ? { width: size.width, height: size.height - PAGER_HEIGHT - GAP } : size;
  const capacity = pageCapacity(surface);
  const { page, pages, shown } = turnTo(wanted, ids, capacity);
  // A last page keeps the tiles of the others, so that turning pages does not change their size.
  const rects = gridOf(pages > 1 ? capacity : shown.length, surface);
  return {
    tiles: pair(shown, rects, 'grid'),
    page,
    pages,
    pager: paged
      ? { x: 0, y: size.height - PAGER_HEIGHT, width: size.width, height: PAGER_HEIGHT }
      : undefined,
  };
}

function placeStage({ ids, size, onStage, page: wanted }: PlacementInput): Placement {
  const others = ids.filter((id) => id !== onStage);
  const [only, ...more] = others;
  if (only !== undefined && more.length === 0) {
    const { stage, corner } = pairOf(size);
    const tiles = [
      { id: onStage, rect: stage, role: 'stage' },
      { id: only, rect: corner, role: 'corner' },
    ] as const;
    return { tiles, page: 0, pages: 1, pager: undefined };
  }
  const { stage, strip, pager } = stageOf(others.length, size);
  const { page, pages, shown } = turnTo(wanted, others, strip.length);
  return {
    tiles: [{ id: onStage, rect: stage, role: 'stage' }, ...pair(shown, strip, 'strip')],
    page,
    pages,
    pager,
  };
}

function turnTo(wanted: number, ids: readonly TileId[], capacity: number) {
  const pages = Math.max(1, Math.ceil(ids.length / Math.max(1, capacity)));
  const page = Math.min(Math.max(0, wanted), pages - 1);
  return { page, pages, shown: ids.slice(page * capacity, (page + 1) * capacity) };
}

function pair(ids: readonly TileId[], rects: readonly Rect[], role: TileRole): Placed[] {
  return ids.flatMap((id, index) => {
    const rect = rects[index];
    return rect === undefined ? [] : [{ id, rect, role }];
  });
}
