import { LIMITS, roomSettings, TreffError, USUAL_SETTINGS, type RoomSettings } from '@treff/protocol';
import * as z from 'zod/mini';
import { createAccounts } from '../access/accounts.ts';
import { createOwnedRooms, type OwnedRoom } from '../access/rooms.ts';
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

const OPTIONS = {
  owner: { type: 'string' },
  lobby: { type: 'boolean' },
  moderators: { type: 'string' },
  'start-muted': { type: 'string' },
  'max-participants': { type: 'string' },
  resolution: { type: 'string' },
  'video-bitrate': { type: 'string' },
  'not-before': { type: 'string' },
  'not-after': { type: 'string' },
  password: { type: 'boolean' },
} as const;

const SETTINGS = `Options:
  --owner NAME                  the account whose room it is, or the identity of somebody who signs in otherwise; none: the operator
  --lobby, --no-lobby           whether moderators let each in
  --moderators WHO              owner, first, everyone or authenticated
  --start-muted KINDS           microphone, camera, both with a comma, or none
  --max-participants NUMBER     1 to ${LIMITS.participants}, or none
  --resolution LINES            of cameras: ${LIMITS.cameraLinesLeast} to ${LIMITS.cameraLinesMost}, or none; counts up to the server's RESOLUTION_MAX
  --video-bitrate BITS          a second, of a camera: ${LIMITS.cameraBitrateLeast} to ${LIMITS.cameraBitrateMost}, or none; up to VIDEO_BITRATE_MAX
  --not-before, --not-after TIME  such as 2027-01-31T18:00, or none
  --password, --no-password     asks for one (or reads it from standard input if that is no terminal), or takes it away`;

/** Rooms that belong to somebody, and what they are like. */
export const roomCommands: Subcommands = {
  list: defineCommand(
    `treff room list

Lists the rooms that belong to somebody: name, owner, settings.`,
    [],
    {},
    () => async (context) => {
      const rooms = await roomsOf(context).list();
      if (rooms.length === 0) return context.print(`No room belongs to anybody. (${context.dataDir})`);
      context.print(table(rooms.map((room) => [room.room, room.owner ?? 'operator', describe(room)])));
    },
  ),

  reserve: defineCommand(
    `treff room reserve ROOM [options]

Makes a room somebody's; without --owner the operator's. What is not named is off; the owner moderates.
${SETTINGS}`,
    ['ROOM'],
    OPTIONS,
    (values, { ROOM: name }) => {
      const settings = changeSettings(values)(USUAL_SETTINGS);
      return async (context) => {
        const room = roomNamed(name);
        const rooms = roomsOf(context);
        if ((await rooms.roomOf(room)) !== undefined) throw new TreffError('room/taken');
        const owner = (await readOwner(values.owner, context)) ?? null;
        const password = await readPassword(values.password, context);
        // The operator's first, who is bound by no number of rooms.
        await rooms.save(room, { settings, password }, null);
        const saved = owner === null ? await rooms.change(room, {}) : await rooms.change(room, { owner });
        context.print(`${saved.room} is reserved: ${describe(saved)}`);
      };
    },
  ),

  set: defineCommand(
    `treff room set ROOM [options]

Changes what is named of a room that belongs to somebody. It holds from the next conference there on.
${SETTINGS}`,
    ['ROOM'],
    OPTIONS,
    (values, { ROOM: name }) => {
      const change = changeSettings(values);
      return async (context) => {
        const rooms = roomsOf(context);
        const before = await rooms.roomOf(roomNamed(name));
        if (before === undefined) throw new TreffError('room/not-owned');
        const settings = change(before.settings);
        const owner = await readOwner(values.owner, context);
        const password = await readPassword(values.password, context);
        const after = await rooms.change(before.room, {
          settings,
          password,
          ...(owner === undefined ? {} : { owner }),
        });
        context.print(`${after.room}: ${describe(after)}`);
      };
    },
  ),

  release: defineCommand(
    `treff room release ROOM

Whoever comes opens the room from then on, as any other. Invitations to it are worth nothing any more.`,
    ['ROOM'],
    {},
    (_, { ROOM: name }) =>
      async (context) => {
        const room = roomNamed(name);
        await roomsOf(context).release(room);
        context.print(`${room} belongs to nobody.`);
      },
  ),
};

function roomsOf({ store, now }: Context) {
  return createOwnedRooms(store.rooms, now);
}

type Values = Partial<{
  lobby: boolean;
  moderators: string;
  'start-muted': string;
  'max-participants': string;
  resolution: string;
  'video-bitrate': string;
  'not-before': string;
  'not-after': string;
}>;

