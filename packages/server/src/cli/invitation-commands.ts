import { LIMITS, role, type Role } from '@treff/protocol';
import * as z from 'zod/mini';
import { createInvitations, invitationPath } from '../access/invitations.ts';
import {
  defineCommand,
  readMoment,
  roomNamed,
  table,
  UsageError,
  writeMoment,
  type Context,
  type Subcommands,
} from './command.ts';

const DAY_MS = 24 * 60 * 60_000;
const USUAL_DAYS = 7;
const MAX_DAYS = LIMITS.invitationMs / DAY_MS;

/** Links into rooms that belong to somebody. */
export const invitationCommands: Subcommands = {
  add: defineCommand(
    `treff invitation add ROOM [--role ROLE] [--expires TIME]

Makes a link into a room that belongs to somebody, and shows it this once. Whoever has it comes in as ROLE.
Options:
  --role ROLE      participant (if nothing is said) or moderator
  --expires TIME   such as 2027-01-31T18:00, at most ${MAX_DAYS} days from now; in ${USUAL_DAYS} days if nothing is said`,
    ['ROOM'],
    { role: { type: 'string', default: 'participant' }, expires: { type: 'string' } },
    (values, { ROOM: name }) => {
      const invitedAs = readRole(values.role);
      const expires = values.expires === undefined ? undefined : readMoment(values.expires);
      return async (context) => {
        const room = roomNamed(name);
        const expiresAt = expires ?? Math.floor(context.now()) + USUAL_DAYS * DAY_MS;
        const { id, secret } = await invitationsOf(context).add(room, { role: invitedAs, expiresAt });
        context.print(`${context.publicUrl ?? ''}${invitationPath(room, secret)}`);
        context.print(`Invitation ${id} to ${room} as ${invitedAs}, until ${writeMoment(expiresAt)}.`);
      };
    },
  ),

  list: defineCommand(
    `treff invitation list ROOM

Lists the invitations to a room that are good: id, role, when it was made, when it expires.`,
    ['ROOM'],
    {},
    (_, { ROOM: name }) =>
      async (context) => {
        const room = roomNamed(name);
        const invitations = await invitationsOf(context).list(room);
        if (invitations.length === 0) return context.print(`There are no invitations to ${room}.`);
        context.print(
          table(
            invitations.map(({ id, role, createdAt, expiresAt }) => [
              id,
              role,
              writeMoment(createdAt),
              writeMoment(expiresAt),
            ]),
          ),
        );
      },
  ),

  revoke: defineCommand(
    `treff invitation revoke ROOM ID

The link is worth nothing any more. Who came in with it stays.`,
    ['ROOM', 'ID'],
    {},
    (_, { ROOM: name, ID: id }) =>
      async (context) => {
        await invitationsOf(context).revoke(roomNamed(name), id);
        context.print(`${id} is revoked.`);
      },
  ),
};

function invitationsOf({ store, now }: Context) {
  return createInvitations(store.invitations, now);
}

function readRole(text: string): Role {
  const parsed = z.safeParse(role, text);
  if (!parsed.success) throw new UsageError(`--role: "${text}" is neither participant nor moderator.`);
  return parsed.data;
}
