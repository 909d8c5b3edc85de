import { sourceId, type ErrorCode } from '@treff/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settle, TestMeetings } from './meeting.ts';
import type { TestClient } from './test-client.ts';

let meetings: TestMeetings;
beforeEach(() => {
  meetings = new TestMeetings();
});
afterEach(() => {
  meetings.logger.assertNoErrors();
});

async function two() {
  return [await meetings.joined('Ann'), await meetings.joined('Bo')] as const;
}

const endpoint = (client: TestClient) => meetings.bridge.endpointState(client.epoch, client.id);
const callsOf = (name: string) => meetings.bridge.calls.filter(({ call }) => call === name);

/** What a receiver gets, as the bridge has it and as the client believes. */
function expectAgreement(...clients: TestClient[]) {
  for (const client of clients) {
    const state = endpoint(client);
    expect(client.failure).toBeUndefined();
    expect([...client.consuming].toSorted()).toEqual(state?.receiving.map(({ id }) => id).toSorted());
    expect(state?.receiving.filter(({ started }) => !started)).toEqual([]);
    expect(state?.sources.map(({ source }) => source)).toEqual([...client.publishing]);
    expect(state?.generation).toBe(client.offer?.generation);
  }
}

/** Lets retries happen, with their waits. */
async function patiently(milliseconds = 10_000) {
  for (let passed = 0; passed < milliseconds; passed += 500) {
    await settle();
    meetings.clock.advance(500);
  }
  await settle();
}

const DTLS = {
  fingerprints: [{ algorithm: 'sha-256' as const, value: Array.from({ length: 32 }, () => 'CD').join(':') }],
};

describe('what a client asks of its media', () => {
  it('reaches the bridge', async () => {
    const [ann, bo] = await two();
    ann.act({ action: 'connect', transport: 'send', dtlsParameters: DTLS });
    ann.act({ action: 'connect', transport: 'receive', dtlsParameters: DTLS });
    const microphone = ann.publish('microphone', { muted: true });
    const camera = ann.publish('camera', { height: 720 });
    bo.act({ action: 'constraints', constraints: { defaultMaxHeight: 180, maxHeights: { [camera]: 720 } } });
    bo.act({ action: 'restart-ice' });
    await settle();
    expect(endpoint(ann)).toMatchObject({
      connected: ['send', 'receive'],
      sources: [
        { source: microphone, paused: true },
        { source: camera, paused: false },
      ],
    });
    expect(endpoint(bo)).toMatchObject({
      iceAttempt: 1,
      constraints: { defaultMaxHeight: 180, maxHeights: { [camera]: 720 } },
    });
    expect(bo.media.map(({ action }) => action)).toContain('ice-restarted');
    expectAgreement(ann, bo);
  });

  it('ends with unpublish, for everybody', async () => {
    const [ann, bo] = await two();
    const source = ann.publish('camera');
    await settle();
    ann.act({ action: 'unpublish', source });
    ann.publishing.delete(source);
    await settle();
    expect(bo.view?.sources).toEqual([]);
    expectAgreement(ann, bo);
  });

  it('is refused for a codec that nobody has, and the source vanishes', async () => {
    const [ann, bo] = await two();
    const rtpParameters = {
      codecs: [{ mimeType: 'video/none', payloadType: 96, clockRate: 90_000 }],
      encodings: [{ ssrc: 1 }],
    };
    const source = ann.publish('camera', { rtpParameters });
    await settle();
    expect(ann.media).toContainEqual({
      action: 'source-refused',
      source,
      code: 'media/codec-unsupported',
    });
    expect(bo.view?.sources).toEqual([]);
    expectAgreement(ann, bo);
  });

  it('is refused for a second camera and for an id that was used', async () => {
    const [ann] = await two();
    const first = ann.publish('camera');
    const second = ann.publish('camera');
    await settle();
    expect(ann.media).toContainEqual({ action: 'source-refused', source: second, code: 'source/too-many' });
    ann.act({ action: 'unpublish', source: first });
    ann.publishing.delete(first);
    await settle();
    ann.publish('camera', { source: first });
    await settle();
    expect(ann.media.at(-1)).toEqual({ action: 'source-refused', source: first, code: 'source/invalid-id' });
    expectAgreement(ann);
  });

  it('is answered with a code when it is about transports that never were, and dropped when about old ones', async () => {
    const [ann] = await two();
    ann.act({ action: 'restart-ice' }, 7);
    await settle();
    expect(ann.media).toEqual([{ action: 'failed', code: 'media/stale-generation' }]);
    ann.act({ action: 'renew' });
    await settle();
    expect(ann.offer?.generation).toBe(2);
    ann.act({ action: 'restart-ice' }, 1);
    await settle();
    expect(ann.media.map(({ action }) => action)).toEqual(['failed', 'offer']);
    expect(callsOf('restartIce')).toEqual([]);
  });

  it('is answered with a code when DTLS parameters contradict those before', async () => {
    const [ann] = await two();
    ann.act({ action: 'connect', transport: 'send', dtlsParameters: DTLS });
    await settle();
    const value = Array.from({ length: 32 }, () => 'EF').join(':');
    const other = { fingerprints: [{ algorithm: 'sha-256' as const, value }] };
    ann.act({ action: 'connect', transport: 'send', dtlsParameters: other });
    await settle();
    expect(ann.media).toEqual([{ action: 'failed', code: 'media/transport-failed' }]);
  });
});

