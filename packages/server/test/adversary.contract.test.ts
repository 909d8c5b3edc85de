import { Buffer } from 'node:buffer';
import { OPEN_POLICY } from '@treff/conference';
import {
  commandId,
  makeSourceId,
  participantId,
  sourceId,
  type ClientMessage,
  type Command,
  type ErrorCode,
  type ParticipantId,
  type SourceId,
} from '@treff/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settle, TestMeetings } from './meeting.ts';
import { until, type TestClient } from './test-client.ts';

let meetings: TestMeetings;
beforeEach(() => {
  meetings = new TestMeetings();
});
afterEach(() => meetings.logger.assertNoErrors());

type CommandsAbout = { readonly [Type in Command['type']]: Extract<Command, { type: Type }> };

/** One command of each type, about this person where it is about anybody. */
function commandsAbout(participant: ParticipantId, source: SourceId): CommandsAbout {
  const kind = 'microphone';
  return {
    rename: { type: 'rename', displayName: 'Renamed' },
    'send-message': { type: 'send-message', text: 'Hello', to: participant },
    'grant-moderator': { type: 'grant-moderator', participant },
    'revoke-moderator': { type: 'revoke-moderator', participant },
    'raise-hand': { type: 'raise-hand' },
    'lower-hand': { type: 'lower-hand', participant },
    'lower-all-hands': { type: 'lower-all-hands' },
    'mute-participant': { type: 'mute-participant', participant, kind },
    'mute-everyone': { type: 'mute-everyone', kind },
    'ask-to-unmute': { type: 'ask-to-unmute', participant },
    kick: { type: 'kick', participant },
    'end-meeting': { type: 'end-meeting' },
    'set-password': { type: 'set-password', password: 'a secret' },
    'set-lobby': { type: 'set-lobby', on: true },
    'set-lock': { type: 'set-lock', on: true },
    admit: { type: 'admit', knocker: participant },
    'admit-all': { type: 'admit-all' },
    reject: { type: 'reject', knocker: participant },
    'send-lobby-message': { type: 'send-lobby-message', knocker: participant, text: 'Who is it?' },
    'moderate-media': { type: 'moderate-media', kind, on: true },
    'allow-media': { type: 'allow-media', participant, kind },
    'disallow-media': { type: 'disallow-media', participant, kind },
    'set-start-muted': { type: 'set-start-muted', microphone: true, camera: true },
    'set-subject': { type: 'set-subject', subject: 'Mine' },
    'mute-source': { type: 'mute-source', source, muted: true },
    'media-ready': { type: 'media-ready', move: 1, ready: true },
    'allow-p2p': { type: 'allow-p2p', allowed: false },
  };
}

/** Everything that is sent to a client from now on, as it is sent, whatever its connection. */
function tap(client: TestClient): string[] {
  const frames: string[] = [];
  const listen = ({ line }: TestClient) => {
    const { onMessage } = line;
    line.onMessage = (text) => {
      frames.push(text);
      onMessage(text);
    };
  };
  const attach = client.attach.bind(client);
  client.attach = (line) => {
    attach(line);
    listen(client);
  };
  listen(client);
  return frames;
}

/** What is said in frames, also in what is only encoded, such as a token. */
function readable(frames: readonly string[]): string {
  const all = frames.join('\n');
  const encoded = all.match(/[\w-]{16,}/g) ?? [];
  return [all, ...encoded.map((text) => Buffer.from(text, 'base64url').toString())].join('\n');
}

async function does(client: TestClient, command: Command): Promise<ErrorCode | undefined> {
  const id = client.command(command);
  await until(() => client.results.has(id), command.type);
  return client.results.get(id);
}

/** Ann moderates; the lobby is on. */
async function withLobby() {
  const [ann, bo] = [await meetings.joined('Ann'), await meetings.joined('Benedikt')];
  await does(ann, { type: 'set-lobby', on: true });
  return { ann, bo };
}

async function knocking(name: string): Promise<TestClient> {
  const client = await meetings.greeted();
  client.ask(name, { knock: true });
  await until(() => client.waitsFor !== undefined, 'waiting');
  return client;
}

