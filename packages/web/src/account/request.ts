import { apiError, type ErrorCode } from '@treff/protocol';
import type * as z from 'zod/mini';

/** What the server's HTTP interface answers. A refusal is an answer like any other: nothing here throws. */
export type Answer<Value> = { readonly ok: true; readonly value: Value } | Refusal;

export interface Refusal {
  readonly ok: false;
  /** The server's, else `network/unreachable`, or `server/internal` for an answer that can't be understood. */
  readonly code: ErrorCode | 'network/unreachable';
  /** The status of HTTP; 0 if there was no answer. */
  readonly status: number;
  /** Milliseconds after which trying again may help. */
  readonly retryAfterMs: number | undefined;
}

/** The part of `fetch` that is used. */
export type Fetch = (path: string, init: RequestInit) => Promise<Response>;

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** Asks the server of this page. `body` is sent as JSON, and only of `schema` is what comes back believed. */
export async function request<Value>(
  fetch: Fetch,
  method: Method,
  path: string,
  schema: z.ZodMiniType<Value>,
  body?: object,
): Promise<Answer<Value>> {
  // In `same-origin` mode a page without referrers would send no `Origin`, and the server wants to see one.
  const init: RequestInit = {
    method,
    cache: 'no-store',
    redirect: 'error',
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  };
  let status = 0;
  let content: unknown;
  try {
    const response = await fetch(path, init);
    ({ status } = response);
    const text = await response.text();
    content = text === '' ? undefined : JSON.parse(text);
  } catch {
    // No connection, one that broke off, or a text that is no JSON.
    return refusal(status === 0 ? 'network/unreachable' : 'server/internal', status);
  }
  if (status < 200 || status > 299) {
    const { data } = apiError.safeParse(content);
    return refusal(data?.code ?? 'server/internal', status, data?.retryAfterMs);
  }
  const parsed = schema.safeParse(content);
  return parsed.success ? { ok: true, value: parsed.data } : refusal('server/internal', status);
}

function refusal(code: Refusal['code'], status: number, retryAfterMs?: number): Refusal {
  return { ok: false, code, status, retryAfterMs };
}
