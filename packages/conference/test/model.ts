import {
  LIMITS,
  incarnation,
  makeSourceId,
  participantId,
  sourceId,
  SOURCE_KINDS,
  type ParticipantId,
} from '@treff/protocol';
import fc from 'fast-check';
import {
  createConference,
  decide,
  evolve,
  type Actor,
  type Applicant,
  type ConferenceCommand,
  type ConferenceEvent,
  type ConferenceState,
} from '../src/index.ts';

/** Five possible people: few enough that random commands hit the same ones again and again. */
const PEOPLE: readonly ParticipantId[] = ['a0', 'b1', 'c2', 'd3', 'e4'].map((two) =>
  participantId.parse(two.repeat(4)),
);

export const EMPTY = createConference({ epoch: incarnation.parse('0'.repeat(32)), room: 'test', p2p: true });

const person: fc.Arbitrary<ParticipantId> = fc.constantFrom(...PEOPLE);

const mutable = fc.constantFrom('microphone' as const, 'camera' as const, 'screen' as const);

const source = fc.record({
  id: person,
  kind: fc.constantFrom(...SOURCE_KINDS),
  index: fc.integer({ min: 0, max: 4 }),
});

/** A source id as its owner would make it, now and then with the wrong letter. */
const anySourceId = fc.oneof(
  { weight: 9, arbitrary: source.map(({ id, kind, index }) => makeSourceId(id, kind, index)) },
  { weight: 1, arbitrary: person.map((id) => sourceId.parse(`${id}-v9999`)) },
);

/** Stands for the number of the move that is under way when the command is given. */
const CURRENT_MOVE = 0xffff;

/** A few of these fill a history. */
const longText = fc.integer({ min: 3_900, max: LIMITS.messageLength }).map((length) => 'x'.repeat(length));

const ADDRESSES = ['192.0.2.1', '192.0.2.2', undefined] as const;
const IDENTITIES = ['account:ann', 'account:ben'] as const;

/** Mostly somebody of whom nothing is known; now and then one with an account, a password, an invitation. */
const applicant: fc.Arbitrary<Applicant> = fc.record({
  identity: fc.option(
    fc.record({
      id: fc.constantFrom(...IDENTITIES),
      moderator: fc.constantFrom(undefined, undefined, true, false),
      named: fc.boolean(),
    }),
    { nil: undefined, freq: 3 },
  ),
  address: fc.constantFrom(...ADDRESSES),
  password: fc.constantFrom(undefined, { fits: undefined }, { fits: 'hash' }),
  invited: fc.constantFrom(
    undefined,
    undefined,
    undefined,
    undefined,
    'participant' as const,
    'moderator' as const,
  ),
  known: fc.constantFrom(undefined, undefined, undefined, true),
  knocks: fc.boolean(),
});
const leave = <Type extends 'allow-media' | 'disallow-media'>(type: Type) =>
  fc.record({ type: fc.constant(type), participant: person, kind: mutable });

