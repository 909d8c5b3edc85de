import { participantId, type ParticipantView } from '@treff/protocol';
import { describe, expect, it } from 'vitest';
import { presenceOf, trafficBetween } from './arrivals.ts';

const person = (digit: string, displayName: string): ParticipantView => ({
  id: participantId.parse(digit.repeat(8)),
  displayName,
  role: 'participant',
  verified: false,
  connection: 'connected',
});
const self = person('0', 'Me');
const ann = person('1', 'Ann');
const ben = person('2', 'Ben');
const presence = (...people: ParticipantView[]) => presenceOf([self, ...people], self.id);

describe('who came and went', () => {
  it('is everybody who is new and everybody who is gone', () => {
    expect(trafficBetween(presence(ann), presence(ben))).toEqual({ joined: ['Ben'], left: ['Ann'] });
  });

  it('is nobody when nothing changed, and never oneself', () => {
    expect(trafficBetween(presence(ann), presence({ ...ann, displayName: 'Anna' }))).toEqual({
      joined: [],
      left: [],
    });
    expect(trafficBetween(new Map(), presence())).toEqual({ joined: [], left: [] });
  });
});
