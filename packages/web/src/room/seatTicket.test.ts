import type { Meeting, MeetingPhase, Ticket } from '@treff/client/media';
import { incarnation, LIMITS, participantId } from '@treff/protocol';
import { beforeEach, describe, expect, it, vi } from 'vitest';

const SELF = participantId.parse('aaaaaaaa');
const EPOCH = incarnation.parse('0'.repeat(32));
const JOINED: MeetingPhase = { name: 'joined', session: 'connected', media: 'connected' };
const NOW = 1_790_000_000_000;

function fakeMeeting() {
  const listeners = new Set<() => void>();
  let phase: MeetingPhase = { name: 'prejoin' };
  const meeting = {
    ticket: undefined as Ticket | undefined,
    getState: () => ({ phase }),
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  function change(next: MeetingPhase) {
    phase = next;
    for (const listener of listeners) listener();
  }
  return {
    meeting: meeting as unknown as Meeting,
    sits(token: string) {
      meeting.ticket = { token, epoch: EPOCH, self: SELF, sources: 0 };
      change(JOINED);
    },
    /** `keeps`: the person may come back. */
    ends(next: MeetingPhase, keeps: boolean) {
      if (!keeps) meeting.ticket = undefined;
      change(next);
    },
  };
}

/** The browser's Web Locks, whose holders are pages. */
function fakeLocks() {
  const held = new Set<string>();
  return {
    held,
    request: async (name: string, { signal }: LockOptions, hold: () => Promise<never>) => {
      if (!held.has(name)) {
        held.add(name);
        return hold();
      }
      return new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(new DOMException('late', 'AbortError')));
      });
    },
  };
}

let locks: ReturnType<typeof fakeLocks>;

/** As another load of the page has it. A page that was loaded again has given its locks back; a duplicated one has not. */
async function load(kind: 'again' | 'duplicated') {
  if (kind === 'again') locks.held.clear();
  vi.resetModules();
  return import('./seatTicket.ts');
}

beforeEach(() => {
  const values = new Map<string, string>();
  locks = fakeLocks();
  vi.stubGlobal('navigator', { locks });
  vi.stubGlobal('window', {
    sessionStorage: {
      getItem: (key: string) => values.get(key) ?? null,
      setItem: (key: string, value: string) => void values.set(key, value),
    },
  });
});

describe('the ticket of a seat', () => {
  it('is there after a reload of the tab, the latest one, for its room and one day', async () => {
    const { keepSeatTicket } = await load('again');
    const { meeting, sits } = fakeMeeting();
    keepSeatTicket(meeting, 'tea', () => NOW);
    sits('one');
    sits('two');
    const { hasSeatTicket, takeSeatTicket } = await load('again');
    expect([hasSeatTicket('tea', NOW), hasSeatTicket('coffee', NOW)]).toEqual([true, false]);
    expect(hasSeatTicket('tea', NOW + LIMITS.restoreMs)).toBe(false);
    expect((await takeSeatTicket('tea', NOW))?.token).toBe('two');
    expect(await takeSeatTicket('coffee', NOW)).toBeUndefined();
  });

  it('is not for a tab that was duplicated while somebody sits there', async () => {
    const { keepSeatTicket } = await load('again');
    const { meeting, sits } = fakeMeeting();
    keepSeatTicket(meeting, 'tea', () => NOW);
    sits('one');
    const { hasSeatTicket, takeSeatTicket } = await load('duplicated');
    expect(await takeSeatTicket('tea', NOW)).toBeUndefined();
    expect(hasSeatTicket('tea', NOW)).toBe(false);
  });

  it('goes when its person leaves or is removed, and stays when the page goes or the network fails', async () => {
    const { hasSeatTicket, keepSeatTicket } = await load('again');
    const { meeting, sits, ends } = fakeMeeting();
    keepSeatTicket(meeting, 'tea', () => NOW);
    sits('one');
    ends({ name: 'failed', code: 'network/unreachable', retryAfterMs: undefined }, true);
    expect(hasSeatTicket('tea', NOW)).toBe(true);
    sits('two');
    ends({ name: 'left' }, true);
    expect(hasSeatTicket('tea', NOW)).toBe(true);
    ends({ name: 'failed', code: 'session/kicked', retryAfterMs: undefined }, false);
    expect(hasSeatTicket('tea', NOW)).toBe(false);
  });
});
