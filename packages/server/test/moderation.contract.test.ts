import { CLOSE, incarnation, participantId, type ConferenceView, type SourceId } from '@treff/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settle, TestMeetings } from './meeting.ts';
import { until, VP8, type TestClient } from './test-client.ts';

let meetings: TestMeetings;

beforeEach(() => {
  meetings = new TestMeetings();
});
afterEach(() => meetings.logger.assertNoErrors());

/** Three people in one room; Ann was the first. */
async function three() {
  return [await meetings.joined('Ann'), await meetings.joined('Bo'), await meetings.joined('Cy')] as const;
}

describe('a moderator', () => {
  const moderators = (client: { view: ConferenceView | undefined }) =>
    client.view?.participants.flatMap(({ displayName, role }) => (role === 'moderator' ? displayName : []));

  async function again(name: string, restore: string) {
    const client = await meetings.greeted();
    client.join(name, undefined, restore);
    await until(() => client.view !== undefined, 'joined');
    return client;
  }

  it('makes others moderators, and nobody else does', async () => {
    const [ann, bo, cy] = await three();
    const early = bo.command({ type: 'grant-moderator', participant: bo.id });
    ann.command({ type: 'grant-moderator', participant: bo.id });
    await settle();
    const late = cy.command({ type: 'revoke-moderator', participant: ann.id });
    await settle();
    expect(bo.results.get(early)).toBe('permission/denied');
    expect(cy.results.get(late)).toBe('permission/denied');
    for (const each of [ann, bo, cy]) expect(moderators(each)).toEqual(['Ann', 'Bo']);
    expect(cy.messages).toContainEqual(
      expect.objectContaining({
        event: { type: 'participant-role', participant: bo.id, role: 'moderator', by: ann.id },
      }),
    );
  });

  it('who loads the page again is one again, once; whoever left on purpose has passed it on', async () => {
    const [ann, bo] = await three();
    const { token } = ann;
    ann.send({ type: 'leave', unload: true });
    await settle();
    expect(moderators(bo)).toEqual([]);
    const back = await again('Ann', token);
    expect(moderators(back)).toEqual(['Ann']);
    await again('Ann 2', token);
    expect(moderators(bo)).toEqual(['Ann']);
    back.send({ type: 'leave' });
    await settle();
    expect(moderators(bo)).toEqual(['Bo']);
  });

  it('whose socket ends as that of a closed page may come back, too', async () => {
    const [ann, bo] = await three();
    ann.line.close(CLOSE.goingAway);
    await settle();
    expect([bo.names, moderators(bo)]).toEqual([['Bo', 'Cy'], []]);
    expect(moderators(await again('Ann', ann.token))).toEqual(['Ann']);
  });

  it('is one after a restart of the server, with what was granted and revoked since the join', async () => {
    const [ann, bo, cy] = await three();
    ann.command({ type: 'grant-moderator', participant: cy.id });
    await settle();
    cy.command({ type: 'revoke-moderator', participant: ann.id });
    await settle();
    const { clock, store } = meetings;
    meetings = new TestMeetings(
      {
        makeIncarnation: () => incarnation.parse('f'.repeat(32)),
        makeParticipantId: () => participantId.parse('ffffffff'),
      },
      await store.all(),
    );
    meetings.clock.advance(clock.now() + 60_000 - meetings.clock.now());
    await again('Bo', bo.token);
    await again('Ann', ann.token);
    const last = await again('Cy', cy.token);
    expect(moderators(last)).toEqual(['Cy']);
  });

  it('of a meeting that is over is nobody in the next one', async () => {
    const ann = await meetings.joined('Ann');
    ann.send({ type: 'leave', unload: true });
    await settle();
    const bo = await meetings.joined('Bo');
    await again('Ann', ann.token);
    expect(moderators(bo)).toEqual(['Bo']);
  });
});

