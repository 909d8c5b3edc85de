import * as z from 'zod/mini';
import { serverMessage, type ServerMessage } from '@treff/protocol';

/** What arrived, as far as this client understands it. */
export type Incoming =
  | { readonly kind: 'message'; readonly message: ServerMessage }
  /** No schema fits. With a `seq` it counts all the same, but means nothing here: a later server may add kinds of events. */
  | { readonly kind: 'unknown'; readonly type: string; readonly seq: number | undefined };

const numbered = z.object({ type: z.enum(['event', 'result']), seq: z.int().check(z.minimum(0)) });
const typed = z.object({ type: z.string().check(z.maxLength(64)) });

/** Parses one message of the server. Never throws. */
export function parseIncoming(text: string): Incoming {
  const json = parseJson(text);
  const message = serverMessage.safeParse(json);
  if (message.success) return { kind: 'message', message: message.data };
  const counted = numbered.safeParse(json);
  if (counted.success) return { kind: 'unknown', type: counted.data.type, seq: counted.data.seq };
  const named = typed.safeParse(json);
  return { kind: 'unknown', type: named.success ? named.data.type : '', seq: undefined };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no schema fits `undefined`
  }
}
