import type {
  Command,
  ConferenceView,
  ConnectionDetails,
  ConnectionQuality,
  ErrorCode,
  Incarnation,
  LobbyMessage,
  MediaMode,
  ParticipantId,
  SourceId,
  SpokenTime,
  ViewEvent,
} from '@treff/protocol';
import type { Withheld } from './path.ts';
import type { Focus } from './shown.ts';

/**
 * The one door between the page and the meeting. The page renders a {@link MeetingState}, calls the verbs of a
 * {@link Meeting}, and never touches a socket, a peer connection or a device.
 */
export interface Meeting {
  /** Immutable; a new object with every change. */
  getState(): MeetingState;
  /** Calls back after each change until the returned function is called. */
  subscribe(listener: () => void): () => void;
  /** Loudness, apart from the state because it changes many times a second. */
  readonly levels: Levels;
  readonly statistics: Statistics;

  /** What brings the person back as who they are; absent before the join and after leaving. */
  readonly ticket: Ticket | undefined;

  /** From `prejoin`: takes a seat with what is switched on. The name is trimmed and cut to `LIMITS.displayNameLength`. */
  join(options: { displayName: string }): void;
  /** From `barred` or `waiting`: asks again, with what was missing. What is absent stays as it was; a password is remembered for as long as the page is. */
  enter(options: EnterOptions): void;
  /** From `waiting` for admission: writes to the moderators. What was written comes back in the phase. */
  sayInLobby(text: string): void;
  /** Gives the seat up, switches every device off. Also before the join and after a failure. Idempotent. */
  leave(): void;
  /** After `failed` or `left`: back to `connecting`. */
  retry(): void;
  /** Ends everything; the object is not usable after it. Idempotent. */
  dispose(): void;

  /**
   * What the person wants; the device follows as soon as it can, the latest wish wins. Works before and after the join. `true` does nothing while the
   * device is `blocked`.
   */
  setMicrophone(on: boolean): void;
  setCamera(on: boolean): void;
  /** A `deviceId` of {@link LocalMedia.devices}; remembered in this browser. Takes effect at once if the device is on. */
  selectMicrophone(deviceId: string): void;
  selectCamera(deviceId: string): void;
  /** Where remote sound plays; the page applies it with `setSinkId`. */
  selectSpeaker(deviceId: string): void;
  /** Whether this browser can share a screen. Phones can't. */
  readonly canShareScreen: boolean;
  /**
   * In the call: `true` lets the browser ask what to share, and has to be called from a press of a key or button, and does nothing while the screen is
   * `blocked`; `false` ends it. Leaving and the loss of the seat end it too.
   */
  setScreenShare(on: boolean): void;
  rename(displayName: string): void;
  /**
   * Writes to everybody, or to one participant in private. Resolves once the server has it, with the code if it was refused;
   * across a lost connection that takes until the seat is back or given up (`session/resume-refused`). The message itself comes in the replica.
   */
  sendMessage(message: { text: string; to?: ParticipantId | undefined }): Promise<ErrorCode | undefined>;
  /**
   * Asks the server for what has to do with people and their rights. Resolves once it is done, with the code if it was refused; across a lost connection
   * as `sendMessage`.
   */
  ask(command: PeopleCommand): Promise<ErrorCode | undefined>;
  /**
   * Calls back with each change of the conference, after it, until the returned function is called; `before` is what the conference was. Also with what was
   * missed during a lost connection, unless it was too much.
   */
  listen(listener: (event: ViewEvent, before: ConferenceView) => void): () => void;
  /**
   * What the page shows now: height in device pixels of each video source on screen; what is not listed is hidden and costs nothing. `focus`: what of it matters
   * most. Sent coalesced.
   */
  setShown(heights: ReadonlyMap<SourceId, number>, focus?: Focus): void;
  /** Whether one agrees to direct connections; remembered in this browser. Works before and after the join. */
  setDirect(choice: DirectChoice): void;
}

/** How connections are and who speaks, apart from the state: nothing of it is measured or asked for unless somebody looks. */
export interface Statistics {
  /**
   * How the connection is now, rates since the call before: for somebody who looks, every second or two. Undefined without a seat or anybody to talk to.
   * Never rejects.
   */
  readConnection(): Promise<ConnectionReport | undefined>;
  /**
   * What somebody else's client says of its own connection, asked for again and again until the returned function is called. `undefined`: it has not said anything.
   */
  watchConnection(
    participant: ParticipantId,
    listener: (details: ConnectionDetails | undefined) => void,
  ): () => void;
  /**
   * Who has spoken how long, in the same way: those who have, and those who have left. Of whoever else is in the conference not a word has been heard.
   */
  watchSpeakers(listener: (speakers: readonly SpokenTime[]) => void): () => void;
}

/** What a page keeps over a reload of its own to come back as the same participant. Nothing for anybody else's hands. */
export interface Ticket {
  /** Of the seat, signed by the server. */
  readonly token: string;
  readonly epoch: Incarnation;
  readonly self: ParticipantId;
  /** How many sources the participant has had: their numbers are never used again. */
  readonly sources: number;
}

