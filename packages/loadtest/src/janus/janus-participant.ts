import { createHash } from 'node:crypto';
import { NativePeer } from '@treff/peer';
import { makeSourceId, participantId, type MediaOffer, type TransportParameters } from '@treff/protocol';
import {
  paceOf,
  type JoinTimes,
  type Participant,
  type ParticipantOptions,
  type Progress,
} from '../participant.ts';
import { Reception } from '../reception.ts';
import { prepareSending, type Sending } from '../sending.ts';
import {
  JANUS_CAPABILITIES,
  publisherOffer,
  remoteTransport,
  sectionsOf,
  subscriberAnswer,
  type LocalTransport,
  type Section,
} from './sdp.ts';
import { JanusError, JanusSession, type RoomData } from './signalling.ts';

/** What those are called of whom something comes. */
const SENDS = 'sends';
/** VideoRoom's number for a room that is there already. */
const ROOM_EXISTS = 427;

/**
 * A participant of a room of Janus' VideoRoom, for comparison: publishes over one connection and receives all others over a second one, once all
 * of them have come. Janus has to be ICE-lite. Neither simulcast nor a choice of pictures: everybody receives everything.
 */
export class JanusParticipant implements Participant {
  readonly reception = new Reception();
  readonly times: JoinTimes = { joinedMs: undefined, connectedMs: undefined };
  setOutMs = 0;
  #progress: Progress = { name: 'coming' };
  readonly #options: ParticipantOptions;
  readonly #feeds = new Set<number>();
  readonly #everybody = Promise.withResolvers<void>();
  #session: JanusSession | undefined;
  #peer: NativePeer | undefined;
  #sending: Sending | undefined;

  constructor(options: ParticipantOptions) {
    this.#options = options;
  }

  get progress(): Progress {
    return this.#progress;
  }

  get packetsSent(): number {
    return this.#peer?.packetsSent ?? 0;
  }