describe('who asks is known from the socket', () => {
  it('and not from anything that a command says of it', async () => {
    const [ann, bo] = [await meetings.joined('Ann'), await meetings.joined('Bo')];
    const source = ann.publish('microphone');
    await does(ann, { type: 'raise-hand' });
    const about = commandsAbout(ann.id, source);
    // Bo may do these, for himself.
    const own = new Set<Command['type']>([
      'rename',
      'send-message',
      'raise-hand',
      'media-ready',
      'allow-p2p',
    ]);
    const lies = {
      from: ann.id,
      by: ann.id,
      self: ann.id,
      actor: { kind: 'participant', id: ann.id },
      role: 'moderator',
      name: 'Ann',
      token: ann.token,
    };
    for (const [type, command] of Object.entries(about)) {
      bo.line.send(JSON.stringify({ ...lies, type: 'command', id: type, command: { ...lies, ...command } }));
    }
    await until(() => Object.keys(about).every((type) => bo.results.has(type)), 'all results');
    for (const [type, { type: name }] of Object.entries(about))
      expect([type, bo.results.get(type)]).toEqual([type, own.has(name) ? undefined : 'permission/denied']);
    expect(ann.view?.participants).toMatchObject([
      { id: ann.id, displayName: 'Ann', role: 'moderator' },
      { id: bo.id, displayName: 'Renamed', role: 'participant' },
    ]);
    expect(ann.view?.hands).toEqual([ann.id, bo.id]);
    expect(ann.view?.sources).toMatchObject([{ id: source, muted: false }]);
    expect(ann.view?.messages).toMatchObject([{ from: bo.id, name: 'Renamed', text: 'Hello' }]);
    expect(ann.view?.access).toEqual({ password: false, lobby: false, locked: false });
  });

  it('and not from anything that a join says of it', async () => {
    const ann = await meetings.joined('Ann');
    const eve = await meetings.greeted();
    const identity = { id: 'account:ann', displayName: 'Ann', moderator: true, named: true };
    const lies = { id: ann.id, participant: ann.id, self: ann.id, role: 'moderator', verified: true };
    const applicant = { identity, invited: 'moderator', known: true, address: '198.51.100.1' };
    eve.line.send(
      JSON.stringify({
        type: 'join',
        displayName: 'Eve',
        rtpCapabilities: {},
        p2p: false,
        formerly: ann.id,
        ...lies,
        ...applicant,
        applicant,
      }),
    );
    await until(() => eve.view !== undefined, 'joined');
    expect(eve.id).not.toBe(ann.id);
    expect(ann.view?.participants[1]).toMatchObject({ role: 'participant', verified: false });
  });

  it('and publishing under another’s id, or a kind twice, is refused', async () => {
    const [ann, bo] = [await meetings.joined('Ann'), await meetings.joined('Bo')];
    const camera = bo.publish('camera');
    bo.publish('camera', { source: makeSourceId(ann.id, 'camera', 7) });
    bo.publish('camera');
    await settle();
    const refused = bo.media.flatMap((body) => (body.action === 'source-refused' ? [body.code] : []));
    expect(refused).toEqual(['source/invalid-id', 'source/too-many']);
    expect(ann.view?.sources.map(({ id }) => id)).toEqual([camera]);
    expect(meetings.bridge.endpointState(bo.epoch, bo.id)?.sources).toMatchObject([{ source: camera }]);
  });
});

