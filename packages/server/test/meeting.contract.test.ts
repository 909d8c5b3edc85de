import { CLOSE, incarnation, LIMITS, makeSourceId, participantId, sourceId } from '@treff/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConferencesOptions } from '../src/conferences.ts';
import { createSeatTokens } from '../src/seat-token.ts';
import { settle, TestMeetings } from './meeting.ts';
import { until } from './test-client.ts';

let meetings: TestMeetings;
beforeEach(() => {
  meetings = new TestMeetings();
});
afterEach(() => {
  meetings.logger.assertNoErrors();
});

/** Three people in one room. */
async function three() {
  return [await meetings.joined('Ann'), await meetings.joined('Bo'), await meetings.joined('Cy')] as const;
}

describe('joining', () => {
  it('shows everybody everybody, in order', async () => {
    const people = await three();
    for (const person of people) expect(person.names).toEqual(['Ann', 'Bo', 'Cy']);
    expect(people.map(({ view }) => view?.route.mode)).toEqual(['bridge', 'bridge', 'bridge']);
  });

  it('tells of nobody who has not joined yet', async () => {
    const ann = await meetings.joined('Ann');
    await meetings.greeted();
    expect(ann.names).toEqual(['Ann']);
  });

  it('keeps rooms apart', async () => {
    const ann = await meetings.joined('Ann', 'one');
    const bo = await meetings.joined('Bo', 'two');
    expect([ann.names, bo.names]).toEqual([['Ann'], ['Bo']]);
    expect(meetings.conferences.count).toMatchObject({ conferences: 2, seats: 2 });
  });

  it('takes names of rooms for the same that look the same', async () => {
    const ann = await meetings.joined('Ann', 'My Room');
    const bo = await meetings.joined('Bo', 'm%79room');
    expect(bo.names).toEqual(['Ann', 'Bo']);
    expect(ann.view?.room).toBe('myroom');
  });

  it('gives a person in two tabs two seats', async () => {
    const tabs = [await meetings.joined('Ann'), await meetings.joined('Ann')];
    expect(tabs[0]?.names).toEqual(['Ann', 'Ann']);
    expect(tabs[0]?.id).not.toBe(tabs[1]?.id);
  });

  it('brings what is published already in its offer', async () => {
    const ann = await meetings.joined('Ann');
    const source = ann.publish('microphone');
    await settle();
    const bo = await meetings.joined('Bo');
    expect(bo.offer?.consumers.map((consumer) => consumer.source)).toEqual([source]);
    expect(bo.view?.sources.map(({ id }) => id)).toEqual([source]);
  });

  it('is refused beyond the limit of conferences, and possible again when one ended', async () => {
    meetings = new TestMeetings({ limit: 1 });
    const ann = await meetings.joined('Ann', 'one');
    const bo = await meetings.greeted('two');
    bo.join('Bo');
    await settle();
    expect(bo.errors).toEqual(['server/full']);
    ann.send({ type: 'leave' });
    await settle();
    bo.join('Bo');
    await until(() => bo.view !== undefined);
  });

  it('is refused while the bridge is full, also to a meeting that goes on, but not to who has a place', async () => {
    meetings = new TestMeetings();
    const ann = await meetings.joined('Ann');
    const { token } = ann;
    meetings.bridge.load('overloaded');
    await meetings.joined('Bo');
    meetings.bridge.load('full');
    const cy = await meetings.greeted();
    cy.join('Cy');
    await settle();
    expect(cy.errors).toEqual(['server/full']);
    expect(ann.names).toEqual(['Ann', 'Bo']);
    const again = await meetings.greeted();
    again.ask('Ann', { restore: token });
    await until(() => again.view !== undefined);
    meetings.bridge.load('busy');
    cy.join('Cy');
    await until(() => cy.view !== undefined);
  });

  it('is refused for a name that is too long when clean, and leaves no conference behind', async () => {
    const ann = await meetings.greeted();
    // NFC makes this letter two characters.
    ann.join('\u0344'.repeat(LIMITS.displayNameLength));
    await settle();
    expect(ann.errors).toEqual(['participant/invalid-name']);
    expect(meetings.conferences.count).toEqual({ conferences: 0, seats: 0, outboxBytes: 0 });
    ann.join('Ann');
    await until(() => ann.view !== undefined);
  });

  it('waits for a bridge that comes back, and then begins with all that happened meanwhile', async () => {
    const bo = await meetings.joined('Bo');
    meetings.bridge.fail('endpoint', 'media/bridge-unavailable', 3);
    const ann = await meetings.greeted();
    ann.join('Ann');
    await settle();
    expect(ann.view).toBeUndefined();
    bo.command({ type: 'rename', displayName: 'Bob' });
    for (let turn = 0; turn < 5; turn++) {
      meetings.clock.advance(500);
      await settle();
    }
    expect(ann.names).toEqual(['Bob', 'Ann']);
    expect(ann.messages.map(({ type }) => type)).toEqual(['welcome', 'joined']);
    expect(ann.seq).toBe(0);
    expect(meetings.clock.pending).toBe(0);
  });

  it('is refused when no bridge comes, and possible again', async () => {
    meetings.bridge.fail('endpoint', 'media/bridge-unavailable', 1_000);
    const ann = await meetings.greeted();
    ann.join('Ann');
    for (let turn = 0; turn < 20; turn++) {
      await settle();
      meetings.clock.advance(1_000);
    }
    await settle();
    expect(ann.errors).toEqual(['media/bridge-unavailable']);
    expect(meetings.conferences.count.seats).toBe(0);
    ann.join('Ann');
    await settle();
    expect(meetings.conferences.count.seats).toBe(1);
  });

  it('that is broken off leaves nobody behind', async () => {
    const bo = await meetings.joined('Bo');
    meetings.bridge.fail('endpoint', 'media/bridge-unavailable', 2);
    const ann = await meetings.greeted();
    ann.join('Ann');
    ann.line.close(1006);
    await settle();
    meetings.clock.advance(2_000);
    await settle();
    expect(bo.names).toEqual(['Bo']);
    expect(meetings.clock.pending).toBe(0);
    expect(meetings.bridge.endpointState(bo.epoch, bo.id)).toBeDefined();
  });
});

