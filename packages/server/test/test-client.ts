import { applyViewEvent } from '@treff/conference';
import {
  commandId,
  makeSourceId,
  PROTOCOL_VERSION,
  serverMessage,
  type ClientMediaAction,
  type ClientMessage,
  type Command,
  type ConferenceView,
  type ErrorCode,
  type IceServers,
  type LobbyMessage,
  type MediaInventory,
  type MediaOffer,
  type P2pAction,
  type Publication,
  type RtpCapabilities,
  type RtpParameters,
  type ServerMediaAction,
  type ServerMessage,
  type SourceId,
  type SourceKind,
} from '@treff/protocol';
import { WebSocket } from 'ws';
import { SocketSession, type SocketSessionOptions } from '../src/socket-session.ts';

/** The client's end of a connection. */
export interface Line {
  send(text: string): void;
  /** As a page that goes (1000, 1001) or a network that breaks (1006). */
  close(code: number): void;
  onMessage: (text: string) => void;
  onClose: (code: number) => void;
  /** Hands over what came before anybody listened. */
  deliver?: () => void;
}

/** Joined to a session without a socket. What a client sends arrives in the next microtask; `backlog` can be set to play a slow network. */
export class MemoryLine implements Line {
  readonly session: SocketSession;
  backlog = 0;
  onMessage: (text: string) => void = () => {};
  onClose: (code: number) => void = () => {};
  #open = true;