describe('moderation', () => {
  const errorOf = (client: TestClient) => client.messages.findLast(({ type }) => type === 'error');

  it('mutes at the bridge whoever does not obey, and says who did it', async () => {
    const [ann, bo, cy] = await three();
    const source = bo.publish('microphone');
    await settle();
    ann.command({ type: 'mute-participant', participant: bo.id, kind: 'microphone' });
    await settle();
    // Bo's client goes on sending, and says nothing.
    expect(meetings.bridge.endpointState(bo.epoch, bo.id)?.sources).toEqual([{ source, paused: true }]);
    for (const each of [ann, bo, cy])
      expect(each.messages).toContainEqual(
        expect.objectContaining({ event: { type: 'source-muted', source, muted: true, by: ann.id } }),
      );
  });

  it('is done by nobody who does not moderate, whatever they claim', async () => {
    const [ann, bo, cy] = await three();
    const source = ann.publish('microphone');
    await settle();
    const tries = [
      bo.command({ type: 'mute-participant', participant: ann.id, kind: 'microphone' }),
      bo.command({ type: 'mute-everyone', kind: 'camera' }),
      bo.command({ type: 'mute-source', source, muted: true }),
      bo.command({ type: 'ask-to-unmute', participant: cy.id }),
      bo.command({ type: 'kick', participant: ann.id }),
      bo.command({ type: 'end-meeting' }),
      bo.command({ type: 'lower-hand', participant: cy.id }),
      bo.command({ type: 'lower-all-hands' }),
    ];
    // Who asks is known from the socket; what a body says of it is not read.
    const lies = { actor: ann.id, by: ann.id, role: 'moderator' };
    const command = { type: 'kick', participant: cy.id, ...lies };
    bo.line.send(JSON.stringify({ type: 'command', id: 'forged', command, ...lies }));
    await settle();
    for (const id of [...tries, 'forged'])
      expect([id, bo.results.get(id)]).toEqual([id, 'permission/denied']);
    expect(ann.names).toEqual(['Ann', 'Bo', 'Cy']);
    expect(ann.view?.sources.every(({ muted }) => !muted)).toBe(true);
    // A moderator cannot switch on what is somebody else's either.
    const own = bo.publish('microphone', { muted: true });
    await settle();
    const id = ann.command({ type: 'mute-source', source: own, muted: false });
    await settle();
    expect(ann.results.get(id)).toBe('permission/denied');
  });

  it('removes somebody, who is told by whom and why, and whose token opens nothing', async () => {
    const [ann, bo, cy] = await three();
    ann.command({ type: 'kick', participant: bo.id, reason: 'too loud' });
    await settle();
    const error = { type: 'error', code: 'session/kicked', fatal: true, by: 'Ann', reason: 'too loud' };
    expect([errorOf(bo), bo.closeCode]).toEqual([error, CLOSE.refused]);
    expect(cy.names).toEqual(['Ann', 'Cy']);
    expect(cy.messages).toContainEqual(
      expect.objectContaining({
        event: { type: 'participant-left', participant: bo.id, reason: 'kicked', by: ann.id },
      }),
    );
    await meetings.resumed(bo);
    expect([errorOf(bo), bo.closeCode]).toEqual([error, CLOSE.refused]);
    const again = await meetings.greeted();
    again.join('Bo', undefined, bo.token);
    await settle();
    expect([errorOf(again), again.closeCode]).toEqual([error, CLOSE.refused]);
    expect(ann.names).toEqual(['Ann', 'Cy']);
  });

  it('removes somebody whose socket is lost, too', async () => {
    const [ann, bo] = await three();
    bo.line.close(1006);
    await settle();
    ann.command({ type: 'kick', participant: bo.id });
    await settle();
    await meetings.resumed(bo);
    expect(errorOf(bo)).toEqual({ type: 'error', code: 'session/kicked', fatal: true, by: 'Ann' });
  });

  it('ends the meeting for all, also for those who are away', async () => {
    const [ann, bo, cy] = await three();
    cy.line.close(1006);
    await settle();
    ann.command({ type: 'end-meeting' });
    await settle();
    const error = { type: 'error', code: 'room/ended', fatal: true, by: 'Ann' };
    for (const each of [ann, bo]) expect([errorOf(each), each.closeCode]).toEqual([error, CLOSE.refused]);
    expect(meetings.conferences.count.conferences).toBe(0);
    await meetings.resumed(cy);
    expect([errorOf(cy), cy.closeCode]).toEqual([error, CLOSE.refused]);
    // The room is free, and begins with nothing.
    const dee = await meetings.joined('Dee');
    expect([dee.names, dee.epoch === ann.epoch]).toEqual([['Dee'], false]);
  });

  it('asks one person to unmute, and nobody else hears of it', async () => {
    const [ann, bo, cy] = await three();
    ann.command({ type: 'ask-to-unmute', participant: bo.id });
    await settle();
    const asked: unknown = expect.objectContaining({ event: { type: 'unmute-asked', by: ann.id } });
    expect(bo.messages).toContainEqual(asked);
    for (const each of [ann, cy]) expect(each.messages).not.toContainEqual(asked);
  });
});

