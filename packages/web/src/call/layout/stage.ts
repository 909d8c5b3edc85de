import { CAMERA_RATIO, type Rect, type Size } from './geometry.ts';
import { GAP } from './grid.ts';

/** Room for the buttons that turn a strip's pages: a touch target and its gap. */
const PAGER = 44 + GAP;
/** Own picture on phones: less wide than the camera's, without cropping the face. */
const UPRIGHT_RATIO = 1;
/** Tiles of a strip below the stage. */
const ROW_RATIO = 4 / 3;

export interface StageLayout {
  readonly stage: Rect;
  /** Places of the strip, in order; fewer than were asked for when it has pages. */
  readonly strip: readonly Rect[];
  /** Where the buttons go that turn the strip's pages; absent when everybody fits. */
  readonly pager: Rect | undefined;
}

/** A stage and a strip for `count` others: beside it on a landscape surface, below it on an upright one. */
export function stageOf(count: number, size: Size): StageLayout {
  const whole = { x: 0, y: 0, ...size };
  if (count === 0) return { stage: whole, strip: [], pager: undefined };
  return size.width > size.height ? withColumn(count, size) : withRow(count, size);
}

/** Two people: the other fills the surface, oneself in a corner of it. */
export function pairOf(size: Size): { stage: Rect; corner: Rect } {
  const upright = size.height > size.width;
  const ratio = upright ? UPRIGHT_RATIO : CAMERA_RATIO;
  const width = clamp(96, size.width * (upright ? 0.26 : 0.2), 420);
  const corner = { width, height: width / ratio };
  const margin = GAP * 1.5;
  return {
    stage: { x: 0, y: 0, ...size },
    corner: {
      x: size.width - corner.width - margin,
      y: size.height - corner.height - margin,
      ...corner,
    },
  };
}

function withColumn(count: number, size: Size): StageLayout {
  const tile = tileOf(clamp(128, size.width * 0.16, 420), CAMERA_RATIO);
  const { shown, paged } = capacity(count, size.height, tile.height, PAGER);
  const length = shown * tile.height + (shown - 1) * GAP;
  const top = (size.height - (paged ? PAGER : 0) - length) / 2;
  const x = size.width - tile.width;
  return {
    stage: { x: 0, y: 0, width: x - GAP, height: size.height },
    strip: Array.from({ length: shown }, (_, index) => ({
      x,
      y: top + index * (tile.height + GAP),
      ...tile,
    })),
    pager: paged ? { x, y: size.height - PAGER + GAP, width: tile.width, height: PAGER - GAP } : undefined,
  };
}

function withRow(count: number, size: Size): StageLayout {
  const tile = tileOf(clamp(96, size.width * 0.3, 260), ROW_RATIO);
  const { shown, paged } = capacity(count, size.width, tile.width, 0);
  const length = shown * tile.width + (shown - 1) * GAP;
  const left = (size.width - length) / 2;
  const y = size.height - tile.height - (paged ? PAGER : 0);
  return {
    stage: { x: 0, y: 0, width: size.width, height: y - GAP },
    strip: Array.from({ length: shown }, (_, index) => ({
      x: left + index * (tile.width + GAP),
      y,
      ...tile,
    })),
    pager: paged ? { x: 0, y: size.height - PAGER + GAP, width: size.width, height: PAGER - GAP } : undefined,
  };
}

/** How many tiles of `extent` stand in a line of `room`, at least one; `pager` is what the page buttons take of the line. */
function capacity(
  count: number,
  room: number,
  extent: number,
  pager: number,
): { shown: number; paged: boolean } {
  const fit = (available: number) => Math.max(1, Math.floor((available + GAP) / (extent + GAP)));
  if (count <= fit(room)) return { shown: count, paged: false };
  return { shown: fit(room - pager), paged: true };
}

function tileOf(width: number, ratio: number): Size {
  return { width, height: width / ratio };
}

function clamp(least: number, value: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
