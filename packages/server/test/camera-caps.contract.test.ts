import { afterEach, describe, expect, it } from 'vitest';
import { settle, TestMeetings } from './meeting.ts';

const ALL = { defaultMaxHeight: 1_080, maxHeights: {} };

let meetings: TestMeetings;
afterEach(() => {
  meetings.logger.assertNoErrors();
});

describe('what cameras are at most', () => {
  it('is told with the seat, and to the bridge, as the room wants it within the server’s most', async () => {
    meetings = new TestMeetings({
      camera: { usual: { maxHeight: 720 }, most: { maxHeight: 1_080, maxBitrate: 4_000_000 } },
      ownedRoom: async (room) =>
        room === 'owned'
          ? {
              access: { owner: undefined, notBefore: undefined, notAfter: undefined },
              maxParticipants: undefined,
              camera: { maxHeight: 2_160, maxBitrate: 900_000 },
              moderators: 'first',
              doors: { password: undefined, lobby: false },
              startMuted: { microphone: false, camera: false },
            }
          : undefined,
    });
    for (const [room, cameraCaps] of [
      ['any', { maxHeight: 720, maxBitrate: 4_000_000 }],
      ['owned', { maxHeight: 1_080, maxBitrate: 900_000 }],
    ] as const) {
      const ann = await meetings.joined('Ann', room);
      expect(ann.messages.find(({ type }) => type === 'joined')).toMatchObject({ cameraCaps });
      const { calls } = meetings.bridge;
      expect(calls.findLast(({ call }) => call === 'open')?.args).toEqual([ann.epoch, cameraCaps]);
    }
  });

  it('is less under load, as senders are told at once, and again after a resume; and over when that is', async () => {
    meetings = new TestMeetings();
    const [ann, bo] = [await meetings.joined('Ann'), await meetings.joined('Bo')];
    const source = ann.publish('camera');
    bo.act({ action: 'constraints', constraints: ALL });
    await settle();
    const told = () => ann.media.filter(({ action }) => action === 'sender-constraints');
    expect(told()).toEqual([]);
    meetings.bridge.load('busy');
    const small = { action: 'sender-constraints', source, layers: 1, maxHeight: 480 };
    expect(told()).toEqual([small]);
    ann.line.close(1006);
    ann.media.length = 0;
    await meetings.resumed(ann);
    expect(told()).toEqual([small]);
    meetings.bridge.load('normal');
    expect(told()).toEqual([small, { ...small, maxHeight: 720 }]);
  });

  it('is learnt from the snapshot when events were missed', async () => {
    meetings = new TestMeetings();
    const [ann, bo] = [await meetings.joined('Ann'), await meetings.joined('Bo')];
    const source = ann.publish('camera');
    await settle();
    meetings.deaf = true;
    meetings.bridge.load('busy');
    meetings.deaf = false;
    meetings.bridge.speak(bo.epoch, bo.id);
    await settle();
    expect(ann.media).toContainEqual({ action: 'sender-constraints', source, layers: 1, maxHeight: 480 });
  });
});
