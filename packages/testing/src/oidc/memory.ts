import type { Adapter, AdapterPayload, ClientMetadata } from 'oidc-provider';

/** Where the provider keeps what it gave out, for as long as the test runs: the library's own memory prints that it is for development. */
export class Memory {
  readonly #entries = new Map<string, AdapterPayload>();
  /** Asked each time, so that a client can have other addresses than when the provider started. */
  readonly #clients: () => readonly ClientMetadata[];

  constructor(clients: () => readonly ClientMetadata[]) {
    this.#clients = clients;
  }

  /** What it holds of one kind. */
  of(kind: string): Adapter {
    const keyOf = (id: string) => `${kind} ${id}`;
    const find = (fits: (entry: AdapterPayload) => boolean) =>
      [...this.#entries].find(([key, entry]) => key.startsWith(`${kind} `) && fits(entry))?.[1];
    return {
      upsert: async (id, payload) => void this.#entries.set(keyOf(id), payload),
      find: async (id) =>
        kind === 'Client'
          ? this.#clients().find(({ client_id }) => client_id === id)
          : this.#entries.get(keyOf(id)),
      findByUid: async (uid) => find((entry) => entry.uid === uid),
      findByUserCode: async (code) => find((entry) => entry.userCode === code),
      consume: async (id) => {
        const entry = this.#entries.get(keyOf(id));
        if (entry !== undefined) entry.consumed = Math.floor(Date.now() / 1_000);
      },
      destroy: async (id) => void this.#entries.delete(keyOf(id)),
      revokeByGrantId: async (grantId) => {
        for (const [key, entry] of this.#entries) if (entry.grantId === grantId) this.#entries.delete(key);
      },
    };
  }
}
