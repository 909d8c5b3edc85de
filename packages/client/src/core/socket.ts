/** One connection that carries text, in order. The session owns it. */
export interface Socket {
  /** Hands the text over for sending. Only after `open`; does nothing once closed. */
  send(text: string): void;
  /** Ends it. `code`: 1000 or 3000 to 4999. What was sent before still goes out. Idempotent. */
  close(code: number): void;
}

export interface SocketHandlers {
  open(): void;
  message(text: string): void;
  /** Exactly once, also when it never opened. `code` as in RFC 6455 section 7.4; 1006 when nobody said goodbye. */
  close(code: number): void;
}

/** Starts to connect. No handler is called synchronously. */
export type OpenSocket = (url: string, handlers: SocketHandlers) => Socket;

/** The WebSocket of the browser or of Node 22 and later. Binary messages are passed over: the protocol has none. */
export const openWebSocket: OpenSocket = (url, handlers) => {
  const socket = new WebSocket(url);
  socket.addEventListener('open', () => handlers.open());
  socket.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (typeof event.data === 'string') handlers.message(event.data);
  });
  // An `error` event says nothing of its own; `close` always follows it.
  socket.addEventListener('close', (event) => handlers.close(event.code));
  return {
    send(text) {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: (code) => socket.close(code),
  };
};
