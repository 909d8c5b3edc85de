import { CAMERA_RATIO, type Rect, type Size } from './geometry.ts';

/** Between tiles, CSS pixels. */
export const GAP = 8;

/** The smallest tile in which a face and a name can be told. */
const SMALLEST: Size = { width: 140, height: 100 };

/** The squarest and the widest tile; a picture is cropped to it. On upright screens squares fill more. */
const LANDSCAPE_RATIOS = { least: 4 / 3, most: CAMERA_RATIO };
const PORTRAIT_RATIOS = { least: 1, most: CAMERA_RATIO };

/**
 * Where `count` equal tiles go so that they are as large as they can be: every number of columns is tried. Rows and the
 * shorter last row are centred. Empty for a surface without room.
 */
export function gridOf(count: number, size: Size): Rect[] {
  let best: { columns: number; tile: Size } | undefined;
  for (let columns = 1; columns <= count; columns++) {
    const tile = tileFor(columns, Math.ceil(count / columns), size);
    if (best === undefined || area(tile) > area(best.tile)) best = { columns, tile };
  }
  if (best === undefined || area(best.tile) <= 0) return [];
  return place(count, best.columns, best.tile, size);
}

/** How many tiles a page of the grid holds at most, at least one: 25, on very large surfaces 49, and fewer where they would get too small. */
export function pageCapacity(size: Size): number {
  const most = size.width >= 2400 && size.height >= 1200 ? 49 : 25;
  const columns = Math.floor((size.width + GAP) / (SMALLEST.width + GAP));
  const rows = Math.floor((size.height + GAP) / (SMALLEST.height + GAP));
  return Math.max(1, Math.min(most, columns * rows));
}

function tileFor(columns: number, rows: number, size: Size): Size {
  const width = (size.width - GAP * (columns - 1)) / columns;
  const height = (size.height - GAP * (rows - 1)) / rows;
  if (width <= 0 || height <= 0) return { width: 0, height: 0 };
  const { least, most } = size.width >= size.height ? LANDSCAPE_RATIOS : PORTRAIT_RATIOS;
  const ratio = Math.min(Math.max(width / height, least), most);
  return { width: Math.min(width, height * ratio), height: Math.min(height, width / ratio) };
}

function place(count: number, columns: number, tile: Size, size: Size): Rect[] {
  const rows = Math.ceil(count / columns);
  const top = (size.height - rows * tile.height - (rows - 1) * GAP) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = row === rows - 1 ? count - row * columns : columns;
    const left = (size.width - inRow * tile.width - (inRow - 1) * GAP) / 2;
    return {
      x: left + (index % columns) * (tile.width + GAP),
      y: top + row * (tile.height + GAP),
      ...tile,
    };
  });
}

function area(size: Size): number {
  return size.width * size.height;
}
