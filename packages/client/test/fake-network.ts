import { clientMessage, type ClientMessage, type ServerMessage } from '@treff/protocol';
import type { OpenSocket, SocketHandlers } from '../src/core/index.ts';

/** The server's end of a connection that a client opened; text moves only when a test says so. */
export class FakeConnection {
  readonly #handlers: SocketHandlers;
  readonly #sent: ClientMessage[] = [];
  #state: 'opening' | 'open' | 'closed' = 'opening';
  /** The code with which the client closed it. */
  closedWith: number | undefined;

  constructor(handlers: SocketHandlers) {
    this.#handlers = handlers;
  }

  get open(): boolean {
    return this.#state === 'open';
  }

  accept(): void {
    this.#state = 'open';
    this.#handlers.open();
  }

  /** Hands a message to the client, as text, the way it would travel. */
  send(message: ServerMessage): void {
    this.sendText(JSON.stringify(message));
  }

  sendText(text: string): void {
    if (this.#state === 'open') this.#handlers.message(text);
  }

  /** The connection breaks or the server closes it. */
  close(code: number): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#handlers.close(code);
  }

  /** What the client sent since the last call. */
  take(): ClientMessage[] {
    return this.#sent.splice(0);
  }

  receive(text: string): void {
    if (this.#state === 'open') this.#sent.push(clientMessage.parse(JSON.parse(text)));
  }

  closeByClient(code: number): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.closedWith = code;
    // A browser reports the close of its own making as well, later; a client must not take it for another socket's.
    this.#handlers.close(code);
  }
}

/** Where a client under test connects to. */
export class FakeNetwork {
  readonly connections: FakeConnection[] = [];

  readonly openSocket: OpenSocket = (_url, handlers) => {
    const connection = new FakeConnection(handlers);
    this.connections.push(connection);
    return {
      send: (text) => connection.receive(text),
      close: (code) => connection.closeByClient(code),
    };
  };

  /** The newest connection. */
  get last(): FakeConnection {
    const connection = this.connections.at(-1);
    if (connection === undefined) throw new Error('nobody has connected');
    return connection;
  }
}
