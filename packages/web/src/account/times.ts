/** How long an invitation is good for; `date`: until a moment that one chooses. */
export const EXPIRIES = ['day', 'week', 'month', 'date'] as const;
export type Expiry = (typeof EXPIRIES)[number];

/** What a field for a local date and time holds, to the minute; empty for no time. `at`: milliseconds since 1970. */
export function localTime(at: number | undefined): string {
  if (at === undefined) return '';
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/**
 * The time that such a field means, in milliseconds since 1970; undefined if it is empty. `before` is what it was filled with: a
 * field knows no seconds, and whoever leaves it alone doesn't change them.
 */
export function timeOf(text: string, before?: number): number | undefined {
  if (before !== undefined && text === localTime(before)) return before;
  const at = new Date(text).getTime();
  return Number.isNaN(at) ? undefined : at;
}

/** When an invitation made `now` expires. A month later is the same day at the same time of day, or the month's last. `date` as the field holds it; undefined if it is none. */
export function expiryOf(expiry: Expiry, date: string, now: number): number | undefined {
  const then = new Date(now);
  switch (expiry) {
    case 'day':
      then.setDate(then.getDate() + 1);
      return then.getTime();
    case 'week':
      then.setDate(then.getDate() + 7);
      return then.getTime();
    case 'month': {
      const day = then.getDate();
      then.setMonth(then.getMonth() + 1);
      // There is no 31st of the next month: the days beyond ran over into the one after.
      if (then.getDate() !== day) then.setDate(0);
      return then.getTime();
    }
    case 'date':
      return timeOf(date);
  }
}
