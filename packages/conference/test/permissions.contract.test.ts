import { LIMITS, makeSourceId, participantId, type ErrorCode, type ParticipantId } from '@treff/protocol';
import { describe, expect, test } from 'vitest';
import { decide, type Actor, type ConferenceCommand, type ConferenceState } from '../src/index.ts';
import { PERMISSIONS } from '../src/permissions.ts';
import { EMPTY, after, as } from './model.ts';

const [ann, ben, cem, dan] = ['aaaaaaaa', 'bbbbbbbb', 'cccccccc', 'dddddddd'].map((id) =>
  participantId.parse(id),
) as [ParticipantId, ParticipantId, ParticipantId, ParticipantId];
const camera = makeSourceId(ann, 'camera', 0);

const join = (id: ParticipantId): [ConferenceCommand] => [
  { type: 'join', participant: id, displayName: '', p2p: true },
];
const alone = after(EMPTY, join(ann), [
  { type: 'add-source', source: { id: camera, kind: 'camera', muted: false } },
  as(ann),
]);
const two = after(alone, join(ben));
const interrupted = after(two, [{ type: 'interrupt', participant: ann }]);
/** Ben moderates too. */
const both = after(two, [{ type: 'grant-moderator', participant: ben }, as(ann)]);
/** Ben's camera, which he muted, and may not unmute. */
const bensCamera = makeSourceId(ben, 'camera', 0);
const moderated = after(
  two,
  [{ type: 'add-source', source: { id: bensCamera, kind: 'camera', muted: true } }, as(ben)],
  [{ type: 'moderate-media', kind: 'camera', on: true }, as(ann)],
);
const full = Array.from({ length: LIMITS.participants - 2 }, (_, index) =>
  participantId.parse((0x10000000 + index).toString(16)),
).reduce((state, id) => after(state, join(id)), two);

/** Outside somebody needs the password. */
const password = after(two, [{ type: 'set-password-hash', hash: 'hash' }, as(ann)]);
/** Dan waits to be let in. */
const lobby = after(
  two,
  [{ type: 'set-lobby', on: true }, as(ann)],
  [{ type: 'join', participant: dan, displayName: 'Dan', p2p: true, applicant: { knocks: true } }],
);
const locked = after(two, [{ type: 'set-lock', on: true }, as(ann)]);

const STATES = {
  empty: EMPTY,
  alone,
  two,
  both,
  moderated,
  interrupted,
  full,
  password,
  lobby,
  locked,
} satisfies Record<string, ConferenceState>;

/** Ann owns the camera and moderates, Ben sits beside her (but not in `empty` and `alone`) with one of his own in `moderated`, Cem has no seat, Dan knocks in `lobby`. */
const ACTORS = {
  system: { kind: 'system' },
  ann: as(ann),
  ben: as(ben),
  cem: as(cem),
} satisfies Record<string, Actor>;

