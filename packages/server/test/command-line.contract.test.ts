import { spawn } from 'node:child_process';
import { access, constants, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAccounts } from '../src/access/accounts.ts';
import { createInvitations } from '../src/access/invitations.ts';
import { verifyPassword } from '../src/access/password-hash.ts';
import { createOwnedRooms } from '../src/access/rooms.ts';
import { runCommandLine } from '../src/cli/command-line.ts';
import { createMemoryStore } from '../src/store/memory-store.ts';
import { openStore } from '../src/store/sqlite-store.ts';
import type { Store } from '../src/store/store.ts';

const PROGRAM = fileURLToPath(new URL('../../cli/src/treff.ts', import.meta.url));
const PASSWORD = 'correct horse';
const DAY_MS = 24 * 60 * 60_000;

let now: number;
let store: Store;
let opened: string[];
let asked: number;
let password: string;

beforeEach(() => {
  now = Date.UTC(2027, 0, 15, 12);
  store = createMemoryStore(() => now);
  opened = [];
  asked = 0;
  password = PASSWORD;
});

/** Runs one command; `line` is split at spaces. */
async function treff(
  line: string,
  environment: Record<string, string> = { DATA_DIR: '/data' },
): Promise<{ code: number; out: string; complaint: string }> {
  const out: string[] = [];
  const complaints: string[] = [];
  const code = await runCommandLine(line.split(' ').filter(Boolean), {
    environment,
    openStore: (dataDir) => {
      opened.push(dataDir);
      return Promise.resolve(store);
    },
    now: () => now,
    askPassword: () => {
      asked++;
      return Promise.resolve(password);
    },
    print: (text) => out.push(text),
    complain: (text) => complaints.push(text),
  });
  return { code, out: out.join('\n'), complaint: complaints.join('\n') };
}

const accounts = () => createAccounts(store.accounts, () => now);
const rooms = () => createOwnedRooms(store.rooms, () => now);
const invitations = () => createInvitations(store.invitations, () => now);

describe('treff user', () => {
  it('adds an account that can sign in, in the data folder of the server', async () => {
    expect(await treff('user add Ann --name Annie')).toEqual({
      code: 0,
      out: 'ann can sign in. (/data)',
      complaint: '',
    });
    expect(opened).toEqual(['/data']);
    expect(await accounts().verify('ann', PASSWORD)).toMatchObject({ displayName: 'Annie' });
  });

  it('lists accounts', async () => {
    expect((await treff('user list')).out).toBe('There are no accounts. (/data)');
    await treff('user add ann');
    await treff('user add bertram --name=Bert');
    expect((await treff('user list')).out).toBe(
      'ann      ann   2027-01-15T12:00Z\nbertram  Bert  2027-01-15T12:00Z',
    );
  });

  it('resets a password', async () => {
    await treff('user add ann');
    password = 'battery staple';
    expect(await treff('user reset ANN')).toMatchObject({ code: 0, out: 'ann has another password.' });
    expect(await accounts().verify('ann', PASSWORD)).toBeUndefined();
    expect(await accounts().verify('ann', 'battery staple')).toBeDefined();
  });

  it('removes an account and says what became of its rooms', async () => {
    await treff('user add ann');
    await treff('room reserve choir --owner ann');
    await treff('room reserve band --owner ann');
    expect(await treff('user remove ann')).toMatchObject({
      code: 0,
      out: "ann is removed.\nNow the operator's: band, choir",
    });
    expect(await accounts().list()).toEqual([]);
    expect((await rooms().roomOf('choir'))?.owner).toBeNull();
  });

  it.each([
    ['user add ann', 'account/taken'],
    ['user add ann/lee', 'account/invalid-name'],
    ['user reset bo', 'account/unknown'],
    ['user remove bo', 'account/unknown'],
  ])('fails with a code: %s', async (line, code) => {
    await treff('user add ann');
    const { code: exit, out, complaint } = await treff(line);
    expect([exit, out]).toEqual([1, '']);
    expect(complaint).toMatch(new RegExp(`^${code}: [A-Z].*\\.|^${code}: A name has`));
  });

  it('asks for a password only when one is needed', async () => {
    await treff('user add ann');
    expect(asked).toBe(1);
    for (const line of ['user add ann', 'user reset bo', 'user list', 'user remove ann']) await treff(line);
    expect(asked).toBe(1);
  });

  it('takes no password that is unfit', async () => {
    password = 'short';
    expect((await treff('user add ann')).complaint).toBe(
      'account/password-unfit: A password has 8 to 200 characters.',
    );
    expect(await accounts().list()).toEqual([]);
  });
});