  constructor(
    options: Omit<SocketSessionOptions, 'wire' | 'id' | 'onJoined' | 'onGone' | 'address' | 'identity'> &
      Partial<Pick<SocketSessionOptions, 'onGone' | 'address' | 'identity'>>,
  ) {
    const backlog = () => this.backlog;
    this.session = new SocketSession({
      onJoined: () => {},
      onGone: () => {},
      address: '192.0.2.1',
      identity: async () => undefined,
      ...options,
      id: 1,
      wire: {
        get backlog() {
          return backlog();
        },
        send: (text) => {
          if (this.#open) this.onMessage(text);
        },
        close: (code) => {
          if (!this.#open) return;
          this.#open = false;
          this.onClose(code);
        },
      },
    });
  }

  send(text: string): void {
    if (this.#open) queueMicrotask(() => this.session.receive(text));
  }

  close(code: number): void {
    if (!this.#open) return;
    this.#open = false;
    queueMicrotask(() => this.session.closed(code));
  }
}

/** Over a real WebSocket. Resolves when it is open. */
export async function webSocketLine(url: string, headers: Record<string, string> = {}): Promise<Line> {
  const socket = new WebSocket(url, { headers, perMessageDeflate: false });
  // What comes before somebody listens waits for them.
  const early: string[] = [];
  let closed: number | undefined;
  const line: Line = {
    send: (text) => socket.send(text),
    close: (code) => (code === 1006 ? socket.terminate() : socket.close(code)),
    onMessage: (text) => early.push(text),
    onClose: (code) => (closed = code),
  };
  socket.on('message', (data) => {
    if (Buffer.isBuffer(data)) line.onMessage(data.toString());
  });
  socket.on('close', (code) => line.onClose(code));
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  line.deliver = () => {
    for (const text of early.splice(0)) line.onMessage(text);
    if (closed !== undefined) line.onClose(closed);
  };
  return line;
}

export const OPUS: RtpParameters = {
  mid: '0',
  codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 }],
  encodings: [{ ssrc: 1111 }],
};
export const VP8: RtpParameters = {
  mid: '1',
  codecs: [{ mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000 }],
  encodings: [{ ssrc: 2222 }],
};

/**
 * A client as the protocol describes it, small enough to be seen right: it parses every message by the schema, folds events into a
 * replica, and fails at a gap.
 */
export class TestClient {
  readonly messages: ServerMessage[] = [];
  readonly media: ServerMediaAction[] = [];
  readonly errors: ErrorCode[] = [];
  readonly results = new Map<string, ErrorCode | undefined>();
  readonly pongs: number[] = [];
  /** What it waits for, and what was said meanwhile. */
  waitsFor: 'host' | 'admission' | undefined;
  waitingToken: string | undefined;
  lobby: LobbyMessage[] = [];
  lastError: Extract<ServerMessage, { type: 'error' }> | undefined;
  /** The first thing that the server did wrong. */
  failure: unknown;
  /** Keep no history; for long runs. */
  forgetful = false;
  /** Whether it agrees to direct connections. */
  p2p = false;
  /** Is told of each media message before the client itself does anything about it. */
  onMedia: (body: ServerMediaAction) => void = () => {};
  readonly fromPeer: { generation: number; body: P2pAction }[] = [];
  iceServers: IceServers | undefined;
  seq = 0;
  view: ConferenceView | undefined;
  token = '';
  room = '';
  offer: MediaOffer | undefined;
  rtpCapabilities: RtpCapabilities = {};
  consuming = new Set<string>();
  publishing = new Set<SourceId>();
  closeCode: number | undefined;
  line: Line;
  #commands = 0;
  #sources = 0;

  constructor(line: Line) {
    this.line = line;
    this.attach(line);
  }

  get id() {
    return this.seatView.self;
  }

  get epoch() {
    return this.seatView.epoch;
  }

  get seatView(): ConferenceView {
    if (this.view === undefined) throw new Error('not joined');
    return this.view;
  }

  /** How often a seat was taken back. */
  resumed = 0;

  /** Whom it sees, by name, in order of joining. */
  get names(): string[] {
    return (this.view?.participants ?? []).map(({ displayName }) => displayName);
  }

  /** Goes on over another connection. */
  attach(line: Line): void {
    // Whatever the old connection still brings is nobody's business.
    if (this.line !== line) this.line.onMessage = () => {};
    this.line = line;
    this.closeCode = undefined;
    line.onMessage = (text) => {
      // Not thrown into the server, which is no party to it.
      try {
        this.#receive(serverMessage.parse(JSON.parse(text)));
      } catch (error) {
        this.failure ??= error;
      }
    };
    line.onClose = (code) => {
      this.closeCode = code;
    };
    line.deliver?.();
  }

  send(message: ClientMessage): void {
    this.line.send(JSON.stringify(message));
  }

  hello(room = 'room', protocol = PROTOCOL_VERSION): void {
    this.send({ type: 'hello', protocol, room });
  }

  /** `restore`: the token of a seat that was lost. */
  join(
    displayName: string,
    rtpCapabilities = this.rtpCapabilities,
    restore?: string,
    more: Partial<Extract<ClientMessage, { type: 'join' }>> = {},
  ): void {
    const join = { type: 'join', displayName, rtpCapabilities, p2p: this.p2p, ...more } as const;
    this.send(restore === undefined ? join : { ...join, restore });
  }

  /** Joins with something that is wanted at the door. */
  ask(displayName: string, more: Partial<Extract<ClientMessage, { type: 'join' }>>): void {
    this.join(displayName, undefined, undefined, more);
  }

  resume(changes: Partial<Extract<ClientMessage, { type: 'resume' }>> = {}): void {
    if (this.view === undefined) throw new Error('not joined');
    const media = this.inventory;
    const { epoch } = this.view;
    this.send({
      type: 'resume',
      token: this.token,
      epoch,
      seq: this.seq,
      ...(media && { media }),
      ...changes,
    });
  }

  get inventory(): MediaInventory | undefined {
    if (this.offer === undefined) return undefined;
    const { generation } = this.offer;
    return { generation, publishing: [...this.publishing], consuming: [...this.consuming] };
  }

  command(command: Command, id = `c${++this.#commands}`): string {
    this.send({ type: 'command', id: commandId.parse(id), command });
    return id;
  }

  act(body: ClientMediaAction, generation = this.offer?.generation ?? 0): void {
    this.send({ type: 'media', generation, body });
  }

  publish(kind: SourceKind, changes: Partial<Publication> = {}): SourceId {
    const source = makeSourceId(this.id, kind, this.#sources++);
    const rtpParameters = kind === 'microphone' || kind === 'screenAudio' ? OPUS : VP8;
    const publication = { source, kind, rtpParameters, muted: false, ...changes };
    this.publishing.add(publication.source);
    this.act({ action: 'publish', publication });
    return publication.source;
  }

  #receive(message: ServerMessage): void {
    if (!this.forgetful) this.messages.push(message);
    switch (message.type) {
      case 'welcome':
        this.rtpCapabilities = message.rtpCapabilities;
        this.room = message.room;
        break;
      case 'joined':
        this.view = message.view;
        this.seq = message.seq;
        this.token = message.token;
        this.iceServers = message.iceServers;
        this.#offered(message.media);
        break;
      case 'waiting':
        this.waitsFor = message.for;
        this.waitingToken = message.token;
        this.lobby = [...message.messages];
        break;
      case 'lobby-message':
        this.lobby.push(message.message);
        break;
      case 'resumed':
        this.token = message.token;
        this.resumed++;
        break;
      case 'event':
        this.#number(message.seq);
        if (this.view !== undefined) this.view = applyViewEvent(this.view, message.event);
        break;
      case 'result':
        this.#number(message.seq);
        this.results.set(message.id, message.code);
        break;
      case 'snapshot':
        this.seq = message.seq;
        this.view = message.view;
        break;
      case 'media':
        this.#media(message.body);
        break;
      case 'p2p':
        this.fromPeer.push({ generation: message.generation, body: message.body });
        break;
      case 'ice-servers':
        this.iceServers = message.iceServers;
        break;
      case 'error':
        this.errors.push(message.code);
        this.lastError = message;
        break;
      case 'pong':
        this.pongs.push(message.nonce);
        break;
      case 'signal':
        break;
    }
  }

  #number(seq: number): void {
    if (seq !== this.seq + 1) throw new Error(`a gap: ${seq} after ${this.seq}`);
    this.seq = seq;
  }

  #offered(offer: MediaOffer): void {
    this.offer = offer;
    this.publishing.clear();
    this.consuming = new Set(offer.consumers.map(({ id }) => id));
  }

  #media(body: ServerMediaAction): void {
    if (!this.forgetful) this.media.push(body);
    this.onMedia(body);
    if (body.action === 'offer') this.#offered(body.offer);
    if (body.action === 'consumers-added') {
      for (const { id } of body.consumers) {
        if (this.consuming.has(id)) throw new Error(`consumer ${id} was there already`);
        this.consuming.add(id);
      }
      this.act({ action: 'start', consumers: body.consumers.map(({ id }) => id).slice(0, 500) });
    }
    if (body.action === 'consumers-removed') for (const id of body.consumers) this.consuming.delete(id);
    if (body.action === 'source-refused') this.publishing.delete(body.source);
  }
}

/** Waits until `condition` holds. Rejects after `timeoutMs`. */
export async function until(
  condition: () => boolean,
  what = 'a condition',
  timeoutMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}: ${String(condition)}`);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