  setOut(): void {
    this.setOutMs = performance.now();
    this.#join().catch((error: unknown) => {
      this.fail(error instanceof JanusError ? `janus/${error.code}` : 'janus/failed');
    });
  }

  leave(): void {
    if (this.#progress.name === 'gone') return;
    if (this.#progress.name !== 'failed') this.#progress = { name: 'gone' };
    this.#end();
  }

  fail(code: string): void {
    if (this.#progress.name === 'gone' || this.#progress.name === 'failed') return;
    this.#progress = { name: 'failed', code };
    this.#end();
  }

  #end(): void {
    this.#sending?.stop();
    const now = performance.now();
    for (const stream of this.#peer?.streams.values() ?? []) this.reception.remove(stream, now);
    this.#peer?.close();
    this.#session?.close();
  }

  async #join(): Promise<void> {
    const { plan, part, wheel, random } = this.#options;
    const session = await JanusSession.open(plan.url.replace(/^http/, 'ws'), {
      event: (_, data) => this.#note(data),
      lost: () => this.fail('janus/lost'),
    });
    this.#session = session;
    if (this.#progress.name !== 'coming') return session.close();
    const publisher = await session.attach();
    const room = numberOf(part.room);
    await session
      .request(publisher, {
        request: 'create',
        room,
        publishers: plan.participants,
        videocodec: 'vp8',
        bitrate: 0,
      })
      .catch((error: unknown) => {
        // Whoever comes first makes it.
        if (!(error instanceof JanusError && error.code === ROOM_EXISTS)) throw error;
      });
    const joined = await session.request(publisher, {
      request: 'join',
      ptype: 'publisher',
      room,
      display: this.#sends ? SENDS : 'listens',
    });
    this.times.joinedMs = performance.now() - this.setOutMs;
    this.#note(joined.data);

    // What the transports have to know comes while they are connected.
    const offer = { generation: 1, send: blank(), receive: blank(), consumers: [] } satisfies MediaOffer;
    const peer = new NativePeer({
      offer,
      capabilities: JANUS_CAPABILITIES,
      connect: async (role, dtls, ice) => {
        if (role === 'send')
          Object.assign(offer.send, await this.#publish(session, publisher, { dtls, ice }));
        else Object.assign(offer.receive, await this.#subscribe(session, room, joined.data, { dtls, ice }));
      },
      every: paceOf(wheel, random),
      onPacket: this.reception.take,
      onLost: () => this.fail('media/transport-failed'),
    });
    this.#peer = peer;
    this.#sending = prepareSending(peer, this.#options);
    this.#look();
    await peer.connect();
    if (this.#progress.name !== 'coming') return peer.close();
    this.times.connectedMs = performance.now() - this.setOutMs;
    this.#progress = { name: 'there' };
  }

  async #publish(
    session: JanusSession,
    handle: number,
    transport: LocalTransport,
  ): Promise<TransportParameters> {
    const { microphone, camera } = this.#sending ?? {};
    const sources = [microphone, camera].flatMap((source) => source ?? []);
    // Janus wants an offer of something; nobody will ask for it.
    const silent = sources.length === 0 && this.#peer !== undefined ? [this.#peer.audio()] : [];
    const sdp = publisherOffer(transport, [...sources, ...silent]);
    const reply = await session.request(handle, { request: 'publish' }, { type: 'offer', sdp });
    session.completed(handle);
    if (reply.sdp === undefined) throw new Error('Janus did not answer the offer');
    // Frames that come before DTLS is done are dropped by the peer.
    this.#sending?.start();
    return remoteTransport(reply.sdp);
  }

  async #subscribe(
    session: JanusSession,
    room: number,
    { private_id }: RoomData,
    transport: LocalTransport,
  ): Promise<TransportParameters> {
    await this.#everybody.promise;
    const handle = await session.attach();
    const streams = [...this.#feeds].map((feed) => ({ feed }));
    const offered = await session.request(handle, {
      request: 'join',
      ptype: 'subscriber',
      room,
      private_id,
      streams,
    });
    if (offered.sdp === undefined) throw new Error('Janus did not offer');
    const sections = sectionsOf(offered.sdp);
    for (const [index, section] of sections.entries()) {
      const stream = this.#peer?.consume(consumerOf(section, index));
      if (stream !== undefined) this.reception.add(stream);
    }
    await session.request(
      handle,
      { request: 'start' },
      { type: 'answer', sdp: subscriberAnswer(transport, sections) },
    );
    session.completed(handle);
    return remoteTransport(offered.sdp);
  }

  #note({ publishers = [] }: RoomData): void {
    for (const { id, display } of publishers) if (display === SENDS) this.#feeds.add(id);
    this.#look();
  }

  #look(): void {
    const { plan } = this.#options;
    const senders = Math.min(
      plan.participants,
      Math.max(plan.video ? plan.senders : 0, plan.audio ? plan.talkers : 0),
    );
    if (this.#peer !== undefined && this.#feeds.size >= senders - (this.#sends ? 1 : 0))
      this.#everybody.resolve();
  }

  get #sends(): boolean {
    const { plan, part } = this.#options;
    return part.sendsVideo || (plan.audio !== undefined && part.microphone.state === 'talks');
  }
}

/** Rooms of Janus have numbers. */
function numberOf(room: string): number {
  return createHash('sha256').update(room).digest().readUIntBE(0, 6);
}

function blank(): TransportParameters {
  return {
    id: '',
    iceParameters: { usernameFragment: '', password: '' },
    iceCandidates: [],
    dtlsParameters: { fingerprints: [] },
  };
}

function consumerOf(
  { mid, kind, ssrc, payloadType }: Section,
  index: number,
): MediaOffer['consumers'][number] {
  const source = kind === 'audio' ? 'microphone' : 'camera';
  return {
    id: mid,
    // Janus' feeds are not Treff's participants; only the kind is looked at.
    source: makeSourceId(participantId.parse('00000000'), source, index),
    kind: source,
    rtpParameters: {
      codecs: [
        kind === 'audio'
          ? { mimeType: 'audio/opus', payloadType, clockRate: 48_000, channels: 2 }
          : { mimeType: 'video/VP8', payloadType, clockRate: 90_000, rtcpFeedback: [{ type: 'nack' }] },
      ],
      encodings: [{ ssrc }],
    },
  };
}
