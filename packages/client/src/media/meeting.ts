import { cleanMessage } from '@treff/conference';
import {
  codeOf,
  type ConferenceView,
  type ErrorCode,
  type Mutable,
  type ParticipantId,
  type RtpCapabilities,
  type SourceId,
} from '@treff/protocol';
import { Session, type SessionEvent } from '../core/index.ts';
import { Abilities } from './abilities.ts';
import { trackSources, type PathStats } from './connection-report.ts';
import { Devices } from './devices.ts';
import { fittingName } from './display-name.ts';
import { Doorway } from './doorway.ts';
import { browserEnvironment, type Environment } from './environment.ts';
import { Identity } from './identity.ts';
import { IceServerList } from './ice-server-list.ts';
import { LevelMeter } from './levels.ts';
import { localMedia, shared, stateAtFirst } from './local-media.ts';
import { Outgoing } from './outgoing.ts';
import { P2pPath } from './p2p-path.ts';
import { DirectWish } from './remembered-direct.ts';
import { isFinal, phaseOfEnd, type End } from './meeting-end.ts';
import { forbidden, heldBack, mutedAtStart, mutedByModerator } from './moderated.ts';
import { ScreenCapture } from './screen-capture.ts';
import { mediaOf, SeatMedia } from './seat-media.ts';
import { Shown, type Focus } from './shown.ts';
import { SeatStatistics } from './statistics.ts';
import { TrackMeter } from './track-meter.ts';
import type {
  CreateMeeting,
  DirectChoice,
  EnterOptions,
  Levels,
  LocalMedia,
  Meeting,
  MeetingOptions,
  MeetingPhase,
  MeetingState,
  ScreenContent,
  Ticket,
} from './types.ts';

export const createMeeting: CreateMeeting = (options) => meetingIn(browserEnvironment(), options);

/** A meeting in a given world; for tests. */
export function meetingIn(environment: Environment, options: MeetingOptions): Meeting {
  return new ComposedMeeting(environment, options);
}

/** What belongs to one seat and dies with it. */
interface Seat {
  readonly self: ParticipantId;
  readonly epoch: ConferenceView['epoch'];
  readonly media: SeatMedia;
}

/** Puts session, devices and media together, and tells the page what comes of them. */
class ComposedMeeting implements Meeting {
  readonly #environment: Environment;
  readonly #options: MeetingOptions;
  readonly #listeners = new Set<() => void>();
  readonly #witnesses = new Set<Parameters<Meeting['listen']>[0]>();
  readonly #disposal = new AbortController();
  readonly #devices: Devices;
  readonly #screen: ScreenCapture;
  readonly #outgoing: Outgoing;
  readonly #shown: Shown;
  readonly #iceServers: IceServerList;
  readonly #levels: LevelMeter;
  readonly statistics: SeatStatistics;
  readonly #meters: ReturnType<Environment['createMeters']>;
  readonly #meter: TrackMeter;

  #session: Session | undefined;
  readonly #abilities: Abilities;
  #displayName: string | undefined;
  readonly #doorway: Doorway;
  #seat: Seat | undefined;
  readonly #identity: Identity;
  readonly #direct: DirectWish;
  #region: string | undefined;
  /** Pictures on screen; undefined until the page has said. */
  #visible: ReadonlySet<SourceId> | undefined;
  #end: End | undefined;
  #mutedAtStart: LocalMedia['mutedAtStart'] = [];
  /** Left because the page was put aside, not by the person. */
  #aside = false;
  #state: MeetingState;

