import type { ClientMessage, ServerMessage } from '@treff/protocol';
import { backoffMs } from './backoff.ts';
import type { Clock } from './clock.ts';
import { parseIncoming } from './incoming.ts';
import type { OpenSocket, Socket } from './socket.ts';

/** Milliseconds the server has to answer what it must answer: a connection attempt, a hello, a join. */
const ANSWER_MS = 10_000;
/** Milliseconds between pings. */
const PING_MS = 5_000;
/** Milliseconds of silence after which a socket is taken for dead. */
const SILENCE_MS = 10_000;
/** A late timer (a sleeping laptop, a hidden tab) must not condemn a socket that was never asked: so long a ping may take at least. */
const PONG_MS = 5_000;
/** As long when something hints that the network changed. */
const HINT_MS = 3_000;
/** Milliseconds a socket must have lived for its loss not to count as one more failure in a row. */
const SOUND_MS = 5_000;

/** Close code for a socket that is given up while the seat is wanted: any but 1000 and 1001 leaves the seat held (RFC 6455 section 7.4.2: 4000 to 4999). */
const INTERRUPTED = 4_900;

export interface LinkOptions {
  readonly url: string;
  readonly openSocket: OpenSocket;
  readonly clock: Clock;
  /** 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
}

export interface LinkHandlers {
  /** A socket is open: say hello. */
  opened(): void;
  received(message: ServerMessage): void;
  /** A message arrived that no schema fits; `seq` if it is a numbered one. */
  unknown(type: string, seq: number | undefined): void;
  /** The socket is gone; the next attempt is on its way unless `close` is called. `failures`: attempts in a row that led to nothing. */
  lost(closeCode: number, failures: number): void;
}

/** One socket after the other to the same address: connects, notices death, connects again. Knows nothing of what the messages mean. */
export class Link {
  readonly #options: LinkOptions;
  readonly #handlers: LinkHandlers;
  #state: LinkState = { name: 'closed' };
  #failures = 0;
  #nonce = 0;

  constructor(options: LinkOptions, handlers: LinkHandlers) {
    this.#options = options;
    this.#handlers = handlers;
  }

  /** Starts the first attempt. Once. */
  start(): void {
    this.#connect();
  }

  /** Whether the message was handed to a socket. */
  send(message: ClientMessage): boolean {
    if (this.#state.name !== 'open') return false;
    this.#state.socket.send(JSON.stringify(message));
    return true;
  }

  /** Gives the socket up unless the server says something within 10 s. For questions that it must answer. */
  expectAnswer(): void {
    if (this.#state.name === 'open') this.#condemn(this.#state, ANSWER_MS);
  }

  /** From now on the socket is watched by pings. A seat is worth that; on the prejoin page the server counts our messages. Idempotent. */
  watch(): void {
    if (this.#state.name === 'open' && !this.#state.watched) {
      this.#state.watched = true;
      this.#beat(this.#state);
    }
  }

  /** Asks the server for a sign of life. The number comes back in a `pong`, after everything the server said before. */
  ping(): number {
    const nonce = ++this.#nonce;
    if (this.#state.name !== 'open') return nonce;
    const open = this.#state;
    const silentFor = this.#options.clock.now() - open.heardAt;
    if (!open.asked) this.#condemn(open, Math.max(PONG_MS, SILENCE_MS - silentFor));
    this.send({ type: 'ping', nonce });
    return nonce;
  }

  /** The network may have changed: tries at once if an attempt is waiting, else makes sure that the socket still lives. */
  hint(): void {
    if (this.#state.name === 'waiting') {
      this.#state.callOff();
      this.#connect();
    } else if (this.#state.name === 'open' && this.#state.watched) {
      this.#condemn(this.#state, HINT_MS);
      this.ping();
    }
  }

  /** Gives this socket up and connects anew. The server holds the seat. */
  cut(): void {
    if (this.#state.name !== 'opening' && this.#state.name !== 'open') return;
    this.#state.socket.close(INTERRUPTED);
    this.#lose(INTERRUPTED);
  }

  /** Ends it for good. Nothing is called back after it. Idempotent. */
  close(code: number): void {
    const state = this.#state;
    this.#state = { name: 'closed' };
    if (state.name === 'waiting') state.callOff();
    if (state.name === 'opening' || state.name === 'open') {
      state.stopTimers();
      state.socket.close(code);
    }
  }

  #connect(): void {
    const { url, openSocket, clock } = this.#options;
    const socket = openSocket(url, {
      open: () => {
        if (this.#isCurrent(socket)) this.#opened(socket);
      },
      message: (text) => {
        if (this.#isCurrent(socket)) this.#received(text);
      },
      close: (code) => {
        if (this.#isCurrent(socket)) this.#lose(code);
      },
    });
    this.#state = { name: 'opening', socket, stopTimers: clock.after(ANSWER_MS, () => this.cut()) };
  }

  #isCurrent(socket: Socket): boolean {
    return (this.#state.name === 'opening' || this.#state.name === 'open') && this.#state.socket === socket;
  }

  #opened(socket: Socket): void {
    if (this.#state.name !== 'opening') return;
    this.#state.stopTimers();
    const now = this.#options.clock.now();
    const open: OpenState = {
      name: 'open',
      socket,
      openedAt: now,
      heardAt: now,
      asked: false,
      watched: false,
      stopBeat: nothing,
      pardon: nothing,
      stopTimers() {
        open.stopBeat();
        open.pardon();
      },
    };
    this.#state = open;
    this.#handlers.opened();
  }

  #beat(open: OpenState): void {
    open.stopBeat = this.#options.clock.after(PING_MS, () => {
      this.ping();
      this.#beat(open);
    });
  }

  /** Cuts the socket after `ms` unless something is heard before. */
  #condemn(open: OpenState, ms: number): void {
    open.pardon();
    open.asked = true;
    open.pardon = this.#options.clock.after(ms, () => this.cut());
  }

  #received(text: string): void {
    if (this.#state.name !== 'open') return;
    const open = this.#state;
    open.heardAt = this.#options.clock.now();
    open.asked = false;
    open.pardon();
    const incoming = parseIncoming(text);
    if (incoming.kind === 'message') this.#handlers.received(incoming.message);
    else this.#handlers.unknown(incoming.type, incoming.seq);
  }

  #lose(closeCode: number): void {
    const state = this.#state;
    if (state.name !== 'opening' && state.name !== 'open') return;
    state.stopTimers();
    const { clock, random } = this.#options;
    const sound = state.name === 'open' && clock.now() - state.openedAt >= SOUND_MS;
    const failures = sound ? 0 : this.#failures;
    this.#failures = failures + 1;
    this.#state = {
      name: 'waiting',
      callOff: clock.after(backoffMs(failures, random()), () => this.#connect()),
    };
    this.#handlers.lost(closeCode, this.#failures);
  }
}

/** Before the first timer there is none to stop. */
const nothing = (): void => undefined;

interface OpenState {
  readonly name: 'open';
  readonly socket: Socket;
  readonly openedAt: number;
  heardAt: number;
  /** The server owes a sign of life; `pardon` calls the verdict off. */
  asked: boolean;
  watched: boolean;
  stopBeat: () => void;
  pardon: () => void;
  readonly stopTimers: () => void;
}

type LinkState =
  | { readonly name: 'opening'; readonly socket: Socket; readonly stopTimers: () => void }
  | OpenState
  | { readonly name: 'waiting'; readonly callOff: () => void }
  | { readonly name: 'closed' };
