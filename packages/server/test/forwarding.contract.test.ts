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

describe('what the bridge chooses to forward', () => {
  const ALL = { defaultMaxHeight: 720, maxHeights: {} };

  /** Ann and Bo with cameras, and Cem, who is sent one of them. */
  async function three() {
    const [ann, bo] = [await meetings.joined('Ann'), await meetings.joined('Bo')];
    const cem = await meetings.joined('Cem');
    const [anns, bos] = [ann.publish('camera'), bo.publish('camera')];
    await settle();
    cem.act({ action: 'constraints', constraints: { ...ALL, lastN: 1 } });
    await settle();
    return { ann, bo, cem, anns, bos };
  }

  const lastOf = (client: TestClient, action: 'forwarded' | 'sender-constraints') =>
    client.media.findLast((message) => message.action === action);

  it('is told to whom it concerns, as it changes', async () => {
    const { ann, bo, cem, anns, bos } = await three();
    expect(lastOf(cem, 'forwarded')).toEqual({ action: 'forwarded', withheld: { [bos]: 'last-n' } });
    meetings.bridge.speak(cem.epoch, bo.id);
    expect(lastOf(cem, 'forwarded')).toEqual({ action: 'forwarded', withheld: { [anns]: 'last-n' } });
    expect([lastOf(ann, 'forwarded'), lastOf(bo, 'forwarded')]).toEqual([undefined, undefined]);
  });

  it('tells senders what nobody receives, 10 s later, and at once what somebody does', async () => {
    const { ann, bo, cem, anns } = await three();
    for (const client of [ann, bo, cem])
      client.act({ action: 'constraints', constraints: { defaultMaxHeight: 0, maxHeights: {} } });
    await settle();
    meetings.bridge.passTime(10_000);
    expect(lastOf(ann, 'sender-constraints')).toEqual({
      action: 'sender-constraints',
      source: anns,
      layers: 0,
      maxHeight: 720,
    });
    expect(lastOf(cem, 'sender-constraints')).toBeUndefined();
    bo.act({ action: 'constraints', constraints: ALL });
    await settle();
    expect(lastOf(ann, 'sender-constraints')).toEqual({
      action: 'sender-constraints',
      source: anns,
      layers: 1,
      maxHeight: 720,
    });
  });

  it('is said again to who resumes', async () => {
    const { ann, bo, cem, anns, bos } = await three();
    for (const client of [ann, bo]) client.act({ action: 'constraints', constraints: { ...ALL, lastN: 0 } });
    cem.act({ action: 'constraints', constraints: { ...ALL, lastN: 1, selectedSources: [bos] } });
    await settle();
    meetings.bridge.passTime(10_000);
    for (const client of [ann, cem]) {
      client.line.close(1006);
      client.media.length = 0;
      await meetings.resumed(client);
    }
    expect(cem.media).toContainEqual({ action: 'forwarded', withheld: { [anns]: 'last-n' } });
    expect(ann.media).toContainEqual({
      action: 'sender-constraints',
      source: anns,
      layers: 0,
      maxHeight: 720,
    });
  });

  it('is learnt from the snapshot when events were missed', async () => {
    const { ann, bo, cem, anns, bos } = await three();
    meetings.deaf = true;
    for (const client of [ann, bo])
      client.act({ action: 'constraints', constraints: { defaultMaxHeight: 0, maxHeights: {} } });
    cem.act({ action: 'constraints', constraints: { ...ALL, lastN: 1, selectedSources: [bos] } });
    await settle();
    meetings.bridge.passTime(10_000);
    meetings.deaf = false;
    meetings.bridge.speak(cem.epoch, bo.id);
    await settle();
    expect(lastOf(cem, 'forwarded')).toEqual({ action: 'forwarded', withheld: { [anns]: 'last-n' } });
    expect(lastOf(ann, 'sender-constraints')).toEqual({
      action: 'sender-constraints',
      source: anns,
      layers: 0,
      maxHeight: 720,
    });
  });

  it('begins anew with other transports', async () => {
    const { cem, bos } = await three();
    expect(lastOf(cem, 'forwarded')).toEqual({ action: 'forwarded', withheld: { [bos]: 'last-n' } });
    cem.media.length = 0;
    cem.act({ action: 'renew' });
    await settle();
    expect(lastOf(cem, 'forwarded')).toBeUndefined();
    cem.act({ action: 'constraints', constraints: { ...ALL, lastN: 1 } });
    await settle();
    expect(lastOf(cem, 'forwarded')).toEqual({ action: 'forwarded', withheld: { [bos]: 'last-n' } });
  });
});
