import { LIMITS } from '@treff/protocol';
import * as z from 'zod/mini';
import { remember } from './browserStore.ts';

/** Rooms the list holds; older ones drop off. */
const CAPACITY = 12;

const recentRoom = z.object({
  room: z.string().check(z.minLength(1), z.maxLength(LIMITS.roomNameLength)),
  /** Milliseconds since 1970. */
  at: z.number(),
});
export type RecentRoom = z.infer<typeof recentRoom>;

/** The rooms this browser was in, the latest first. They are never sent anywhere. */
export const recentRooms = remember<readonly RecentRoom[]>('treff.recentRooms', z.array(recentRoom), []);

/** The list with `room` at its top, once. */
export function withRoom(rooms: readonly RecentRoom[], room: string, at: number): readonly RecentRoom[] {
  return [{ room, at }, ...withoutRoom(rooms, room)].slice(0, CAPACITY);
}

export function withoutRoom(rooms: readonly RecentRoom[], room: string): readonly RecentRoom[] {
  return rooms.filter((entry) => entry.room !== room);
}
