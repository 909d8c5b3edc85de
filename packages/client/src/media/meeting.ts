import type { Device } from 'mediasoup-client';
import { cleanMessage } from '@treff/conference';
import {
  LIMITS,
  codeOf,
  makeSourceId,
  rtpCapabilities as rtpCapabilitiesSchema,
  SOURCE_KINDS,
  type ConferenceView,
  type ErrorCode,
  type IceServers,
  type MediaOffer,
  type ParticipantId,
  type RtpCapabilities,
  type SourceId,
  type SourceKind,
} from '@treff/protocol';
import { Session, type SessionEnd, type SessionEvent } from '../core/index.ts';
import { BridgePath } from './bridge-path.ts';
import { reportOf, trackSources, type Reading } from './connection-report.ts';
import { Devices } from './devices.ts';
import { fittingName } from './display-name.ts';
import { browserEnvironment, type Environment } from './environment.ts';
import { IceServerList } from './ice-server-list.ts';
import { LevelMeter } from './levels.ts';
import { localDevice, localScreen, shared, wishOf } from './local-media.ts';
import { LocalSource } from './local-source.ts';
import type { Meter } from './microphone-meter.ts';
import { recallDirect, rememberDirect } from './remembered-direct.ts';
import { ScreenCapture } from './screen-capture.ts';
import { Shown } from './shown.ts';
import type {
  ConnectionReport,
  CreateMeeting,
  DirectChoice,
  Levels,
  LocalMedia,
  Meeting,
  MeetingOptions,
  MeetingPhase,
  MeetingState,
} from './types.ts';

export const createMeeting: CreateMeeting = (options) => meetingIn(browserEnvironment(), options);

/** A meeting in a given world; for tests. */
export function meetingIn(environment: Environment, options: MeetingOptions): Meeting {
  return new ComposedMeeting(environment, options);
}

/** What belongs to one seat and dies with it. */
interface Seat {
  readonly self: ParticipantId;
  readonly path: BridgePath;
  /** Sources it has had. */
  sources: number;
  /** What the next report on the connection is compared with. */
  reading: Reading | undefined;
}

const DEVICES = ['microphone', 'camera'] as const;
type DeviceKind = (typeof DEVICES)[number];
type End = Extract<MeetingPhase, { name: 'left' | 'failed' }>;

const NO_TRACKS: ReadonlyMap<SourceId, MediaStreamTrack> = new Map();

/** Puts session, devices and media together, and tells the page what comes of them. */
class ComposedMeeting implements Meeting {
  readonly #environment: Environment;
  readonly #options: MeetingOptions;
  readonly #listeners = new Set<() => void>();
  readonly #disposal = new AbortController();
  readonly #devices: Devices;
  readonly #screen: ScreenCapture;
  readonly #sources: Readonly<Record<SourceKind, LocalSource>>;
  readonly #shown: Shown;
  readonly #iceServers: IceServerList;
  readonly #levels: LevelMeter;
  readonly #meters: ReturnType<Environment['createMeters']>;
  #meter: { readonly track: MediaStreamTrack; readonly meter: Meter | undefined } | undefined;

  #session: Session | undefined;
  /** Loaded once the server has greeted. */
  #device: Device | undefined;
  #displayName: string | undefined;
  #seat: Seat | undefined;
  #view: ConferenceView | undefined;
  #direct: DirectChoice;
  #end: End | undefined;
  /** Left because the page was put aside, not by the person. */
  #aside = false;
  #state: MeetingState;

