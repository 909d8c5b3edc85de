import { applyViewEvent } from '@treff/conference';
import {
  CLOSE,
  LIMITS,
  PROTOCOL_VERSION,
  TreffError,
  type CameraCaps,
  type ClientMediaAction,
  type ClientSignal,
  type Command,
  type ConferenceView,
  type ErrorCode,
  type Generation,
  type IceServers,
  type LobbyMessage,
  type MediaInventory,
  type MediaOffer,
  type P2pAction,
  type RtpCapabilities,
  type ServerMediaAction,
  type ServerMessage,
  type Signal,
  type ViewEvent,
} from '@treff/protocol';
import type { Clock } from './clock.ts';
import { PendingCommands } from './commands.ts';
import { Link } from './link.ts';
import type { Log } from './log.ts';
import type { OpenSocket } from './socket.ts';

/** Attempts in a row before somebody who wants in is told that the server cannot be reached: 15 s and more. */
const ATTEMPTS_TO_ENTER = 8;
/** Attempts in a row before a held seat is given up: 2 min and more. */
const ATTEMPTS_TO_RETURN = 30;

/** Fatal errors after which another attempt may well succeed. After all others the session is closed. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  'protocol/timeout',
  'session/too-slow',
  'server/stopping',
  'server/internal',
]);

/** The same for somebody who was in the meeting a moment ago: a server that just came back may need a while until media is there for all. */
const PASSING_ON_RETURN: ReadonlySet<ErrorCode> = new Set(['media/bridge-unavailable']);

/** Refusals of a join about which the person can do something: the session goes on, and asks again when it is told to. */
const AT_THE_DOOR: ReadonlySet<ErrorCode> = new Set([
  'room/locked',
  'room/password-required',
  'room/password-wrong',
  'room/too-many-attempts',
  'room/too-many-joins',
  'room/knock-required',
  'room/lobby-full',
  'room/sign-in-required',
  'room/invitation-invalid',
  'auth/token-invalid',
  'auth/token-expired',
  'auth/token-wrong-room',
  'participant/name-required',
  'participant/invalid-name',
]);

/** Without these there is no going on. */
const ESSENTIAL: ReadonlySet<string> = new Set(['welcome', 'joined', 'waiting', 'resumed', 'snapshot']);

export type SessionState =
  /** No socket, or none that the server has greeted; tries again by itself. */
  | { readonly name: 'connecting' }
  | { readonly name: 'greeted'; readonly room: string; readonly rtpCapabilities: RtpCapabilities }
  | { readonly name: 'joining' }
  | Barred
  | Waiting
  | { readonly name: 'joined'; readonly view: ConferenceView }
  /** The socket is lost, the seat is held. `view` is what was seen last. */
  | { readonly name: 'resuming'; readonly view: ConferenceView }
  | { readonly name: 'closed'; readonly end: SessionEnd };

/** Something is missing to come in: another `join` may bring it. */
export interface Barred {
  readonly name: 'barred';
  readonly code: ErrorCode;
  /** Whether the moderators may be asked. */
  readonly canKnock: boolean;
  readonly retryAfterMs: number | undefined;
}

/** The seat comes by itself, or a refusal. Another `join` may bring what makes waiting needless. */
export interface Waiting {
  readonly name: 'waiting';
  readonly for: 'host' | 'admission';
  readonly connection: 'connected' | 'reconnecting';
  readonly messages: readonly LobbyMessage[];
  /** What came of a `join` meanwhile. */
  readonly refusal: ErrorCode | undefined;
}

export type SessionEnd =
  | { readonly reason: 'left' }
  | {
      readonly reason: 'refused';
      readonly code: ErrorCode;
      readonly retryAfterMs: number | undefined;
      /** Who did it, and why in their words, when it was a person. */
      readonly person?: { readonly name: string; readonly reason: string | undefined };
    }
  | { readonly reason: 'unreachable' };

