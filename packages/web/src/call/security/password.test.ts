import type { Meeting } from '@treff/client/media';
import { conferenceView, participantId, type ConferenceView, type ViewEvent } from '@treff/protocol';
import { describe, expect, it } from 'vitest';
import { ownPassword, rememberOwnPassword } from './ownPassword.ts';
import { isFit, longestPassword } from './password.ts';

const OPEN = { password: false, lobby: false, locked: false };

describe('a password', () => {
  it('is anything that is seen, up to its length', () => {
    expect(isFit('grün & blau', OPEN)).toBe(true);
    expect(isFit('   ', OPEN)).toBe(false);
    expect(isFit('x'.repeat(65), OPEN)).toBe(false);
    expect(longestPassword(OPEN)).toBe(64);
  });

  it('is so many digits and nothing else where the operator wants that', () => {
    const digits = { ...OPEN, passwordDigits: 4 };
    expect(['1234', '0000'].every((one) => isFit(one, digits))).toBe(true);
    expect(['123', '12345', '12 4', '١٢٣٤', 'abcd'].some((one) => isFit(one, digits))).toBe(false);
    expect(longestPassword(digits)).toBe(4);
  });
});

describe('the password that one has set oneself', () => {
  const [me, ann] = ['00000000', 'aaaaaaaa'].map((id) => participantId.parse(id));
  const view = conferenceView.parse({
    epoch: '0'.repeat(32),
    room: 'tea',
    self: me,
    route: { mode: 'none', move: 0, bridge: false },
    participants: [],
    sources: [],
    speakers: [],
    hands: [],
    access: { ...OPEN, password: true },
    knocking: [],
    codecs: { camera: ['VP8'], screen: ['VP8'] },
    mediaModeration: [],
    startMuted: { microphone: false, camera: false },
    subject: '',
    messages: [],
  });

  function fakeMeeting() {
    const listeners = new Set<(event: ViewEvent, before: ConferenceView) => void>();
    const meeting = {
      listen(listener: (event: ViewEvent, before: ConferenceView) => void) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    } as unknown as Meeting;
    const happens = (access: ConferenceView['access'], by = ann) => {
      for (const listener of listeners)
        listener({ type: 'access-changed', access, ...(by !== undefined && { by }) }, view);
    };
    return { meeting, happens, listeners };
  }

  it('can be seen again, whatever else changes', () => {
    const { meeting, happens } = fakeMeeting();
    rememberOwnPassword(meeting, 's3cret');
    happens({ ...view.access, lobby: true });
    happens({ ...view.access, locked: true });
    happens(view.access, me);
    expect(ownPassword(meeting)).toBe('s3cret');
  });

  it('is forgotten when somebody else sets another one', () => {
    const { meeting, happens, listeners } = fakeMeeting();
    rememberOwnPassword(meeting, 's3cret');
    happens(view.access);
    expect(ownPassword(meeting)).toBeUndefined();
    expect(listeners.size).toBe(0);
  });

  it('is forgotten when there is none any more', () => {
    const { meeting, happens } = fakeMeeting();
    rememberOwnPassword(meeting, 's3cret');
    happens(OPEN);
    expect(ownPassword(meeting)).toBeUndefined();
    rememberOwnPassword(meeting, 'a');
    rememberOwnPassword(meeting, 'b');
    expect(ownPassword(meeting)).toBe('b');
    rememberOwnPassword(meeting, undefined);
    expect(ownPassword(meeting)).toBeUndefined();
  });
});
