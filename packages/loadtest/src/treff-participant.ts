import { openWebSocket, Session, systemClock, type OpenSocket, type SessionEvent } from '@treff/client/core';
import { NativePeer, nativeRtpCapabilities } from '@treff/peer';
import {
  codeOf,
  LIMITS,
  makeSourceId,
  mediaKindOf,
  type ClientMediaAction,
  type MediaInventory,
  type Publication,
  type ConferenceView,
  type Generation,
  type MediaOffer,
  type ReceiverConstraints,
  type RtpCapabilities,
  type ServerMediaAction,
} from '@treff/protocol';
import { paceOf, type Participant, type ParticipantOptions, type Progress } from './participant.ts';
import { Reception } from './reception.ts';
import { shown } from './shown.ts';
import { prepareSending, type Sending } from './sending.ts';

/**
 * Milliseconds between two messages that start what has come, or ask for other pictures: in a meeting that fills up, one for each newcomer
 * would be more than the server takes of one client.
 */
const LOOK_MS = 250;

/** What lives as long as one generation of transports. */
interface Media {
  readonly generation: Generation;
  /** Undefined until its transports are connected. */
  peer: NativePeer | undefined;
  sending: Sending | undefined;
  /** What the server said until then. */
  readonly waiting: ServerMediaAction[];
  /** Consumers that are set up and not started yet. */
  starts: string[];
  readonly publications: Publication[];
  startedMs: number;
}

/** A participant of a Treff meeting: signalling by the client's own session, media by a native peer. It never agrees to a direct connection. */
export class TreffParticipant implements Participant {
  readonly reception = new Reception();
  readonly times = {
    joinedMs: undefined as number | undefined,
    connectedMs: undefined as number | undefined,
  };
  interruptions = 0;
  setOutMs = 0;
  #progress: Progress = { name: 'coming' };
  readonly #options: ParticipantOptions;
  readonly #session: Session;
  #capabilities: RtpCapabilities = {};
  #media: Media | undefined;
  #packetsBefore = 0;
  #sourceIndex = 0;
  #constraints = '';
  #isInterrupted = false;
  readonly #stopLooking: () => void;

