import {
  LIMITS,
  makeSourceId,
  type ConnectionDetails,
  type ConnectionQuality,
  type Signal,
} from '@treff/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settle, TestMeetings } from './meeting.ts';
import { until, type TestClient } from './test-client.ts';

let meetings: TestMeetings;
beforeEach(() => {
  meetings = new TestMeetings({ region: 'Frankfurt' });
});
afterEach(() => {
  meetings.logger.assertNoErrors();
});

type SignalOf<Type extends Signal['type']> = Extract<Signal, { type: Type }>;

/** All of one kind that somebody was told, oldest first. */
function heard<Type extends Signal['type']>(client: TestClient, type: Type): SignalOf<Type>[] {
  return client.messages.flatMap((message) =>
    message.type === 'signal' && message.signal.type === type ? [message.signal as SignalOf<Type>] : [],
  );
}

function details(quality: ConnectionQuality, more: Partial<ConnectionDetails> = {}): ConnectionDetails {
  return { quality, way: 'bridge', roundTripMs: 20, relayed: false, ...more };
}

async function three(): Promise<[TestClient, TestClient, TestClient]> {
  return [await meetings.joined('Ann'), await meetings.joined('Bo'), await meetings.joined('Cy')];
}

async function tells(client: TestClient, said: ConnectionDetails): Promise<void> {
  client.send({ type: 'signal', signal: { type: 'connection', details: said } });
  await settle();
}

/** A while later, everything that follows from that done. */
async function later(ms: number): Promise<void> {
  meetings.clock.advance(ms);
  await settle();
}

describe('connections', () => {
  it('that are bad are told to everybody, their owners included, without figures', async () => {
    const [ann, bo, cy] = await three();
    await tells(ann, details('poor', { sentLoss: 0.2 }));
    await later(0);
    for (const each of [ann, bo, cy])
      expect(heard(each, 'connection-qualities')).toEqual([
        { type: 'connection-qualities', qualities: { [ann.id]: 'poor' } },
      ]);
  });

  it('are told of in one signal once in a while, however much is said', async () => {
    const [ann, bo, cy] = await three();
    await tells(ann, details('poor'));
    await later(0);
    for (let round = 0; round < 20; round++) {
      await tells(ann, details(round % 2 === 0 ? 'fair' : 'lost'));
      await tells(bo, details(round % 2 === 0 ? 'poor' : 'good'));
    }
    expect(heard(cy, 'connection-qualities')).toHaveLength(1);
    await later(LIMITS.connectionSpreadMs);
    expect(heard(cy, 'connection-qualities').slice(1)).toMatchObject([{ qualities: { [ann.id]: 'lost' } }]);
  });

  it('that are good again are named no more, and then nothing more is said', async () => {
    const [ann, bo] = await three();
    await tells(ann, details('poor'));
    await later(0);
    await tells(ann, details('good'));
    await later(LIMITS.connectionSpreadMs);
    expect(heard(bo, 'connection-qualities').at(-1)?.qualities).toEqual({});
    await later(2 * LIMITS.connectionRepeatMs);
    expect(heard(bo, 'connection-qualities')).toHaveLength(2);
  });

  it('that are good cost nobody a word', async () => {
    const [ann, bo] = await three();
    for (let round = 0; round < 5; round++) {
      await tells(ann, details('good'));
      await later(LIMITS.connectionTellMs);
    }
    expect(heard(bo, 'connection-qualities')).toEqual([]);
  });

  it('that are bad are told again now and then, because a word may be lost, and to whoever comes', async () => {
    const [ann, bo] = await three();
    await tells(ann, details('poor'));
    await later(0);
    await later(LIMITS.connectionRepeatMs);
    expect(heard(bo, 'connection-qualities')).toHaveLength(2);
    const dee = await meetings.joined('Dee');
    await later(LIMITS.connectionSpreadMs);
    expect(heard(dee, 'connection-qualities')).toMatchObject([{ qualities: { [ann.id]: 'poor' } }]);
  });

  it('are told of to nobody who takes nothing: signals are dropped, and the seat stays', async () => {
    const ann = await meetings.joined('Ann');
    const bo = await meetings.joined('Bo');
    const resumed = await meetings.resumed(bo);
    resumed.backlog = 100_000;
    await tells(ann, details('poor'));
    await later(LIMITS.connectionSpreadMs);
    expect(heard(bo, 'connection-qualities')).toEqual([]);
    resumed.backlog = 0;
    await later(LIMITS.connectionRepeatMs);
    expect(heard(bo, 'connection-qualities')).toMatchObject([{ qualities: { [ann.id]: 'poor' } }]);
  });

  it('are described to whoever asks, by what was said last, and by nothing before or after', async () => {
    const [ann, bo, cy] = await three();
    const ask = async () => {
      bo.send({ type: 'signal', signal: { type: 'ask-connection', participant: ann.id } });
      await settle();
    };
    await ask();
    await tells(ann, details('good', { roundTripMs: 1 }));
    await tells(ann, details('good', { roundTripMs: 2 }));
    await ask();
    ann.send({ type: 'leave' });
    await settle();
    await ask();
    expect(heard(bo, 'connection')).toEqual([
      { type: 'connection', participant: ann.id },
      { type: 'connection', participant: ann.id, details: details('good', { roundTripMs: 2 }) },
      { type: 'connection', participant: ann.id },
    ]);
    expect(heard(cy, 'connection')).toEqual([]);
  });

  it('are each described by their owner alone, and in nothing that the schema does not have', async () => {
    const [ann, bo] = await three();
    const said = { ...details('poor'), participant: bo.id, address: '192.0.2.1' };
    await tells(ann, said);
    await later(0);
    expect(heard(bo, 'connection-qualities').at(-1)?.qualities).toEqual({ [ann.id]: 'poor' });
    bo.send({ type: 'signal', signal: { type: 'ask-connection', participant: ann.id } });
    await settle();
    expect(heard(bo, 'connection').at(-1)?.details).toEqual(details('poor'));
  });

  it('with figures beyond all bounds are malformed', async () => {
    const ann = await meetings.joined('Ann');
    await tells(ann, details('good', { roundTripMs: LIMITS.figureMs + 1 }));
    expect(ann.errors).toEqual(['protocol/malformed']);
  });

  it('know where the server stands, if its operator says so', async () => {
    const ann = await meetings.joined('Ann');
    expect(ann.messages.find(({ type }) => type === 'joined')).toMatchObject({ region: 'Frankfurt' });
  });
});

