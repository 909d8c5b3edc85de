import { OPEN_POLICY } from '@treff/conference';
import { incarnation, participantId } from '@treff/protocol';
import { FakeBridge } from '@treff/testing';
import { Door } from '../src/access/door.ts';
import type { Identity } from '../src/access/identity.ts';
import { Conferences, type ConferencesOptions } from '../src/conferences.ts';
import type { Logger } from '../src/logger.ts';
import { RulesKeeper, type RulesStore } from '../src/rules-keeper.ts';
import { createSeatTokens } from '../src/seat-token.ts';
import { createMemoryStore } from '../src/store/memory-store.ts';
import { ManualClock } from './manual-clock.ts';
import { MemoryLine, TestClient, until } from './test-client.ts';

export interface Visitor {
  readonly address?: string;
  readonly identity?: Identity;
}

/** Keeps what is logged as an error: a defect that nothing else shows. */
export class TestLogger implements Logger {
  readonly errors: { facts: object; message: string }[] = [];
  readonly warnings: { facts: object; message: string }[] = [];
  debug(): void {}
  info(): void {}
  warn(facts: object, message: string): void {
    this.warnings.push({ facts, message });
  }
  error(facts: object, message: string): void {
    this.errors.push({ facts, message });
  }

  /** Throws if something was logged that should not have happened. */
  assertNoErrors(): void {
    const [first] = this.errors;
    if (first !== undefined)
      throw new Error(`${this.errors.length} errors logged: ${first.message}`, { cause: first.facts });
  }
}

/** Conferences over a fake bridge, with sessions in memory and a clock that stands still. */
export class TestMeetings {
  readonly clock = new ManualClock();
  readonly bridge = new FakeBridge();
  readonly logger = new TestLogger();
  readonly store: RulesStore;
  readonly conferences: Conferences;
  /** What the bridge tells gets lost. */
  deaf = false;
  #ids = 0;

  /** `records`: the rules that an earlier server left in `store`. */
  constructor(
    options: Partial<ConferencesOptions> = {},
    records: ConstructorParameters<typeof RulesKeeper>[1] = [],
    store: RulesStore = createMemoryStore().conferences,
  ) {
    this.store = store;
    const subscribe = this.bridge.subscribe.bind(this.bridge);
    this.bridge.subscribe = (listener) =>
      subscribe((message) => {
        if (!this.deaf) listener(message);
      });
    this.conferences = new Conferences({
      bridge: this.bridge,
      clock: this.clock,
      logger: this.logger,
      p2p: true,
      roles: { moderators: 'first', promotes: true },
      access: OPEN_POLICY,
      door: new Door({ clock: this.clock }),
      rules: new RulesKeeper({ store: this.store, clock: this.clock, logger: this.logger }, records),
      startMuted: { microphone: false, camera: false },
      tokens: createSeatTokens(Buffer.alloc(32, 7)),
      makeIncarnation: () => incarnation.parse((++this.#ids).toString(16).padStart(32, '0')),
      makeParticipantId: () => participantId.parse((++this.#ids).toString(16).padStart(8, '0')),
      ...options,
    });
  }

  /** `who`: where somebody comes from, and whom their cookies show. */
  line(who: Visitor = {}): MemoryLine {
    return new MemoryLine({
      address: who.address ?? '192.0.2.1',
      identity: async () => who.identity,
      clock: this.clock,
      reception: this.conferences,
      iceServers: () => ({ servers: [] }),
    });
  }

  /** Somebody on the prejoin page. */
  async greeted(room = 'room', who: Visitor = {}): Promise<TestClient> {
    const client = new TestClient(this.line(who));
    client.hello(room);
    await until(() => client.room !== '', 'welcome');
    return client;
  }

  async joined(name: string, room = 'room'): Promise<TestClient> {
    const client = await this.greeted(room);
    client.join(name);
    await until(() => client.view !== undefined, 'joined');
    return client;
  }

  /** Back over a new connection; resolves when the seat is taken again or refused. */
  async resumed(client: TestClient, changes: Parameters<TestClient['resume']>[0] = {}): Promise<MemoryLine> {
    const line = this.line();
    client.attach(line);
    client.room = '';
    const { resumed } = client;
    const errors = client.errors.length;
    client.hello('room');
    await until(() => client.room !== '', 'welcome');
    client.resume(changes);
    await until(() => client.resumed > resumed || client.errors.length > errors, 'resumed');
    await settle();
    return line;
  }
}

/** Lets everything that does not wait for time come to rest. */
export async function settle(turns = 20): Promise<void> {
  for (let turn = 0; turn < turns; turn++) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