describe('who is not in the meeting', () => {
  it('learns nothing of it while they wait, and neither do others of those who wait', async () => {
    const { ann, bo } = await withLobby();
    await does(ann, { type: 'set-subject', subject: 'Subject-of-it' });
    await does(ann, { type: 'send-message', text: 'Word-to-all' });
    const dan = await meetings.greeted();
    const [toBo, toDan] = [tap(bo), tap(dan)];
    dan.ask('Dan-the-first', { knock: true });
    await until(() => dan.waitsFor !== undefined);
    const eve = await knocking('Eve-the-second');
    const [first] = ann.seatView.knocking;
    if (first === undefined) throw new Error('nobody waits');
    await does(ann, { type: 'send-lobby-message', knocker: first.id, text: 'Word-to-Dan' });
    dan.send({ type: 'lobby-message', text: 'Word-of-Dan' });
    await until(() => ann.seatView.knocking[0]?.messages.length === 2);
    await does(bo, { type: 'send-message', text: 'Word-to-all' });
    bo.publish('microphone');
    eve.line.close(1006);
    await does(ann, { type: 'reject', knocker: first.id });
    await until(() => dan.closeCode !== undefined);
    await meetings.resumed(bo);
    await meetings.resumed(bo, { seq: 1_000_000 });

    // Who moderates speaks to Dan by name; of all others he hears nothing, nor does anybody who does not moderate hear of him.
    expect(readable(toDan)).toContain('Word-to-Dan');
    for (const secret of [
      'Benedikt',
      bo.id,
      ann.id,
      'Eve-the-second',
      'Subject-of-it',
      'Word-to-all',
      'microphone',
    ])
      expect(readable(toDan)).not.toContain(secret);
    expect(readable(toBo)).toContain('Word-to-all');
    for (const secret of [first.id, 'Dan-the-first', 'Eve-the-second', 'Word-to-Dan', 'Word-of-Dan'])
      expect(readable(toBo)).not.toContain(secret);
  });

  it('can do nothing there, whether they wait to be let in or were refused', async () => {
    const { ann, bo } = await withLobby();
    const source = bo.publish('microphone');
    const waits = await knocking('Waits');
    await until(() => ann.view?.knocking.length === 1);
    const about = commandsAbout(bo.id, source);
    const id = commandId.parse('x');
    const generation = ann.offer?.generation ?? 1;
    const messages: readonly ClientMessage[] = [
      ...Object.values(about).map((command) => ({ type: 'command', id, command }) as const),
      { type: 'media', generation, body: { action: 'unpublish', source } },
      { type: 'p2p', generation, body: { action: 'restart' } },
      { type: 'ice-servers' },
    ];
    const frames = [ann, bo].map(tap);
    for (const message of messages) {
      const refused = await meetings.greeted();
      refused.ask('Refused', {});
      await until(() => refused.errors.length > 0);
      for (const client of [waits, refused]) {
        client.errors.length = 0;
        client.send(message);
        await until(() => client.errors.length > 0, message.type);
        expect([message, client.errors]).toEqual([message, ['protocol/unexpected']]);
      }
      refused.line.close(1000);
      // What is not expected is forgiven, now and then.
      meetings.clock.advance(10_000);
    }
    await settle();
    expect(frames).toEqual([[], []]);
  });

  it('speaks to moderators only by knocking', async () => {
    const { ann } = await withLobby();
    const greeted = await meetings.greeted();
    for (const client of [greeted, ann]) {
      client.send({ type: 'lobby-message', text: 'Hello' });
      await until(() => client.errors.length > 0);
      expect(client.errors).toEqual(['protocol/unexpected']);
    }
    meetings = new TestMeetings({ access: { ...OPEN_POLICY, opens: 'authenticated' } });
    const early = await meetings.greeted();
    early.ask('Early', {});
    await until(() => early.waitsFor === 'host');
    early.send({ type: 'lobby-message', text: 'Hello' });
    await until(() => early.errors.length > 0);
    expect([early.errors, early.waitsFor]).toEqual([['lobby/unknown'], 'host']);
  });

  it('learns no password by being let in, nor does anybody else', async () => {
    const PASSWORD = 'Geheim-1234567890';
    const { ann, bo } = await withLobby();
    const dan = await meetings.greeted();
    const frames = [ann, bo, dan].map(tap);
    expect(await does(ann, { type: 'set-password', password: PASSWORD })).toBeUndefined();
    dan.ask('Dan', { knock: true });
    await until(() => ann.view?.knocking.length === 1);
    await does(ann, { type: 'admit-all' });
    await until(() => dan.view !== undefined);
    await does(ann, { type: 'grant-moderator', participant: dan.id });
    await meetings.resumed(dan);
    await meetings.resumed(ann, { seq: 1_000_000 });
    expect([ann, bo, dan].map(({ view }) => view?.access.password)).toEqual([true, true, true]);
    for (const all of frames) {
      expect(all.length).toBeGreaterThan(0);
      for (const secret of [PASSWORD, Buffer.from(PASSWORD).toString('base64url'), 'argon2'])
        expect(readable(all)).not.toContain(secret);
    }
  });
});