describe('in a meeting', () => {
  it('a new name reaches everybody, and a result follows its effect', async () => {
    const [ann, bo, cy] = await three();
    const id = bo.command({ type: 'rename', displayName: ' Bob ' });
    await until(() => bo.results.has(id));
    expect(bo.results.get(id)).toBeUndefined();
    for (const person of [ann, bo, cy]) expect(person.names).toEqual(['Ann', 'Bob', 'Cy']);
    expect(bo.messages.slice(-2).map(({ type }) => type)).toEqual(['event', 'result']);
  });

  it('a muted source is seen and not forwarded', async () => {
    const [ann, bo] = await three();
    const source = ann.publish('microphone');
    await settle();
    expect(bo.view?.sources).toEqual([{ id: source, kind: 'microphone', muted: false, blocked: false }]);
    ann.command({ type: 'mute-source', source, muted: true });
    await settle();
    expect(bo.view?.sources).toEqual([{ id: source, kind: 'microphone', muted: true, blocked: false }]);
    const state = meetings.bridge.endpointState(ann.epoch, ann.id);
    expect(state?.sources).toEqual([{ source, paused: true }]);
  });

  it("somebody else's source is out of reach, and so is somebody else's id", async () => {
    const [ann, bo] = await three();
    const source = ann.publish('microphone');
    await settle();
    const mute = bo.command({ type: 'mute-source', source, muted: true });
    bo.act({ action: 'unpublish', source });
    const forged = makeSourceId(ann.id, 'camera', 5);
    bo.publish('camera', { source: forged });
    await settle();
    expect(bo.results.get(mute)).toBe('permission/denied');
    expect(bo.media).toContainEqual({ action: 'failed', code: 'permission/denied' });
    expect(bo.media).toContainEqual({ action: 'source-refused', source: forged, code: 'source/invalid-id' });
    expect(ann.view?.sources).toEqual([{ id: source, kind: 'microphone', muted: false, blocked: false }]);
  });

  it('a command that is repeated is answered again and done once', async () => {
    const [ann, bo] = await three();
    ann.command({ type: 'rename', displayName: 'One' }, 'same');
    ann.command({ type: 'rename', displayName: 'Two' }, 'same');
    await settle();
    expect(bo.names[0]).toBe('One');
    expect(ann.messages.filter(({ type }) => type === 'result')).toHaveLength(2);
  });

  it('a refused command is not done when repeated, either', async () => {
    const [ann] = await three();
    const unknown = sourceId.parse(`${ann.id}-a7`);
    ann.command({ type: 'mute-source', source: unknown, muted: true }, 'same');
    await settle();
    ann.command({ type: 'rename', displayName: 'Two' }, 'same');
    await settle();
    expect(ann.results.get('same')).toBe('source/unknown');
    expect(ann.names[0]).toBe('Ann');
  });

  it('who speaks is told to everybody', async () => {
    const [ann, bo, cy] = await three();
    const { epoch } = ann;
    meetings.bridge.speak(epoch, bo.id);
    meetings.bridge.speak(epoch, participantId.parse('ffffffff'));
    meetings.bridge.hear(epoch, { [bo.id]: -30 });
    await settle();
    expect(cy.view?.speakers).toEqual([bo.id]);
    expect(cy.messages.at(-1)).toEqual({
      type: 'signal',
      signal: { type: 'audio-levels', levels: { [bo.id]: -30 } },
    });
  });

  it.each(['leave', 1000, 1001])('who goes by %s is gone at once', async (how) => {
    const [ann, bo, cy] = await three();
    ann.publish('camera');
    await settle();
    expect(bo.consuming.size).toBe(1);
    if (how === 'leave') ann.send({ type: 'leave' });
    else ann.line.close(Number(how));
    await settle();
    for (const person of [bo, cy]) {
      expect(person.names).toEqual(['Bo', 'Cy']);
      expect(person.view?.sources).toEqual([]);
      expect(person.consuming.size).toBe(0);
    }
    expect(meetings.bridge.endpointState(bo.epoch, ann.id)).toBeUndefined();
    if (how === 'leave') expect(ann.closeCode).toBe(CLOSE.left);
  });

  it('who misbehaves is thrown out, and nobody else notices more than that', async () => {
    const [ann, bo, cy] = await three();
    for (let strike = 0; strike < LIMITS.strikes; strike++) ann.line.send('nonsense');
    await settle();
    expect(ann.errors.at(-1)).toBe('protocol/abuse');
    expect(ann.closeCode).toBe(CLOSE.refused);
    for (const person of [bo, cy]) {
      expect(person.names).toEqual(['Bo', 'Cy']);
      expect(person.errors).toEqual([]);
    }
  });

  it('the last to leave ends it: a new meeting in the room knows nothing of it', async () => {
    const people = await three();
    const epoch = people[0].view?.epoch;
    for (const person of people) person.send({ type: 'leave' });
    await settle();
    expect(meetings.conferences.count).toEqual({ conferences: 0, seats: 0, outboxBytes: 0 });
    expect(meetings.bridge.openConferences).toEqual([]);
    expect(meetings.clock.pending).toBe(0);
    const dee = await meetings.joined('Dee');
    expect(dee.view?.epoch).not.toBe(epoch);
    expect(dee.names).toEqual(['Dee']);
  });
});