/** What somebody at the door says. */
export interface EnterOptions {
  readonly displayName?: string;
  /** The conference's. */
  readonly password?: string;
  /** Asks the moderators to be let in. */
  readonly knock?: boolean;
}

/** What one asks about oneself, others and the meeting beside one's own media and chat. */
export type PeopleCommand = Extract<
  Command,
  {
    type:
      | 'grant-moderator'
      | 'revoke-moderator'
      | 'raise-hand'
      | 'lower-hand'
      | 'lower-all-hands'
      | 'mute-participant'
      | 'mute-everyone'
      | 'ask-to-unmute'
      | 'kick'
      | 'end-meeting'
      | 'set-password'
      | 'set-lobby'
      | 'set-lock'
      | 'admit'
      | 'admit-all'
      | 'reject'
      | 'send-lobby-message'
      | 'moderate-media'
      | 'allow-media'
      | 'disallow-media'
      | 'set-start-muted'
      | 'set-subject';
  }
>;

export interface Levels {
  /** 0 (silent) to 1 (as loud as it gets), of a participant or of one's own microphone (`'local'`), perceptually scaled. */
  get(of: ParticipantId | 'local'): number;
  subscribe(listener: () => void): () => void;
}

export interface MeetingState {
  /** As the server normalised it; before hello as given. */
  readonly room: string;
  readonly phase: MeetingPhase;
  /** The replica; present while `joined`. */
  readonly conference: ConferenceView | undefined;
  /** The conference in the place of which this one began, when the server started anew under the person: what was in it is gone. */
  readonly earlierEpoch: Incarnation | undefined;
  readonly local: LocalMedia;
  /** Remote sources that can be played or shown now. A muted source's track stays here, silent or frozen: look at the view's `muted`. */
  readonly tracks: ReadonlyMap<SourceId, MediaStreamTrack>;
  /** Pictures on screen that do not come, and why: their tracks stand still, and are better not shown. */
  readonly withheld: Withheld;
  /** How media comes now: browser to browser, over the server, or not at all because nobody else is here. `none` without a seat. */
  readonly way: MediaMode;
  /** How everybody's connection is, as they say, one's own included. Of who is missing, nothing bad is known. */
  readonly qualities: ReadonlyMap<ParticipantId, ConnectionQuality>;
  /** Where the server stands, in its operator's words. */
  readonly region: string | undefined;
}

export type MeetingPhase =
  | { readonly name: 'connecting' }
  | { readonly name: 'prejoin' }
  | { readonly name: 'joining' }
  /**
   * The door stays shut until the person does something about it: see `code`, such as `room/password-required`, `room/password-wrong`, `room/too-many-attempts`, `room/knock-required`,
   * `room/locked`, `room/sign-in-required`, `participant/name-required`. `enter` tries again.
   */
  | {
      readonly name: 'barred';
      readonly code: ErrorCode;
      /** Whether the moderators can be asked, instead of what `code` wants. */
      readonly canKnock: boolean;
      readonly retryAfterMs: number | undefined;
    }
  /** The person comes in by themselves, as soon as a host has come, or a moderator lets them in; or is refused. */
  | {
      readonly name: 'waiting';
      readonly for: 'host' | 'admission';
      /** `reconnecting`: the socket is lost, and the place is kept for a while. */
      readonly session: 'connected' | 'reconnecting';
      /** What was said with the moderators, oldest first. */
      readonly messages: readonly LobbyMessage[];
      /** Why an `enter` meanwhile, with a password, say, did not help. */
      readonly refusal: ErrorCode | undefined;
    }
  /** `media`: whether the bridge's transports carry; `reconnecting` asks for patience in plain words. */
  | {
      readonly name: 'joined';
      readonly session: 'connected' | 'reconnecting';
      readonly media: 'connecting' | 'connected' | 'reconnecting';
    }
  | { readonly name: 'left' }
  | {
      readonly name: 'failed';
      readonly code: ErrorCode | 'network/unreachable' | 'browser/unsupported';
      readonly retryAfterMs: number | undefined;
      /** Who did it, and why in their words, when it was a person. */
      readonly person?: { readonly name: string; readonly reason: string | undefined };
    };

export interface LocalMedia {
  readonly microphone: LocalDevice;
  readonly camera: LocalDevice;
  readonly screen: LocalScreen;
  /** Labels are empty until a permission was given. */
  readonly devices: {
    readonly microphones: readonly DeviceChoice[];
    readonly cameras: readonly DeviceChoice[];
    readonly speakers: readonly DeviceChoice[];
  };
  /** Empty: the system's default. */
  readonly speakerId: string;
  /** The person speaks while muted; true for a few seconds. */
  readonly talkingWhileMuted: boolean;
  /** What was on and the meeting switched off as the person came in. */
  readonly mutedAtStart: readonly ('microphone' | 'camera')[];
  readonly direct: {
    readonly choice: DirectChoice;
    /** Whether the server named a relay. Known after the join; before it `false`. */
    readonly relayAvailable: boolean;
  };
}

