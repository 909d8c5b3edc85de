import { LIMITS, type ReceiverConstraints, type SourceId } from '@treff/protocol';
import type { Clock } from '../core/index.ts';

/** Milliseconds between two messages about what is shown: a window that is dragged changes with every frame. */
const COALESCE_MS = 100;

/** What matters most of what is on screen. */
export interface Focus {
  /** Shown large. */
  readonly onStage: readonly SourceId[];
  /** What the person chose. */
  readonly selected: readonly SourceId[];
}

const NO_FOCUS: Focus = { onStage: [], selected: [] };

/** Says what is on screen: the first change at once, those right after it together, and nothing that was said already. */
export class Shown {
  readonly #clock: Clock;
  readonly #say: (constraints: ReceiverConstraints) => void;
  readonly #lastN: number | undefined;
  #wanted: ReceiverConstraints | undefined;
  #said: ReceiverConstraints | undefined;
  #stopTimer: (() => void) | undefined;

  /** `lastN`: how many cameras are to come at most; undefined: all. */
  constructor(clock: Clock, say: (constraints: ReceiverConstraints) => void, lastN?: number) {
    this.#clock = clock;
    this.#say = say;
    this.#lastN = lastN;
  }

  /** `heights`: device pixels of each video source on screen. What is not listed is hidden. */
  set(heights: ReadonlyMap<SourceId, number>, focus: Focus = NO_FOCUS): void {
    this.#wanted = constraintsOf(heights, focus, this.#lastN);
    if (this.#stopTimer === undefined) this.#flush();
  }

  /** Another listener, which was told nothing yet: says it all again. Before the first `set` there is nothing to say. */
  again(): void {
    this.#said = undefined;
    this.#flush();
  }

  close(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#wanted = undefined;
  }

  #flush(): void {
    const wanted = this.#wanted;
    if (wanted === undefined || (this.#said !== undefined && same(wanted, this.#said))) return;
    this.#said = wanted;
    this.#stopTimer?.();
    this.#stopTimer = this.#clock.after(COALESCE_MS, () => {
      this.#stopTimer = undefined;
      this.#flush();
    });
    this.#say(wanted);
  }
}

function constraintsOf(
  heights: ReadonlyMap<SourceId, number>,
  { onStage, selected }: Focus,
  lastN: number | undefined,
): ReceiverConstraints {
  const tallestFirst = [...heights].toSorted(([, one], [, other]) => other - one);
  const maxHeights: ReceiverConstraints['maxHeights'] = {};
  for (const [source, height] of tallestFirst.slice(0, LIMITS.constraintSources)) {
    if (height > 0) maxHeights[source] = Math.min(LIMITS.maxHeight, Math.ceil(height));
  }
  return {
    defaultMaxHeight: 0,
    maxHeights,
    ...(onStage.length > 0 ? { onStageSources: onStage.slice(0, LIMITS.onStageSources) } : {}),
    ...(selected.length > 0 ? { selectedSources: selected.slice(0, LIMITS.selectedSources) } : {}),
    ...(lastN === undefined ? {} : { lastN }),
  };
}

function same(one: ReceiverConstraints, other: ReceiverConstraints): boolean {
  const heights = Object.entries(one.maxHeights);
  const others = new Map(Object.entries(other.maxHeights));
  return (
    heights.length === others.size &&
    heights.every(([source, height]) => others.get(source) === height) &&
    sameOrder(one.onStageSources, other.onStageSources) &&
    sameOrder(one.selectedSources, other.selectedSources)
  );
}

function sameOrder(one: readonly SourceId[] = [], other: readonly SourceId[] = []): boolean {
  return one.length === other.length && one.every((source, index) => other[index] === source);
}
