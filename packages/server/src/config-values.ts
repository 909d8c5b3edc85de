import * as z from 'zod/mini';

/** As Jitsi's images read their switches. */
export const yesOrNo = z.pipe(
  z.string().check(z.regex(/^(1|true|yes|on|0|false|no|off)$/i)),
  z.transform((text) => /^(1|true|yes|on)$/i.test(text)),
);
/** What a wrong switch is told. */
export const YES_OR_NO = 'one of 1, true, yes, on, 0, false, no, off';

/** A number written in at most six digits. */
export function wholeNumber(minimum: number, maximum: number) {
  return z.pipe(
    z.pipe(z.string().check(z.regex(/^-?\d{1,6}$/)), z.transform(Number)),
    z.int().check(z.minimum(minimum), z.maximum(maximum)),
  );
}

/** The parts of a comma-separated list, without white space around them. */
export const commaSeparated = z.pipe(
  z.string(),
  z.transform((text) => text.split(',').map((part) => part.trim())),
);

/** Reads one environment variable; what does not fit the schema is noted, with what would be `allowed`. */
export type ReadSetting = <T>(
  variable: string,
  schema: z.ZodMiniType<T, string>,
  allowed: string,
  standard: T,
) => T;
