import { conferenceView, participantId, sourceId, type ViewEvent } from '@treff/protocol';
import { describe, expect, it } from 'vitest';
import { tidingsOf } from './tidings.ts';

const [me, ann, ben] = ['00000000', 'aaaaaaaa', 'bbbbbbbb'].map((id) => participantId.parse(id));
const person = (id: string | undefined, displayName: string) => ({
  id,
  displayName,
  role: 'participant',
  verified: false,
  connection: 'connected',
});
const view = conferenceView.parse({
  epoch: '0'.repeat(32),
  room: 'tea',
  self: me,
  route: { mode: 'bridge', move: 1, bridge: true },
  participants: [person(me, 'Me'), person(ann, 'Ann'), person(ben, 'Ben')],
  sources: [],
  speakers: [],
  hands: [],
  codecs: { camera: ['VP8'], screen: ['VP8'] },
  mediaModeration: [],
  startMuted: { microphone: false, camera: false },
  subject: '',
  access: { password: false, lobby: false, locked: false },
  knocking: [],
  messages: [],
});

function role(participant = me, value: 'moderator' | 'participant' = 'moderator', by = ann): ViewEvent {
  if (participant === undefined) throw new Error('nobody');
  return { type: 'participant-role', participant, role: value, by };
}

describe('tidings', () => {
  it('name who made one a moderator, and who took it back', () => {
    expect(tidingsOf(role(), view)).toEqual({
      text: 'tidings.nowModeratorBy',
      name: 'Ann',
      concernsSelf: true,
    });
    expect(tidingsOf(role(me, 'participant'), view)).toMatchObject({ text: 'tidings.noModeratorBy' });
  });

  it('tell of others by their names, and of oneself when the rules did it', () => {
    expect(tidingsOf(role(ben), view)).toEqual({
      text: 'tidings.becameModerator',
      name: 'Ben',
      concernsSelf: false,
    });
    if (me === undefined) throw new Error('nobody');
    expect(tidingsOf({ type: 'participant-role', participant: me, role: 'moderator' }, view)).toEqual({
      text: 'tidings.nowModerator',
      name: '',
      concernsSelf: true,
    });
  });

  it("tell of hands that others raise, and why one's own went down", () => {
    if (me === undefined || ann === undefined) throw new Error('nobody');
    const text = (event: ViewEvent) => tidingsOf(event, view)?.text;
    expect(text({ type: 'hand-raised', participant: ann })).toBe('tidings.handRaised');
    expect(text({ type: 'hand-raised', participant: me })).toBeUndefined();
    expect(text({ type: 'hand-lowered', participant: me })).toBe('tidings.handSpoken');
    expect(text({ type: 'hand-lowered', participant: me, by: ann })).toBe('tidings.handLoweredBy');
    expect(text({ type: 'hand-lowered', participant: me, by: me })).toBeUndefined();
    expect(text({ type: 'hand-lowered', participant: ann })).toBeUndefined();
  });

  it('name who muted or stopped what, once for a screen with its sound', () => {
    const [microphone, screen, sound] = [`${me}-a0`, `${me}-v1`, `${me}-a2`].map((id) => sourceId.parse(id));
    const sending = conferenceView.parse({
      ...view,
      sources: [
        { id: microphone, kind: 'microphone', muted: false, blocked: false },
        { id: screen, kind: 'screen', muted: false, blocked: false },
        { id: sound, kind: 'screenAudio', muted: false, blocked: false },
      ],
    });
    const told = [microphone, screen, sound].map((source) =>
      source === undefined || ann === undefined
        ? undefined
        : tidingsOf({ type: 'source-muted', source, muted: true, by: ann }, sending),
    );
    expect(told.map((one) => one?.text)).toEqual(['tidings.mutedBy', 'tidings.screenStoppedBy', undefined]);
    expect(told[0]).toMatchObject({ name: 'Ann', concernsSelf: true });
    if (microphone === undefined) throw new Error('none');
    expect(tidingsOf({ type: 'source-muted', source: microphone, muted: true }, sending)).toBeUndefined();
  });

  it('say who decided what people may switch on, and what it means for whoever was muted', () => {
    if (me === undefined || ann === undefined) throw new Error('nobody');
    const on: ViewEvent = { type: 'media-moderated', kind: 'microphone', on: true, by: ann };
    expect(tidingsOf(on, view)).toEqual({
      text: 'tidings.moderated.microphone',
      name: 'Ann',
      concernsSelf: true,
    });
    expect(tidingsOf({ ...on, on: false }, view)?.text).toBe('tidings.freed.microphone');
    expect(tidingsOf({ ...on, by: me }, view)).toBeUndefined();
    const taken = {
      type: 'media-allowed',
      kind: 'camera',
      participant: me,
      allowed: false,
      by: ann,
    } as const;
    expect(tidingsOf(taken, view)?.text).toBe('tidings.leaveTaken.camera');
    expect(tidingsOf({ ...taken, allowed: true }, view)).toBeUndefined();
    const source = sourceId.parse(`${me}-a0`);
    const moderated = conferenceView.parse({
      ...view,
      sources: [{ id: source, kind: 'microphone', muted: false, blocked: false }],
      mediaModeration: [{ kind: 'microphone', allowed: [] }],
    });
    const muted: ViewEvent = { type: 'source-muted', source, muted: true, by: ann };
    expect(tidingsOf(muted, moderated)?.text).toBe('tidings.heldBack.microphone');
  });

  it('tell of a new subject, and of one that is gone', () => {
    if (ann === undefined) throw new Error('nobody');
    const said = (subject: string) => tidingsOf({ type: 'subject-set', subject, by: ann }, view);
    expect(said('Harvest')).toMatchObject({ text: 'tidings.subject', name: 'Ann', subject: 'Harvest' });
    expect(said('')).toMatchObject({ text: 'tidings.noSubject', name: 'Ann' });
  });

  it('name who changed what the door asks for', () => {
    const open = { password: false, lobby: false, locked: false };
    const text = (access: Partial<typeof open>, before: Partial<typeof open> = {}, by = ann) => {
      const then = { ...view, access: { ...open, ...before } };
      const event = { type: 'access-changed', access: { ...open, ...access }, ...(by && { by }) } as const;
      return tidingsOf(event, then)?.text;
    };
    expect(text({ password: true })).toBe('tidings.passwordSet');
    expect(text({ password: true }, { password: true })).toBe('tidings.passwordSet');
    expect(text({}, { password: true })).toBe('tidings.passwordRemoved');
    expect(text({ password: true, lobby: true }, { password: true })).toBe('tidings.lobbyOn');
    expect(text({}, { lobby: true })).toBe('tidings.lobbyOff');
    expect(text({ locked: true })).toBe('tidings.locked');
    expect(text({}, { locked: true })).toBe('tidings.unlocked');
    expect(text({ locked: true }, {}, me)).toBeUndefined();
  });

  it('name who let whom in, and who did not', () => {
    const cem = participantId.parse('cccccccc');
    const waiting = conferenceView.parse({
      ...view,
      knocking: [{ id: cem, displayName: 'Cem', verified: false, connection: 'connected', messages: [] }],
    });
    const told = (outcome: 'admitted' | 'rejected' | 'withdrawn' | 'timeout', by = ann) =>
      tidingsOf({ type: 'knock-ended', knocker: cem, outcome, ...(by && { by }) }, waiting);
    expect(told('admitted')).toEqual({
      text: 'tidings.admitted',
      name: 'Ann',
      other: 'Cem',
      concernsSelf: false,
    });
    expect(told('rejected')).toMatchObject({ text: 'tidings.rejected', name: 'Ann', other: 'Cem' });
    expect(told('admitted', me)).toBeUndefined();
    expect(told('timeout')).toEqual({ text: 'tidings.stoppedWaiting', name: 'Cem', concernsSelf: false });
  });

  it('are silent about what one did oneself', () => {
    expect(tidingsOf(role(ben, 'moderator', me), view)).toBeUndefined();
  });
});
