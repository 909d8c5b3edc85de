import * as z from 'zod/mini';

/** Milliseconds that Janus has for an answer. */
const ANSWER_MS = 10_000;
/** Milliseconds between signs of life; without one for 60 s Janus ends a session. */
const KEEPALIVE_MS = 20_000;

const id = z.number();
const feed = z.object({ id, display: z.optional(z.string()) });

/** What is understood of VideoRoom's answers and events. */
const roomData = z.object({
  videoroom: z.optional(z.string()),
  id: z.optional(id),
  private_id: z.optional(z.number()),
  publishers: z.optional(z.array(feed)),
  error_code: z.optional(z.number()),
  error: z.optional(z.string()),
});
export type RoomData = z.infer<typeof roomData>;

const message = z.object({
  janus: z.string(),
  transaction: z.optional(z.string()),
  sender: z.optional(id),
  data: z.optional(z.object({ id })),
  plugindata: z.optional(z.object({ data: roomData })),
  jsep: z.optional(z.object({ type: z.string(), sdp: z.string() })),
  error: z.optional(z.object({ code: z.number(), reason: z.string() })),
});

export interface Reply {
  readonly data: RoomData;
  /** Janus' offer or answer. */
  readonly sdp: string | undefined;
}

/** Janus refused: `code` is its own number. */
export class JanusError extends Error {
  readonly code: number;

  constructor(code: number, reason: string) {
    super(`Janus refused (${code}): ${reason}`);
    this.name = 'JanusError';
    this.code = code;
  }
}

/** One session with Janus over its WebSocket transport, with handles of the VideoRoom plugin. */
export class JanusSession {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<string, (reply: z.infer<typeof message>) => void>();
  readonly #onEvent: (handle: number, data: RoomData) => void;
  readonly #timer: NodeJS.Timeout;
  #session = 0;
  #transactions = 0;

  /** `lost` is called when the socket closes unasked. */
  static async open(
    url: string,
    handlers: { readonly event: (handle: number, data: RoomData) => void; readonly lost: () => void },
  ): Promise<JanusSession> {
    const socket = new WebSocket(url, 'janus-protocol');
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve, { once: true });
      socket.addEventListener('error', () => reject(new Error('Janus does not answer')), { once: true });
    });
    const session = new JanusSession(socket, handlers);
    session.#session = (await session.#ask({ janus: 'create' })).data?.id ?? 0;
    return session;
  }

  private constructor(
    socket: WebSocket,
    handlers: { readonly event: (handle: number, data: RoomData) => void; readonly lost: () => void },
  ) {
    this.#socket = socket;
    this.#onEvent = handlers.event;
    socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => this.#receive(String(data)));
    socket.addEventListener('close', () => {
      clearInterval(this.#timer);
      handlers.lost();
    });
    this.#timer = setInterval(() => this.#send({ janus: 'keepalive' }), KEEPALIVE_MS);
  }

  /** A new handle of VideoRoom. */
  async attach(): Promise<number> {
    const reply = await this.#ask({ janus: 'attach', plugin: 'janus.plugin.videoroom' });
    return reply.data?.id ?? 0;
  }

  /** Asks VideoRoom; rejects with a {@link JanusError} for what it refuses. */
  async request(
    handle: number,
    body: Readonly<Record<string, unknown>>,
    jsep?: { readonly type: 'offer' | 'answer'; readonly sdp: string },
  ): Promise<Reply> {
    const reply = await this.#ask({ janus: 'message', handle_id: handle, body, ...(jsep && { jsep }) });
    const data = reply.plugindata?.data ?? {};
    if (data.error_code !== undefined) throw new JanusError(data.error_code, data.error ?? '');
    return { data, sdp: reply.jsep?.sdp };
  }

  /** Tells that no more candidates come. */
  completed(handle: number): void {
    this.#send({ janus: 'trickle', handle_id: handle, candidate: { completed: true } });
  }

  /** Ends the session with all its handles. */
  close(): void {
    clearInterval(this.#timer);
    if (this.#socket.readyState === WebSocket.OPEN) this.#send({ janus: 'destroy' });
    this.#socket.close();
  }

  #ask(content: Readonly<Record<string, unknown>>): Promise<z.infer<typeof message>> {
    const { promise, resolve, reject } = Promise.withResolvers<z.infer<typeof message>>();
    const transaction = this.#send(content);
    const timer = setTimeout(() => {
      this.#waiting.delete(transaction);
      reject(new Error('Janus does not answer'));
    }, ANSWER_MS);
    this.#waiting.set(transaction, (reply) => {
      clearTimeout(timer);
      this.#waiting.delete(transaction);
      if (reply.error === undefined) resolve(reply);
      else reject(new JanusError(reply.error.code, reply.error.reason));
    });
    return promise;
  }

  #send(content: Readonly<Record<string, unknown>>): string {
    this.#transactions += 1;
    const transaction = String(this.#transactions);
    const session = this.#session === 0 ? {} : { session_id: this.#session };
    this.#socket.send(JSON.stringify({ transaction, ...session, ...content }));
    return transaction;
  }

  #receive(text: string): void {
    const parsed = message.safeParse(JSON.parse(text));
    if (!parsed.success) return;
    const reply = parsed.data;
    // The answer of a plugin comes after this, under the same transaction.
    if (reply.janus === 'ack') return;
    const waiting = reply.transaction === undefined ? undefined : this.#waiting.get(reply.transaction);
    if (waiting !== undefined) waiting(reply);
    else if (reply.janus === 'event' && reply.sender !== undefined && reply.plugindata !== undefined)
      this.#onEvent(reply.sender, reply.plugindata.data);
  }
}
