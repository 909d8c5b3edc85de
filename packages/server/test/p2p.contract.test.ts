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

/** Somebody who agrees to direct connections. */
async function direct(name: string): Promise<TestClient> {
  const client = await meetings.greeted();
  client.p2p = true;
  client.join(name);
  await settle();
  return client;
}

const offer = { action: 'offer', attempt: 1, sdp: 'v=0' } as const;

describe('a direct connection', () => {
  it('is named to its two ends, and what the one says reaches the other', async () => {
    const [ann, bo] = [await direct('Ann'), await direct('Bo')];
    expect(ann.seatView.route).toMatchObject({
      mode: 'p2p',
      p2p: { generation: 1, peer: bo.id, offers: true },
    });
    expect(bo.seatView.route).toMatchObject({
      mode: 'p2p',
      p2p: { generation: 1, peer: ann.id, offers: false },
    });
    ann.send({ type: 'p2p', generation: 1, body: offer });
    bo.send({ type: 'p2p', generation: 1, body: { action: 'restart' } });
    await settle();
    expect(bo.fromPeer).toEqual([{ generation: 1, body: offer }]);
    expect(ann.fromPeer).toEqual([{ generation: 1, body: { action: 'restart' } }]);
  });

  it('carries nothing of another generation, of a third, or where there is none', async () => {
    const ann = await direct('Ann');
    ann.send({ type: 'p2p', generation: 1, body: offer });
    const bo = await direct('Bo');
    ann.send({ type: 'p2p', generation: 2, body: offer });
    const cy = await direct('Cy');
    cy.send({ type: 'p2p', generation: 1, body: offer });
    await settle();
    expect([ann.fromPeer, bo.fromPeer, cy.fromPeer]).toEqual([[], [], []]);
    expect(cy.seatView.route.p2p).toBeUndefined();
  });

  it('goes on while the bridge takes over, until both ends are ready', async () => {
    const [ann, bo] = [await direct('Ann'), await direct('Bo')];
    await direct('Cy');
    const { move } = ann.seatView.route;
    ann.command({ type: 'media-ready', move, ready: true });
    await settle();
    expect(bo.seatView.route).toMatchObject({ mode: 'bridge', bridge: true, p2p: { generation: 1 } });
    bo.command({ type: 'media-ready', move, ready: true });
    await settle();
    expect(ann.seatView.route).toEqual({ mode: 'bridge', move, bridge: true });
  });

  it('is helped by the bridge when it does not come up within two seconds', async () => {
    const [ann] = [await direct('Ann'), await direct('Bo')];
    expect(ann.seatView.route.bridge).toBe(false);
    meetings.clock.advance(2_000);
    await settle();
    expect(ann.seatView.route).toMatchObject({ mode: 'p2p', bridge: true });
  });

  it('is not made where the operator does not want any', async () => {
    meetings = new TestMeetings({ p2p: false });
    const [ann] = [await direct('Ann'), await direct('Bo')];
    expect(ann.seatView.route).toEqual({ mode: 'bridge', move: 1, bridge: true });
  });

  it('does not hide that the bridge cannot be reached: the operator hears of it before a third comes', async () => {
    const [ann] = [await direct('Ann'), await direct('Bo')];
    const fingerprints = [{ algorithm: 'sha-256', value: Array(32).fill('AB').join(':') }] as const;
    ann.act({ action: 'connect', transport: 'send', dtlsParameters: { fingerprints: [...fingerprints] } });
    await settle();
    meetings.clock.advance(15_000);
    expect(meetings.logger.warnings).toEqual([
      {
        facts: { incarnation: ann.epoch, participant: ann.id, transport: 'send' },
        message: 'media does not get through to the bridge',
      },
    ]);
  });

  it('has servers with credentials of today whenever somebody asks', async () => {
    const ann = await direct('Ann');
    expect(ann.iceServers).toEqual({ servers: [] });
    ann.iceServers = undefined;
    ann.send({ type: 'ice-servers' });
    await settle();
    expect(ann.iceServers).toEqual({ servers: [] });
  });
});
