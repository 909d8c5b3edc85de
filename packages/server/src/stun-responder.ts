import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Clock } from './clock.ts';
import type { Logger } from './logger.ts';
import { answerBinding } from './stun-message.ts';
import { StunRate } from './stun-rate.ts';

export interface StunResponder {
  /** UDP. */
  readonly port: number;
  /** Idempotent. */
  stop(): Promise<void>;
}

export interface StunResponderOptions {
  /** 0: any free one. */
  readonly port: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * A STUN server (RFC 8489 section 12) on every interface, IPv4 and IPv6: tells browsers how the world sees them. Nothing is logged of single requests.
 * Rejects when the port is taken; a machine without IPv6 is served over IPv4 alone.
 */
export async function startStunResponder({
  port,
  clock,
  logger,
}: StunResponderOptions): Promise<StunResponder> {
  const rate = new StunRate(clock.now());
  const open = async (type: 'udp4' | 'udp6', port: number): Promise<Socket> => {
    const socket = createSocket({ type, ipv6Only: type === 'udp6' });
    socket.bind(port);
    try {
      await once(socket, 'listening');
    } catch (error) {
      await close(socket);
      throw error;
    }
    // The responder is no reason for the process to go on, and an error of its socket none to end.
    socket.unref();
    socket.on('error', (error) => logger.warn({ err: error }, 'the STUN socket failed'));
    socket.on('message', (datagram, sender) => {
      const answer = answerBinding(datagram, sender);
      if (answer === undefined || !rate.take(sender.address, clock.now())) return;
      // An answer that cannot be sent is as good as a lost one: the client asks again.
      socket.send(answer, sender.port, sender.address, () => undefined);
    });
    return socket;
  };
  const first = await open('udp4', port);
  const sockets = [first];
  const bound = first.address().port;
  try {
    sockets.push(await open('udp6', bound));
  } catch (error) {
    if (!isWithoutIpv6(error)) {
      await close(first);
      throw error;
    }
    logger.info({ err: error }, 'STUN is answered over IPv4 alone');
  }
  let stopped: Promise<unknown> | undefined;
  return {
    port: bound,
    stop: async () => {
      await (stopped ??= Promise.all(sockets.map(close)));
    },
  };
}

function isWithoutIpv6(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'EAFNOSUPPORT' || error.code === 'EADDRNOTAVAIL')
  );
}

async function close(socket: Socket): Promise<void> {
  const closed = once(socket, 'close');
  socket.close();
  await closed;
}