describe('the latest wish', () => {
  it('wins over those that were never done', async () => {
    const [ann] = await two();
    const source = ann.publish('microphone');
    await settle();
    meetings.bridge.fail('pause', 'media/bridge-unavailable', 1);
    for (const muted of [true, false, true, false, true]) ann.command({ type: 'mute-source', source, muted });
    await patiently(2_000);
    expect(endpoint(ann)?.sources).toEqual([{ source, paused: true }]);
    expect(callsOf('pause').length).toBeLessThan(4);
  });

  it('is sure of the bridge also when an answer was lost: a mute that failed is done again the other way', async () => {
    const [ann] = await two();
    const source = ann.publish('microphone');
    await settle();
    const { pause } = meetings.bridge;
    // The call does its work, and its answer is lost.
    meetings.bridge.pause = async (...args) => {
      meetings.bridge.pause = pause;
      await pause.apply(meetings.bridge, args);
      await new Promise(() => {});
    };
    ann.command({ type: 'mute-source', source, muted: true });
    await settle();
    ann.command({ type: 'mute-source', source, muted: false });
    await patiently();
    expect(endpoint(ann)?.sources).toEqual([{ source, paused: false }]);
  });

  it('of constraints is the only one that the bridge must hear', async () => {
    const [ann] = await two();
    meetings.bridge.fail('constrain', 'media/bridge-unavailable', 1);
    for (const defaultMaxHeight of [90, 180, 360])
      ann.act({ action: 'constraints', constraints: { defaultMaxHeight, maxHeights: {} } });
    await patiently(2_000);
    expect(endpoint(ann)?.constraints?.defaultMaxHeight).toBe(360);
  });

  it('of constraints is done first, so that nothing comes that is not shown: before transports connect, and before sources start that have come since', async () => {
    const [ann, bo] = await two();
    bo.publish('camera');
    meetings.bridge.calls.length = 0;
    ann.act({ action: 'connect', transport: 'receive', dtlsParameters: DTLS });
    ann.publish('microphone');
    ann.act({ action: 'constraints', constraints: { defaultMaxHeight: 0, maxHeights: {} } });
    await settle();
    const ofAnn = meetings.bridge.calls.filter(({ args }) => JSON.stringify(args[0]).includes(ann.id));
    expect(ofAnn.map(({ call }) => call)).toEqual(['constrain', 'connect', 'publish', 'start']);
  });
});

