import {
  createdInvitation,
  invitationList,
  roomList,
  type CreatedInvitation,
  type InvitationRequest,
  type InvitationView,
  type RoomRequest,
  type RoomView,
} from '@treff/protocol';
import * as z from 'zod/mini';
import { request, type Answer, type Fetch } from './request.ts';

/** The rooms of whoever is signed in. Room names are normalised. */
export interface RoomsApi {
  readonly list: () => Promise<Answer<readonly RoomView[]>>;
  /** Reserves the room if it is nobody's; `room/taken` if it is somebody else's. */
  put(room: string, request: RoomRequest): Promise<Answer<unknown>>;
  release(room: string): Promise<Answer<unknown>>;
  listInvitations(room: string): Promise<Answer<readonly InvitationView[]>>;
  invite(room: string, invitation: InvitationRequest): Promise<Answer<CreatedInvitation>>;
  revoke(room: string, invitation: string): Promise<Answer<unknown>>;
}

export function createRoomsApi(fetch: Fetch): RoomsApi {
  const pathOf = (room: string) => `/api/rooms/${encodeURIComponent(room)}`;
  return {
    async list() {
      const answer = await request(fetch, 'GET', '/api/rooms', roomList);
      return answer.ok ? { ok: true, value: answer.value.rooms } : answer;
    },
    put: (room, body) => request(fetch, 'PUT', pathOf(room), z.unknown(), body),
    release: (room) => request(fetch, 'DELETE', pathOf(room), z.unknown()),
    async listInvitations(room) {
      const path = `${pathOf(room)}/invitations`;
      const answer = await request(fetch, 'GET', path, invitationList);
      return answer.ok ? { ok: true, value: answer.value.invitations } : answer;
    },
    invite: (room, body) => request(fetch, 'POST', `${pathOf(room)}/invitations`, createdInvitation, body),
    revoke: (room, id) =>
      request(fetch, 'DELETE', `${pathOf(room)}/invitations/${encodeURIComponent(id)}`, z.unknown()),
  };
}

/** The server of this page. */
export const roomsApi = createRoomsApi((path, init) => fetch(path, init));
