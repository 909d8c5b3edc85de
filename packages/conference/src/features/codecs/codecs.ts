import type { AgreedCodecs } from '@treff/protocol';
import type { Feature } from '../../feature.ts';

/** In what pictures are encoded, so that everybody here can decode them. */
export interface CodecsState {
  /** What the operator allows, what is best first. Never projected. */
  readonly preferred: AgreedCodecs;
  readonly agreed: AgreedCodecs;
  /** More has become possible, and is agreed on if that lasts until `at`, milliseconds since the epoch. Never projected. */
  readonly rise: { readonly codecs: AgreedCodecs; readonly at: number } | undefined;
}

/** Follows from any other event (see `decide`). */
export type CodecsEvent = { readonly type: 'codecs-settled' } & Pick<CodecsState, 'agreed' | 'rise'>;

/**
 * What the operator gets who says nothing; figures are in `docs/operators.md`. Cameras: VP8 costs the least in software, phones included, and of simulcast each size can be
 * switched off and changed to without the others. Screens: AV1 takes a tenth of the bits of VP8 for text, and no more work.
 */
export const STANDARD_CODECS: AgreedCodecs = {
  camera: ['VP8', 'VP9', 'H264', 'AV1'],
  screen: ['AV1', 'VP9', 'VP8', 'H264'],
};

/** Before anybody came. */
export function codecsFor(preferred: AgreedCodecs = STANDARD_CODECS): CodecsState {
  return { preferred, agreed: preferred, rise: undefined };
}

export const codecs: Feature<CodecsState, never, CodecsEvent, 'codecs'> = {
  initial: codecsFor(),

  decide: {},

  evolve: (slice, event) =>
    event.type === 'codecs-settled' ? { ...slice, agreed: event.agreed, rise: event.rise } : slice,

  project: (state) => ({ codecs: state.codecs.agreed }),

  projectEvent: (before, event, after) =>
    event.type === 'codecs-settled' && before.codecs.agreed !== after.codecs.agreed
      ? [{ type: 'codecs-agreed', codecs: event.agreed }]
      : [],

  nextDeadline: (state) => state.codecs.rise?.at,
};