describe('a bridge that fails', () => {
  it.each(['connect', 'publish', 'unpublish', 'start', 'constrain', 'restartIce', 'remove'] as const)(
    'at %s is asked again until it answers',
    async (call) => {
      const [ann, bo] = await two();
      meetings.bridge.fail(call, 'media/bridge-unavailable', 5);
      ann.act({ action: 'connect', transport: 'send', dtlsParameters: DTLS });
      const camera = ann.publish('camera');
      const microphone = ann.publish('microphone');
      bo.act({ action: 'constraints', constraints: { defaultMaxHeight: 180, maxHeights: {} } });
      bo.act({ action: 'restart-ice' });
      await patiently();
      ann.act({ action: 'unpublish', source: camera });
      ann.publishing.delete(camera);
      await patiently();
      expectAgreement(ann, bo);
      expect(endpoint(ann)?.sources).toEqual([{ source: microphone, paused: false }]);
      expect(endpoint(ann)?.connected).toEqual(['send']);
      expect(endpoint(bo)).toMatchObject({ iceAttempt: 1, constraints: { defaultMaxHeight: 180 } });
      ann.send({ type: 'leave' });
      await patiently();
      expect(bo.consuming.size).toBe(0);
      expect(callsOf(call).length).toBeGreaterThan(5);
      bo.send({ type: 'leave' });
      await patiently();
      expect(meetings.bridge.openConferences).toEqual([]);
      expect(meetings.clock.pending).toBe(0);
    },
  );

  it('whose worker died gives everybody new transports, and all is published anew', async () => {
    const [ann, bo] = await two();
    const first = ann.publish('camera');
    await settle();
    meetings.bridge.fail('open', 'media/bridge-unavailable', 3);
    meetings.bridge.lose();
    await settle();
    // What was sent over the dead transports is no more.
    expect(bo.view?.sources).toEqual([]);
    expect(ann.names).toEqual(['Ann', 'Bo']);
    await patiently();
    expect([ann.offer?.generation, bo.offer?.generation]).toEqual([2, 2]);
    const second = ann.publish('camera');
    expect(second).not.toBe(first);
    await settle();
    expectAgreement(ann, bo);
    expect(bo.consuming.size).toBe(1);
    expect(ann.errors).toEqual([]);
  });

  it('of which one worker died gives new transports to those who were on it, and to nobody else', async () => {
    const [ann, bo] = await two();
    ann.publish('camera');
    const bos = bo.publish('camera');
    await settle();
    meetings.bridge.loseEndpoint(ann.epoch, ann.id);
    await settle();
    expect([ann.offer?.generation, bo.offer?.generation]).toEqual([2, 1]);
    expect(bo.view?.sources.map(({ id }) => id)).toEqual([bos]);
    ann.publish('camera');
    await settle();
    expectAgreement(ann, bo);
    expect([ann.consuming.size, bo.consuming.size]).toEqual([1, 1]);
    expect([...ann.errors, ...bo.errors]).toEqual([]);
  });

  it('whose worker dies again and again is followed', async () => {
    const [ann, bo] = await two();
    for (let death = 0; death < 5; death++) {
      meetings.bridge.lose();
      ann.publish('camera');
      if (death % 2 === 0) await settle();
    }
    await patiently();
    ann.publishing.clear();
    for (const { source } of endpoint(ann)?.sources ?? []) ann.publishing.add(source);
    expectAgreement(ann, bo);
  });

  it('whose death nobody was told of is found out', async () => {
    const [ann, bo] = await two();
    await meetings.bridge.remove({ incarnation: ann.epoch, endpoint: ann.id, generation: 1 });
    ann.publish('camera');
    await patiently();
    expect(ann.offer?.generation).toBeGreaterThan(1);
    ann.publish('camera');
    await patiently();
    expectAgreement(ann, bo);
    expect(bo.consuming.size).toBe(1);
  });

  it('whose worker died without a word is opened anew', async () => {
    const [ann, bo] = await two();
    meetings.deaf = true;
    meetings.bridge.lose();
    meetings.deaf = false;
    ann.publish('camera');
    await patiently();
    bo.act({ action: 'restart-ice' });
    await patiently();
    ann.publish('camera');
    await patiently();
    expectAgreement(ann, bo);
    expect(bo.consuming.size).toBe(1);
  });

  it('that never answers is taken for unreachable', async () => {
    const [ann] = await two();
    const { restartIce } = meetings.bridge;
    meetings.bridge.restartIce = () => {
      meetings.bridge.restartIce = restartIce;
      return new Promise(() => {});
    };
    ann.act({ action: 'restart-ice' });
    await patiently(20_000);
    expect(ann.media.map(({ action }) => action)).toEqual(['ice-restarted']);
  });

  it.each<ErrorCode>(['server/internal', 'media/codec-unsupported'])(
    'for good at a renewal (%s) is told to the client, who may ask again',
    async (code) => {
      const [ann, bo] = await two();
      meetings.bridge.fail('endpoint', code);
      ann.act({ action: 'renew' });
      await settle();
      expect(ann.media).toEqual([{ action: 'failed', code }]);
      meetings.logger.errors.length = 0;
      ann.act({ action: 'renew' }, 2);
      await settle();
      expect(bo.names).toEqual(['Ann', 'Bo']);
    },
  );
});

