import type { VideoReport } from '@treff/client/media';

/** Figures of a connection as people of a language write them, with units; what is not known is a dash. */
export interface Figures {
  milliseconds(value: number | undefined): string;
  /** In kbit/s below a million, else in Mbit/s. */
  bitsPerSecond(value: number | undefined): string;
  /** Of a share from 0 to 1: whole percents, and tenths below ten. */
  percent(share: number | undefined): string;
  /** `1280 × 720`; undefined if it is not known. */
  size(video: Pick<VideoReport, 'width' | 'height'>): string | undefined;
}

export const UNKNOWN = '–';

export function figuresIn(language: string): Figures {
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const tenths = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const percents = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 });
  const permilles = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });
  // A number and its unit stay on one line.
  const milliseconds = (value: number) => `${whole.format(value)}\u00a0ms`;
  const bits = (value: number) =>
    value < 999_500
      ? `${whole.format(value / 1000)}\u00a0kbit/s`
      : `${tenths.format(value / 1_000_000)}\u00a0Mbit/s`;
  const percent = (share: number) => (share < 0.1 ? permilles : percents).format(share);
  return {
    milliseconds: (value) => (value === undefined ? UNKNOWN : milliseconds(value)),
    bitsPerSecond: (value) => (value === undefined ? UNKNOWN : bits(value)),
    percent: (share) => (share === undefined ? UNKNOWN : percent(share)),
    size: ({ width, height }) =>
      width === undefined || height === undefined ? undefined : `${width}\u00a0×\u00a0${height}`,
  };
}
