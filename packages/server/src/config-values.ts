import * as z from 'zod/mini';

/** As Jitsi's images read their switches. */
export const yesOrNo = z.pipe(
  z.string().check(z.regex(/^(1|true|yes|on|0|false|no|off)$/i)),
  z.transform((text) => /^(1|true|yes|on)$/i.test(text)),
);
/** What a wrong switch is told. */
export const YES_OR_NO = 'one of 1, true, yes, on, 0, false, no, off';

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