describe('an event of the bridge that overtakes its offer', () => {
  it('waits for it', async () => {
    const ann = await meetings.joined('Ann');
    const microphone = ann.publish('microphone');
    await settle();
    const { endpoint: open } = meetings.bridge;
    meetings.bridge.endpoint = async (...args) => {
      meetings.bridge.endpoint = open;
      const offer = await open.apply(meetings.bridge, args);
      ann.publish('camera');
      ann.act({ action: 'unpublish', source: microphone });
      ann.publishing.delete(microphone);
      await settle();
      return offer;
    };
    const bo = await meetings.joined('Bo');
    await settle();
    expect(bo.media.map(({ action }) => action).toSorted()).toEqual(['consumers-added', 'consumers-removed']);
    expectAgreement(ann, bo);
  });
});

describe('a consumer that is in the offer and in an event', () => {
  it('is announced once', async () => {
    const ann = await meetings.joined('Ann');
    const { endpoint: open } = meetings.bridge;
    meetings.bridge.endpoint = async (...args) => {
      meetings.bridge.endpoint = open;
      await open.apply(meetings.bridge, args);
      ann.publish('camera');
      await settle();
      return open.apply(meetings.bridge, args);
    };
    const bo = await meetings.joined('Bo');
    await settle();
    expect(bo.media).toEqual([]);
    expectAgreement(ann, bo);
  });
});

describe('an offer that was overtaken by the next', () => {
  it('is never made', async () => {
    const [ann, bo] = await two();
    const { endpoint: open } = meetings.bridge;
    let release = () => {};
    meetings.bridge.endpoint = async (...args) => {
      meetings.bridge.endpoint = open;
      const offer = await open.apply(meetings.bridge, args);
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return offer;
    };
    ann.act({ action: 'renew' });
    await settle();
    meetings.bridge.lose();
    release();
    await settle();
    ann.publish('camera');
    await settle();
    const offers = ann.media.flatMap((body) => (body.action === 'offer' ? body.offer.generation : []));
    expect(offers).toEqual([3]);
    expectAgreement(ann, bo);
  });
});

describe('an event of the bridge that was missed', () => {
  it('is made good by a snapshot', async () => {
    const [ann, bo] = await two();
    const cy = await meetings.joined('Cy');
    const gone = ann.publish('microphone');
    await settle();
    // Two events that nobody hears: one consumer less, one more.
    meetings.deaf = true;
    ann.act({ action: 'unpublish', source: gone });
    ann.publishing.delete(gone);
    ann.publish('camera');
    await settle();
    meetings.deaf = false;
    meetings.bridge.speak(ann.epoch, bo.id);
    await settle();
    expect(callsOf('snapshot')).toHaveLength(1);
    expectAgreement(ann, bo, cy);
    expect(cy.view?.speakers).toEqual([bo.id]);
  });

  it('waits with those after it: nothing old is told again, nothing new is lost', async () => {
    const [ann, bo] = await two();
    meetings.bridge.speak(ann.epoch, bo.id);
    const { snapshot } = meetings.bridge;
    meetings.bridge.snapshot = async (...args) => {
      meetings.bridge.snapshot = snapshot;
      // In the snapshot already: came, and went.
      const brief = ann.publish('microphone');
      await settle();
      ann.act({ action: 'unpublish', source: brief });
      ann.publishing.delete(brief);
      await settle();
      const taken = await snapshot.apply(meetings.bridge, args);
      ann.publish('camera');
      await settle();
      return taken;
    };
    meetings.bridge.skipEvent();
    meetings.bridge.speak(ann.epoch, ann.id);
    for (let turn = 0; turn < 6; turn++) await settle();
    expect(bo.media.map(({ action }) => action)).toEqual(['consumers-added']);
    expectAgreement(ann, bo);
  });

  it('is made good also while the offer of new transports is on its way', async () => {
    const [ann, bo] = await two();
    const { endpoint: open } = meetings.bridge;
    let release = () => {};
    meetings.bridge.endpoint = async (...args) => {
      meetings.bridge.endpoint = open;
      const offer = await open.apply(meetings.bridge, args);
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return offer;
    };
    bo.act({ action: 'renew' });
    await settle();
    meetings.deaf = true;
    ann.publish('camera');
    await settle();
    meetings.deaf = false;
    meetings.bridge.speak(ann.epoch, ann.id);
    await settle();
    release();
    await settle();
    expect(bo.consuming.size).toBe(1);
    expectAgreement(ann, bo);
  });

  it('makes everything new when there is no snapshot', async () => {
    const [ann, bo] = await two();
    meetings.bridge.fail('snapshot', 'media/bridge-unavailable');
    meetings.bridge.speak(ann.epoch, ann.id);
    meetings.bridge.skipEvent();
    meetings.bridge.speak(ann.epoch, bo.id);
    await patiently(2_000);
    expect([ann.offer?.generation, bo.offer?.generation]).toEqual([2, 2]);
    ann.publish('camera');
    await settle();
    expectAgreement(ann, bo);
  });
});

