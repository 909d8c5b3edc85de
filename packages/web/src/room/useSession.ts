import { useEffect, useState } from 'react';
import * as z from 'zod/mini';
import type { SessionFacts } from './identity.ts';

const session = z.object({
  account: z.nullable(z.object({ displayName: z.string() })),
  signIn: z.object({ password: z.boolean(), oidc: z.nullable(z.object({})) }),
  displayName: z.enum(['optional', 'required']),
}) satisfies z.ZodMiniType<SessionFacts>;

/** What the server says of whom it knows; undefined until it has, and for good where it says nothing: then everybody is a guest. */
export function useSession(): SessionFacts | undefined {
  const [facts, setFacts] = useState<SessionFacts>();
  useEffect(() => {
    let wanted = true;
    fetch('/api/session', { cache: 'no-store' })
      .then(async (response) => session.safeParse(response.ok ? await response.json() : undefined))
      .then(({ data }) => {
        if (wanted) setFacts(data);
      })
      .catch(() => {
        // Without an answer one comes in as a guest, as on a server without accounts.
      });
    return () => {
      wanted = false;
    };
  }, []);
  return facts;
}
