import {
  invitationRequest,
  LIMITS,
  normaliseRoomName,
  roomRequest,
  TreffError,
  type CreatedInvitation,
  type RoomView,
} from '@treff/protocol';
import type { FastifyRequest } from 'fastify';
import * as z from 'zod/mini';
import type { Clock } from '../clock.ts';
import { apiRoutes, parseBody, WITH_BODY, type HttpRoutes } from '../http-api.ts';
import { KeyedRate } from '../keyed-rate.ts';
import { invitationPath, type Invitations } from './invitations.ts';
import { viewOfRoom, type OwnedRooms } from './rooms.ts';
import type { SignIn } from './sign-in.ts';

export interface RoomRoutesOptions {
  readonly signIn: SignIn;
  readonly rooms: OwnedRooms;
  readonly invitations: Invitations;
  readonly publicUrl: string | undefined;
  readonly clock: Clock;
}

/** One's own rooms and invitations to them, for who is signed in. Of other people's rooms one learns only that their names are taken. */
export function roomRoutes({ signIn, rooms, invitations, publicUrl, clock }: RoomRoutesOptions): HttpRoutes {
  const requests = new KeyedRate({
    burst: LIMITS.requestBurst,
    perSecond: LIMITS.requestsPerSecond,
    keys: LIMITS.countedAddresses,
  });

  /** The identity of who asks. Throws `auth/required`, and `protocol/rate-limited` if they do too often. */
  async function who(request: FastifyRequest): Promise<string> {
    const identity = await signIn.read(request.headers.cookie);
    if (identity === undefined) throw new TreffError('auth/required');
    const now = clock.now();
    const wait = requests.wait(identity.id, now);
    if (!requests.take(identity.id, now))
      throw new TreffError('protocol/rate-limited', undefined, { retryAfterMs: wait });
    return identity.id;
  }

  /** The name of a room of who asks. Throws `room/not-owned` and as above. */
  async function ownRoom(request: FastifyRequest): Promise<string> {
    const owner = await who(request);
    const room = roomNamed(request);
    if ((await rooms.roomOf(room))?.owner !== owner) throw new TreffError('room/not-owned');
    return room;
  }

  return apiRoutes(publicUrl, (api) => {
    api.get('/api/rooms', async (request): Promise<{ rooms: RoomView[] }> => {
      const own = await rooms.list(await who(request));
      return { rooms: own.map(viewOfRoom) };
    });

    api.put('/api/rooms/:room', WITH_BODY, async (request) => {
      const owner = await who(request);
      const room = roomNamed(request);
      return viewOfRoom(await rooms.save(room, parseBody(roomRequest, request.body), owner));
    });

    api.delete('/api/rooms/:room', async (request, reply) => {
      const owner = await who(request);
      await rooms.release(roomNamed(request), owner);
      return reply.code(204).send();
    });

    api.get('/api/rooms/:room/invitations', async (request) => ({
      invitations: await invitations.list(await ownRoom(request)),
    }));

    api.post(
      '/api/rooms/:room/invitations',
      WITH_BODY,
      async (request, reply): Promise<CreatedInvitation> => {
        const room = await ownRoom(request);
        const { id, secret } = await invitations.add(room, parseBody(invitationRequest, request.body));
        reply.code(201);
        return { id, path: invitationPath(room, secret) };
      },
    );

    api.delete('/api/rooms/:room/invitations/:id', async (request, reply) => {
      const room = await ownRoom(request);
      await invitations.revoke(room, parseBody(idParameter, request.params).id);
      return reply.code(204).send();
    });
  });
}

const roomParameter = z.object({ room: z.string() });
const idParameter = z.object({ id: z.string() });

/** Throws `room/invalid-name`. */
function roomNamed(request: FastifyRequest): string {
  const room = normaliseRoomName(parseBody(roomParameter, request.params).room);
  if (room === undefined) throw new TreffError('room/invalid-name');
  return room;
}
