import type { Meeting, MeetingPhase, MeetingState, Ticket } from '@treff/client/media';
import { conferenceView, incarnation, LIMITS, participantId, type Role } from '@treff/protocol';
import { beforeEach, describe, expect, it, vi } from 'vitest';

const SELF = participantId.parse('aaaaaaaa');
const EPOCH = incarnation.parse('0'.repeat(32));
const JOINED: MeetingPhase = { name: 'joined', session: 'connected', media: 'connected' };
const NOW = 1_790_000_000_000;

/** The part of a meeting that tells of one's role. */
function fakeMeeting() {
  const listeners = new Set<() => void>();
  let state: Pick<MeetingState, 'phase' | 'conference'> = {
    phase: { name: 'prejoin' },
    conference: undefined,
  };
  const meeting = {
    ticket: undefined as Ticket | undefined,
    getState: () => state,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return {
    meeting: meeting as unknown as Meeting,
    is(role: Role, token: string) {
      meeting.ticket = { token, epoch: EPOCH, self: SELF, sources: 0 };
      const participants = [{ id: SELF, displayName: '', role, verified: false, connection: 'connected' }];
      const route = { mode: 'none', move: 0, bridge: false };
      const conference = conferenceView.parse({
        epoch: EPOCH,
        room: 'tea',
        self: SELF,
        route,
        participants,
        sources: [],
        speakers: [],
        hands: [],
        access: { password: false, lobby: false, locked: false },
        knocking: [],
        codecs: { camera: ['VP8'], screen: ['VP8'] },
        mediaModeration: [],
        startMuted: { microphone: false, camera: false },
        subject: '',
        messages: [],
      });
      state = { phase: JOINED, conference };
      for (const listener of listeners) listener();
    },
    /** `keeps`: the person may come back. */
    ends(phase: MeetingPhase, keeps: boolean) {
      if (!keeps) meeting.ticket = undefined;
      state = { phase, conference: undefined };
      for (const listener of listeners) listener();
    },
  };
}

/** As another load of the page has it. */
async function load() {
  vi.resetModules();
  return import('./moderatorTicket.ts');
}

beforeEach(() => {
  const values = new Map<string, string>();
  vi.stubGlobal('window', {
    localStorage: {
      getItem: (key: string) => values.get(key) ?? null,
      setItem: (key: string, value: string) => void values.set(key, value),
    },
  });
});

describe('the ticket of a moderator', () => {
  it('is there after a reload, the latest one, for its room and one day', async () => {
    const { keepModeratorTicket } = await load();
    const { meeting, is } = fakeMeeting();
    keepModeratorTicket(meeting, 'tea', () => NOW);
    is('moderator', 'one');
    is('moderator', 'two');
    const { moderatorTicket } = await load();
    expect(moderatorTicket('tea', NOW)?.token).toBe('two');
    expect(moderatorTicket('coffee', NOW)).toBeUndefined();
    expect(moderatorTicket('tea', NOW + LIMITS.restoreMs)).toBeUndefined();
  });

  it('is not kept of others, and goes with the role', async () => {
    const { keepModeratorTicket, moderatorTicket } = await load();
    const { meeting, is } = fakeMeeting();
    keepModeratorTicket(meeting, 'tea', () => NOW);
    is('participant', 'one');
    expect(moderatorTicket('tea', NOW)).toBeUndefined();
    is('moderator', 'two');
    is('participant', 'three');
    expect(moderatorTicket('tea', NOW)).toBeUndefined();
  });

  it('goes when its person leaves, and stays when the page goes or the network fails', async () => {
    const { keepModeratorTicket, moderatorTicket } = await load();
    const { meeting, is, ends } = fakeMeeting();
    keepModeratorTicket(meeting, 'tea', () => NOW);
    is('moderator', 'one');
    ends({ name: 'failed', code: 'network/unreachable', retryAfterMs: undefined }, true);
    expect(moderatorTicket('tea', NOW)).toBeDefined();
    is('moderator', 'two');
    ends({ name: 'left' }, true);
    expect(moderatorTicket('tea', NOW)?.token).toBe('two');
    ends({ name: 'left' }, false);
    expect(moderatorTicket('tea', NOW)).toBeUndefined();
  });

  it('of another tab is not touched by one that never moderated', async () => {
    const { keepModeratorTicket, moderatorTicket } = await load();
    const [first, second] = [fakeMeeting(), fakeMeeting()];
    keepModeratorTicket(first.meeting, 'tea', () => NOW);
    keepModeratorTicket(second.meeting, 'tea', () => NOW);
    first.is('moderator', 'one');
    second.is('participant', 'two');
    second.ends({ name: 'left' }, false);
    expect(moderatorTicket('tea', NOW)?.token).toBe('one');
  });
});