const COMMANDS = {
  join: { type: 'join', participant: cem, displayName: 'Cem', p2p: true },
  leave: { type: 'leave', participant: ann, reason: 'left' },
  interrupt: { type: 'interrupt', participant: ann },
  resume: { type: 'resume', participant: ann },
  tick: { type: 'tick' },
  speaking: { type: 'speaking', participant: ann },
  voice: { type: 'voice', participant: ann, heard: true },
  rename: { type: 'rename', displayName: 'New' },
  'allow-p2p': { type: 'allow-p2p', allowed: false },
  'media-ready': { type: 'media-ready', move: 1, ready: true },
  'send-message': { type: 'send-message', text: 'Hello' },
  'grant-moderator': { type: 'grant-moderator', participant: ben },
  'revoke-moderator': { type: 'revoke-moderator', participant: ann },
  'raise-hand': { type: 'raise-hand' },
  'lower-hand': { type: 'lower-hand', participant: ann },
  'lower-all-hands': { type: 'lower-all-hands' },
  'mute-participant': { type: 'mute-participant', participant: ben, kind: 'camera' },
  'mute-everyone': { type: 'mute-everyone', kind: 'microphone' },
  'ask-to-unmute': { type: 'ask-to-unmute', participant: ben },
  kick: { type: 'kick', participant: ben, reason: 'noise' },
  'end-meeting': { type: 'end-meeting' },
  'set-password-hash': { type: 'set-password-hash', hash: 'another' },
  'set-lobby': { type: 'set-lobby', on: false },
  'set-lock': { type: 'set-lock', on: false },
  admit: { type: 'admit', knocker: dan },
  'admit-all': { type: 'admit-all' },
  reject: { type: 'reject', knocker: dan },
  'send-lobby-message': { type: 'send-lobby-message', knocker: dan, text: 'Who are you?' },
  'answer-in-lobby': { type: 'answer-in-lobby', knocker: dan, text: 'Dan' },
  'withdraw-knock': { type: 'withdraw-knock', knocker: dan },
  'interrupt-knock': { type: 'interrupt-knock', knocker: dan },
  'resume-knock': { type: 'resume-knock', knocker: dan },
  'moderate-media': { type: 'moderate-media', kind: 'microphone', on: true },
  'allow-media': { type: 'allow-media', participant: ben, kind: 'camera' },
  'disallow-media': { type: 'disallow-media', participant: ben, kind: 'camera' },
  'set-start-muted': { type: 'set-start-muted', microphone: true, camera: false },
  'set-subject': { type: 'set-subject', subject: 'Harvest' },
  'add-source': {
    type: 'add-source',
    source: { id: makeSourceId(ann, 'microphone', 0), kind: 'microphone', muted: true },
  },
  'remove-source': { type: 'remove-source', source: camera },
  'mute-source': { type: 'mute-source', source: camera, muted: true },
} satisfies { readonly [Type in ConferenceCommand['type']]: Extract<ConferenceCommand, { type: Type }> };

type Outcome = 'ok' | ErrorCode;
type Row = Record<keyof typeof ACTORS, Outcome>;

const seatless = 'participant/unknown';
const denied = 'permission/denied';
/** What only the shell may do, once somebody is there to be refused. */
const shell = (system: Outcome): Row => ({ system, ann: denied, ben: denied, cem: seatless });
const shellAlone = (system: Outcome): Row => ({ system, ann: denied, ben: seatless, cem: seatless });
/** What only moderators may do. */
const moderators = (ann: Outcome, ben: Outcome = denied): Row => ({
  system: denied,
  ann,
  ben,
  cem: seatless,
});
/** What everybody may do who has a seat. */
const seated = (ben: Outcome = 'ok'): Row => ({ system: denied, ann: 'ok', ben, cem: seatless });
const nobody = (system: Outcome): Row => ({ system, ann: seatless, ben: seatless, cem: seatless });

/** What everybody may do whenever they have a seat. */
const FREELY: Record<keyof typeof STATES, Row> = {
  empty: nobody(denied),
  alone: seated(seatless),
  two: seated(),
  both: seated(),
  moderated: seated(),
  interrupted: seated(),
  full: seated(),
  password: seated(),
  lobby: seated(),
  locked: seated(),
};

/** What moderators do whenever there are any. */
const MODERATED: Record<keyof typeof STATES, Row> = {
  empty: nobody(denied),
  alone: moderators('ok', seatless),
  two: moderators('ok'),
  both: moderators('ok', 'ok'),
  interrupted: moderators('ok'),
  full: moderators('ok'),
  password: moderators('ok'),
  lobby: moderators('ok'),
  locked: moderators('ok'),
  moderated: moderators('ok'),
};

/** What moderators do about somebody who may not be there. */
const ABOUT_BEN: Record<keyof typeof STATES, Row> = {
  empty: nobody(denied),
  alone: moderators('participant/unknown', seatless),
  two: moderators('ok'),
  both: moderators('ok', 'ok'),
  moderated: moderators('ok'),
  interrupted: moderators('ok'),
  full: moderators('ok'),
  password: moderators('ok'),
  lobby: moderators('ok'),
  locked: moderators('ok'),
};

/** What the shell tells of somebody who has a seat, or has none. */
const OF_A_SEAT: Record<keyof typeof STATES, Row> = {
  empty: nobody(seatless),
  alone: shellAlone('ok'),
  two: shell('ok'),
  both: shell('ok'),
  moderated: shell('ok'),
  interrupted: shell('ok'),
  full: shell('ok'),
  password: shell('ok'),
  lobby: shell('ok'),
  locked: shell('ok'),
};

