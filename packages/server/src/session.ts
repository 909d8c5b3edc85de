import type {
  ClientMediaAction,
  ClientSignal,
  Command,
  CommandId,
  ErrorCode,
  Generation,
  IceServers,
  Incarnation,
  MediaInventory,
  P2pAction,
  RtpCapabilities,
  ServerMessage,
} from '@treff/protocol';
import type { Identity } from './access/identity.ts';

/**
 * One conversation with one person's device, whatever carries it: a WebSocket, a test, a gateway. It says hello, takes a seat
 * and may change it. Everything here is about the session; who the person is in a conference, the seat knows.
 */
export interface Session {
  /** For logs: a number that says nothing about the person. */
  readonly id: number;
  /** Where it comes from: an address, or the part of one that is one household's. */
  readonly address: string;
  /** Whether anybody is still there. */
  readonly isOpen: boolean;
  /** Whether a place is kept for it, or it has one: nothing it asked for before is still wanted. */
  readonly hasPlace: boolean;
  /** Who the person says they are by what their browser carries, verified. */
  identity(): Promise<Identity | undefined>;
  /** The servers that this person's browser may use, with credentials made just now. */
  iceServers(): IceServers;
  send(message: ServerMessage): void;
  /** A message that is serialised already, such as one of an outbox. */
  sendText(text: string): void;
  /** A serialised signal; dropped when the session has not taken what came before. */
  sendSignal(text: string): void;
  /** A place is kept for it; what it did is told to the place from now on. Messages are still refused. */
  enter(place: Place): void;
  /** The place is ready: messages go there. Call it just before what tells the person so. */
  seated(): void;
  /** It waits for a place; what it says meanwhile is told to `place`. Call it just before what tells the person so. */
  wait(place: WaitingPlace): void;
  /** It gets no place; it may ask again. Whoever waits goes on waiting, unless it is this that they waited for. */
  refuse(code: ErrorCode, details?: RefusalDetails): void;
  /** Ends it, with an `error` before when there is something to say. Idempotent; the place hears nothing of it. */
  close(code: number, error?: ErrorCode, details?: ErrorDetails): void;
}

/** Who did it, by name, and why. */
export interface ErrorDetails {
  readonly by?: string;
  readonly reason?: string;
}

export interface RefusalDetails {
  readonly retryAfterMs?: number | undefined;
  /** The moderators may be asked. */
  readonly canKnock?: boolean;
}

/** What a session that waits can do. Nothing here has any effect once it got a place or does not wait any more. */
export interface WaitingPlace {
  /** To the moderators. The code of a refusal. */
  say(text: string): ErrorCode | undefined;
  /** The person waits no more. */
  leave(): void;
  /** The session is lost, without a word. */
  lost(): void;
}

/** What a session that has a seat can do with it. After the seat went to another session nothing here has any effect. */
export interface Place {
  command(id: CommandId, command: Command): void;
  media(generation: Generation, action: ClientMediaAction): void;
  /** To the other end of a direct connection. */
  p2p(generation: Generation, action: P2pAction): void;
  /** Something said in passing. */
  signal(signal: ClientSignal): void;
  /** The person gives the seat up; `closed`: their page went away and may be loaded again. */
  leave(reason: 'left' | 'closed'): void;
  /** The session is lost, without a word; the seat is kept for a while. */
  lost(): void;
}

export interface JoinRequest {
  readonly displayName: string;
  readonly rtpCapabilities: RtpCapabilities;
  /** Agrees to direct connections. */
  readonly p2p: boolean;
  /** The token of a seat, or of a place of somebody who waits, that was lost. */
  readonly restore?: string | undefined;
  readonly password?: string | undefined;
  readonly jwt?: string | undefined;
  /** The secret of an invitation. */
  readonly invitation?: string | undefined;
  /** Asks the moderators to be let in. */
  readonly knock?: boolean | undefined;
}

export interface ResumeRequest {
  readonly token: string;
  readonly epoch: Incarnation;
  readonly seq: number;
  readonly media?: MediaInventory | undefined;
}

/** Where sessions ask for a place. Both answer through the session: `enter` and `seated`, `wait`, or `refuse`. `room` is normalised. */
export interface Reception {
  readonly rtpCapabilities: RtpCapabilities;
  join(session: Session, room: string, request: JoinRequest): void;
  resume(session: Session, room: string, request: ResumeRequest): void;
}