describe('a lost socket', () => {
  it('is seen by the others, and made good by a resume without a gap', async () => {
    const [ann, bo, cy] = await three();
    ann.line.close(1006);
    await settle();
    expect(bo.view?.participants[0]?.connection).toBe('interrupted');
    cy.command({ type: 'rename', displayName: 'Cyd' });
    await settle();
    await meetings.resumed(ann);
    expect(ann.view).toEqual({ ...bo.view, self: ann.id });
    expect(ann.names).toEqual(['Ann', 'Bo', 'Cyd']);
    expect(ann.messages.filter(({ type }) => type === 'snapshot')).toEqual([]);
    expect(bo.view?.participants[0]?.connection).toBe('connected');
    expect(meetings.clock.pending).toBe(0);
  });

  it('costs the seat after a while', async () => {
    const [ann, bo] = await three();
    ann.line.close(1006);
    await settle();
    meetings.clock.advance(LIMITS.resumeMs - 1);
    expect(bo.names).toEqual(['Ann', 'Bo', 'Cy']);
    meetings.clock.advance(1);
    await settle();
    expect(bo.names).toEqual(['Bo', 'Cy']);
    await meetings.resumed(ann);
    expect(ann.errors).toEqual(['session/resume-refused']);
    ann.join('Ann');
    await settle();
    expect(bo.names).toEqual(['Bo', 'Cy', 'Ann']);
  });

  it('that nobody noticed is replaced at once by whoever has the token, and told so', async () => {
    const [ann, bo] = await three();
    const page = await meetings.greeted();
    Object.assign(page, { view: ann.view, token: ann.token, seq: ann.seq, offer: ann.offer });
    page.resume();
    await settle();
    expect(page.resumed).toBe(1);
    expect(ann.errors).toEqual(['session/replaced']);
    expect(ann.closeCode).toBe(CLOSE.replaced);
    // Nothing that the old session still does has any effect.
    ann.send({ type: 'leave' });
    ann.line.close(1000);
    await settle();
    expect(bo.view?.participants[0]).toMatchObject({ displayName: 'Ann', connection: 'connected' });
  });

  it('gets a snapshot when too much was missed', async () => {
    const [ann, bo, cy] = await three();
    ann.line.close(1006);
    await settle();
    for (let turn = 0; turn <= LIMITS.outboxEntries / 2; turn++) {
      meetings.bridge.speak(ann.epoch, bo.id);
      meetings.bridge.speak(ann.epoch, cy.id);
    }
    await settle();
    await meetings.resumed(ann);
    expect(ann.messages.filter(({ type }) => type === 'snapshot')).toHaveLength(1);
    expect(ann.view).toEqual({ ...bo.view, self: ann.id });
    bo.command({ type: 'rename', displayName: 'B' });
    await settle();
    expect(ann.names[1]).toBe('B');
  });

  it('gets a snapshot when the epoch is another one', async () => {
    const [ann, bo] = await three();
    ann.line.close(1006);
    await settle();
    await meetings.resumed(ann, { epoch: incarnation.parse('f'.repeat(32)) });
    expect(ann.messages.filter(({ type }) => type === 'snapshot')).toHaveLength(1);
    expect(ann.view).toEqual({ ...bo.view, self: ann.id });
    bo.command({ type: 'rename', displayName: 'B' });
    await settle();
    expect(ann.names[1]).toBe('B');
  });

  it('does not lose a command: sent again after the resume, it is done once and answered', async () => {
    const [ann, bo] = await three();
    ann.line.onMessage = () => {};
    ann.command({ type: 'rename', displayName: 'Anna' }, 'x');
    await settle();
    ann.line.close(1006);
    await settle();
    await meetings.resumed(ann);
    ann.command({ type: 'rename', displayName: 'Wrong' }, 'x');
    await settle();
    expect(ann.results.has('x')).toBe(true);
    expect(bo.names[0]).toBe('Anna');
  });

  it('can be resumed again and again with the same token while no reply arrives', async () => {
    const [ann] = await three();
    const { token } = ann;
    for (let attempt = 0; attempt < 3; attempt++) {
      ann.line.close(1006);
      await settle();
      await meetings.resumed(ann, { token });
      expect(ann.errors).toEqual([]);
    }
    const newest = ann.token;
    ann.line.close(1006);
    await settle();
    await meetings.resumed(ann, { token: newest });
    ann.line.close(1006);
    await settle();
    await meetings.resumed(ann, { token });
    expect(ann.errors).toEqual(['session/resume-refused']);
  });

  it('is not resumed in the next life of its room', async () => {
    const [ann, bo, cy] = await three();
    for (const person of [bo, cy]) person.send({ type: 'leave' });
    ann.line.close(1006);
    await settle();
    meetings.clock.advance(LIMITS.resumeMs);
    await settle();
    const dee = await meetings.joined('Dee');
    await meetings.resumed(ann);
    expect(ann.errors).toEqual(['session/resume-refused']);
    ann.join('Ann');
    await settle();
    expect(dee.names).toEqual(['Dee', 'Ann']);
  });

  it('is not resumed by the token of another seat in the body, of another room, or a forged one', async () => {
    const [ann, bo] = await three();
    const stranger = await meetings.greeted('elsewhere');
    Object.assign(stranger, { view: ann.view, token: ann.token });
    stranger.resume();
    await settle();
    expect(stranger.errors).toEqual(['session/resume-refused']);
    const forger = await meetings.greeted();
    const claim = {
      incarnation: ann.epoch,
      participant: bo.id,
      rotation: 1,
      room: 'room',
      displayName: 'Bo',
      waits: false,
    };
    const token = createSeatTokens(Buffer.alloc(32, 8)).sign({ ...claim, at: meetings.clock.now() });
    Object.assign(forger, { view: ann.view, token });
    forger.resume();
    await settle();
    expect(forger.errors).toEqual(['session/resume-refused']);
    expect(ann.errors).toEqual([]);
  });
});