describe('ids of another meeting', () => {
  it('are answered as ids of nobody, by every command, and nobody there notices', async () => {
    const { ann, bo } = await withLobby();
    const waits = await knocking('Waits');
    await until(() => ann.view?.knocking.length === 1);
    const knocker = ann.seatView.knocking[0]?.id ?? ann.id;
    const source = bo.publish('microphone');
    await settle();
    const eve = await meetings.joined('Eve', 'elsewhere');
    const frames = [ann, bo, waits].map(tap);

    const nobody = participantId.parse('0e0e0e0e');
    const answers = async (id: ParticipantId, own: SourceId) => {
      const codes: (readonly [string, ErrorCode | undefined])[] = [];
      for (const [type, command] of Object.entries(commandsAbout(id, own)))
        if (JSON.stringify(command).includes(id)) codes.push([type, await does(eve, command)]);
      meetings.clock.advance(60_000);
      return codes;
    };
    const unknown = await answers(nobody, sourceId.parse(`${nobody}-a0`));
    expect(unknown.length).toBeGreaterThan(10);
    for (const [type, code] of unknown) expect([type, code]).not.toEqual([type, undefined]);
    expect(await answers(bo.id, source)).toEqual(unknown);
    expect(await answers(knocker, makeSourceId(knocker, 'microphone', 0))).toEqual(unknown);
    await settle();
    expect(frames).toEqual([[], [], []]);
  });
});

describe('JSON that says something twice, or speaks of prototypes', () => {
  /** As a participant who would like to be more. */
  async function sends(text: (ann: TestClient) => string) {
    const [ann, bo] = [await meetings.joined('Ann'), await meetings.joined('Bo')];
    bo.line.send(text(ann));
    await until(() => bo.results.size > 0 || bo.errors.length > 0, 'an answer');
    return { ann, bo };
  }

  it.each<[string, (ann: TestClient) => string]>([
    [
      'a type twice',
      () =>
        '{"type":"command","id":"x","command":{"type":"rename","displayName":"Moderator","type":"end-meeting"}}',
    ],
    [
      'a command twice',
      ({ id }) =>
        `{"type":"command","id":"x","command":{"type":"raise-hand"},"command":{"type":"kick","participant":"${id}"}}`,
    ],
    [
      'a role in the prototype of a command',
      ({ id }) =>
        `{"type":"command","id":"x","__proto__":{"role":"moderator"},"command":{"__proto__":{"role":"moderator","by":"${id}"},"type":"end-meeting"}}`,
    ],
    [
      'a role in the prototype of everything',
      () =>
        '{"type":"command","id":"x","constructor":{"prototype":{"role":"moderator"}},"command":{"constructor":{"prototype":{"role":"moderator"}},"type":"end-meeting"}}',
    ],
  ])('is judged by what counts: %s', async (_case, text) => {
    const { ann, bo } = await sends(text);
    expect([...bo.results.values(), ...bo.errors]).toEqual(['permission/denied']);
    expect([ann.names, ann.view?.hands]).toEqual([['Ann', 'Bo'], []]);
    expect(Object.hasOwn(Object.prototype, 'role')).toBe(false);
  });

  it.each<[string, string]>([
    [
      'a whole command in a prototype',
      '{"type":"command","id":"x","command":{"__proto__":{"type":"raise-hand"}}}',
    ],
    ['a message in a prototype', '{"__proto__":{"type":"leave"}}'],
    [
      'a person who is a prototype',
      '{"type":"command","id":"x","command":{"type":"kick","participant":"__proto__"}}',
    ],
    [
      'a picture that is a constructor',
      '{"type":"media","generation":1,"body":{"action":"constraints","constraints":{"defaultMaxHeight":1,"maxHeights":{"constructor":1}}}}',
    ],
  ])('is none of ours: %s', async (_case, text) => {
    const { ann, bo } = await sends(() => text);
    expect([[...bo.results.values()], bo.errors]).toEqual([[], ['protocol/malformed']]);
    expect([ann.names, ann.view?.hands]).toEqual([['Ann', 'Bo'], []]);
  });

  it('and names that mean something to a program are names like others', async () => {
    const room = 'constructor';
    const client = await meetings.greeted(room);
    client.join('__proto__', undefined, '__proto__');
    await until(() => client.view !== undefined, 'joined');
    const id = client.command({ type: 'send-message', text: '__proto__' }, '__proto__');
    await until(() => client.results.has(id), 'a result');
    expect([client.room, client.names, client.results.get(id)]).toEqual([room, ['__proto__'], undefined]);
    // Told once, like any other.
    client.command({ type: 'send-message', text: '__proto__' }, '__proto__');
    await settle();
    expect(client.view?.messages).toHaveLength(1);
  });
});
