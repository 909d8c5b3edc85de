import { Buffer } from 'node:buffer';
import {
  clientMessage,
  CLOSE,
  LIMITS,
  normaliseRoomName,
  PROTOCOL_VERSION,
  type ClientMessage,
  type ErrorCode,
  type IceServers,
  type ServerMessage,
} from '@treff/protocol';
import * as z from 'zod/mini';
import type { Clock } from './clock.ts';
import { Strikes, TokenBucket } from './rate.ts';
import type { Identity } from './access/identity.ts';
import type { ErrorDetails, Place, Reception, RefusalDetails, Session, WaitingPlace } from './session.ts';

/** A two-way pipe of text messages. It never calls back from within `send` or `close`. */
export interface Wire {
  /** Bytes that were sent but that the network has not taken yet. */
  readonly backlog: number;
  send(text: string): void;
  /** Idempotent. The other end gets the code (RFC 6455 section 7.4) after all that was sent. */
  close(code: number): void;
}

export interface SocketSessionOptions {
  readonly id: number;
  readonly wire: Wire;
  readonly clock: Clock;
  readonly reception: Reception;
  /** See {@link Session.address}. */
  readonly address: string;
  /** See {@link Session.identity}. */
  readonly identity: () => Promise<Identity | undefined>;
  /** See {@link Session.iceServers}. */
  readonly iceServers: () => IceServers;
  /** It has taken a seat for the first time: it no longer counts as a stranger. */
  onJoined(): void;
  /** It ended, whoever ended it. Called once. */
  onGone(): void;
}

type State =
  /** Nothing is known of it; `cancel` stops the deadline. */
  | { readonly name: 'connecting'; readonly cancel: () => void }
  | { readonly name: 'greeted'; readonly room: string; readonly cancel: () => void }
  /** Asked for a seat, perhaps while it was waiting for one. */
  | {
      readonly name: 'joining';
      readonly room: string;
      readonly cancel: () => void;
      readonly place: Place | undefined;
      readonly waiting: WaitingPlace | undefined;
    }
  | {
      readonly name: 'waiting';
      readonly room: string;
      readonly cancel: () => void;
      readonly waiting: WaitingPlace;
    }
  | { readonly name: 'joined'; readonly place: Place }
  | { readonly name: 'gone' };

/** Beyond this backlog signals are dropped: they would be out of date when they arrive. */
const SIGNAL_BACKLOG_BYTES = 64 * 1024;

/** Only what can be trusted to be the same in every version of the protocol. */
const anyHello = z.object({ type: z.literal('hello'), protocol: z.int() });

/** A session over a wire: bounds before trust, then the schema, then the place. */
export class SocketSession implements Session {
  readonly id: number;
  readonly address: string;
  readonly #options: SocketSessionOptions;
  readonly #bucket: TokenBucket;
  readonly #strikes = new Strikes({ limit: LIMITS.strikes, windowMs: LIMITS.strikeWindowMs });
  #messagesBeforeJoin = 0;
  #state: State;