describe('a resume', () => {
  it('sends what changed meanwhile, and starts what was never started', async () => {
    const [ann, bo] = await two();
    const cy = await meetings.joined('Cy');
    const gone = ann.publish('microphone');
    await settle();
    const announced = bo.line.onMessage;
    bo.line.onMessage = () => {};
    ann.publish('camera');
    await settle();
    bo.line.onMessage = announced;
    bo.line.close(1006);
    await settle();
    ann.act({ action: 'unpublish', source: gone });
    ann.publishing.delete(gone);
    cy.publish('camera');
    await settle();
    await meetings.resumed(bo);
    await settle();
    expect(bo.media.map(({ action }) => action)).toEqual([
      'consumers-added',
      'consumers-removed',
      'consumers-added',
    ]);
    expectAgreement(ann, bo, cy);
    expect(bo.consuming.size).toBe(2);
  });

  it('starts consumers whose start was lost with the socket', async () => {
    const [ann, bo] = await two();
    bo.line.send = () => {};
    ann.publish('camera');
    await settle();
    expect(bo.consuming.size).toBe(1);
    expect(endpoint(bo)?.receiving[0]?.started).toBe(false);
    bo.line.close(1006);
    await settle();
    await meetings.resumed(bo);
    await settle();
    expectAgreement(ann, bo);
  });

  it('says nothing when nothing changed', async () => {
    const [ann, bo] = await two();
    ann.publish('microphone');
    await settle();
    const before = bo.media.length;
    bo.line.close(1006);
    await settle();
    await meetings.resumed(bo);
    expect(bo.media).toHaveLength(before);
    expect(bo.offer?.generation).toBe(1);
    expectAgreement(ann, bo);
  });

  it('refuses a source that the server never heard of, and ends one that the client has no more', async () => {
    const [ann, bo] = await two();
    const kept = ann.publish('microphone');
    const dropped = ann.publish('camera');
    await settle();
    ann.line.close(1006);
    await settle();
    const unheard = sourceId.parse(`${ann.id}-v9`);
    ann.publishing.delete(dropped);
    ann.publishing.add(unheard);
    await meetings.resumed(ann);
    await settle();
    expect(ann.media).toContainEqual({ action: 'source-refused', source: unheard, code: 'source/unknown' });
    expect(bo.view?.sources.map(({ id }) => id)).toEqual([kept]);
    expectAgreement(ann, bo);
  });

  it('of a client without media, or with that of an older generation, brings new transports', async () => {
    const [ann, bo] = await two();
    ann.publish('camera');
    await settle();
    ann.line.close(1006);
    await settle();
    ann.offer = undefined;
    await meetings.resumed(ann);
    await settle();
    expect(ann.media.at(-1)).toMatchObject({ action: 'offer', offer: { generation: 2 } });
    expect(bo.view?.sources).toEqual([]);
    ann.line.close(1006);
    await settle();
    // The worker dies while nobody listens.
    meetings.bridge.lose();
    await patiently(2_000);
    await meetings.resumed(ann);
    await settle();
    ann.publish('camera');
    await settle();
    expectAgreement(ann, bo);
    expect(bo.consuming.size).toBe(1);
  });
});
