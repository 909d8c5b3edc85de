import { participantId } from '@treff/protocol';
import { describe, expect, it } from 'vitest';
import type { Person } from '../people.ts';
import { actionsOn, commandOf } from './personActions.ts';

const person = (over: Partial<Person> = {}): Person => ({
  id: participantId.parse('aaaaaaaa'),
  displayName: 'Ann',
  isLocal: false,
  role: 'participant',
  hand: undefined,
  interrupted: false,
  silent: false,
  camera: undefined,
  cameraOn: false,
  sharing: false,
  picture: undefined,
  withheld: undefined,
  blocked: [],
  allowed: [],
  ...over,
});

describe('what is offered', () => {
  it('is nothing to who does not moderate', () => {
    expect(actionsOn(person(), { role: 'participant', moderators: 1 })).toEqual([]);
    expect(actionsOn(person({ isLocal: true }), { role: 'participant', moderators: 2 })).toEqual([]);
  });

  it('gives a moderator the rights of others in hand', () => {
    const viewpoint = { role: 'moderator', moderators: 2 } as const;
    expect(actionsOn(person(), viewpoint)).toContain('grantModerator');
    expect(actionsOn(person({ role: 'moderator' }), viewpoint)).toContain('revokeModerator');
  });

  it('stops what is heard and seen, and asks for what is not: nobody switches it on', () => {
    const viewpoint = { role: 'moderator', moderators: 1 } as const;
    const loud = actionsOn(person({ cameraOn: true, sharing: true }), viewpoint);
    expect(loud).toEqual(['mute', 'stopCamera', 'stopScreen', 'grantModerator', 'kick']);
    expect(actionsOn(person({ silent: true }), viewpoint)).toEqual(['askToUnmute', 'grantModerator', 'kick']);
  });

  it('allows what is moderated or takes it back, and asks nobody for what they may not do', () => {
    const viewpoint = { role: 'moderator', moderators: 1 } as const;
    const guest = person({ silent: true, blocked: ['microphone'], allowed: ['camera'] });
    expect(actionsOn(guest, viewpoint)).toEqual([
      'allow.microphone',
      'forbid.camera',
      'grantModerator',
      'kick',
    ]);
    const { id } = guest;
    expect([commandOf('allow.microphone', guest), commandOf('forbid.camera', guest)]).toEqual([
      { type: 'allow-media', participant: id, kind: 'microphone' },
      { type: 'disallow-media', participant: id, kind: 'camera' },
    ]);
    // Who spoke before it began can still be stopped.
    expect(actionsOn(person({ blocked: ['microphone'] }), viewpoint)).toContain('mute');
  });

  it('lowers a hand that is up', () => {
    const viewpoint = { role: 'moderator', moderators: 1 } as const;
    expect(actionsOn(person({ hand: 1 }), viewpoint)).toContain('lowerHand');
    expect(actionsOn(person(), viewpoint)).not.toContain('lowerHand');
  });

  it('lets nobody give up what nobody else has', () => {
    const self = person({ isLocal: true, role: 'moderator' });
    expect(actionsOn(self, { role: 'moderator', moderators: 2 })).toEqual(['giveUpModerator']);
    expect(actionsOn(self, { role: 'moderator', moderators: 1 })).toEqual([]);
  });
});