/** Understands the options, and gives what makes settings of earlier ones. Both throw {@link UsageError}. */
function changeSettings(values: Values): (before: RoomSettings) => RoomSettings {
  const moderators = values.moderators;
  const muted = values['start-muted'] === undefined ? undefined : readKinds(values['start-muted']);
  const maxParticipants = orNone(values['max-participants'], readNumber('max-participants'));
  const resolution = orNone(values.resolution, readNumber('resolution'));
  const videoBitrate = orNone(values['video-bitrate'], readNumber('video-bitrate'));
  const notBefore = orNone(values['not-before'], readMoment);
  const notAfter = orNone(values['not-after'], readMoment);
  return (before) => {
    const changed = {
      ...before,
      ...(values.lobby === undefined ? {} : { lobby: values.lobby }),
      ...(moderators === undefined ? {} : { moderators }),
      ...(muted === undefined ? {} : { startMuted: muted }),
      ...(maxParticipants === undefined ? {} : { maxParticipants: maxParticipants ?? undefined }),
      ...(resolution === undefined ? {} : { resolution: resolution ?? undefined }),
      ...(videoBitrate === undefined ? {} : { videoBitrate: videoBitrate ?? undefined }),
      ...(notBefore === undefined ? {} : { notBefore: notBefore ?? undefined }),
      ...(notAfter === undefined ? {} : { notAfter: notAfter ?? undefined }),
    };
    const parsed = z.safeParse(roomSettings, changed);
    if (parsed.success) return parsed.data;
    const option = String(parsed.error.issues[0]?.path[0] ?? 'notAfter').replace(
      /[A-Z]/g,
      (letter) => `-${letter.toLowerCase()}`,
    );
    throw new UsageError(
      option === 'not-after' ? '--not-after has to be later than --not-before.' : `--${option} does not fit.`,
    );
  };
}

/** `null`: it is to be none; `undefined`: nothing was said. */
function orNone<T>(text: string | undefined, read: (text: string) => T): T | null | undefined {
  if (text === undefined) return undefined;
  return text === 'none' ? null : read(text);
}

function readKinds(text: string): RoomSettings['startMuted'] {
  const kinds = text === 'none' ? [] : text.split(',').map((kind) => kind.trim());
  const wrong = kinds.find((kind) => kind !== 'microphone' && kind !== 'camera');
  if (wrong !== undefined)
    throw new UsageError(`--start-muted: "${wrong}" is neither microphone nor camera.`);
  return { microphone: kinds.includes('microphone'), camera: kinds.includes('camera') };
}

function readNumber(option: string): (text: string) => number {
  return (text) => {
    if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--${option}: "${text}" is no number.`);
    return Number(text);
  };
}

/** An identity, `null` for the operator, `undefined` if nothing was said. Throws `account/unknown`. */
async function readOwner(
  text: string | undefined,
  { store, now }: Context,
): Promise<string | null | undefined> {
  if (text === undefined) return undefined;
  if (text === 'none') return null;
  const isIdentity = text.includes(':') && !text.startsWith('account:');
  if (isIdentity && text.length <= LIMITS.identityIdLength) return text;
  const account = await createAccounts(store.accounts, now).find(text.replace(/^account:/, ''));
  if (account === undefined) throw new TreffError('account/unknown');
  return account.id;
}

async function readPassword(
  wanted: boolean | undefined,
  { askPassword }: Context,
): Promise<string | null | undefined> {
  if (wanted === undefined) return undefined;
  return wanted ? askPassword() : null;
}

function describe({ settings, passwordHash }: OwnedRoom): string {
  const { lobby, moderators, startMuted, maxParticipants, resolution, videoBitrate, notBefore, notAfter } =
    settings;
  const muted = [startMuted.microphone ? ['microphone'] : [], startMuted.camera ? ['camera'] : []].flat();
  return [
    `moderators: ${moderators}`,
    ...(lobby ? ['lobby'] : []),
    ...(passwordHash === null ? [] : ['password']),
    ...(muted.length === 0 ? [] : [`start muted: ${muted.join(' and ')}`]),
    ...(maxParticipants === undefined ? [] : [`at most ${maxParticipants}`]),
    ...(resolution === undefined ? [] : [`cameras in ${resolution}p at most`]),
    ...(videoBitrate === undefined ? [] : [`cameras with ${videoBitrate} bit/s at most`]),
    ...(notBefore === undefined ? [] : [`from ${writeMoment(notBefore)}`]),
    ...(notAfter === undefined ? [] : [`until ${writeMoment(notAfter)}`]),
  ].join(', ');
}
