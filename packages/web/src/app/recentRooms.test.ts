import { describe, expect, it } from 'vitest';
import { withoutRoom, withRoom } from './recentRooms.ts';

describe('the recent rooms', () => {
  it('hold each room once, the latest first', () => {
    const rooms = withRoom(withRoom(withRoom([], 'tea', 1), 'cake', 2), 'tea', 3);
    expect(rooms).toEqual([
      { room: 'tea', at: 3 },
      { room: 'cake', at: 2 },
    ]);
  });

  it('forget the oldest beyond twelve', () => {
    let rooms = withRoom([], 'first', 0);
    for (let index = 1; index <= 12; index++) rooms = withRoom(rooms, `room${index}`, index);
    expect(rooms).toHaveLength(12);
    expect(rooms.some(({ room }) => room === 'first')).toBe(false);
  });

  it('forget one that is removed', () => {
    expect(withoutRoom(withRoom(withRoom([], 'tea', 1), 'cake', 2), 'tea')).toEqual([
      { room: 'cake', at: 2 },
    ]);
  });
});
