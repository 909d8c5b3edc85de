import { isIP } from 'node:net';
import { PeerConnection, Video, type Track } from 'node-datachannel';
import {
  TreffError,
  type DtlsParameters,
  type IceParameters,
  type TransportParameters,
} from '@treff/protocol';
import { TcpRelay } from './tcp-relay.ts';
import { localDtlsParameters, localIceParameters, MID, PAYLOAD_TYPE, remoteAnswer } from './sdp.ts';

export interface NativeTransportOptions {
  /** Which of the server's candidates to use. Default `udp`; over `tcp` the first one of the local address's family, and the
   * peer is the active side (RFC 6544). */
  readonly protocol?: 'udp' | 'tcp';
  /** Local address to send from. Default: whatever the route to the server takes. */
  readonly bindAddress?: string;
  /** One RTP or RTCP packet, decrypted. Not called after {@link NativeTransport.close}. */
  readonly onPacket: (packet: Buffer) => void;
  /** ICE or DTLS failed, or the server ended DTLS, after the transport was connected. */
  readonly onLost?: () => void;
}

type State = 'new' | 'connecting' | 'connected' | 'lost' | 'closed';

let open = 0;

/** How many transports of this process are not closed: what a test compares with zero. */
export function openNativeTransports(): number {
  return open;
}

/**
 * ICE, DTLS and SRTP with an ICE-lite server, for raw RTP and RTCP packets. The native library keeps the event loop alive from the
 * first transport of a process on, even when all are closed (its `cleanup()` ends the process with it): such a process has to be ended by
 * `process.exit`. It can't restart ICE.
 */
export class NativeTransport {
  /** For the server, before {@link NativeTransport.connect}. */
  readonly dtlsParameters: DtlsParameters;
  /** The same, for a server that wants to know whom it hears. */
  readonly iceParameters: IceParameters;
  readonly #parameters: TransportParameters;
  readonly #options: NativeTransportOptions;
  readonly #connection: PeerConnection;
  readonly #track: Track;
  readonly #connected = Promise.withResolvers<void>();
  #relay: TcpRelay | undefined;
  #state: State = 'new';

  constructor(parameters: TransportParameters, options: NativeTransportOptions) {
    this.#parameters = parameters;
    this.#options = options;
    const bind = options.protocol === 'tcp' ? '127.0.0.1' : options.bindAddress;
    this.#connection = new PeerConnection('treff', {
      iceServers: [],
      disableAutoNegotiation: true,
      ...(bind === undefined ? {} : { bindAddress: bind }),
    });
    open += 1;
    const media = new Video(MID, 'SendRecv');
    media.addVP8Codec(PAYLOAD_TYPE);
    this.#track = this.#connection.addTrack(media);
    this.#track.onMessage((packet) => {
      if (this.#state === 'connected') options.onPacket(packet);
    });
    this.#track.onOpen(() => {
      if (this.#state !== 'connecting') return;
      this.#state = 'connected';
      this.#connected.resolve();
    });
    this.#connection.onStateChange((state) => {
      if (state === 'failed' || state === 'closed') this.#lose();
    });
    // A rejection that nobody awaits, because the transport was closed first, is not an error of the process.
    void this.#connected.promise.catch(() => undefined);
    try {
      this.#connection.setLocalDescription('offer');
      const { sdp = '' } = this.#connection.localDescription() ?? {};
      this.dtlsParameters = localDtlsParameters(sdp);
      this.iceParameters = localIceParameters(sdp);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  get state(): State {
    return this.#state;
  }

  /**
   * Begins ICE and DTLS with what the server's parameters are by now; it should expect them: its first answer else comes a retransmission later. Resolves when
   * packets can flow; rejects with `media/transport-failed`, and closes, if they cannot after `timeoutMs`.
   */
  async connect(timeoutMs = 10_000): Promise<void> {
    if (this.#state !== 'new') throw new TreffError('media/transport-failed', `transport is ${this.#state}`);
    this.#state = 'connecting';
    const timer = setTimeout(() => {
      this.#connected.reject(new TreffError('media/transport-failed', `no DTLS within ${timeoutMs} ms`));
      this.close();
    }, timeoutMs);
    try {
      this.#connection.setRemoteDescription(remoteAnswer(await this.#reachable()), 'answer');
      await this.#connected.promise;
    } catch (error) {
      this.close();
      if (error instanceof TreffError) throw error;
      throw new TreffError('media/transport-failed', 'no way to the server', { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Encrypts and sends one RTP or RTCP packet; the buffer may be used again at once. False if it could not be sent. */
  send(packet: Buffer): boolean {
    if (this.#state !== 'connected') return false;
    try {
      return this.#track.sendMessageBinary(packet);
    } catch {
      // The native side knows before its event comes that the server has ended it.
      return false;
    }
  }

  /** Idempotent. */
  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    open -= 1;
    this.#connected.reject(new TreffError('media/transport-failed', 'closed'));
    this.#track.close();
    this.#connection.close();
    this.#relay?.close();
  }

  /** The server as the native library reaches it. */
  async #reachable(): Promise<TransportParameters> {
    if (this.#options.protocol !== 'tcp') return this.#parameters;
    const { bindAddress } = this.#options;
    const candidate = this.#parameters.iceCandidates.find(
      ({ protocol, address }) =>
        protocol === 'tcp' && (bindAddress === undefined || isIP(bindAddress) === isIP(address)),
    );
    if (candidate === undefined) throw new TreffError('media/transport-failed', 'no TCP candidate');
    const relay = await TcpRelay.open(candidate.address, candidate.port, bindAddress);
    this.#relay = relay;
    if (this.#state !== 'connecting') {
      relay.close();
      throw new TreffError('media/transport-failed', 'closed');
    }
    const local = { ip: '127.0.0.1', address: '127.0.0.1', port: relay.port };
    return { ...this.#parameters, iceCandidates: [{ ...candidate, ...local, protocol: 'udp' }] };
  }

  #lose(): void {
    if (this.#state === 'closed' || this.#state === 'lost') return;
    const wasConnected = this.#state === 'connected';
    this.#state = 'lost';
    this.#connected.reject(new TreffError('media/transport-failed', 'ICE or DTLS failed'));
    if (wasConnected) this.#options.onLost?.();
  }
}
