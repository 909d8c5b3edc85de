import { applyViewEvent } from '@treff/conference';
import {
  incarnation,
  makeSourceId,
  participantId,
  type ConferenceView,
  type ParticipantId,
  type ServerMessage,
  type ViewEvent,
} from '@treff/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FakeClock } from '../../test/fake-clock.ts';
import { FakeNetwork } from '../../test/fake-network.ts';
import { joined, SELF, view, welcome } from '../../test/meeting-messages.ts';
import { Session } from './session.ts';

/** A server with one seat, as simple as it can be: everything it ever said, numbered, and what the seat would see. */
class ModelServer {
  truth: ConferenceView = view();
  seq = 0;
  /** Messages that a resume may still ask for; an overflow empties it. */
  outbox: (ServerMessage & { seq: number })[] = [];
  #answered = new Set<string>();
  #rotation = 0;
  #lives = 0;

  happen(event: ViewEvent): ServerMessage {
    this.truth = applyViewEvent(this.truth, event);
    return this.#number({ type: 'event', seq: ++this.seq, event });
  }

  overflow(): void {
    this.outbox = [];
  }

  /** It forgets everything but the key of its tokens. */
  restart(): void {
    this.truth = view({ epoch: incarnation.parse((++this.#lives).toString(16).padStart(32, '0')) });
    this.seq = 0;
    this.outbox = [];
    this.#answered.clear();
  }

  /** What it says to messages of the client. */
  answer(message: ReturnType<FakeNetwork['last']['take']>[number]): ServerMessage[] {
    switch (message.type) {
      case 'hello':
        return [welcome];
      case 'join':
        return [joined({ seq: this.seq, view: this.truth, token: `token-${++this.#rotation}` })];
      case 'resume': {
        if (message.epoch !== this.truth.epoch)
          return [{ type: 'error', code: 'session/resume-refused', fatal: false }];
        const rest = this.outbox.filter((entry) => entry.seq > message.seq);
        const complete = rest.length === this.seq - message.seq;
        const resumed: ServerMessage = { type: 'resumed', token: `token-${++this.#rotation}` };
        return complete
          ? [resumed, ...rest]
          : [resumed, { type: 'snapshot', seq: this.seq, view: this.truth }];
      }
      case 'command': {
        // Done already: only the answer is repeated, which an overflow may have swallowed.
        if (this.#answered.has(message.id)) {
          return [this.#number({ type: 'result', seq: ++this.seq, id: message.id })];
        }
        this.#answered.add(message.id);
        if (message.command.type !== 'rename') return [];
        const { displayName } = message.command;
        const event = this.happen({ type: 'participant-renamed', participant: SELF, displayName });
        return [event, this.#number({ type: 'result', seq: ++this.seq, id: message.id })];
      }
      case 'ping':
        return [{ type: 'pong', nonce: message.nonce }];
      case 'leave':
      case 'media':
      case 'p2p':
      case 'lobby-message':
      case 'signal':
      case 'ice-servers':
        return [];
    }
  }

  #number<Message extends ServerMessage & { seq: number }>(message: Message): Message {
    this.outbox.push(message);
    return message;
  }
}

const OTHERS: readonly ParticipantId[] = ['000000b0', '000000b1', '000000b2'].map((id) =>
  participantId.parse(id),
);

type Step =
  | { do: 'event'; event: ViewEvent }
  | { do: 'rename'; name: string }
  /** The network moves this many messages from the server to the client. */
  | { do: 'deliver'; count: number }
  | { do: 'drop' }
  | { do: 'overflow' }
  /** And with it every socket. */
  | { do: 'restart' }
  | { do: 'wait' };

const other = fc.constantFrom(...OTHERS);
const event: fc.Arbitrary<ViewEvent> = fc.oneof(
  other.map((id): ViewEvent => ({
    type: 'participant-joined',
    participant: { id, displayName: '', role: 'participant', verified: false, connection: 'connected' },
  })),
  other.map((participant): ViewEvent => ({ type: 'participant-left', participant, reason: 'left' })),
  other.map((participant): ViewEvent => ({ type: 'dominant-speaker', participant })),
  fc.tuple(other, fc.nat(3)).map(([owner, index]): ViewEvent => ({
    type: 'source-added',
    source: { id: makeSourceId(owner, 'camera', index), kind: 'camera', muted: false, blocked: false },
  })),
  fc.tuple(other, fc.nat(3), fc.boolean()).map(([owner, index, muted]): ViewEvent => ({
    type: 'source-muted',
    source: makeSourceId(owner, 'camera', index),
    muted,
  })),
  fc.tuple(other, fc.nat(3), fc.boolean()).map(([owner, index, blocked]): ViewEvent => ({
    type: 'source-blocked',
    source: makeSourceId(owner, 'camera', index),
    blocked,
  })),
  fc.boolean().map((on): ViewEvent => ({ type: 'media-moderated', kind: 'camera', on, by: SELF })),
  fc.tuple(other, fc.boolean()).map(([participant, allowed]): ViewEvent => ({
    type: 'media-allowed',
    kind: 'camera',
    participant,
    allowed,
    by: SELF,
  })),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: event.map((change): Step => ({ do: 'event', event: change })) },
  { weight: 2, arbitrary: fc.string({ maxLength: 5 }).map((name): Step => ({ do: 'rename', name })) },
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 6 }).map((count): Step => ({ do: 'deliver', count })) },
  { weight: 2, arbitrary: fc.constant<Step>({ do: 'drop' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'overflow' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'restart' }) },
  { weight: 2, arbitrary: fc.constant<Step>({ do: 'wait' }) },
);

test('the replica becomes what the server sees, and every command is settled once, over any drops, resumes and restarts', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const clock = new FakeClock();
      const network = new FakeNetwork();
      const server = new ModelServer();
      const wire: ServerMessage[] = [];
      const session = new Session({
        url: '',
        room: 'room',
        openSocket: network.openSocket,
        clock,
        random: () => 0,
        log: () => undefined,
        inventory: () => undefined,
        handle: () => undefined,
      });
      session.start();
      session.join({ displayName: '', rtpCapabilities: {}, p2p: true });

      let current = network.last;
      /** Both directions are one queue each, and die with their socket. */
      const move = (count: number) => {
        if (network.last !== current) {
          wire.length = 0;
          current = network.last;
          current.accept();
        }
        for (let moved = 0; moved < count; moved++) {
          for (const message of current.take()) wire.push(...server.answer(message));
          const next = wire.shift();
          if (next !== undefined) current.send(next);
        }
      };
      current.accept();

      let asked = 0;
      let answered = 0;
      for (const each of steps) {
        switch (each.do) {
          case 'event':
            wire.push(server.happen(each.event));
            break;
          case 'rename':
            if (session.state.name === 'joined' || session.state.name === 'resuming') {
              asked++;
              session.command({ type: 'rename', displayName: each.name }).then(
                () => answered++,
                // With its seat, in a restart.
                () => answered++,
              );
            }
            break;
          case 'deliver':
            move(each.count);
            break;
          case 'restart':
            server.restart();
            wire.length = 0;
            current.close(1006);
            break;
          case 'drop':
            wire.length = 0;
            current.close(1006);
            break;
          case 'overflow':
            server.overflow();
            break;
          case 'wait':
            clock.advance(1_000);
            break;
        }
      }
      // Quiet at last: the network carries everything.
      for (let round = 0; round < 40; round++) {
        clock.advance(1_000);
        move(50);
      }
      expect(session.state).toEqual({ name: 'joined', view: server.truth });
      // Lets promises settle that are settled by now.
      await new Promise<void>((resolve) => {
        setTimeout(resolve, 0);
      });
      expect(answered).toBe(asked);
      session.leave();
      expect(clock.waiting).toBe(0);
    }),
    { numRuns: 300 },
  );
});
