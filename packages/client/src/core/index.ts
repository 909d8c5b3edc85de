export { systemClock, type Clock } from './clock.ts';
export type { Log } from './log.ts';
export {
  Session,
  type Barred,
  type JoinRequest,
  type SessionEnd,
  type SessionEvent,
  type SessionOptions,
  type SessionState,
  type Waiting,
} from './session.ts';
export { openWebSocket, type OpenSocket, type Socket, type SocketHandlers } from './socket.ts';