/** `on`: directly, which shows one's address to the other; `relay`: only through a relay, which hides it; `off`: always over the server. */
export type DirectChoice = 'on' | 'relay' | 'off';

export interface DeviceChoice {
  readonly deviceId: string;
  readonly label: string;
}

export interface LocalDevice {
  /** What the person wants. */
  readonly wanted: boolean;
  /** Moderators have to allow it before it can be switched on. Who was sending when that began goes on until they switch it off. */
  readonly blocked: boolean;
  /** What is: `on` means that the track is live and, after the join, sent. */
  readonly status: 'off' | 'starting' | 'on';
  /** Why it is not on although wanted, until the next try. */
  readonly problem: DeviceProblem | undefined;
  readonly deviceId: string | undefined;
  /** For the preview; absent while off. */
  readonly track: MediaStreamTrack | undefined;
  /** One's own source, once published. */
  readonly source: SourceId | undefined;
}

/** One's own shared screen, window or tab. */
export interface LocalScreen {
  /** As of a {@link LocalDevice}. */
  readonly blocked: boolean;
  /** `starting`: the browser asks what to share, or it is not sent yet. */
  readonly status: 'off' | 'starting' | 'on';
  /** Why it is off although wanted, until the next try. */
  readonly problem: ScreenProblem | undefined;
  /** What is shared; absent while off. */
  readonly track: MediaStreamTrack | undefined;
  /** Whether others hear what is shared. */
  readonly hasSound: boolean;
  /** One's own source, once published. */
  readonly source: SourceId | undefined;
}

/** `refused`: the server did not take it. That the person chose nothing to share is none. */
export type ScreenProblem = 'refused' | 'failed';

/** `refused`: the server did not take the source. `insecure`: the page is not a secure context, so there are no devices. */
export type DeviceProblem = 'permission-denied' | 'not-found' | 'in-use' | 'insecure' | 'refused' | 'failed';

/**
 * A connection as the browser describes it (W3C webrtc-stats). What it does not say, or not yet, is undefined.
 */
export interface ConnectionReport {
  readonly way: Exclude<MediaMode, 'none'>;
  /** Milliseconds to the other end of the connection, the other browser or the server, and back. */
  readonly roundTripMs: number | undefined;
  /** By how many milliseconds packets come more or less late than the ones before (RFC 3550 section 6.4.1): of the source that fares worst. */
  readonly jitterMs: number | undefined;
  readonly sent: Flow;
  readonly received: Flow;
  /** How this end's address came to be, and the other end's as it is seen from here. */
  readonly local: AddressKind | undefined;
  readonly remote: AddressKind | undefined;
  /** What carries the media; through a relay, what carries it to that. */
  readonly protocol: 'udp' | 'tcp' | 'tls' | undefined;
  /** Whether a relay (TURN) stands between, on this side or the other. */
  readonly relayed: boolean;
  /** Pictures that flow now, one's own first. */
  readonly videos: readonly VideoReport[];
  /** What is received of each source, sounds too. */
  readonly streams: readonly StreamReport[];
  /** The connection takes less than what is to be sent: the browser sends smaller or fewer pictures. */
  readonly limited: boolean;
  /** Of the sound that flows; `opus`. */
  readonly audioCodec: string | undefined;
}

/** What goes one way. */
export interface Flow {
  /** All of it, since the report before. */
  readonly bitsPerSecond: number | undefined;
  /** Share of packets lost on the way, 0 to 1: received ones since the report before, sent ones as the other end last told. */
  readonly loss: number | undefined;
}

/** The kinds of ICE candidates: an interface of the machine, its address as a STUN server or the other end sees it, a TURN relay (RFC 8445 section 4). */
export type AddressKind = 'host' | 'srflx' | 'prflx' | 'relay';

export interface StreamReport extends Flow {
  readonly source: SourceId;
  /** As {@link ConnectionReport.jitterMs}. */
  readonly jitterMs: number | undefined;
}

export interface VideoReport {
  readonly source: SourceId;
  /** One's own picture, of which this is the largest encoding that is sent. */
  readonly isLocal: boolean;
  /** Pixels. */
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly framesPerSecond: number | undefined;
  /** `VP8`, `H264` … */
  readonly codec: string | undefined;
}

export interface MeetingOptions {
  /** WebSocket address of the server, `wss://host/ws`. */
  readonly url: string;
  readonly room: string;
  readonly startWithAudioMuted: boolean;
  readonly startWithVideoMuted: boolean;
  /** Pixels, the captured picture's height at most: 180 to 2160. Absent: 720. */
  readonly resolution: number | undefined;
  /** How many of the others' cameras are to come at most, those of whoever spoke last; -1 or absent: all that the operator allows. */
  readonly lastN?: number | undefined;
  /** Of a seat that was lost: the join asks for its participant. */
  readonly ticket?: Ticket | undefined;
  /** A JSON Web Token that says who the person is. */
  readonly jwt?: string | undefined;
  /** The secret of an invitation to the room. */
  readonly invitation?: string | undefined;
}

/** Connects, says hello, and asks for the devices that are wanted, in parallel. */
export type CreateMeeting = (options: MeetingOptions) => Meeting;