  constructor(environment: Environment, options: MeetingOptions) {
    this.#environment = environment;
    this.#options = options;
    const { clock, log } = environment;
    const changed = () => this.#reconcile();
    this.#devices = new Devices({
      access: environment.deviceAccess,
      startMuted: { microphone: options.startWithAudioMuted, camera: options.startWithVideoMuted },
      resolution: options.resolution,
      clock,
      log,
      changed,
    });
    this.#screen = new ScreenCapture({ mediaDevices: environment.deviceAccess.mediaDevices, log, changed });
    const source = (kind: SourceKind) =>
      new LocalSource({
        kind,
        whenIdle: kind === 'screen' || kind === 'screenAudio' ? 'gone' : 'muted',
        makeId: () => this.#makeSourceId(kind),
        sayMuted: (id, muted) => this.#sayMuted(id, muted),
        log,
        changed: () => this.#sourceChanged(),
      });
    this.#sources = {
      microphone: source('microphone'),
      camera: source('camera'),
      screen: source('screen'),
      screenAudio: source('screenAudio'),
    };
    this.#shown = new Shown(clock, (constraints) => this.#seat?.path.constrain(constraints));
    this.#iceServers = new IceServerList(clock, () => this.#session?.requestIceServers() ?? false);
    this.#meters = environment.createMeters();
    this.#levels = new LevelMeter({
      clock,
      readMicrophone: () => this.#meter?.meter?.read(),
      listensMuted: () => this.#meter !== undefined && !this.#devices.microphone.wanted,
      talkingWhileMutedChanged: () => this.#publish(),
    });
    this.#direct = recallDirect(environment.deviceAccess.storage);
    this.#state = {
      room: options.room,
      phase: { name: 'connecting' },
      conference: undefined,
      local: this.#localMedia(undefined),
      tracks: NO_TRACKS,
      way: 'none',
    };
    environment.watchPage(
      {
        hidden: () => this.#putAside(),
        returned: () => this.#takeUp(),
        online: () => {
          this.#session?.hintOnline();
          this.#seat?.path.networkChanged();
        },
        visible: () => this.#session?.hintOnline(),
      },
      this.#disposal.signal,
    );
    this.#begin();
  }

  get levels(): Levels {
    return this.#levels;
  }

  getState(): MeetingState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  join({ displayName }: { displayName: string }): void {
    if (this.#end !== undefined || this.#displayName !== undefined) return;
    this.#displayName = fittingName(displayName);
    this.#join();
    this.#publish();
  }

  leave(): void {
    if (this.#end?.name !== 'left') this.#finish({ name: 'left' });
  }

  retry(): void {
    if (this.#end !== undefined && !this.#disposal.signal.aborted) this.#begin();
  }

  dispose(): void {
    this.leave();
    this.#disposal.abort();
    this.#listeners.clear();
    this.#devices.dispose();
    this.#levels.close();
    this.#shown.close();
    this.#meters.close();
  }

  setMicrophone(on: boolean): void {
    this.#devices.setWanted('microphone', on);
  }

  setCamera(on: boolean): void {
    this.#devices.setWanted('camera', on);
  }

  selectMicrophone(deviceId: string): void {
    this.#devices.select('microphone', deviceId);
  }

  selectCamera(deviceId: string): void {
    this.#devices.select('camera', deviceId);
  }

  selectSpeaker(deviceId: string): void {
    this.#devices.selectSpeaker(deviceId);
  }

  get canShareScreen(): boolean {
    return this.#screen.isSupported;
  }

  setScreenShare(on: boolean): void {
    if (this.#seat !== undefined) this.#screen.setWanted(on);
  }

  rename(displayName: string): void {
    if (this.#displayName === undefined) return;
    this.#displayName = fittingName(displayName);
    this.#join(); // under that name, should another seat be needed
    if (this.#seat !== undefined) this.#command({ type: 'rename', displayName: this.#displayName });
  }

  async sendMessage({
    text,
    to,
  }: {
    text: string;
    to?: ParticipantId | undefined;
  }): Promise<ErrorCode | undefined> {
    const clean = cleanMessage(text);
    if (!clean.ok) return clean.code;
    if (this.#session === undefined) return 'protocol/unexpected';
    try {
      await this.#session.command({ type: 'send-message', text: clean.text, to });
      return undefined;
    } catch (error) {
      return codeOf(error);
    }
  }

  setShown(heights: ReadonlyMap<SourceId, number>): void {
    this.#shown.set(heights);
  }

  setDirect(choice: DirectChoice): void {
    this.#direct = choice;
    rememberDirect(this.#environment.deviceAccess.storage, choice);
    this.#publish();
  }

  async readConnection(): Promise<ConnectionReport | undefined> {
    const seat = this.#seat;
    const { way } = this.#state;
    if (seat === undefined || way === 'none') return undefined;
    try {
      const connections = await seat.path.readStats();
      const { report, reading } = reportOf(
        { way, connections, sources: trackSources(this.#state) },
        seat.reading,
      );
      seat.reading = reading;
      return report;
    } catch (error) {
      this.#environment.log('debug', 'the connection cannot be described', { error });
      return undefined;
    }
  }

  #begin(): void {
    this.#end = undefined;
    this.#device = undefined;
    this.#displayName = undefined;
    this.#aside = false;
    if (!this.#environment.isSupported) {
      this.#finish({ name: 'failed', code: 'browser/unsupported', retryAfterMs: undefined });
      return;
    }
    const { clock, random, log, openSocket } = this.#environment;
    const session: Session = new Session({
      url: this.#options.url,
      room: this.#options.room,
      openSocket,
      clock,
      random,
      log,
      inventory: () => this.#seat?.path.inventory(),
      handle: (event) => {
        if (session === this.#session) this.#handle(session, event);
      },
    });
    this.#session = session;
    session.start();
    this.#devices.start();
    this.#publish();
  }

  #handle(session: Session, event: SessionEvent): void {
    switch (event.type) {
      case 'state':
        this.#sessionChanged(session);
        break;
      case 'seated':
        this.#sit(event.view, event.media, event.iceServers);
        break;
      case 'caught-up':
        this.#iceServers.refresh();
        this.#seat?.path.caughtUp();
        break;
      case 'media':
        this.#seat?.path.handle(event.generation, event.body);
        break;
      case 'ice-servers':
        this.#iceServers.accept(event.iceServers);
        this.#seat?.path.iceServersChanged();
        this.#publish();
        break;
      case 'p2p':
        break;
      case 'signal':
        this.#levels.hear(event.signal.levels);
        break;
    }
  }

  #sessionChanged(session: Session): void {
    const { state } = session;
    switch (state.name) {
      case 'greeted':
        void this.#greeted(session, state.room, state.rtpCapabilities);
        break;
      case 'joined':
      case 'resuming':
        this.#view = state.view;
        break;
      case 'closed':
        this.#finish(phaseOfEnd(state.end));
        return;
      case 'connecting':
      case 'joining':
        break;
    }
    this.#publish();
  }

  async #greeted(session: Session, room: string, rtpCapabilities: RtpCapabilities): Promise<void> {
    this.#state = { ...this.#state, room };
    try {
      this.#device ??= await this.#environment.loadDevice(rtpCapabilities);
    } catch (error) {
      this.#environment.log('warn', 'this browser and the bridge have nothing in common', { error });
      if (session !== this.#session) return;
      this.#finish({ name: 'failed', code: 'browser/unsupported', retryAfterMs: undefined });
      return;
    }
    if (session !== this.#session) return;
    this.#join();
    this.#publish();
  }

  /** Asks for a seat as soon as the person wants one and the browser's abilities are known. */
  #join(): void {
    if (this.#displayName === undefined || this.#device === undefined) return;
    const rtpCapabilities = rtpCapabilitiesSchema.parse(this.#device.recvRtpCapabilities);
    this.#session?.join({ displayName: this.#displayName, rtpCapabilities, p2p: false });
  }

  #sit(view: ConferenceView, media: MediaOffer, iceServers: IceServers): void {
    const session = this.#session;
    const device = this.#device;
    if (session === undefined || device === undefined) return;
    const { clock, log } = this.#environment;
    this.#iceServers.accept(iceServers);
    const path: BridgePath = new BridgePath({
      device,
      send: (generation, action) => session.sendMedia(generation, action),
      iceServers: this.#iceServers,
      clock,
      log,
      listener: {
        changed: () => this.#publish(),
        renewed: () => this.#setPath(path),
        refused: (source, code) => {
          for (const kind of SOURCE_KINDS) this.#sources[kind].refuse(source, code);
        },
      },
    });
    const before = this.#seat;
    // For the others the share ended with the lost seat, perhaps long ago: nobody shows a screen again without meaning to.
    if (before !== undefined) this.#screen.setWanted(false);
    // One seat follows the other: nobody is shown a moment without.
    this.#seat = { self: view.self, path, sources: 0, reading: undefined };
    this.#view = view;
    before?.path.close();
    path.accept(media);
    this.#setPath(path);
    this.#shown.again();
  }

  #setPath(path: BridgePath | undefined): void {
    for (const kind of SOURCE_KINDS) this.#sources[kind].setPath(path);
  }

  /** Gives up what belonged to the seat. */
  #rise(): void {
    const seat = this.#seat;
    this.#seat = undefined;
    this.#view = undefined;
    seat?.path.close();
    this.#iceServers.close();
    this.#setPath(undefined);
  }

  #finish(end: End): void {
    this.#end = end;
    const session = this.#session;
    this.#session = undefined;
    session?.leave();
    this.#rise();
    this.#devices.stop();
    this.#screen.setWanted(false);
    this.#publish();
  }

  #putAside(): void {
    if (this.#end !== undefined) return;
    this.leave();
    this.#aside = true;
  }

  #takeUp(): void {
    if (this.#aside) this.retry();
  }

  #makeSourceId(kind: SourceKind): SourceId | undefined {
    const seat = this.#seat;
    if (seat === undefined || seat.sources > LIMITS.sourceIndex) return undefined;
    return makeSourceId(seat.self, kind, seat.sources++);
  }

  #sayMuted(source: SourceId, muted: boolean): void {
    this.#command({ type: 'mute-source', source, muted });
  }

  #command(command: Parameters<Session['command']>[0]): void {
    this.#session?.command(command).catch((error: unknown) => {
      // The source may be gone by now, or the seat; what is shown follows the replica in any case.
      this.#environment.log('debug', 'a command was refused', { type: command.type, error });
    });
  }

  /** Brings what is sent and measured to what the devices are. */
  #reconcile(): void {
    for (const kind of DEVICES) this.#sources[kind].set(wishOf(this.#devices[kind], kind));
    const { picture, sound } = this.#screen.state;
    this.#sources.screen.set({ track: picture, muted: false });
    this.#sources.screenAudio.set({ track: sound, muted: false });
    this.#measure(this.#devices.microphone.track);
    this.#levels.wake();
    this.#publish();
  }

  #sourceChanged(): void {
    // What nobody gets to see is not captured either.
    if (this.#sources.screen.refused !== undefined) this.#screen.fail('refused');
    this.#publish();
  }

  #measure(track: MediaStreamTrack | undefined): void {
    if (track === this.#meter?.track) return;
    this.#meter?.meter?.close();
    this.#meter = track === undefined ? undefined : { track, meter: this.#createMeter(track) };
  }

  #createMeter(track: MediaStreamTrack): Meter | undefined {
    try {
      return this.#meters.create(track);
    } catch (error) {
      this.#environment.log('warn', 'the microphone cannot be measured', { error });
      return undefined;
    }
  }

  #publish(): void {
    const before = this.#state;
    const phase = this.#phase();
    const state = shared(before, {
      room: before.room,
      phase: shared<MeetingPhase>(before.phase, phase),
      conference: this.#view,
      local: this.#localMedia(before.local),
      tracks: this.#seat?.path.tracks ?? NO_TRACKS,
      way: this.#seat === undefined ? 'none' : (this.#view?.route.mode ?? 'none'),
    });
    if (state === before) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }

  #phase(): MeetingPhase {
    if (this.#end !== undefined) return this.#end;
    if (this.#seat !== undefined) {
      const session = this.#session?.state.name === 'joined' ? 'connected' : 'reconnecting';
      return { name: 'joined', session, media: this.#seat.path.state };
    }
    if (this.#displayName !== undefined) return { name: 'joining' };
    return { name: this.#device === undefined ? 'connecting' : 'prejoin' };
  }

  #localMedia(before: LocalMedia | undefined): LocalMedia {
    const device = (kind: DeviceKind) => {
      const now = localDevice(
        this.#devices[kind],
        this.#sources[kind],
        this.#seat !== undefined,
        this.#devices.chosen(kind),
      );
      return before === undefined ? now : shared(before[kind], now);
    };
    const relayAvailable = this.#iceServers.hasTurn;
    const direct = { choice: this.#direct, relayAvailable };
    const screen = localScreen(this.#screen.state, this.#sources.screen);
    const local = {
      microphone: device('microphone'),
      camera: device('camera'),
      screen: before === undefined ? screen : shared(before.screen, screen),
      devices: this.#devices.lists,
      speakerId: this.#devices.speakerId,
      talkingWhileMuted: this.#levels.talkingWhileMuted,
      direct: before === undefined ? direct : shared(before.direct, direct),
    };
    return before === undefined ? local : shared(before, local);
  }
}

function phaseOfEnd(end: SessionEnd): End {
  switch (end.reason) {
    case 'left':
      return { name: 'left' };
    case 'refused':
      return { name: 'failed', code: end.code, retryAfterMs: end.retryAfterMs };
    case 'unreachable':
      return { name: 'failed', code: 'network/unreachable', retryAfterMs: undefined };
  }
}