const anyCommand: fc.Arbitrary<ConferenceCommand> = fc.oneof(
  fc.record({ type: fc.constant('set-password-hash' as const), hash: fc.constantFrom('hash', undefined) }),
  fc.record({ type: fc.constantFrom('set-lobby' as const, 'set-lock' as const), on: fc.boolean() }),
  fc.record({
    type: fc.constantFrom(
      'admit' as const,
      'reject' as const,
      'withdraw-knock' as const,
      'interrupt-knock' as const,
      'resume-knock' as const,
    ),
    knocker: person,
  }),
  fc.record({ type: fc.constant('admit-all' as const) }),
  fc.record({
    type: fc.constantFrom('send-lobby-message' as const, 'answer-in-lobby' as const),
    knocker: person,
    text: fc.string({ maxLength: 20, unit: 'binary' }),
  }),
  fc.record({
    type: fc.constant('join' as const),
    participant: person,
    displayName: fc.string({ maxLength: LIMITS.displayNameLength + 3, unit: 'binary' }),
    // Opting out is rare, or nobody would ever be connected directly.
    p2p: fc.nat(9).map((number) => number > 0),
    formerly: fc.option(person, { nil: undefined }),
    role: fc.constantFrom(undefined, undefined, undefined, 'participant' as const, 'moderator' as const),
    applicant,
  }),
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('media-ready' as const),
      move: fc.oneof(
        { weight: 9, arbitrary: fc.constant(CURRENT_MOVE) },
        { weight: 1, arbitrary: fc.nat(5) },
      ),
      ready: fc.nat(4).map((number) => number > 0),
    }),
  },
  fc.record({ type: fc.constant('allow-p2p' as const), allowed: fc.boolean() }),
  fc.record({
    type: fc.constant('leave' as const),
    participant: person,
    reason: fc.constantFrom('left' as const, 'closed' as const, 'timeout' as const, 'replaced' as const),
  }),
  fc.record({ type: fc.constant('grant-moderator' as const), participant: person }),
  fc.record({ type: fc.constant('revoke-moderator' as const), participant: person }),
  fc.record({ type: fc.constant('raise-hand' as const) }),
  fc.record({ type: fc.constant('lower-hand' as const), participant: person }),
  fc.record({ type: fc.constant('lower-all-hands' as const) }),
  fc.record({ type: fc.constant('mute-participant' as const), participant: person, kind: mutable }),
  fc.record({ type: fc.constant('mute-everyone' as const), kind: mutable }),
  fc.record({ type: fc.constant('ask-to-unmute' as const), participant: person }),
  fc.record({
    type: fc.constant('kick' as const),
    participant: person,
    reason: fc.string({ unit: 'binary' }),
  }),
  fc.record({ type: fc.constant('end-meeting' as const) }),
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('moderate-media' as const),
      kind: mutable,
      on: fc.nat(2).map((number) => number > 0),
    }),
  },
  { weight: 3, arbitrary: leave('allow-media') },
  leave('disallow-media'),
  fc.record({
    type: fc.constant('set-start-muted' as const),
    microphone: fc.boolean(),
    camera: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('set-subject' as const),
    subject: fc.string({ maxLength: LIMITS.subjectLength + 3, unit: 'binary' }),
  }),
  fc.record({ type: fc.constant('interrupt' as const), participant: person }),
  fc.record({ type: fc.constant('resume' as const), participant: person }),
  fc.record({ type: fc.constant('rename' as const), displayName: fc.string({ maxLength: 60 }) }),
  {
    weight: 3,
    arbitrary: fc.record(
      {
        type: fc.constant('send-message' as const),
        text: fc.oneof(fc.string({ maxLength: 20, unit: 'binary' }), longText),
        to: person,
      },
      { requiredKeys: ['type', 'text'] },
    ),
  },
  fc.record({ type: fc.constant('tick' as const) }),
  fc.record({
    type: fc.constant('add-source' as const),
    source: source.map(({ id, kind, index }) => ({
      id: makeSourceId(id, kind, index),
      kind,
      muted: index % 2 === 0,
    })),
  }),
  fc.record({ type: fc.constant('remove-source' as const), source: anySourceId }),
  fc.record({ type: fc.constant('mute-source' as const), source: anySourceId, muted: fc.boolean() }),
  { weight: 3, arbitrary: fc.record({ type: fc.constant('speaking' as const), participant: person }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('voice' as const), participant: person, heard: fc.boolean() }),
  },
);

/** Mostly the actor that the command is meant for, sometimes any. */
export const anyStep = fc
  .record({
    command: anyCommand,
    stranger: person,
    odd: fc.integer({ min: 0, max: 9 }),
    elapsed: fc.nat(20_000),
  })
  .map(({ command, stranger, odd, elapsed }) => ({
    command,
    actor: actorFor(command, stranger, odd),
    elapsed,
  }));

function actorFor(command: ConferenceCommand, stranger: ParticipantId, odd: number): Actor {
  if (odd === 0) return { kind: 'participant', id: stranger };
  switch (command.type) {
    case 'add-source':
      return { kind: 'participant', id: participantId.parse(command.source.id.slice(0, 8)) };
    case 'remove-source':
    case 'mute-source':
      return { kind: 'participant', id: participantId.parse(command.source.slice(0, 8)) };
    case 'rename':
    case 'allow-p2p':
    case 'media-ready':
    case 'send-message':
    case 'mute-participant':
    case 'mute-everyone':
    case 'ask-to-unmute':
    case 'kick':
    case 'end-meeting':
    case 'set-password-hash':
    case 'set-lobby':
    case 'set-lock':
    case 'admit':
    case 'admit-all':
    case 'reject':
    case 'send-lobby-message':
    case 'moderate-media':
    case 'allow-media':
    case 'disallow-media':
    case 'set-start-muted':
    case 'set-subject':
    case 'grant-moderator':
    case 'raise-hand':
    case 'lower-hand':
    case 'lower-all-hands':
    case 'revoke-moderator':
      return { kind: 'participant', id: stranger };
    default:
      return { kind: 'system' };
  }
}

export interface Taken {
  readonly before: ConferenceState;
  readonly event: ConferenceEvent;
  readonly after: ConferenceState;
}

/** Decides and evolves; the events with the states around each. A refusal takes nothing. */
export function take(
  state: ConferenceState,
  command: ConferenceCommand,
  actor: Actor,
  now: number,
): readonly Taken[] {
  const { move } = state.media.route;
  const given =
    command.type === 'media-ready' && command.move === CURRENT_MOVE ? { ...command, move } : command;
  const decision = decide(state, given, actor, { now });
  if (!decision.ok) return [];
  let before = state;
  return decision.events.map((event) => {
    const after = evolve(before, event);
    const step = { before, event, after };
    before = after;
    return step;
  });
}

/** The state after commands that must all be accepted. */
export function after(
  state: ConferenceState,
  ...commands: readonly [ConferenceCommand, Actor?][]
): ConferenceState {
  return commands.reduce((current, [command, actor = { kind: 'system' }]) => {
    const decision = decide(current, command, actor, { now: 0 });
    if (!decision.ok) throw new Error(`${command.type} was refused: ${decision.code}`);
    return decision.events.reduce(evolve, current);
  }, state);
}

export const as = (id: ParticipantId): Actor => ({ kind: 'participant', id });