/** What a session tells, in the order in which it happened. */
export type SessionEvent =
  /** `session.state` is another one. */
  | { readonly type: 'state' }
  /** A new seat: whatever belonged to an earlier one is void. `state`, which is `joined`, follows. */
  | {
      readonly type: 'seated';
      readonly view: ConferenceView;
      readonly media: MediaOffer;
      readonly iceServers: IceServers;
      /** Where the server stands. */
      readonly region: string | undefined;
      /** What one's camera is to be at most. */
      readonly cameraCaps: CameraCaps | undefined;
    }
  /** The seat was taken back, and everything missed has arrived: media messages of before may have been lost. */
  | { readonly type: 'caught-up' }
  | { readonly type: 'media'; readonly generation: Generation; readonly body: ServerMediaAction }
  /** From the other end of the direct connection. */
  | { readonly type: 'p2p'; readonly generation: Generation; readonly body: P2pAction }
  | { readonly type: 'ice-servers'; readonly iceServers: IceServers }
  | { readonly type: 'signal'; readonly signal: Signal }
  /** What changes the view: `before` is the view that it comes into. A snapshot passes in silence. */
  | { readonly type: 'happened'; readonly event: ViewEvent; readonly before: ConferenceView };

export interface JoinRequest {
  readonly displayName: string;
  readonly rtpCapabilities: RtpCapabilities;
  /** Agrees to direct connections. */
  readonly p2p: boolean;
  /** The conference's. */
  readonly password?: string | undefined;
  readonly jwt?: string | undefined;
  readonly invitation?: string | undefined;
  /** Asks the moderators to be let in, if need be. */
  readonly knock?: boolean | undefined;
}

export interface SessionOptions {
  /** `wss://host/ws`. */
  readonly url: string;
  /** As in the page's path. */
  readonly room: string;
  readonly openSocket: OpenSocket;
  readonly clock: Clock;
  /** 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  readonly log: Log;
  /** The token of a seat that was lost before this session: its participant returns, if the server lets them. */
  readonly restore?: string | undefined;
  /** What the client has of its media, for a resume; `undefined` when nothing. */
  readonly inventory: () => MediaInventory | undefined;
  readonly handle: (event: SessionEvent) => void;
}

/** A seat that the server holds for this session. */
interface Seat {
  token: string;
  /** Number of the last event seen. */
  seq: number;
  view: ConferenceView;
  readonly commands: PendingCommands;
}

