import { commandId, type IceServers, type ServerMessage } from '@treff/protocol';
import { describe, expect, it } from 'vitest';
import { settle, TestMeetings } from '../test/meeting.ts';
import type { Place, Session } from './session.ts';

/** A session that is no socket, and keeps using its place after it was told to stop. */
class StubbornSession implements Session {
  readonly id = 1;
  readonly address = '192.0.2.1';
  readonly isOpen = true;
  readonly hasPlace = false;
  readonly sent: ServerMessage[] = [];
  place: Place | undefined;
  closed = false;

  send(message: ServerMessage): void {
    this.sent.push(message);
  }
  sendText(text: string): void {
    this.sent.push(JSON.parse(text) as ServerMessage);
  }
  async identity(): Promise<undefined> {}
  wait(): void {}
  iceServers(): IceServers {
    return { servers: [] };
  }
  sendSignal(): void {}
  enter(place: Place): void {
    this.place = place;
  }
  seated(): void {}
  refuse(): void {}
  close(): void {
    this.closed = true;
  }
}

describe('a focus', () => {
  it('refuses a join that a defect broke, and logs the defect', async () => {
    const meetings = new TestMeetings({
      makeParticipantId: () => {
        throw new Error('a defect');
      },
    });
    const ann = await meetings.greeted();
    ann.join('Ann');
    await settle();
    expect(ann.errors).toEqual(['server/internal']);
    expect(meetings.logger.errors).toHaveLength(1);
    expect(meetings.conferences.count.conferences).toBe(0);
  });

  it('lets a session that was replaced do nothing with the seat any more', async () => {
    const meetings = new TestMeetings();
    const bo = await meetings.joined('Bo');
    const old = new StubbornSession();
    meetings.conferences.join(old, 'room', { displayName: 'Ann', rtpCapabilities: {}, p2p: false });
    await settle();
    const joined = old.sent[0];
    if (joined?.type !== 'joined') throw new Error('not joined');
    const { token, view, seq } = joined;
    const fresh = new StubbornSession();
    meetings.conferences.resume(fresh, 'room', { token, epoch: view.epoch, seq });
    expect(old.closed).toBe(true);
    const messages = old.sent.length;
    old.place?.command(commandId.parse('1'), { type: 'rename', displayName: 'Evil' });
    old.place?.media(1, { action: 'renew' });
    old.place?.lost();
    old.place?.leave('left');
    await settle();
    expect(old.sent).toHaveLength(messages);
    expect(bo.names).toEqual(['Bo', 'Ann']);
    expect(bo.view?.participants[1]?.connection).toBe('connected');
    fresh.place?.leave('left');
    await settle();
    expect(bo.names).toEqual(['Bo']);
  });
});
