import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { P2pAction } from '@treff/protocol';
import { FakeClock } from '../../test/fake-clock.ts';
import { FakeAir, type FakeConnection } from '../../test/fake-connection.ts';
import { P2pPath } from './p2p-path.ts';

interface End {
  readonly path: P2pPath;
  readonly connection: FakeConnection;
  /** What it said that has not arrived yet, oldest first. */
  readonly outbox: P2pAction[];
  /** All it ever said. */
  readonly said: P2pAction[];
  /** Whether its socket takes messages. */
  online: boolean;
  changes: number;
  readonly logged: string[];
}

function pair({ relayOnly = false } = {}) {
  const clock = new FakeClock();
  const air = new FakeAir();
  let streams = 0;
  const end = (offers: boolean): End => {
    const made: { connection?: FakeConnection } = {};
    const state = {
      outbox: [] as P2pAction[],
      said: [] as P2pAction[],
      online: true,
      changes: 0,
      logged: [] as string[],
    };
    const path = new P2pPath({
      offers,
      iceServers: [{ urls: 'stun:example' }],
      relayOnly,
      createConnection: (configuration) => {
        made.connection = air.create(configuration);
        return made.connection.asReal;
      },
      createStream: () => ({ id: `stream${streams++}` }) as MediaStream,
      send: (action) => {
        if (!state.online) return false;
        state.outbox.push(action);
        state.said.push(action);
        return true;
      },
      clock,
      log: (level, message) => void (level === 'warn' && state.logged.push(message)),
      changed: () => void state.changes++,
    });
    if (made.connection === undefined) throw new Error('it made no connection');
    return Object.assign(state, { path, connection: made.connection });
  };
  const [one, other] = [end(true), end(false)];
  const otherOf = (each: End) => (each === one ? other : one);
  /** Lets everything happen and arrive that waits for nothing but its turn. */
  const settle = async () => {
    for (;;) {
      await turn();
      const before = one.said.length + other.said.length;
      const gathered = air.gather();
      clock.advance(10);
      let delivered = false;
      for (const each of [one, other]) {
        for (const action of each.outbox.splice(0)) {
          delivered = true;
          otherOf(each).path.handle(action);
        }
      }
      await turn();
      if (!gathered && !delivered && one.said.length + other.said.length === before) return;
    }
  };
  return { clock, air, one, other, settle };
}

/** Lets everything happen that waits for nothing but other promises. */
async function turn(): Promise<void> {
  for (let ticks = 0; ticks < 50; ticks++) await Promise.resolve();
}

const states = (...ends: End[]) => ends.map(({ path }) => path.state);
const actions = ({ said }: End) => said.map(({ action }) => action);

test('two ends connect, and each receives all four kinds', async () => {
  const { one, other, settle } = pair();
  expect(states(one, other)).toEqual(['connecting', 'connecting']);
  await settle();
  expect(states(one, other)).toEqual(['connected', 'connected']);
  for (const { path, logged } of [one, other]) {
    expect([...path.receivers.keys()]).toEqual(['microphone', 'camera', 'screen', 'screenAudio']);
    expect(logged).toEqual([]);
  }
  expect(other.connection.transceivers.map(({ direction }) => direction)).toEqual(Array(4).fill('sendrecv'));
  expect(actions(one).filter((action) => action === 'offer')).toHaveLength(1);
});

test('whatever messages get lost, both ends connect once both sockets are back', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          {
            weight: 6,
            arbitrary: fc.record({
              what: fc.constant('deliver' as const),
              from: fc.nat(1),
              lost: fc.boolean(),
            }),
          },
          { weight: 2, arbitrary: fc.record({ what: fc.constant('gather' as const) }) },
          { weight: 2, arbitrary: fc.record({ what: fc.constant('wait' as const), ms: fc.nat(8_000) }) },
          {
            weight: 1,
            arbitrary: fc.record({
              what: fc.constant('online' as const),
              of: fc.nat(1),
              online: fc.boolean(),
            }),
          },
          { weight: 1, arbitrary: fc.record({ what: fc.constant('network' as const), of: fc.nat(1) }) },
          { weight: 1, arbitrary: fc.record({ what: fc.constant('air' as const), carries: fc.boolean() }) },
        ),
        { maxLength: 40 },
      ),
      async (steps) => {
        const { clock, air, one, other, settle } = pair();
        const ends = [one, other] as const;
        const end = (index: number) => (index === 0 ? one : other);
        for (const step of steps) {
          if (step.what === 'deliver') {
            const action = end(step.from).outbox.shift();
            if (action !== undefined && !step.lost) end(1 - step.from).path.handle(action);
          } else if (step.what === 'gather') air.gather();
          else if (step.what === 'wait') clock.advance(step.ms);
          else if (step.what === 'online') end(step.of).online = step.online;
          else if (step.what === 'network') end(step.of).path.networkChanged();
          else {
            air.carries = step.carries;
            air.settle();
          }
          await turn();
        }
        air.carries = true;
        air.settle();
        for (const each of ends) {
          each.outbox.length = 0;
          each.online = true;
          each.path.caughtUp();
        }
        await settle();
        for (let seconds = 0; seconds < 3; seconds++) {
          clock.advance(1_000); // what the other end asks for too soon after the last time waits
          await settle();
        }
        expect(states(...ends)).toEqual(['connected', 'connected']);
        expect(ends.map(({ logged }) => logged)).toEqual([[], []]);
        for (const { path } of ends) path.close();
        expect(clock.waiting).toBe(0);
      },
    ),
    { numRuns: 150 },
  );
});
