/** Whether two objects have the same properties with the same values. */
export function shallowEqual<Thing extends object>(one: Thing, other: Thing): boolean {
  const entries = Object.entries(one);
  const others = new Map<string, unknown>(Object.entries(other));
  return entries.length === others.size && entries.every(([key, value]) => others.get(key) === value);
}