describe('media moderation', () => {
  const sourcesOf = (client: TestClient) => meetings.bridge.endpointState(client.epoch, client.id)?.sources;
  const callsOf = (call: string) => meetings.bridge.calls.filter((each) => each.call === call);

  async function refusalOf(client: TestClient, ...command: Parameters<TestClient['command']>) {
    const id = client.command(...command);
    await settle();
    expect(client.results.has(id)).toBe(true);
    return client.results.get(id);
  }

  /** Cy is muted and may not unmute; Ann moderates. */
  async function quiet() {
    const [ann, bo, cy] = await three();
    const source = cy.publish('microphone', { muted: true });
    ann.command({ type: 'moderate-media', kind: 'microphone', on: true });
    await settle();
    return { ann, bo, cy, source };
  }

  const unmuting = (source: SourceId) => ({ type: 'mute-source', source, muted: false }) as const;

  it('is switched on and off, and given leave from, by moderators alone', async () => {
    const { ann, bo, cy, source } = await quiet();
    const tries = [
      { type: 'moderate-media', kind: 'microphone', on: false },
      { type: 'moderate-media', kind: 'camera', on: true },
      { type: 'allow-media', participant: cy.id, kind: 'microphone' },
      { type: 'disallow-media', participant: ann.id, kind: 'microphone' },
      { type: 'set-start-muted', microphone: true, camera: true },
      { type: 'set-subject', subject: 'Mine' },
    ] as const;
    for (const command of tries) expect(await refusalOf(cy, command)).toBe('permission/denied');
    expect(bo.view).toMatchObject({
      mediaModeration: [{ kind: 'microphone', allowed: [] }],
      startMuted: { microphone: false, camera: false },
      subject: '',
    });
    expect(bo.view?.sources).toEqual([{ id: source, kind: 'microphone', muted: true, blocked: true }]);
  });

  it('says who did it', async () => {
    const { ann, bo, cy } = await quiet();
    await refusalOf(ann, { type: 'allow-media', participant: cy.id, kind: 'microphone' });
    const by = ann.id;
    for (const event of [
      { type: 'media-moderated', kind: 'microphone', on: true, by },
      { type: 'media-allowed', kind: 'microphone', participant: cy.id, allowed: true, by },
    ])
      expect(bo.messages).toContainEqual(expect.objectContaining({ event }));
  });

  it('refuses to unmute, again and again, until it is allowed', async () => {
    const { ann, cy, source } = await quiet();
    for (let time = 0; time < 3; time++)
      expect(await refusalOf(cy, unmuting(source))).toBe('moderation/blocked');
    expect(sourcesOf(cy)).toEqual([{ source, paused: true }]);
    await refusalOf(ann, { type: 'allow-media', participant: cy.id, kind: 'microphone' });
    expect(sourcesOf(cy)).toEqual([{ source, paused: true }]);
    expect(await refusalOf(cy, unmuting(source))).toBeUndefined();
    expect(sourcesOf(cy)).toEqual([{ source, paused: false }]);
  });

  it('holds back from its first packet what is published anew and unmuted, also as another source', async () => {
    const { cy, source } = await quiet();
    cy.act({ action: 'unpublish', source });
    const again = cy.publish('microphone', { muted: false });
    await settle();
    expect(sourcesOf(cy)).toEqual([{ source: again, paused: true }]);
    const published = callsOf('publish').filter((call) => JSON.stringify(call).includes(again));
    expect(published).toHaveLength(1);
    expect(JSON.stringify(published)).toContain('"paused":true');
    expect(callsOf('pause')).toEqual([]);
    expect(await refusalOf(cy, unmuting(again))).toBe('moderation/blocked');
  });

  it('holds back a camera as well, and takes no second one', async () => {
    const { ann, bo, cy } = await quiet();
    await refusalOf(ann, { type: 'moderate-media', kind: 'camera', on: true });
    const camera = cy.publish('camera');
    await settle();
    cy.publish('camera', { rtpParameters: { ...VP8, mid: '2', encodings: [{ ssrc: 3333 }] } });
    await settle();
    expect(cy.media.at(-1)).toMatchObject({ action: 'source-refused', code: 'source/too-many' });
    expect(sourcesOf(cy)?.at(-1)).toEqual({ source: camera, paused: true });
    expect(bo.view?.sources.at(-1)).toEqual({ id: camera, kind: 'camera', muted: true, blocked: true });
  });

  it('reaches whoever comes later', async () => {
    const { bo } = await quiet();
    const dee = await meetings.joined('Dee');
    expect(dee.view?.mediaModeration).toEqual(bo.view?.mediaModeration);
    const source = dee.publish('microphone');
    await settle();
    expect(sourcesOf(dee)).toEqual([{ source, paused: true }]);
  });

  it('outlasts a lost socket', async () => {
    const { cy, source } = await quiet();
    cy.line.close(1006);
    await settle();
    await meetings.resumed(cy);
    expect(cy.view?.sources.at(-1)).toMatchObject({ id: source, blocked: true });
    expect(await refusalOf(cy, unmuting(source))).toBe('moderation/blocked');
    expect(sourcesOf(cy)).toEqual([{ source, paused: true }]);
  });

  it('outlasts what was said while the socket was lost', async () => {
    const { ann, cy, source } = await quiet();
    await refusalOf(ann, { type: 'allow-media', participant: cy.id, kind: 'microphone' });
    await refusalOf(cy, unmuting(source));
    cy.line.close(1006);
    await settle();
    await refusalOf(ann, { type: 'disallow-media', participant: cy.id, kind: 'microphone' });
    expect(sourcesOf(cy)).toEqual([{ source, paused: true }]);
    await meetings.resumed(cy);
    expect(cy.view?.sources.at(-1)).toMatchObject({ muted: true, blocked: true });
    expect(await refusalOf(cy, unmuting(source))).toBe('moderation/blocked');
  });

  it('outlasts new transports, asked for or not', async () => {
    const { cy } = await quiet();
    cy.act({ action: 'renew' });
    await settle();
    const second = cy.publish('microphone');
    await settle();
    expect(sourcesOf(cy)).toEqual([{ source: second, paused: true }]);
    meetings.bridge.lose(cy.epoch);
    await settle();
    const third = cy.publish('microphone');
    await settle();
    expect(sourcesOf(cy)).toEqual([{ source: third, paused: true }]);
    expect(await refusalOf(cy, unmuting(third))).toBe('moderation/blocked');
  });

  it('takes leave back at once, whatever was on its way', async () => {
    const { ann, cy, source } = await quiet();
    const allow = { type: 'allow-media', participant: cy.id, kind: 'microphone' } as const;
    const disallow = { ...allow, type: 'disallow-media' } as const;
    ann.command(allow);
    const before = cy.command(unmuting(source));
    ann.command(disallow);
    const after = cy.command(unmuting(source));
    await settle();
    expect([cy.results.get(before), cy.results.get(after)]).toEqual([undefined, 'moderation/blocked']);
    expect(sourcesOf(cy)).toEqual([{ source, paused: true }]);
    for (const command of [disallow, allow, disallow, allow]) ann.command(command);
    await settle();
    expect(cy.view?.sources.at(-1)).toMatchObject({ muted: true, blocked: false });
    expect(sourcesOf(cy)).toEqual([{ source, paused: true }]);
  });

  it('is what a bridge comes to that could not be reached meanwhile', async () => {
    const { ann, cy, source } = await quiet();
    await refusalOf(ann, { type: 'allow-media', participant: cy.id, kind: 'microphone' });
    await refusalOf(cy, unmuting(source));
    meetings.bridge.fail('pause', 'media/bridge-unavailable', 3);
    await refusalOf(ann, { type: 'disallow-media', participant: cy.id, kind: 'microphone' });
    expect(sourcesOf(cy)).toEqual([{ source, paused: false }]);
    for (let second = 0; second < 5; second++) {
      meetings.clock.advance(1_000);
      await settle();
    }
    expect(sourcesOf(cy)).toEqual([{ source, paused: true }]);
  });

  it('ends a direct connection, in which the server has no say', async () => {
    const [ann, bo] = [await meetings.greeted(), await meetings.greeted()];
    for (const each of [ann, bo]) {
      each.p2p = true;
      each.join('');
      await until(() => each.view !== undefined, 'joined');
    }
    await settle();
    expect(bo.view?.route.mode).toBe('p2p');
    ann.command({ type: 'moderate-media', kind: 'screen', on: true });
    await settle();
    expect(bo.view?.route).toMatchObject({ mode: 'bridge', bridge: true });
    meetings.clock.advance(10_000);
    await settle();
    expect(bo.view?.route.p2p).toBeUndefined();
  });
});