describe('treff room', () => {
  it('reserves a room for the operator, with nothing switched on', async () => {
    expect(await treff('room reserve Town%20Hall')).toMatchObject({
      code: 0,
      out: 'townhall is reserved: moderators: owner',
    });
    expect(await rooms().roomOf('townhall')).toEqual({
      room: 'townhall',
      owner: null,
      settings: {
        lobby: false,
        moderators: 'owner',
        startMuted: { microphone: false, camera: false },
      },
      passwordHash: null,
    });
  });

  it('reserves one with settings for somebody, and lists it', async () => {
    await treff('user add ann');
    await treff(
      'room reserve choir --owner Ann --lobby --moderators first --start-muted microphone,camera --max-participants 30 --resolution 1080 --video-bitrate 4000000 --not-before 2027-02-01T18:00Z --not-after 2027-02-01T20:00:00+01:00 --password',
    );
    const room = await rooms().roomOf('choir');
    expect(room).toMatchObject({
      owner: 'account:ann',
      settings: {
        lobby: true,
        moderators: 'first',
        startMuted: { microphone: true, camera: true },
        maxParticipants: 30,
        resolution: 1_080,
        videoBitrate: 4_000_000,
        notBefore: Date.UTC(2027, 1, 1, 18),
        notAfter: Date.UTC(2027, 1, 1, 19),
      },
    });
    expect(await verifyPassword(PASSWORD, room?.passwordHash ?? '')).toBe(true);
    expect((await treff('room list')).out).toBe(
      'choir  account:ann  moderators: first, lobby, password, start muted: microphone and camera, at most 30, cameras in 1080p at most, cameras with 4000000 bit/s at most, from 2027-02-01T18:00Z, until 2027-02-01T19:00Z',
    );
  });

  it('changes what is named and leaves the rest', async () => {
    await treff('user add ann');
    await treff(
      'room reserve choir --lobby --max-participants 30 --resolution 360 --not-after 2027-02-01 --password',
    );
    await treff('room set choir --start-muted camera --owner ann');
    const { settings } = (await rooms().roomOf('choir')) ?? {};
    expect(settings).toEqual({
      lobby: true,
      moderators: 'owner',
      startMuted: { microphone: false, camera: true },
      maxParticipants: 30,
      resolution: 360,
      notAfter: new Date(2027, 1, 1).getTime(),
    });
    expect((await rooms().roomOf('choir'))?.owner).toBe('account:ann');
    expect((await rooms().roomOf('choir'))?.passwordHash).not.toBeNull();
    const { out } = await treff(
      'room set choir --no-lobby --start-muted none --max-participants none --resolution none --not-after none --no-password --owner oidc:x',
    );
    expect(out).toBe('choir: moderators: owner');
    expect(await rooms().roomOf('choir')).toMatchObject({ owner: 'oidc:x', passwordHash: null });
    await treff('room set choir --owner none');
    expect((await rooms().roomOf('choir'))?.owner).toBeNull();
  });

  it('releases a room', async () => {
    await treff('room reserve choir');
    expect(await treff('room release choir')).toMatchObject({ code: 0, out: 'choir belongs to nobody.' });
    expect((await treff('room list')).out).toBe('No room belongs to anybody. (/data)');
  });

  it.each([
    ['room reserve choir', 'room/taken'],
    ['room reserve api', 'room/invalid-name'],
    ['room reserve band --owner bo', 'account/unknown'],
    ['room set band --lobby', 'room/not-owned'],
    ['room release band', 'room/not-owned'],
  ])('fails with a code: %s', async (line, code) => {
    await treff('room reserve choir');
    const { code: exit, complaint } = await treff(line);
    expect(exit).toBe(1);
    expect(complaint).toMatch(new RegExp(`^${code}: `));
    expect(await rooms().list()).toHaveLength(1);
  });
});

