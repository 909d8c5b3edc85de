import type { MessageView } from '@treff/protocol';

/** Milliseconds after which the same sender gets a new heading, so that a time is never far. */
const TOGETHER_MS = 5 * 60_000;

/** Messages in a row of one sender to the same people, under one heading. */
export function groupsOf(
  messages: readonly MessageView[],
): readonly (readonly [MessageView, ...MessageView[]])[] {
  const groups: [MessageView, ...MessageView[]][] = [];
  for (const message of messages) {
    const group = groups.at(-1);
    const first = group?.[0];
    if (
      group !== undefined &&
      first?.from === message.from &&
      first.to?.id === message.to?.id &&
      first.name === message.name &&
      message.at - first.at < TOGETHER_MS
    )
      group.push(message);
    else groups.push([message]);
  }
  return groups;
}
