import * as z from 'zod/mini';
import { cameraBitrate, cameraLines } from './camera.ts';
import { LIMITS } from './limits.ts';
import { role, startMuted } from './view.ts';

/** Milliseconds since the epoch. */
const moment = z.int().check(z.minimum(0), z.maximum(Number.MAX_SAFE_INTEGER));

/** Who moderates on coming into an owned room: the owner alone, also who comes first, everybody, or whoever is signed in. */
export const roomModerators = z.enum(['owner', 'first', 'everyone', 'authenticated']);

/** What the owner of a room decides once and for all of its conferences. */
export const roomSettings = z
  .object({
    /** Moderators decide about each who comes, from the start. */
    lobby: z.boolean(),
    moderators: roomModerators,
    /** What is muted of those who come in. */
    startMuted,
    /** Absent: as many as the server takes. */
    maxParticipants: z.optional(z.int().check(z.minimum(1), z.maximum(LIMITS.participants))),
    /** What cameras are at most: lines and bits a second, within the server's most. Absent: as usual there. */
    resolution: z.optional(cameraLines),
    videoBitrate: z.optional(cameraBitrate),
    /** Nobody comes in before, or from then on. Absent: there is no such moment. */
    notBefore: z.optional(moment),
    notAfter: z.optional(moment),
  })
  .check(
    z.refine(
      ({ notBefore, notAfter }) => notBefore === undefined || notAfter === undefined || notBefore < notAfter,
    ),
  );
export type RoomSettings = z.infer<typeof roomSettings>;

/** What a room has of which nothing else was said: as any other, but its owner moderates. */
export const USUAL_SETTINGS: RoomSettings = {
  lobby: false,
  moderators: 'owner',
  startMuted: { microphone: false, camera: false },
};

/** `PUT /api/rooms/:room`. */
export const roomRequest = z.object({
  settings: roomSettings,
  /** Absent: it stays as it is; `null`: none. */
  password: z.optional(z.nullable(z.string().check(z.maxLength(2 * LIMITS.roomPasswordLength)))),
});
export type RoomRequest = z.infer<typeof roomRequest>;

/** A room as its owner sees it. */
export const roomView = z.object({
  /** Normalised. */
  room: z.string().check(z.maxLength(LIMITS.roomNameLength)),
  settings: roomSettings,
  /** It is told to nobody. */
  hasPassword: z.boolean(),
});
export type RoomView = z.infer<typeof roomView>;

/** `GET /api/rooms`. */
export const roomList = z.object({ rooms: z.array(roomView) });

/** `POST /api/rooms/:room/invitations`. */
export const invitationRequest = z.object({ role, expiresAt: moment });
export type InvitationRequest = z.infer<typeof invitationRequest>;

/** The answer. `path` of the page, with the secret, which is told this once. */
export const createdInvitation = z.object({ id: z.string(), path: z.string().check(z.startsWith('/')) });
export type CreatedInvitation = z.infer<typeof createdInvitation>;

/** An invitation as the room's owner sees it. */
export const invitationView = z.object({
  id: z.string().check(z.maxLength(32)),
  /** What it makes of who comes with it. */
  role,
  expiresAt: moment,
  createdAt: moment,
});
export type InvitationView = z.infer<typeof invitationView>;

/** `GET /api/rooms/:room/invitations`. */
export const invitationList = z.object({ invitations: z.array(invitationView) });