  constructor(options: ParticipantOptions & { readonly openSocket?: OpenSocket }) {
    this.#options = options;
    const { plan, part, wheel, random } = options;
    this.#session = new Session({
      url: `${plan.url.replace(/^http/, 'ws').replace(/\/$/, '')}/ws`,
      room: part.room,
      openSocket: options.openSocket ?? openWebSocket,
      clock: systemClock,
      random,
      log: () => undefined,
      inventory: () => this.#inventory(),
      handle: (event) => this.#handle(event),
    });
    this.#stopLooking = paceOf(wheel, random)(LOOK_MS, () => this.#look());
  }

  get progress(): Progress {
    return this.#progress;
  }

  get packetsSent(): number {
    return this.#packetsBefore + (this.#media?.peer?.packetsSent ?? 0);
  }

  setOut(): void {
    this.setOutMs = performance.now();
    this.#session.start();
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
    this.#stopLooking();
    this.#closeMedia();
    this.#session.leave();
  }

  #handle(event: SessionEvent): void {
    if (this.#progress.name === 'gone' || this.#progress.name === 'failed') return;
    switch (event.type) {
      case 'state':
        this.#follow();
        break;
      case 'seated':
        this.times.joinedMs ??= performance.now() - this.setOutMs;
        void this.#open(event.media);
        break;
      case 'media':
        this.#receive(event.generation, event.body);
        break;
      case 'caught-up':
        this.#repeat();
        break;
      case 'p2p':
      case 'ice-servers':
      case 'signal':
      case 'happened':
        break;
    }
  }

  #follow(): void {
    const { state } = this.#session;
    switch (state.name) {
      case 'greeted':
        this.#capabilities = state.rtpCapabilities;
        this.#session.join({
          displayName: this.#options.part.displayName,
          rtpCapabilities: nativeRtpCapabilities(state.rtpCapabilities, {
            estimate: this.#options.plan.estimate,
          }),
          p2p: false,
        });
        break;
      case 'barred':
        this.fail(state.code);
        break;
      case 'waiting':
        this.fail(state.for === 'host' ? 'room/host-required' : 'room/knock-required');
        break;
      case 'closed':
        this.fail(state.end.reason === 'refused' ? state.end.code : state.end.reason);
        break;
      case 'resuming':
        // Each attempt tells it anew.
        if (!this.#isInterrupted) this.interruptions += 1;
        this.#isInterrupted = true;
        break;
      case 'joined':
        this.#isInterrupted = false;
        break;
      case 'connecting':
      case 'joining':
        break;
    }
  }

  async #open(offer: MediaOffer): Promise<void> {
    this.#closeMedia();
    const { generation } = offer;
    const media: Media = {
      generation,
      peer: undefined,
      sending: undefined,
      waiting: [],
      starts: [],
      publications: [],
      startedMs: 0,
    };
    this.#media = media;
    // Before anything is connected: what is not looked at then never comes.
    this.#constraints = '';
    this.#look();
    const { wheel, random } = this.#options;
    try {
      const peer = await NativePeer.open({
        offer,
        capabilities: this.#capabilities,
        connect: (transport, dtlsParameters) => {
          this.#say(media, { action: 'connect', transport, dtlsParameters });
          return Promise.resolve();
        },
        every: paceOf(wheel, random),
        onPacket: this.reception.take,
        onLost: () => {
          if (this.#media === media) this.fail('media/transport-failed');
        },
      });
      if (this.#media !== media) return peer.close();
      media.peer = peer;
      for (const stream of peer.streams.values()) this.reception.add(stream);
      for (const body of media.waiting) this.#apply(media, peer, body);
      this.#publish(media, peer);
      this.times.connectedMs ??= performance.now() - this.setOutMs;
      this.#progress = { name: 'there' };
    } catch (error) {
      if (this.#media === media) this.fail(codeOf(error));
    }
  }

  #closeMedia(): void {
    const media = this.#media;
    this.#media = undefined;
    if (media?.peer === undefined) return;
    media.sending?.stop();
    const now = performance.now();
    for (const stream of media.peer.streams.values()) this.reception.remove(stream, now);
    this.#packetsBefore += media.peer.packetsSent;
    media.peer.close();
  }

  #receive(generation: Generation, body: ServerMediaAction): void {
    if (body.action === 'offer') {
      if (generation > (this.#media?.generation ?? 0)) void this.#open(body.offer);
      return;
    }
    const media = this.#media;
    if (media?.generation !== generation) return;
    if (media.peer === undefined) media.waiting.push(body);
    else this.#apply(media, media.peer, body);
  }

  #apply(media: Media, peer: NativePeer, body: ServerMediaAction): void {
    switch (body.action) {
      case 'consumers-added': {
        for (const consumer of body.consumers) this.reception.add(peer.consume(consumer));
        media.starts.push(...body.consumers.map(({ id }) => id));
        this.#start(media);
        break;
      }
      case 'consumers-removed':
        for (const id of body.consumers) {
          const stream = peer.streams.get(id);
          if (stream !== undefined) this.reception.remove(stream, performance.now());
          peer.unconsume(id);
        }
        break;
      case 'source-refused':
      case 'failed':
        this.#refused(media, body);
        break;
      // Sends what it was told to send, also what nobody wants and as large as it is: the load is that of the options.
      case 'sender-constraints':
      case 'forwarded':
      case 'offer':
      case 'ice-restarted':
        break;
    }
  }

  /** At once, unless others were started just now: then {@link #look} does it. */
  #start(media: Media): void {
    const now = performance.now();
    if (media.starts.length === 0 || now - media.startedMs < LOOK_MS) return;
    media.startedMs = now;
    const ids = media.starts;
    media.starts = [];
    for (let first = 0; first < ids.length; first += LIMITS.constraintSources) {
      this.#say(media, { action: 'start', consumers: ids.slice(first, first + LIMITS.constraintSources) });
    }
  }

  /** A source that went under with a socket is published again; everything else is the end. */
  #refused(media: Media, body: Extract<ServerMediaAction, { action: 'source-refused' | 'failed' }>): void {
    const lost = media.publications.find(
      ({ source }) => body.action === 'source-refused' && source === body.source,
    );
    if (lost === undefined || body.code !== 'source/unknown') this.fail(body.code);
    else this.#say(media, { action: 'publish', publication: lost });
  }

  #publish(media: Media, peer: NativePeer): void {
    const sending = prepareSending(peer, this.#options);
    media.sending = sending;
    const { microphone, camera } = sending;
    if (microphone !== undefined) {
      const muted = this.#options.part.microphone.state === 'muted';
      this.#announce(media, { kind: 'microphone', rtpParameters: microphone.rtpParameters, muted });
    }
    if (camera !== undefined) {
      this.#announce(media, {
        kind: 'camera',
        rtpParameters: camera.rtpParameters,
        muted: false,
        height: 720,
      });
    }
    sending.start();
  }

  #announce(media: Media, publication: Omit<Publication, 'source'>): void {
    const view = this.#view();
    if (view === undefined) return;
    const source = makeSourceId(view.self, publication.kind, this.#sourceIndex++);
    media.publications.push({ ...publication, source });
    this.#say(media, { action: 'publish', publication: { ...publication, source } });
  }

  /** Whether it was handed to a socket. */
  #say({ generation }: Media, action: ClientMediaAction): boolean {
    return this.#session.sendMedia(generation, action);
  }

  /** After a lost socket: says again what may have been lost with it. */
  #repeat(): void {
    const media = this.#media;
    if (media?.peer === undefined) return;
    this.#constraints = '';
    media.starts = [...media.peer.streams.keys()];
    media.startedMs = 0;
    this.#look();
  }

  #inventory(): MediaInventory | undefined {
    const media = this.#media;
    if (media?.peer === undefined) return undefined;
    const { generation, publications } = media;
    return {
      generation,
      publishing: publications.map(({ source }) => source),
      consuming: [...media.peer.streams.keys()],
    };
  }

  #view(): ConferenceView | undefined {
    const { state } = this.#session;
    return state.name === 'joined' || state.name === 'resuming' ? state.view : undefined;
  }

  /** Starts what waits for it, and asks for other pictures if others are to be looked at. */
  #look(): void {
    const view = this.#view();
    if (view === undefined || this.#media === undefined) return;
    this.#start(this.#media);
    const { height } = this.#options.plan;
    const { show } = this.#options.part;
    const constraints: ReceiverConstraints =
      show === undefined ? { defaultMaxHeight: height, maxHeights: {} } : shown(view, show, height);
    const text = JSON.stringify(constraints);
    if (text === this.#constraints) return;
    this.reception.isAsked = ({ consumer: { source, kind } }) =>
      mediaKindOf(kind) === 'audio' || (constraints.maxHeights[source] ?? constraints.defaultMaxHeight) > 0;
    if (this.#say(this.#media, { action: 'constraints', constraints })) this.#constraints = text;
  }
}