/**
 * One participant's session: connects, joins when told, and keeps the seat over lost sockets. `docs/protocol.md` has the messages.
 *
 * Never throws for what the server sends. After `closed` nothing more happens; make another session to try again.
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #link: Link;
  #state: SessionState = { name: 'connecting' };
  #seat: Seat | undefined;
  /** The token of the seat that was lost last. */
  #lostToken: string | undefined;
  #wish: JoinRequest | undefined;
  /** What stands against the wish, until there is another one. */
  #barred: Barred | undefined;
  /** Where one waits, if one does; its token keeps the place. */
  #place: { readonly waiting: Waiting; readonly token: string | undefined } | undefined;
  /** A join has not been answered yet. */
  #asking = false;
  #greeted = false;
  /** The ping whose pong says that everything missed has arrived. */
  #barrier: number | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#lostToken = options.restore;
    this.#link = new Link(options, {
      opened: () => this.#hello(),
      received: (message) => this.#received(message),
      unknown: (type, seq) => this.#unknown(type, seq),
      lost: (closeCode, failures) => this.#lost(closeCode, failures),
    });
  }

  /** Starts to connect. Once. */
  start(): void {
    this.#link.start();
  }

  get state(): SessionState {
    return this.#state;
  }

  /** What opens the seat, or, once it is lost, brings its participant back: nothing for anybody else's hands. */
  get token(): string | undefined {
    return this.#seat?.token ?? this.#lostToken;
  }

  /** Takes a seat as soon as the server has greeted, and takes a new one by itself if the old one is lost. A later call replaces the request for the next seat. */
  join(request: JoinRequest): void {
    this.#wish = request;
    this.#barred = undefined;
    const { name } = this.#state;
    if (name === 'greeted' || name === 'barred' || this.#isWaitedFor) this.#sendJoin(request);
    else if (name === 'connecting' || name === 'waiting') this.#link.hint();
  }

  /** To the moderators, while waiting for admission. What was written comes back in the state. */
  sayInLobby(message: string): void {
    if (this.#state.name === 'waiting') this.#link.send({ type: 'lobby-message', text: message });
  }

  /** Gives the seat up and ends the session at once. Idempotent. */
  leave({ unload = false }: { unload?: boolean } = {}): void {
    if (this.#state.name === 'closed') return;
    this.#link.send(unload ? { type: 'leave', unload } : { type: 'leave' });
    this.#end({ reason: 'left' }, CLOSE.left);
    this.#lostToken = undefined;
  }

  /**
   * Asks something of the conference. Survives a lost socket. Rejects with a `TreffError`: the server's code; `protocol/unexpected` without a seat;
   * `session/resume-refused` when the seat was lost meanwhile; `protocol/rate-limited` when too many wait.
   */
  async command(command: Command): Promise<void> {
    if (this.#seat === undefined) throw new TreffError('protocol/unexpected', 'a command before the join');
    const { id, result } = this.#seat.commands.add(command);
    if (id !== undefined && this.#state.name === 'joined') this.#link.send({ type: 'command', id, command });
    await result;
  }

  /** Whether the message was handed to a socket. If not it is lost: after `caught-up` say again what is still true. */
  sendMedia(generation: Generation, body: ClientMediaAction): boolean {
    return this.#state.name === 'joined' && this.#link.send({ type: 'media', generation, body });
  }

  /** To the other end of the direct connection; as `sendMedia`. The other end may be away even so. */
  sendP2p(generation: Generation, body: P2pAction): boolean {
    return this.#state.name === 'joined' && this.#link.send({ type: 'p2p', generation, body });
  }

  /** In passing: what cannot be handed over is lost, and will be out of date. */
  sendSignal(signal: ClientSignal): void {
    if (this.#state.name === 'joined') this.#link.send({ type: 'signal', signal });
  }

  /** Asks for servers with new credentials; an event brings them. Whether it could be asked. */
  requestIceServers(): boolean {
    return this.#state.name === 'joined' && this.#link.send({ type: 'ice-servers' });
  }

  /** The network may have come back or changed. */
  hintOnline(): void {
    this.#link.hint();
  }

  #hello(): void {
    this.#link.send({ type: 'hello', protocol: PROTOCOL_VERSION, room: this.#options.room });
    this.#link.expectAnswer();
  }

  #sendJoin(request: JoinRequest): void {
    this.#link.send({ type: 'join', ...request, restore: this.#place?.token ?? this.#lostToken });
    this.#link.expectAnswer();
    this.#asking = true;
    // Who waits goes on waiting until the answer says otherwise.
    if (this.#place === undefined) this.#become({ name: 'joining' });
  }

  #received(message: ServerMessage): void {
    switch (message.type) {
      case 'welcome':
        this.#welcomed(message);
        break;
      case 'joined':
        this.#joined(message);
        break;
      case 'waiting':
        this.#waits(message);
        break;
      case 'lobby-message':
        if (this.#state.name === 'waiting') {
          const messages = [...this.#state.messages, message.message].slice(-LIMITS.lobbyMessages);
          this.#wait({ ...this.#state, messages }, this.#place?.token);
        }
        break;
      case 'resumed':
        this.#resumed(message.token);
        break;
      case 'event':
        if (this.#numbered(message.seq) && this.#seat !== undefined) {
          const seat = this.#seat;
          const before = seat.view;
          this.#see(seat, applyViewEvent(before, message.event));
          this.#options.handle({ type: 'happened', event: message.event, before });
        }
        break;
      case 'snapshot':
        if (this.#seat === undefined) break;
        this.#seat.seq = message.seq;
        this.#see(this.#seat, message.view);
        break;
      case 'result':
        if (this.#numbered(message.seq)) this.#seat?.commands.settle(message.id, message.code);
        break;
      case 'media':
        if (this.#state.name === 'joined') {
          this.#options.handle({ type: 'media', generation: message.generation, body: message.body });
        }
        break;
      case 'p2p':
        if (this.#state.name === 'joined')
          this.#options.handle({ type: 'p2p', generation: message.generation, body: message.body });
        break;
      case 'ice-servers':
        this.#options.handle({ type: 'ice-servers', iceServers: message.iceServers });
        break;
      case 'signal':
        if (this.#state.name === 'joined') this.#options.handle({ type: 'signal', signal: message.signal });
        break;
      case 'error':
        this.#refused(message);
        break;
      case 'pong':
        if (this.#barrier !== undefined && message.nonce >= this.#barrier) {
          this.#barrier = undefined;
          this.#options.handle({ type: 'caught-up' });
        }
        break;
    }
  }

  #welcomed(message: Extract<ServerMessage, { type: 'welcome' }>): void {
    const { name } = this.#state;
    if (name !== 'connecting' && name !== 'resuming' && name !== 'waiting') return;
    this.#greeted = true;
    if (message.protocol !== PROTOCOL_VERSION) {
      this.#end({ reason: 'refused', code: 'protocol/version', retryAfterMs: undefined }, CLOSE.left);
    } else if (this.#seat !== undefined) {
      const { token, seq, view } = this.#seat;
      const media = this.#options.inventory();
      const resume = { type: 'resume', token, epoch: view.epoch, seq } as const;
      this.#link.send(media === undefined ? resume : { ...resume, media });
      this.#link.expectAnswer();
    } else if (this.#barred !== undefined) {
      this.#become(this.#barred);
    } else if (this.#wish !== undefined) {
      this.#sendJoin(this.#wish);
    } else {
      this.#become({ name: 'greeted', room: message.room, rtpCapabilities: message.rtpCapabilities });
    }
  }

  #joined(message: Extract<ServerMessage, { type: 'joined' }>): void {
    const { seq, view, token, media, iceServers, region, cameraCaps } = message;
    if (this.#state.name !== 'joining' && this.#state.name !== 'waiting') return;
    this.#place = undefined;
    this.#asking = false;
    this.#seat = { token, seq, view, commands: new PendingCommands() };
    this.#lostToken = undefined;
    this.#link.watch();
    const state: SessionState = { name: 'joined', view };
    this.#state = state;
    this.#options.handle({ type: 'seated', view, media, iceServers, region, cameraCaps });
    // Unless the listener left at once.
    if (this.#state === state) this.#options.handle({ type: 'state' });
  }

  #waits(message: Extract<ServerMessage, { type: 'waiting' }>): void {
    if (this.#state.name !== 'joining' && this.#state.name !== 'waiting') return;
    const { for: reason, messages, token } = message;
    this.#asking = false;
    this.#link.watch();
    this.#wait(
      { name: 'waiting', for: reason, connection: 'connected', messages, refusal: undefined },
      token,
    );
  }

  #wait(waiting: Waiting, token: string | undefined): void {
    this.#place = { waiting, token };
    this.#become(waiting);
  }

  #resumed(token: string): void {
    if (this.#seat === undefined || this.#state.name !== 'resuming') return;
    this.#seat.token = token;
    this.#link.watch();
    this.#become({ name: 'joined', view: this.#seat.view });
    for (const { id, command } of this.#seat.commands.unanswered()) {
      this.#link.send({ type: 'command', id, command });
    }
    this.#barrier = this.#link.ping();
  }

  /** Whether the message with this number is the next one. Earlier ones were seen already; after a gap the seat is taken back anew, from the last number. */
  #numbered(seq: number): boolean {
    const seat = this.#seat;
    if (seat === undefined || seq <= seat.seq) return false;
    if (seq !== seat.seq + 1) {
      this.#options.log('warn', 'a gap in the numbers of the server', {
        expected: seat.seq + 1,
        received: seq,
      });
      this.#link.cut();
      return false;
    }
    seat.seq = seq;
    return true;
  }

  #see(seat: Seat, view: ConferenceView): void {
    if (view === seat.view) return;
    seat.view = view;
    if (this.#state.name === 'joined') this.#become({ name: 'joined', view });
  }

  #refused(message: Extract<ServerMessage, { type: 'error' }>): void {
    const { code, fatal, retryAfterMs, by, reason } = message;
    this.#options.log('warn', 'the server refused', { code, fatal });
    const { name } = this.#state;
    if (!fatal && AT_THE_DOOR.has(code) && (name === 'joining' || name === 'waiting'))
      return this.#stand(message);
    // A word to the moderators that was not passed on.
    if (!fatal && name === 'waiting') return;
    const passing = PASSING.has(code) || (this.#lostToken !== undefined && PASSING_ON_RETURN.has(code));
    if (name === 'resuming' && (code === 'session/resume-refused' || (!fatal && !passing))) {
      this.#loseSeat('session/resume-refused');
      if (fatal || this.#wish === undefined) this.#link.cut();
      else this.#sendJoin(this.#wish);
    } else if (fatal || (name !== 'joined' && name !== 'greeted')) {
      if (passing) this.#link.cut();
      else {
        const person = by === undefined ? {} : { person: { name: by, reason } };
        this.#end({ reason: 'refused', code, retryAfterMs, ...person }, CLOSE.left);
      }
    }
    // Else one message of ours was passed over, and the meeting goes on.
  }

  /** Whether the server keeps this session's place. */
  get #isWaitedFor(): boolean {
    return this.#state.name === 'waiting' && this.#state.connection === 'connected';
  }

  /** Stays outside. Who asked again while waiting still waits. */
  #stand({ code, retryAfterMs, canKnock = false }: Extract<ServerMessage, { type: 'error' }>): void {
    this.#link.watch();
    const asked = this.#asking;
    this.#asking = false;
    if (asked && this.#place !== undefined && this.#isWaitedFor)
      return this.#wait({ ...this.#place.waiting, refusal: code }, this.#place.token);
    this.#place = undefined;
    this.#barred = { name: 'barred', code, canKnock, retryAfterMs };
    this.#become(this.#barred);
  }

  /** A message that no schema fits: ignored if one can go on without it. */
  #unknown(type: string, seq: number | undefined): void {
    this.#options.log('warn', 'a message that this client does not know', { type });
    if (seq !== undefined) this.#numbered(seq);
    else if (ESSENTIAL.has(type)) {
      this.#end({ reason: 'refused', code: 'protocol/malformed', retryAfterMs: undefined }, CLOSE.left);
    }
  }

  #lost(closeCode: number, failures: number): void {
    this.#barrier = undefined;
    this.#asking = false;
    if (closeCode === CLOSE.replaced) {
      this.#end({ reason: 'refused', code: 'session/replaced', retryAfterMs: undefined }, CLOSE.left);
      return;
    }
    const seat = this.#seat;
    const place = this.#place;
    if (place !== undefined && failures < ATTEMPTS_TO_RETURN) {
      this.#wait({ ...place.waiting, connection: 'reconnecting' }, place.token);
      return;
    }
    // On the prejoin page nobody waits for the server: it is tried for as long as the page is open.
    const entering =
      seat === undefined && this.#barred === undefined && (this.#wish !== undefined || !this.#greeted);
    if (entering ? failures >= ATTEMPTS_TO_ENTER : seat !== undefined && failures >= ATTEMPTS_TO_RETURN) {
      this.#end({ reason: 'unreachable' }, CLOSE.left);
    } else if (seat !== undefined) {
      this.#become({ name: 'resuming', view: seat.view });
    } else if (this.#state.name !== 'connecting') {
      this.#become({ name: 'connecting' });
    }
  }

  #loseSeat(code: ErrorCode): void {
    const seat = this.#seat;
    this.#seat = undefined;
    this.#place = undefined;
    this.#lostToken = seat?.token ?? this.#lostToken;
    seat?.commands.rejectAll(code);
  }

  #end(end: SessionEnd, closeCode: number): void {
    this.#link.close(closeCode);
    this.#loseSeat(end.reason === 'refused' ? end.code : 'session/resume-refused');
    this.#become({ name: 'closed', end });
  }

  #become(state: SessionState): void {
    this.#state = state;
    this.#options.handle({ type: 'state' });
  }
}