const absent = 'lobby/unknown';

/** What moderators do about somebody who waits. */
const ABOUT_DAN: Record<keyof typeof STATES, Row> = {
  empty: nobody(denied),
  alone: moderators(absent, seatless),
  two: moderators(absent),
  both: moderators(absent, absent),
  interrupted: moderators(absent),
  full: moderators(absent),
  password: moderators(absent),
  lobby: moderators('ok'),
  locked: moderators(absent),
  moderated: moderators(absent),
};

/** What somebody who waits does, of which the shell alone tells. */
const BY_DAN: Record<keyof typeof STATES, Row> = {
  empty: nobody(absent),
  alone: shellAlone(absent),
  two: shell(absent),
  both: shell(absent),
  interrupted: shell(absent),
  full: shell(absent),
  password: shell(absent),
  lobby: shell('ok'),
  locked: shell(absent),
  moderated: shell(absent),
};

/** The policy, cell by cell. A missing command, state or actor does not compile. */
const TABLE: Record<keyof typeof COMMANDS, Record<keyof typeof STATES, Row>> = {
  join: {
    empty: nobody('ok'),
    alone: shellAlone('ok'),
    two: shell('ok'),
    both: shell('ok'),
    moderated: shell('ok'),
    interrupted: shell('ok'),
    full: shell('room/full'),
    password: shell('room/password-required'),
    lobby: shell('room/knock-required'),
    locked: shell('room/locked'),
  },
  leave: OF_A_SEAT,
  interrupt: OF_A_SEAT,
  resume: OF_A_SEAT,
  tick: {
    empty: nobody('ok'),
    alone: shellAlone('ok'),
    two: shell('ok'),
    both: shell('ok'),
    moderated: shell('ok'),
    interrupted: shell('ok'),
    full: shell('ok'),
    password: shell('ok'),
    lobby: shell('ok'),
    locked: shell('ok'),
  },
  speaking: OF_A_SEAT,
  voice: OF_A_SEAT,
  rename: FREELY,
  'allow-p2p': FREELY,
  'media-ready': FREELY,
  'send-message': FREELY,
  'grant-moderator': ABOUT_BEN,
  'revoke-moderator': {
    empty: nobody(denied),
    alone: moderators('role/last-moderator', seatless),
    two: moderators('role/last-moderator'),
    both: moderators('ok', 'ok'),
    moderated: moderators('role/last-moderator'),
    interrupted: moderators('role/last-moderator'),
    full: moderators('role/last-moderator'),
    password: moderators('role/last-moderator'),
    lobby: moderators('role/last-moderator'),
    locked: moderators('role/last-moderator'),
  },
  'raise-hand': FREELY,
  'lower-hand': {
    empty: nobody(denied),
    alone: seated(seatless),
    two: seated(denied),
    both: seated(),
    moderated: seated(denied),
    interrupted: seated(denied),
    full: seated(denied),
    password: seated(denied),
    lobby: seated(denied),
    locked: seated(denied),
  },
  'lower-all-hands': MODERATED,
  'mute-participant': ABOUT_BEN,
  'mute-everyone': MODERATED,
  'ask-to-unmute': ABOUT_BEN,
  kick: {
    empty: nobody(denied),
    alone: moderators('participant/unknown', seatless),
    two: moderators('ok'),
    both: moderators('ok', denied),
    moderated: moderators('ok'),
    interrupted: moderators('ok'),
    full: moderators('ok'),
    password: moderators('ok'),
    lobby: moderators('ok'),
    locked: moderators('ok'),
  },
  'end-meeting': MODERATED,
  'moderate-media': MODERATED,
  'allow-media': ABOUT_BEN,
  'disallow-media': {
    empty: nobody(denied),
    alone: moderators('participant/unknown', seatless),
    two: moderators('ok'),
    both: moderators(denied, denied),
    moderated: moderators('ok'),
    interrupted: moderators('ok'),
    full: moderators('ok'),
    password: moderators('ok'),
    lobby: moderators('ok'),
    locked: moderators('ok'),
  },
  'set-start-muted': MODERATED,
  'set-subject': MODERATED,
  'set-password-hash': MODERATED,
  'set-lobby': MODERATED,
  'set-lock': MODERATED,
  admit: ABOUT_DAN,
  'admit-all': MODERATED,
  reject: ABOUT_DAN,
  'send-lobby-message': ABOUT_DAN,
  'answer-in-lobby': BY_DAN,
  'withdraw-knock': BY_DAN,
  'interrupt-knock': BY_DAN,
  'resume-knock': BY_DAN,
  'add-source': {
    empty: nobody(denied),
    alone: { system: denied, ann: 'ok', ben: seatless, cem: seatless },
    two: { system: denied, ann: 'ok', ben: 'source/invalid-id', cem: seatless },
    both: { system: denied, ann: 'ok', ben: 'source/invalid-id', cem: seatless },
    moderated: { system: denied, ann: 'ok', ben: 'source/invalid-id', cem: seatless },
    interrupted: { system: denied, ann: 'ok', ben: 'source/invalid-id', cem: seatless },
    full: { system: denied, ann: 'ok', ben: 'source/invalid-id', cem: seatless },
    password: { system: denied, ann: 'ok', ben: 'source/invalid-id', cem: seatless },
    lobby: { system: denied, ann: 'ok', ben: 'source/invalid-id', cem: seatless },
    locked: { system: denied, ann: 'ok', ben: 'source/invalid-id', cem: seatless },
  },
  'remove-source': {
    empty: nobody('source/unknown'),
    alone: { system: 'ok', ann: 'ok', ben: seatless, cem: seatless },
    two: { system: 'ok', ann: 'ok', ben: denied, cem: seatless },
    both: { system: 'ok', ann: 'ok', ben: denied, cem: seatless },
    moderated: { system: 'ok', ann: 'ok', ben: denied, cem: seatless },
    interrupted: { system: 'ok', ann: 'ok', ben: denied, cem: seatless },
    full: { system: 'ok', ann: 'ok', ben: denied, cem: seatless },
    password: { system: 'ok', ann: 'ok', ben: denied, cem: seatless },
    lobby: { system: 'ok', ann: 'ok', ben: denied, cem: seatless },
    locked: { system: 'ok', ann: 'ok', ben: denied, cem: seatless },
  },
  'mute-source': {
    empty: nobody(denied),
    alone: { system: denied, ann: 'ok', ben: seatless, cem: seatless },
    two: { system: denied, ann: 'ok', ben: denied, cem: seatless },
    both: { system: denied, ann: 'ok', ben: denied, cem: seatless },
    moderated: { system: denied, ann: 'ok', ben: denied, cem: seatless },
    interrupted: { system: denied, ann: 'ok', ben: denied, cem: seatless },
    full: { system: denied, ann: 'ok', ben: denied, cem: seatless },
    password: { system: denied, ann: 'ok', ben: denied, cem: seatless },
    lobby: { system: denied, ann: 'ok', ben: denied, cem: seatless },
    locked: { system: denied, ann: 'ok', ben: denied, cem: seatless },
  },
};

