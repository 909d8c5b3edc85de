import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { LIMITS, TreffError, type InvitationRequest, type InvitationView, type Role } from '@treff/protocol';
import type { InvitationRecords } from '../store/store.ts';

/** Links that let people into one owned room in a role. Rooms are normalised names; refusals are {@link TreffError}s. */
export interface Invitations {
  /** Throws `room/not-owned`, `invitation/expiry-unfit`, `invitation/too-many`. The secret is known to nobody afterwards. */
  add(room: string, request: InvitationRequest): Promise<{ id: string; secret: string }>;
  /** Those that are good, from the oldest to the newest. */
  list(room: string): Promise<readonly InvitationView[]>;
  /** It is worth nothing any more. Throws `invitation/unknown`. */
  revoke(room: string, id: string): Promise<void>;
  /** What the invitation with this secret makes of who comes; `undefined` if it is none of this room, or no longer. */
  redeem(room: string, secret: string, now: number): Promise<{ role: Role } | undefined>;
}

const SECRET_BYTES = 24;
const ID_BYTES = 6;

/** `now`: milliseconds since the epoch. */
export function createInvitations(records: InvitationRecords, now: () => number): Invitations {
  return {
    async add(room, { role, expiresAt }) {
      const createdAt = Math.floor(now());
      if (expiresAt <= createdAt || expiresAt > createdAt + LIMITS.invitationMs)
        throw new TreffError('invitation/expiry-unfit');
      const id = randomBytes(ID_BYTES).toString('hex');
      const secret = randomBytes(SECRET_BYTES).toString('base64url');
      const secretHash = digest(secret).toString('base64url');
      const record = { id, room, role, secretHash, expiresAt, createdAt };
      switch (await records.add(record, LIMITS.invitations)) {
        case 'added':
          return { id, secret };
        case 'unknown-room':
          throw new TreffError('room/not-owned');
        case 'too-many':
          throw new TreffError('invitation/too-many');
      }
    },

    async list(room) {
      const good = (await records.ofRoom(room)).filter(({ expiresAt }) => expiresAt > now());
      return good.map(({ id, role, expiresAt, createdAt }) => ({ id, role, expiresAt, createdAt }));
    },

    async revoke(room, id) {
      if (!(await records.remove(room, id))) throw new TreffError('invitation/unknown');
    },

    async redeem(room, secret, now) {
      const given = digest(secret);
      // Each is looked at, whether one fits or not.
      const fitting = (await records.ofRoom(room)).filter(({ secretHash }) =>
        timingSafeEqual(given, Buffer.from(secretHash, 'base64url')),
      );
      const good = fitting.find(({ expiresAt }) => expiresAt > now);
      return good === undefined ? undefined : { role: good.role };
    },
  };
}

/** Path and query of the page that an invitation leads to. */
export function invitationPath(room: string, secret: string): string {
  return `/${encodeURIComponent(room)}?invitation=${secret}`;
}

/** Secrets have 192 bits of chance: a slow hash would add nothing. */
function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