describe('what a moderator sets for all', () => {
  it('is seen by those who are there and those who come', async () => {
    const [ann, bo] = await three();
    ann.command({ type: 'set-subject', subject: ' Harvest\n2030 ' });
    ann.command({ type: 'set-start-muted', microphone: true, camera: false });
    await settle();
    const dee = await meetings.joined('Dee');
    for (const each of [bo, dee])
      expect(each.view).toMatchObject({
        subject: 'Harvest 2030',
        startMuted: { microphone: true, camera: false },
      });
    expect(bo.messages).toContainEqual(
      expect.objectContaining({ event: { type: 'subject-set', subject: 'Harvest 2030', by: ann.id } }),
    );
  });

  it('begins as the operator says', async () => {
    meetings = new TestMeetings({ startMuted: { microphone: true, camera: true } });
    const ann = await meetings.joined('Ann');
    expect(ann.view?.startMuted).toEqual({ microphone: true, camera: true });
  });
});

describe('raised hands', () => {
  it('are seen by all in their order, and by those who come later', async () => {
    const [ann, bo, cy] = await three();
    cy.command({ type: 'raise-hand' });
    await settle();
    bo.command({ type: 'raise-hand' });
    await settle();
    const dee = await meetings.joined('Dee');
    for (const each of [ann, bo, cy, dee]) expect(each.view?.hands).toEqual([cy.id, bo.id]);
    ann.command({ type: 'lower-all-hands' });
    await settle();
    expect(dee.view?.hands).toEqual([]);
  });
});