describe('speaking time', () => {
  /** Everybody with an open microphone. */
  async function talkative(): Promise<[TestClient, TestClient, TestClient]> {
    const people = await three();
    for (const each of people) each.publish('microphone');
    await settle();
    return people;
  }

  async function seconds(client: TestClient): Promise<Record<string, number>> {
    const before = heard(client, 'speakers').length;
    client.send({ type: 'signal', signal: { type: 'ask-speakers' } });
    await until(() => heard(client, 'speakers').length > before, 'an answer');
    const { speakers } = heard(client, 'speakers').at(-1) ?? { speakers: [] };
    return Object.fromEntries(speakers.map(({ displayName, ms }) => [displayName, ms / 1_000]));
  }

  it('is told to whoever asks and to nobody else, and is the same for all', async () => {
    const [ann, bo, cy] = await talkative();
    meetings.bridge.speak(ann.epoch, bo.id);
    await later(5_000);
    meetings.bridge.speak(ann.epoch, ann.id);
    await later(2_000);
    expect(await seconds(ann)).toEqual({ Bo: 5, Ann: 2 });
    expect(await seconds(bo)).toEqual({ Bo: 5, Ann: 2 });
    expect(heard(cy, 'speakers')).toEqual([]);
  });

  it('ends when the bridge has heard nothing for a while, even if it says so only once, and goes on when it does', async () => {
    const [ann, bo] = await talkative();
    const hear = async (levels: Parameters<typeof meetings.bridge.hear>[1]) => {
      meetings.bridge.hear(ann.epoch, levels);
      await settle();
    };
    meetings.bridge.speak(ann.epoch, bo.id);
    await later(5_000);
    await hear({ [bo.id]: -30 });
    await hear({});
    await later(60_000);
    expect(await seconds(ann)).toEqual({ Bo: 5 });
    await hear({ [bo.id]: -30 });
    await later(1_000);
    await hear({ [ann.id]: -30 });
    await later(LIMITS.speechPauseMs / 2);
    await hear({ [bo.id]: -30 });
    await later(10_000);
    expect(await seconds(ann)).toEqual({ Bo: 16 + LIMITS.speechPauseMs / 2_000 });
  });

  it('of two who are connected directly is what each says of themselves, and of nobody else what they say', async () => {
    const people: TestClient[] = [];
    for (const name of ['Ann', 'Bo']) {
      const client = await meetings.greeted();
      client.p2p = true;
      client.join(name);
      await until(() => client.view !== undefined, 'joined');
      client.publish('microphone');
      people.push(client);
    }
    const [ann, bo] = people as [TestClient, TestClient];
    await settle();
    for (const each of people)
      each.command({ type: 'media-ready', move: each.seatView.route.move, ready: true });
    await settle();
    ann.send({ type: 'signal', signal: { type: 'speech', speaks: true } });
    await settle();
    await later(8_000);
    expect(await seconds(bo)).toEqual({ Ann: 8 });
    ann.command({ type: 'mute-source', source: makeSourceId(ann.id, 'microphone', 0), muted: true });
    await settle();
    await later(8_000);
    expect(await seconds(bo)).toEqual({ Ann: 8 });
    // With a third the bridge listens, and nobody is believed.
    const cy = await meetings.joined('Cy');
    cy.publish('microphone');
    await settle();
    meetings.bridge.speak(ann.epoch, bo.id);
    meetings.bridge.hear(ann.epoch, {});
    await later(LIMITS.speechPauseMs);
    for (const each of [ann, bo, cy]) each.send({ type: 'signal', signal: { type: 'speech', speaks: true } });
    await settle();
    await later(8_000);
    expect(await seconds(cy)).toEqual({ Ann: 8 });
  });

  it('is told so often and no more', async () => {
    const [ann] = await talkative();
    for (let count = 0; count < 30; count++) ann.send({ type: 'signal', signal: { type: 'ask-speakers' } });
    await settle();
    expect(heard(ann, 'speakers')).toHaveLength(LIMITS.statisticsBurst);
    await later(1_000 / LIMITS.statisticsPerSecond);
    await seconds(ann);
  });

  it('ends with the conference', async () => {
    const people = await talkative();
    meetings.bridge.speak(people[0].epoch, people[0].id);
    await later(5_000);
    for (const each of people) each.send({ type: 'leave' });
    await settle();
    const dee = await meetings.joined('Dee');
    expect(await seconds(dee)).toEqual({});
  });
});