describe('a server that starts anew', () => {
  /** The same key and rules, another life: nothing else is left of the one before. */
  async function restart(options: Partial<ConferencesOptions> = {}): Promise<void> {
    const { clock, store } = meetings;
    let lives = 0;
    let people = 0;
    const makers = {
      makeIncarnation: () => incarnation.parse(`f${(++lives).toString(16).padStart(31, '0')}`),
      makeParticipantId: () => participantId.parse(`f${(++people).toString(16).padStart(7, '0')}`),
      ...options,
    };
    meetings = new TestMeetings(makers, await store.all());
    meetings.clock.advance(clock.now() + 60_000 - meetings.clock.now());
  }

  /** Comes with a token, as a page does whose resume was refused. */
  async function back(name: string, token: string, room = 'room') {
    const client = await meetings.greeted(room);
    client.join(name, undefined, token);
    await until(() => client.view !== undefined, 'joined');
    return client;
  }

  it('brings everybody back as who they were, in any order, and they go on publishing', async () => {
    const before = await three();
    await restart();
    const [cy, ann, bo] = [
      await back('Cy', before[2].token),
      await back('Anna', before[0].token),
      await back('Bo', before[1].token),
    ];
    expect([ann, bo, cy].map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    expect(ann.epoch).not.toBe(before[0].epoch);
    expect(cy.names).toEqual(['Cy', 'Anna', 'Bo']);
    const source = ann.publish('camera');
    await settle();
    expect(cy.view?.sources.map(({ id }) => id)).toEqual([source]);
    // The new seat is one like any other: its token opens it again.
    await meetings.resumed(bo);
    expect(bo.errors).toEqual([]);
  });

  it('believes no forged token, none of another room, none too old, and none twice', async () => {
    const [ann, bo] = await three();
    const other = createSeatTokens(Buffer.alloc(32, 8));
    await restart();
    const claim = {
      incarnation: ann.epoch,
      participant: ann.id,
      rotation: 1,
      waits: false,
    };
    const at = meetings.clock.now();
    const forged = await back('Eve', other.sign({ ...claim, room: 'room', at }));
    const elsewhere = await back('Eve', ann.token, 'elsewhere');
    expect([forged.id, elsewhere.id]).not.toContain(ann.id);
    const returned = await back('Ann', ann.token);
    const twice = await back('Ann', ann.token);
    expect(returned.id).toBe(ann.id);
    expect(twice.id).not.toBe(ann.id);
    // Nor when the first is gone again: an id has one life.
    returned.send({ type: 'leave' });
    await settle();
    expect((await back('Ann', ann.token)).id).not.toBe(ann.id);
    meetings.clock.advance(LIMITS.restoreMs);
    expect((await back('Bo', bo.token)).id).not.toBe(bo.id);
  });

  it('gives nobody an id that somebody else has by now', async () => {
    const ann = await meetings.joined('Ann');
    const lots = [ann.id, participantId.parse('ffffffff')];
    await restart({ makeParticipantId: () => lots.shift() ?? ann.id });
    const { id } = await meetings.joined('Dee');
    expect(id).toBe(ann.id);
    expect((await back('Ann', ann.token)).id).not.toBe(id);
  });

  it('within one life gives nobody back what was given up', async () => {
    const [ann, bo] = await three();
    const { id, token } = ann;
    ann.send({ type: 'leave' });
    await settle();
    const again = await back('Ann', token);
    expect(again.id).not.toBe(id);
    expect(bo.names).toEqual(['Bo', 'Cy', 'Ann']);
  });
});

describe('the server ends', () => {
  it('tells everybody and leaves nothing behind', async () => {
    const people = await three();
    meetings.conferences.close(CLOSE.goingAway, 'server/stopping');
    await settle();
    for (const person of people) {
      expect(person.errors).toEqual(['server/stopping']);
      expect(person.closeCode).toBe(CLOSE.goingAway);
    }
    expect(meetings.conferences.count).toEqual({ conferences: 0, seats: 0, outboxBytes: 0 });
    expect(meetings.bridge.listenerCount).toBe(0);
    expect(meetings.bridge.openConferences).toEqual([]);
    expect(meetings.clock.pending).toBe(0);
  });
});

describe('chatting', () => {
  const said = (client: { view: { messages: readonly { text: string }[] } | undefined }) =>
    client.view?.messages.map(({ text }) => text);

  it('loses and repeats nothing when sockets are cut during bursts', async () => {
    const people = await three();
    const expected: string[] = [];
    for (let cut = 0; cut < 20; cut++) {
      // Slow enough for the pace of each.
      meetings.clock.advance(4_000);
      const [ann, bo, cy] = people;
      const victim = people[cut % 3] ?? ann;
      // What the server sends from here on is lost with the socket.
      victim.line.onMessage = () => {};
      const ids = [ann, bo, cy].map((person, index) => {
        const text = `${cut}-${index}`;
        expected.push(text);
        return person.command({ type: 'send-message', text });
      });
      await settle(cut % 4);
      victim.line.close(1006);
      await settle();
      await meetings.resumed(victim);
      // Its result is lost or not: the client asks again under the same id.
      victim.command({ type: 'send-message', text: `${cut}-${people.indexOf(victim)}` }, ids[cut % 3]);
      await settle();
      for (const person of people) expect(said(person)).toEqual(expected);
    }
    const late = await meetings.joined('Di');
    expect(said(late)).toEqual(expected);
    const ids = late.view?.messages.map(({ id }) => id) ?? [];
    expect(new Set(ids).size).toBe(expected.length);
  });

  it('puts nothing of a private message into the outbox of anybody else', async () => {
    const [ann, bo, cy] = await three();
    const before = cy.view;
    ann.command({ type: 'send-message', text: 'secret', to: bo.id });
    await settle();
    expect([said(ann), said(bo)]).toEqual([['secret'], ['secret']]);
    expect(cy.view).toBe(before);
  });
});