  constructor(options: SocketSessionOptions) {
    const { clock } = options;
    this.id = options.id;
    this.address = options.address;
    this.#options = options;
    this.#bucket = new TokenBucket({
      burst: LIMITS.messageBurst,
      perSecond: LIMITS.messagesPerSecond,
      now: clock.now(),
    });
    this.#state = { name: 'connecting', cancel: clock.after(LIMITS.helloTimeoutMs, () => this.#timeOut()) };
  }

  /** A message came over the wire. */
  receive(text: string): void {
    const state = this.#state;
    if (state.name === 'gone') return;
    if (!this.#bucket.take(this.#options.clock.now())) return this.#strike('protocol/rate-limited');
    // The cheap bound first: a character is at least one byte.
    const limit = state.name === 'connecting' ? LIMITS.helloBytes : LIMITS.messageBytes;
    if (text.length > limit || Buffer.byteLength(text) > limit) return this.#strike('protocol/too-large');
    const message = parse(text);
    if (state.name === 'connecting') return this.#greet(message);
    const parsed = z.safeParse(clientMessage, message);
    if (!parsed.success) return this.#strike('protocol/malformed');
    if (parsed.data.type === 'ping') return this.send({ type: 'pong', nonce: parsed.data.nonce });
    switch (state.name) {
      case 'waiting':
        if (parsed.data.type === 'lobby-message') return this.#sayWaiting(state.waiting, parsed.data.text);
        return this.#beforeJoin(state, parsed.data);
      case 'greeted':
      case 'joining':
        if (++this.#messagesBeforeJoin > LIMITS.messagesBeforeJoin)
          return this.#fail('protocol/rate-limited');
        return this.#beforeJoin(state, parsed.data);
      case 'joined':
        return this.#afterJoin(state.place, parsed.data);
    }
  }

  /** Something came over the wire that is no text message. */
  receiveNonsense(): void {
    if (this.#state.name === 'connecting') this.#fail('protocol/malformed');
    else if (this.#state.name !== 'gone') this.#strike('protocol/malformed');
  }

  /** A sign of life that wants an answer, which the wire gives: it costs as much as a message. */
  receivePing(): void {
    if (this.#state.name === 'gone' || this.#bucket.take(this.#options.clock.now())) return;
    this.#strike('protocol/rate-limited');
  }

  /** Before it said anything: there is no room for it. */
  turnAway(code: ErrorCode, retryAfterMs: number): void {
    this.#say(code, true, { retryAfterMs });
    if (this.#end('left')) this.#options.wire.close(CLOSE.refused);
  }

  /** The wire is closed, with this code from the other end (1006 without one). */
  closed(code: number): void {
    // By these a browser or page says that it goes on purpose (RFC 6455 section 7.4.1).
    if (code === CLOSE.left) this.#end('left');
    else this.#end(code === CLOSE.goingAway ? 'closed' : 'lost');
  }

  /** The other end no longer answers. */
  expire(): void {
    if (this.#end('lost')) this.#options.wire.close(CLOSE.timeout);
  }

  get isOpen(): boolean {
    return this.#state.name !== 'gone';
  }

  get hasPlace(): boolean {
    const state = this.#state;
    return state.name === 'joined' || (state.name === 'joining' && state.place !== undefined);
  }

  identity(): Promise<Identity | undefined> {
    return this.#options.identity();
  }

  iceServers(): IceServers {
    return this.#options.iceServers();
  }

  send(message: ServerMessage): void {
    this.sendText(JSON.stringify(message));
  }

  sendText(text: string): void {
    if (this.#state.name === 'gone') return;
    this.#options.wire.send(text);
    if (this.#options.wire.backlog <= LIMITS.socketBacklogBytes) return;
    this.#say('session/too-slow', true);
    if (this.#end('lost')) this.#options.wire.close(CLOSE.tooSlow);
  }

  sendSignal(text: string): void {
    if (this.#options.wire.backlog < SIGNAL_BACKLOG_BYTES) this.sendText(text);
  }

  enter(place: Place): void {
    const state = this.#state;
    if (state.name === 'joining') {
      this.#state = { ...state, place, waiting: undefined };
      // By a password, say, and not because somebody let them in.
      state.waiting?.leave();
    } else if (state.name === 'waiting') {
      const { room, cancel } = state;
      this.#state = { name: 'joining', room, cancel, place, waiting: undefined };
    } else if (state.name === 'joined') this.#state = { name: 'joined', place };
    else place.lost();
  }

  seated(): void {
    const state = this.#state;
    if (state.name !== 'joining' || state.place === undefined) return;
    state.cancel();
    this.#state = { name: 'joined', place: state.place };
    this.#options.onJoined();
  }

  wait(waiting: WaitingPlace): void {
    const state = this.#state;
    if (state.name !== 'joining' && state.name !== 'waiting') return waiting.lost();
    const { room, waiting: before } = state;
    if (state.name === 'joining') before?.leave();
    state.cancel();
    const cancel = this.#options.clock.after(LIMITS.waitMs, () => this.#timeOut());
    this.#state = { name: 'waiting', room, cancel, waiting };
  }

  refuse(code: ErrorCode, { retryAfterMs, canKnock = false }: RefusalDetails = {}): void {
    const state = this.#state;
    if (state.name !== 'joining' && state.name !== 'waiting') return;
    const { room, cancel, waiting } = state;
    if (state.name === 'joining' && waiting !== undefined)
      this.#state = { name: 'waiting', room, cancel, waiting };
    else this.#standBefore(room, cancel);
    this.#say(code, false, {
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(canKnock ? { canKnock } : {}),
    });
  }

  close(code: number, error?: ErrorCode, details: ErrorDetails = {}): void {
    if (error !== undefined) this.#say(error, true, details);
    if (this.#end('silent')) this.#options.wire.close(code);
  }

  #greet(message: unknown): void {
    const hello = z.safeParse(anyHello, message);
    if (hello.success && hello.data.protocol !== PROTOCOL_VERSION) return this.#fail('protocol/version');
    const parsed = z.safeParse(clientMessage, message);
    if (!parsed.success) return this.#fail('protocol/malformed');
    if (parsed.data.type !== 'hello') return this.#fail('protocol/unexpected');
    const room = normaliseRoomName(parsed.data.room);
    if (room === undefined) return this.#fail('room/invalid-name');
    if (this.#state.name === 'connecting') this.#standBefore(room, this.#state.cancel);
    const { rtpCapabilities } = this.#options.reception;
    this.send({ type: 'welcome', protocol: PROTOCOL_VERSION, room, rtpCapabilities });
  }

  #beforeJoin(
    state: Extract<State, { name: 'greeted' | 'joining' | 'waiting' }>,
    message: Exclude<ClientMessage, { type: 'ping' }>,
  ) {
    switch (message.type) {
      case 'leave':
        return this.#leave(message.unload === true ? 'closed' : 'left');
      case 'join':
      case 'resume': {
        if (state.name === 'joining') return this.#strike('protocol/unexpected');
        const { room, cancel } = state;
        const waiting = state.name === 'waiting' ? state.waiting : undefined;
        if (waiting !== undefined && ++this.#messagesBeforeJoin > LIMITS.messagesBeforeJoin)
          return this.#fail('protocol/rate-limited');
        this.#state = { name: 'joining', room, cancel, place: undefined, waiting };
        const { reception } = this.#options;
        if (message.type === 'join') reception.join(this, state.room, message);
        else reception.resume(this, state.room, message);
        return;
      }
      case 'hello':
      case 'command':
      case 'media':
      case 'p2p':
      case 'signal':
      case 'ice-servers':
      case 'lobby-message':
        return this.#strike('protocol/unexpected');
    }
  }

  #sayWaiting(waiting: WaitingPlace, text: string): void {
    const refusal = waiting.say(text);
    if (refusal !== undefined) this.#say(refusal, false);
  }

  /** On the prejoin page, for so long. `cancel` stops what was waited for until now. */
  #standBefore(room: string, cancelLast: () => void): void {
    cancelLast();
    const cancel = this.#options.clock.after(LIMITS.prejoinTimeoutMs, () => this.#timeOut());
    this.#state = { name: 'greeted', room, cancel };
  }

  #afterJoin(place: Place, message: Exclude<ClientMessage, { type: 'ping' }>) {
    switch (message.type) {
      case 'leave':
        return this.#leave(message.unload === true ? 'closed' : 'left');
      case 'command':
        return place.command(message.id, message.command);
      case 'media':
        return place.media(message.generation, message.body);
      case 'p2p':
        return place.p2p(message.generation, message.body);
      case 'signal':
        return place.signal(message.signal);
      case 'ice-servers':
        return this.send({ type: 'ice-servers', iceServers: this.iceServers() });
      case 'hello':
      case 'join':
      case 'resume':
      case 'lobby-message':
        return this.#strike('protocol/unexpected');
    }
  }

  #leave(how: 'left' | 'closed'): void {
    if (this.#end(how)) this.#options.wire.close(CLOSE.left);
  }

  #timeOut(): void {
    this.#fail('protocol/timeout', CLOSE.timeout);
  }

  /** A protocol error that is forgiven a few times. */
  #strike(code: ErrorCode): void {
    if (this.#state.name === 'connecting') return this.#fail(code);
    if (this.#strikes.add(this.#options.clock.now())) return this.#fail('protocol/abuse');
    this.#say(code, false);
  }

  /** The end of the conversation by the other end's fault: the seat is given up, too. */
  #fail(error: ErrorCode, code: number = CLOSE.refused): void {
    this.#say(error, true);
    if (this.#end('left')) this.#options.wire.close(code);
  }

  #say(
    code: ErrorCode,
    fatal: boolean,
    details: ErrorDetails & { retryAfterMs?: number; canKnock?: boolean } = {},
  ): void {
    if (this.#state.name === 'gone') return;
    this.#options.wire.send(
      JSON.stringify({ type: 'error', code, fatal, ...details } satisfies ServerMessage),
    );
  }

  /** From any state to `gone`; `false` when it was. Tells the place how, unless it is the place that ends it. */
  #end(how: 'left' | 'closed' | 'lost' | 'silent'): boolean {
    const state = this.#state;
    if (state.name === 'gone') return false;
    this.#state = { name: 'gone' };
    if (state.name !== 'joined') state.cancel();
    const place = 'place' in state ? state.place : undefined;
    const waiting = 'waiting' in state ? state.waiting : undefined;
    // Who is sent away waits no more, whoever it is that sends them.
    if (how === 'left' || how === 'silent') waiting?.leave();
    if (how === 'closed' || how === 'lost') waiting?.lost();
    if (how === 'left' || how === 'closed') place?.leave(how);
    if (how === 'lost') place?.lost();
    this.#options.onGone();
    return true;
  }
}

/** JSON, or `undefined`. Repeated keys: the last counts. `__proto__` is a key like any other here, and no schema has it. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
