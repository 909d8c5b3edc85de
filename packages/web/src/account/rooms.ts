import { LIMITS, role, type Role } from '@treff/protocol';
import * as z from 'zod/mini';
import { request, type Answer, type Fetch } from './request.ts';

/** Who moderates in a room that belongs to somebody. */
export const MODERATORS = ['owner', 'first', 'everyone', 'authenticated'] as const;

const roomSettings = z.object({
  /** On from the start. */
  lobby: z.boolean(),
  moderators: z.enum(MODERATORS),
  startMuted: z.object({ microphone: z.boolean(), camera: z.boolean() }),
  /** Absent: as many as the server allows. */
  maxParticipants: z.optional(z.int()),
  /** Milliseconds since 1970: nobody comes in before, and nobody from `notAfter` on. */
  notBefore: z.optional(z.number()),
  notAfter: z.optional(z.number()),
});
export type RoomSettings = z.infer<typeof roomSettings>;

/** What a room starts with: as any other, but its owner moderates. */
export const DEFAULT_SETTINGS: RoomSettings = {
  lobby: false,
  moderators: 'owner',
  startMuted: { microphone: false, camera: false },
};

const roomView = z.object({
  room: z.string().check(z.minLength(1), z.maxLength(LIMITS.roomNameLength)),
  settings: roomSettings,
  hasPassword: z.boolean(),
});
export type OwnRoom = z.infer<typeof roomView>;

const invitationView = z.object({
  id: z.string(),
  role,
  /** Milliseconds since 1970. */
  expiresAt: z.number(),
  createdAt: z.number(),
});
export type Invitation = z.infer<typeof invitationView>;

/** `path` holds the secret of the invitation, and nobody is told it again. */
const createdInvitation = z.object({ id: z.string(), path: z.string().check(z.startsWith('/')) });
export type NewInvitation = z.infer<typeof createdInvitation>;

export interface RoomChange {
  readonly settings: RoomSettings;
  /** `null`: none from now on; absent: it stays as it is. */
  readonly password?: string | null;
}

/** The rooms of whoever is signed in. Room names are normalised. */
export interface RoomsApi {
  readonly list: () => Promise<Answer<readonly OwnRoom[]>>;
  /** Reserves the room if it is nobody's; `room/taken` if it is somebody else's. */
  put(room: string, change: RoomChange): Promise<Answer<unknown>>;
  release(room: string): Promise<Answer<unknown>>;
  listInvitations(room: string): Promise<Answer<readonly Invitation[]>>;
  /** `expiresAt`: milliseconds since 1970. */
  invite(room: string, as: Role, expiresAt: number): Promise<Answer<NewInvitation>>;
  revoke(room: string, invitation: string): Promise<Answer<unknown>>;
}

export function createRoomsApi(fetch: Fetch): RoomsApi {
  const pathOf = (room: string) => `/api/rooms/${encodeURIComponent(room)}`;
  return {
    async list() {
      const answer = await request(fetch, 'GET', '/api/rooms', z.object({ rooms: z.array(roomView) }));
      return answer.ok ? { ok: true, value: answer.value.rooms } : answer;
    },
    put: (room, change) => request(fetch, 'PUT', pathOf(room), z.unknown(), change),
    release: (room) => request(fetch, 'DELETE', pathOf(room), z.unknown()),
    async listInvitations(room) {
      const path = `${pathOf(room)}/invitations`;
      const answer = await request(fetch, 'GET', path, z.object({ invitations: z.array(invitationView) }));
      return answer.ok ? { ok: true, value: answer.value.invitations } : answer;
    },
    invite: (room, as, expiresAt) =>
      request(fetch, 'POST', `${pathOf(room)}/invitations`, createdInvitation, { role: as, expiresAt }),
    revoke: (room, id) =>
      request(fetch, 'DELETE', `${pathOf(room)}/invitations/${encodeURIComponent(id)}`, z.unknown()),
  };
}

/** The server of this page. */
export const roomsApi = createRoomsApi((path, init) => fetch(path, init));