describe('every command, by every actor, in every state of the conference', () => {
  for (const [type, command] of typedEntries(COMMANDS))
    for (const [name, state] of typedEntries(STATES))
      for (const [who, actor] of typedEntries(ACTORS)) {
        const expected = TABLE[type][name][who];
        test(`${type} by ${who} when ${name}: ${expected}`, () => {
          const decision = decide(state, command, actor, { now: 0 });
          expect(decision.ok ? 'ok' : decision.code).toBe(expected);
        });
      }

  const unmuting = { system: denied, ann: denied, ben: 'moderation/blocked', cem: seatless } satisfies Row;
  for (const [who, actor] of typedEntries(ACTORS))
    test(`unmuting what is blocked by ${who}: ${unmuting[who]}`, () => {
      const command = { type: 'mute-source', source: bensCamera, muted: false } as const;
      const decision = decide(moderated, command, actor, { now: 0 });
      expect(decision).toEqual({ ok: false, code: unmuting[who] });
    });

  test('the table names every command that has a permission', () => {
    expect(Object.keys(TABLE).toSorted()).toEqual(Object.keys(PERMISSIONS).toSorted());
  });
});

function typedEntries<Key extends string, Value>(record: Readonly<Record<Key, Value>>): [Key, Value][] {
  return Object.entries(record) as [Key, Value][];
}