describe('treff invitation', () => {
  beforeEach(() => treff('room reserve choir'));

  it('makes a link that lets people in', async () => {
    const { out } = await treff('invitation add choir --role moderator --expires 2027-02-01T18:00Z', {
      DATA_DIR: '/data',
      PUBLIC_URL: 'https://meet.example.org',
    });
    const [, secret = '', id = ''] =
      /^https:\/\/meet\.example\.org\/choir\?invitation=(\S+)\nInvitation (\S+) to choir as moderator, until 2027-02-01T18:00Z\.$/.exec(
        out,
      ) ?? [];
    expect(await invitations().redeem('choir', secret, now)).toEqual({ role: 'moderator' });
    expect((await treff('invitation list choir')).out).toBe(
      `${id}  moderator  2027-01-15T12:00Z  2027-02-01T18:00Z`,
    );
    expect(await treff(`invitation revoke choir ${id}`)).toMatchObject({ code: 0 });
    expect(await invitations().redeem('choir', secret, now)).toBeUndefined();
    expect((await treff('invitation list choir')).out).toBe('There are no invitations to choir.');
  });

  it('makes one for participants and a week if nothing else is said', async () => {
    const { out } = await treff('invitation add choir');
    expect(out).toMatch(/^\/choir\?invitation=/);
    expect(await invitations().list('choir')).toMatchObject([
      { role: 'participant', expiresAt: now + 7 * DAY_MS },
    ]);
  });

  it.each([
    ['invitation add band', 'room/not-owned'],
    ['invitation add choir --expires 2027-01-15T11:59Z', 'invitation/expiry-unfit'],
    ['invitation revoke choir 123', 'invitation/unknown'],
  ])('fails with a code: %s', async (line, code) => {
    const { code: exit, complaint } = await treff(line);
    expect(exit).toBe(1);
    expect(complaint).toMatch(new RegExp(`^${code}: `));
  });
});

describe('what is not understood', () => {
  it.each([
    '',
    'frob',
    'user',
    'user frob',
    'constructor',
    'user toString',
    'user add',
    'user add ann lee',
    'user add ann --frob',
    'user add ann --password hunter2hunter2',
    'user list ann',
    'room reserve choir --moderators nobody',
    'room reserve choir --start-muted ears',
    'room reserve choir --max-participants many',
    'room reserve choir --max-participants 0',
    'room reserve choir --resolution 179',
    'room reserve choir --resolution 720p',
    'room reserve choir --video-bitrate 20000001',
    'room reserve choir --not-before tomorrow',
    'room reserve choir --not-before 2027-02-02 --not-after 2027-02-01',
    'invitation add choir --role king',
    'invitation revoke choir',
  ])('is answered with how it is written, and touches nothing: %j', async (line) => {
    const { code, out, complaint } = await treff(line);
    expect([code, out]).toEqual([2, '']);
    expect(complaint).toMatch(/^.+\n\nUsage: treff /);
    expect(await accounts().list()).toEqual([]);
    expect(await rooms().list()).toEqual([]);
    expect(asked).toBe(0);
  });

  it('is not what the server alone is told wrongly', async () => {
    expect((await treff('user list', { DATA_DIR: '/data', HTTP_PORT: 'x' })).code).toBe(0);
    const { code, complaint } = await treff('user list', { PUBLIC_URL: 'x' });
    expect(code).toBe(1);
    expect(complaint).toContain('PUBLIC_URL="x" is not');
  });
});

describe('help', () => {
  it.each(['--help', 'user --help', 'help', '-h'])('says what there is: %s', async (line) => {
    const { code, out } = await treff(line);
    expect(code).toBe(0);
    for (const command of ['user add NAME', 'room set ROOM', 'invitation revoke ROOM ID'])
      expect(out).toContain(`treff ${command}`);
    expect(opened).toEqual([]);
  });

  it('says what a command does', async () => {
    const { code, out } = await treff('room set --help');
    expect(code).toBe(0);
    expect(out).toMatch(/^Usage: treff room set ROOM/);
    expect(opened).toEqual([]);
  });
});

describe('the program', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'treff-cli-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function run(args: string[], input: string) {
    const child = spawn(process.execPath, [PROGRAM, ...args], { env: { ...process.env, DATA_DIR: folder } });
    child.stdin.end(input);
    const exited = new Promise<number | null>((resolve) => {
      child.on('exit', resolve);
    });
    const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await exited, out, errors };
  }

  it('can be started by itself', async () => {
    await access(PROGRAM, constants.X_OK);
    expect(await readFile(PROGRAM, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it('adds accounts beside a running server, with passwords from a pipe', async () => {
    const running = await openStore(folder);
    const added = await run(['user', 'add', 'ann', '--name', 'Ann Lee'], `${PASSWORD}\n`);
    expect(added).toEqual({ code: 0, out: `ann can sign in. (${folder})\n`, errors: '' });
    const account = await createAccounts(running.accounts, Date.now).verify('ann', PASSWORD);
    expect(account?.displayName).toBe('Ann Lee');
    expect(await run(['user', 'add', 'ann'], `${PASSWORD}\n`)).toEqual({
      code: 1,
      out: '',
      errors: 'account/taken: There is an account of this name already.\n',
    });
    expect((await run(['frob'], '')).code).toBe(2);
    await running.close();
  });
});