  constructor(environment: Environment, options: MeetingOptions) {
    this.#environment = environment;
    this.#options = options;
    this.#identity = new Identity(options.ticket);
    this.#doorway = new Doorway(options);
    this.#abilities = new Abilities(environment);
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
    const { mediaDevices, storage } = environment.deviceAccess;
    this.#screen = new ScreenCapture({ mediaDevices, storage, log, changed });
    this.#outgoing = new Outgoing({
      devices: this.#devices,
      screen: this.#screen,
      makeId: (kind) => (this.#seat === undefined ? undefined : this.#identity.makeSourceId(kind)),
      sayMuted: (id, muted) => this.#sayMuted(id, muted),
      log,
      changed: () => this.#sourceChanged(),
    });
    this.#shown = new Shown(clock, (shown) => this.#seat?.media.bridge.constrain(shown), options.lastN);
    this.#iceServers = new IceServerList(clock, () => this.#session?.requestIceServers() ?? false);
    this.#meters = environment.createMeters();
    this.#meter = new TrackMeter(this.#meters.create, log);
    this.#levels = new LevelMeter({
      clock,
      readMicrophone: () => this.#meter.read(),
      listensMuted: () => this.#meter.isOpen && !this.#devices.microphone.wanted,
      talkingWhileMutedChanged: () => this.#publish(),
      quietChanged: (quiet) => this.#outgoing.of('microphone').setQuiet(quiet),
      tellsSpeech: () => this.#seat?.media.isDirectAlone === true,
      speechChanged: (speaks) => this.#session?.sendSignal({ type: 'speech', speaks }),
    });
    this.statistics = new SeatStatistics({
      clock,
      log,
      look: () => this.#look(),
      isBroken: () => isRepairing(this.#state.phase),
      send: (signal) => this.#session?.sendSignal(signal),
      changed: () => this.#publish(),
    });
    this.#direct = new DirectWish(storage, () => this.#iceServers.hasTurn);
    const { qualities } = this.statistics;
    this.#state = stateAtFirst(options.room, this.#localMedia(undefined), qualities);
    environment.watchPage(
      {
        hidden: () => this.#putAside(),
        returned: () => this.#takeUp(),
        online: () => {
          this.#session?.hintOnline();
          this.#seat?.media.networkChanged();
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

  get ticket(): Ticket | undefined {
    return this.#identity.ticket(this.#session?.token);
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
    if (this.#end?.name !== 'left') this.#finish({ name: 'left' }, { unload: true });
    this.#disposal.abort();
    this.#listeners.clear();
    this.#witnesses.clear();
    this.#devices.dispose();
    this.#levels.close();
    this.#shown.close();
    this.#meters.close();
  }

  setMicrophone(on: boolean): void {
    if (!on || !this.#forbidden.includes('microphone')) this.#devices.setWanted('microphone', on);
  }

  setCamera(on: boolean): void {
    if (!on || !this.#forbidden.includes('camera')) this.#devices.setWanted('camera', on);
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
    if (this.#seat === undefined || (on && this.#forbidden.includes('screen'))) return;
    this.#screen.setWanted(on);
  }

  setScreenContent(content: ScreenContent): void {
    this.#screen.setContent(content);
  }

  get #forbidden(): readonly Mutable[] {
    return this.#seat === undefined ? [] : forbidden(this.#seat.media.view);
  }

  enter(options: EnterOptions): void {
    if (!this.#doorway.isShut || this.#displayName === undefined) return;
    if (options.displayName !== undefined) this.#displayName = fittingName(options.displayName);
    this.#doorway.say(options);
    this.#join();
    this.#publish();
  }

  sayInLobby(text: string): void {
    this.#session?.sayInLobby(text);
  }

  rename(displayName: string): void {
    if (this.#displayName === undefined) return;
    this.#displayName = fittingName(displayName);
    this.#join(); // under that name, should another seat be needed
    if (this.#seat !== undefined) this.#command({ type: 'rename', displayName: this.#displayName });
  }

  async sendMessage({ text, to }: Parameters<Meeting['sendMessage']>[0]): Promise<ErrorCode | undefined> {
    const clean = cleanMessage(text);
    if (!clean.ok) return clean.code;
    return this.ask({ type: 'send-message', text: clean.text, to });
  }

  async ask(command: Parameters<Session['command']>[0]): Promise<ErrorCode | undefined> {
    if (this.#session === undefined) return 'protocol/unexpected';
    try {
      await this.#session.command(command);
      return undefined;
    } catch (error) {
      return codeOf(error);
    }
  }

  listen(listener: Parameters<Meeting['listen']>[0]): () => void {
    this.#witnesses.add(listener);
    return () => this.#witnesses.delete(listener);
  }

  setShown(heights: ReadonlyMap<SourceId, number>, focus?: Focus): void {
    this.#visible = new Set([...heights].flatMap(([source, height]) => (height > 0 ? [source] : [])));
    this.#shown.set(heights, focus);
    this.#seat?.media.setShown(this.#visible);
  }

  setDirect(choice: DirectChoice): void {
    const told = this.#direct.choose(choice);
    this.#join(); // with that choice, should another seat be needed
    if (this.#seat !== undefined) for (const allowed of told) this.#command({ type: 'allow-p2p', allowed });
    this.#publish();
  }

  async #look(): Promise<PathStats | undefined> {
    const { way } = this.#state;
    if (this.#seat === undefined || way === 'none') return undefined;
    const connections = await this.#seat.media.readStats(way);
    return { way, connections, sources: trackSources(this.#state) };
  }

  #begin(): void {
    this.#end = undefined;
    this.#abilities.forget();
    this.#displayName = undefined;
    this.#doorway.beginAnew();
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
      restore: this.#identity.token,
      inventory: () => this.#seat?.media.bridge.inventory(),
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
        this.#sit(event);
        break;
      case 'caught-up':
        this.#iceServers.renew();
        this.statistics.caughtUp();
        this.#levels.caughtUp();
        this.#seat?.media.caughtUp();
        break;
      case 'media':
        this.#seat?.media.bridge.handle(event.generation, event.body);
        break;
      case 'ice-servers':
        this.#iceServers.accept(event.iceServers);
        this.#seat?.media.iceServersChanged();
        this.#publish();
        break;
      case 'p2p':
        this.#seat?.media.handleP2p(event.generation, event.body);
        break;
      case 'happened':
        this.#switchOff(mutedByModerator(event.event, event.before), 'everywhere');
        for (const listener of this.#witnesses) listener(event.event, event.before);
        break;
      case 'signal':
        if (event.signal.type === 'audio-levels') this.#levels.hear(event.signal.levels);
        else this.statistics.hear(event.signal);
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
        // A new seat has its media only when it is taken.
        if (this.#seat?.epoch === state.view.epoch && this.#seat.self === state.view.self) {
          this.#seat.media.update(state.view);
          this.#levels.wake();
          this.#switchOff(heldBack(state.view), 'here');
        }
        break;
      case 'closed':
        this.#finish(phaseOfEnd(state.end));
        return;
      case 'barred':
      case 'waiting':
        this.#doorway.shut(state);
        if (this.#seat !== undefined) this.#rise();
        break;
      case 'connecting':
      case 'joining':
        break;
    }
    this.#publish();
  }

  async #greeted(session: Session, room: string, rtpCapabilities: RtpCapabilities): Promise<void> {
    this.#state = { ...this.#state, room };
    const isAble = await this.#abilities.learn(rtpCapabilities);
    if (session !== this.#session) return;
    if (!isAble) {
      this.#finish({ name: 'failed', code: 'browser/unsupported', retryAfterMs: undefined });
      return;
    }
    this.#join();
    this.#publish();
  }

  /** Asks for a seat as soon as the person wants one and the browser's abilities are known. */
  #join(): void {
    const rtpCapabilities = this.#abilities.received;
    if (this.#displayName === undefined || rtpCapabilities === undefined) return;
    this.#session?.join({
      displayName: this.#displayName,
      rtpCapabilities,
      p2p: this.#direct.way !== 'never',
      ...this.#doorway.brings,
    });
  }

  #sit({ view, media, iceServers, region, cameraCaps }: Extract<SessionEvent, { type: 'seated' }>): void {
    const session = this.#session;
    const { device, scales } = this.#abilities;
    if (session === undefined || device === undefined) return;
    const { clock, random, log, createConnection, createStream } = this.#environment;
    this.#iceServers.accept(iceServers);
    const before = this.#seat;
    const restored = before?.self === view.self;
    // For the others the share ended with the lost seat, perhaps long ago: nobody shows a screen again without meaning to.
    if (before !== undefined && !restored) this.#screen.setWanted(false);
    const held = restored ? before.media.release() : undefined;
    const seatMedia: SeatMedia = new SeatMedia({
      view,
      held,
      device,
      scales,
      cameraCaps,
      sendMedia: (generation, action) => session.sendMedia(generation, action),
      sendP2p: (generation, action) => session.sendP2p(generation, action),
      sayReady: (move, ready) => this.#command({ type: 'media-ready', move, ready }),
      connect: (connection) => new P2pPath({ ...connection, createConnection, createStream, clock, log }),
      iceServers: this.#iceServers,
      direct: () => this.#direct.way,
      clock,
      random,
      log,
      listener: {
        changed: () => this.#publish(),
        formsChanged: () => this.#outgoing.review(),
        renewed: () => this.#outgoing.setMedia(seatMedia),
        refused: (source, code) => this.#outgoing.refuse(source, code),
        level: (participant, level) => this.#levels.hear({ [participant]: level }),
      },
    });
    // One seat follows the other: nobody is shown a moment without.
    this.#doorway.open();
    this.#seat = { self: view.self, epoch: view.epoch, media: seatMedia };
    this.#region = region;
    this.statistics.sit(view.self);
    this.#levels.caughtUp();
    this.#identity.sit(view, before !== undefined);
    before?.media.close();
    // Before anything is published.
    const atStart = before === undefined ? mutedAtStart(view) : [];
    this.#mutedAtStart = atStart.filter((kind) => this.#devices[kind].wanted);
    this.#switchOff([...atStart, ...forbidden(view)], 'here');
    if (this.#visible !== undefined) seatMedia.setShown(this.#visible);
    // The route first: what it names is made first.
    seatMedia.update(view);
    seatMedia.bridge.accept(media);
    this.#outgoing.setMedia(seatMedia);
    // Nobody waits for a camera that may be taller here: what it gives then is sent in the place of what it gave.
    void this.#devices.allow(cameraCaps?.maxHeight).then(() => this.#outgoing.review());
    this.#shown.again();
    // Whether there is a relay to hide behind is known only now.
    if (this.#direct.way === 'relay') this.#command({ type: 'allow-p2p', allowed: true });
  }

  /** Gives up what belonged to the seat. */
  #rise(): void {
    const seat = this.#seat;
    this.#seat = undefined;
    seat?.media.close();
    this.statistics.rise();
    this.#iceServers.close();
    this.#outgoing.setMedia(undefined);
  }

  /** `unload`: the page goes away and may be loaded again. */
  #finish(end: End, how: { unload: boolean } = { unload: false }): void {
    this.#end = end;
    const session = this.#session;
    this.#identity.keep(session?.token);
    const over = end.name === 'left' ? !how.unload : isFinal(end.code);
    if (over) this.#identity.forget();
    this.#session = undefined;
    session?.leave(how);
    this.#rise();
    this.#devices.stop();
    this.#screen.setWanted(false);
    this.#publish();
  }

  #putAside(): void {
    if (this.#end !== undefined) return;
    this.#finish({ name: 'left' }, { unload: true });
    this.#aside = true;
  }

  #takeUp(): void {
    if (this.#aside) this.retry();
  }

  /** `here`: because of this meeting's rules; the next one begins as the person wants it. */
  #switchOff(kinds: readonly Mutable[], where: 'here' | 'everywhere'): void {
    for (const kind of kinds)
      if (kind === 'screen') this.#screen.setWanted(false);
      else if (where === 'here') this.#devices.switchOff(kind);
      else this.#devices.setWanted(kind, false);
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
    this.#outgoing.update();
    this.#meter.set(this.#devices.microphone.track);
    this.#levels.wake();
    this.#publish();
  }

  #sourceChanged(): void {
    // What nobody gets to see is not captured either.
    if (this.#outgoing.of('screen').refused !== undefined) this.#screen.fail('refused');
    this.#publish();
  }

  #publish(): void {
    const before = this.#state;
    const phase = this.#phase();
    const state = shared(before, {
      room: before.room,
      phase: shared<MeetingPhase>(before.phase, phase),
      conference: this.#seat?.media.view,
      earlierEpoch: this.#identity.earlierEpoch,
      local: this.#localMedia(before.local),
      ...mediaOf(this.#seat?.media),
      qualities: this.statistics.qualities,
      region: this.#seat === undefined ? undefined : this.#region,
    });
    if (state === before) return;
    this.#state = state;
    // Browsers don't tell of another network. Media is the first to notice, and needs the socket to come back.
    if (isRepairing(state.phase) && !isRepairing(before.phase)) this.#session?.hintOnline();
    for (const listener of this.#listeners) listener();
  }

  #phase(): MeetingPhase {
    if (this.#end !== undefined) return this.#end;
    if (this.#seat !== undefined) {
      const session = this.#session?.state.name === 'joined' ? 'connected' : 'reconnecting';
      return { name: 'joined', session, media: this.#seat.media.state };
    }
    const door = this.#doorway.phase(this.#session?.state.name === 'joining');
    if (door !== undefined) return door;
    if (this.#displayName !== undefined) return { name: 'joining' };
    return { name: this.#abilities.device === undefined ? 'connecting' : 'prejoin' };
  }

  #localMedia(before: LocalMedia | undefined): LocalMedia {
    return localMedia(before, {
      devices: this.#devices,
      screen: this.#screen.state,
      outgoing: this.#outgoing,
      sending: this.#seat !== undefined,
      blocked: this.#forbidden,
      talkingWhileMuted: this.#levels.talkingWhileMuted,
      mutedAtStart: this.#mutedAtStart,
      direct: { choice: this.#direct.choice, relayAvailable: this.#iceServers.hasTurn },
    });
  }
}

function isRepairing(phase: MeetingPhase): boolean {
  return phase.name === 'joined' && phase.media === 'reconnecting';
}
