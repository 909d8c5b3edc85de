import {
  createConference,
  decide,
  endOf,
  evolve,
  isOver,
  kickOf,
  removalOf,
  rulesOf,
  mediaPlan,
  nextDeadline,
  peerOf,
  project,
  projectEvent,
  type AccessPolicy,
  type Actor,
  type Applicant,
  type ConferenceCommand,
  type ConferenceEvent,
  type ConferenceOptions,
  type ConferenceState,
  type Ended,
  type Kick,
  type RolePolicy,
  type Rules,
} from '@treff/conference';
import {
  CLOSE,
  LIMITS,
  type Bridge,
  type BridgeEvent,
  type CameraCaps,
  type ClientMediaAction,
  type Command,
  type CommandId,
  type ConferenceSignal,
  type ErrorCode,
  type Generation,
  type Incarnation,
  type MediaOffer,
  type P2pAction,
  type ParticipantId,
  type Publication,
  type RtpCapabilities,
  type ServerMediaAction,
  type ServerMessage,
  type StartMuted,
} from '@treff/protocol';
import type { Clock } from './clock.ts';
import { ConferenceMedia } from './conference-media.ts';
import { ConferenceSignals } from './conference-signals.ts';
import { broughtBy } from './decodable.ts';
import type { Logger } from './logger.ts';
import { PasswordChanges } from './password-changes.ts';
import { Returns } from './returns.ts';
import type { RestoredRules } from './rules-keeper.ts';
import { Seat, type CommandResult } from './seat.ts';
import type { SeatClaim, SeatTokens, TokenRotation } from './seat-token.ts';
import type { ErrorDetails, JoinRequest, Place, ResumeRequest, Session } from './session.ts';
import { KNOCKABLE, WaitingRoom } from './waiting-room.ts';

export interface FocusOptions extends Pick<ConferenceOptions, 'codecs'> {
  readonly room: string;
  readonly incarnation: Incarnation;
  readonly bridge: Bridge;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tokens: SeatTokens;
  /** Whether browsers may connect directly. */
  readonly p2p: boolean;
  readonly roles: RolePolicy;
  readonly access: AccessPolicy;
  /** What cameras are at most. */
  readonly cameraCaps: CameraCaps;
  /** What the room's owner asks of people from the start. */
  readonly doors?: ConferenceOptions['doors'];
  /** The rules of the conference that a crash or restart of the server ended, and its incarnations, newest first. */
  readonly restored?: RestoredRules | undefined;
  /** Hashes a conference's password. */
  readonly hashPassword: (password: string) => Promise<string>;
  /** Somebody is inside, and these are the rules now. */
  onRules(rules: Rules): void;
  /** Somebody came in while nobody was there. */
  onOpened(): void;
  /** What those who come in switch off before, until a moderator says otherwise. */
  readonly startMuted: StartMuted;
  /** Where the server stands, for those who look at their connection. */
  readonly region?: string | undefined;
  /** An id that may be in use already: the focus asks again. */
  readonly makeParticipantId: () => ParticipantId;
  /** Nobody is left; the focus is closed. Called once. `ended`: somebody ended it for everybody; `entered`: somebody has been inside. */
  onOver(over: { readonly ended: Ended | undefined; readonly entered: boolean }): void;
}

/** Who asks for a place, besides what they say themselves. */
export interface Caller {
  readonly applicant: Applicant;
  /** What the server signed for the place that this person had before. */
  readonly lost: SeatClaim | undefined;
  /** Nobody is inside, and only somebody who is signed in may begin. Nothing was told to the session. */
  readonly onHostRequired: () => void;
}

const SYSTEM: Actor = { kind: 'system' };

/** Milliseconds a person waits for transports before the join is refused. The bridge starts a lost worker again in well under one second. */
const JOIN_TIMEOUT_MS = 8_000;
const JOIN_RETRY_AFTER_MS = 2_000;

/**
 * The host of one conference: takes commands one after the other, decides, evolves, tells every seat what it may see, and keeps
 * the media going along.
 */
export class Focus {
  readonly room: string;
  readonly incarnation: Incarnation;
  readonly #options: FocusOptions;
  readonly #seats = new Map<ParticipantId, Seat>();
  /** Of seats that were given up lately: which token brings their participant back. */
  readonly #rotations = new Map<ParticipantId, TokenRotation>();
  readonly #media: ConferenceMedia;
  readonly #signals: ConferenceSignals;
  readonly #returns: Returns;
  #state: ConferenceState;
  /** Work that came while other work was being done. */
  readonly #queue: { readonly work: () => void; readonly onDefect: (() => void) | undefined }[] = [];
  #running = false;
  #deadline: { readonly at: number; readonly cancel: () => void } | undefined;
  readonly #waitingRoom: WaitingRoom;
  readonly #passwords: PasswordChanges;
  /** Somebody came in while nobody was there. */
  #opened = false;
  /** The rules that were given away last, as text. */
  #rules = '';
  #closed = false;

  constructor(options: FocusOptions) {
    this.room = options.room;
    this.incarnation = options.incarnation;
    this.#options = options;
    const { bridge, clock, logger, incarnation, room, cameraCaps, restored } = options;
    this.#passwords = new PasswordChanges(options);
    this.#returns = new Returns({ room, earlier: restored?.incarnations ?? [] });
    this.#state = createConference({
      ...options,
      epoch: incarnation,
      restored: restored?.rules,
      now: clock.now(),
    });
    this.#waitingRoom = new WaitingRoom({
      state: () => this.#state,
      run: (work) => this.#do(work),
      dispatch: (command) => this.#dispatch(command, SYSTEM),
      sign: (waiting) => this.#sign(waiting, true),
    });
    this.#signals = new ConferenceSignals({
      clock,
      state: () => this.#state,
      seats: this.#seats,
      dispatch: (command) => this.#do(() => this.#dispatch(command, SYSTEM)),
    });
    this.#media = new ConferenceMedia({
      incarnation,
      cameraCaps,
      bridge,
      clock,
      logger,
      listener: {
        offered: (participant, offer) =>
          this.#do(() => {
            const seat = this.#seats.get(participant);
            if (seat?.phase.name === 'joining') this.#seatTaken(seat, offer);
            else seat?.session?.send(mediaMessage(offer.generation, { action: 'offer', offer }));
          }),
        offerRefused: (participant, code) =>
          this.#do(() => {
            const seat = this.#seats.get(participant);
            if (seat?.phase.name === 'joining') this.#refuseJoin(seat, code);
            else this.#sendMedia(participant, undefined, { action: 'failed', code });
          }),
        send: (participant, generation, body) => this.#sendMedia(participant, generation, body),
        sourceRefused: (participant, source, code) =>
          this.#do(() => {
            this.#dispatch({ type: 'remove-source', source }, SYSTEM);
            this.#sendMedia(participant, undefined, { action: 'source-refused', source, code });
          }),
        sourcesGone: (_participant, sources) =>
          this.#do(() => {
            for (const source of sources) this.#dispatch({ type: 'remove-source', source }, SYSTEM);
          }),
        speaking: (participant) => this.#do(() => this.#dispatch({ type: 'speaking', participant }, SYSTEM)),
      },
    });
  }

  get seats(): number {
    return this.#seats.size;
  }

  /** Bytes that the outboxes hold. */
  get outboxBytes(): number {
    return [...this.#seats.values()].reduce((sum, seat) => sum + seat.outbox.bytes, 0);
  }

  /** The hash of the conference's password, if it has one. */
  get password(): string | undefined {
    return this.#state.access.password;
  }

  join(session: Session, request: JoinRequest, caller: Caller): void {
    const refuse = () => session.refuse('server/internal');
    this.#do(() => {
      // Its place may have come by another way while it was asked who this is: moderators let the person in, or a host came.
      if (!session.isOpen || session.hasPlace) return;
      const lost = this.#lostHere(caller.lost);
      if (lost?.waits === true && this.#waitingRoom.takeBack(session, request, lost)) return;
      this.#letIn(session, request, { ...caller, lost: lost?.waits === true ? undefined : lost });
    }, refuse);
  }

  #letIn(session: Session, request: JoinRequest, { applicant, lost, onHostRequired }: Caller): void {
    const { identity, address } = applicant;
    const asking = { participant: lost?.participant, identity: identity?.id, address };
    const removal = removalOf(this.#state, asking);
    if (removal !== undefined) return tellKicked(session, removal);
    const returning = this.#returning(lost);
    const formerly = returning ?? this.#formerly(lost);
    const participant = returning ?? this.#newParticipantId();
    // As the server knew them last.
    const role = returning === undefined ? undefined : this.#state.access.expected.get(returning);
    const known = returning !== undefined;
    const seat = { participant, formerly, role, applicant: { ...applicant, known } };
    const refusal = this.#dispatch({ type: 'join', ...seat, ...broughtBy(request) }, SYSTEM);
    if (refusal === 'room/host-required') return onHostRequired();
    if (refusal !== undefined)
      return session.refuse(refusal, { canKnock: this.#state.access.lobby && KNOCKABLE.has(refusal) });
    if (known) this.#returns.note(participant);
    if (this.#state.participants.has(participant)) this.#seat(participant, session, request.rtpCapabilities);
    else this.#waitingRoom.add(participant, session, request);
  }

  /** Somebody for whom this was opened does not come: it ends unless others did. */
  abandon(): void {
    this.#follow();
  }

  /** Keeps a seat for somebody who came in, and asks for their transports. */
  #seat(participant: ParticipantId, session: Session, rtpCapabilities: RtpCapabilities): void {
    const cancel = this.#options.clock.after(JOIN_TIMEOUT_MS, () =>
      this.#do(() => this.#refuseJoin(seat, 'media/bridge-unavailable')),
    );
    const seat = new Seat(participant, session, { name: 'joining', cancel });
    this.#seats.set(participant, seat);
    this.#media.add(participant, rtpCapabilities);
    session.enter(this.#place(seat, session));
  }

  /** `claim` is what the server signed. */
  resume(session: Session, claim: SeatClaim, { epoch, seq, media }: ResumeRequest): void {
    const refuse = () => session.refuse('server/internal');
    this.#do(() => {
      const removal = removalOf(this.#state, { participant: claim.participant });
      if (removal !== undefined) return tellKicked(session, removal);
      const seat = claim.waits ? undefined : this.#seats.get(claim.participant);
      if (seat?.phase.name !== 'seated' || !seat.rotation.use(claim.rotation))
        return session.refuse('session/resume-refused');
      const { participant } = seat;
      // A half-open socket may be noticed by nobody for a long time: whoever comes with the token is the one.
      const old = seat.session;
      seat.session = session;
      old?.close(CLOSE.replaced, 'session/replaced');
      session.enter(this.#place(seat, session));
      session.seated();
      session.send({ type: 'resumed', token: this.#sign(seat, false) });
      const missed = epoch === this.incarnation ? seat.outbox.since(seq) : undefined;
      if (missed !== undefined) for (const text of missed) session.sendText(text);
      else session.send({ type: 'snapshot', seq: seat.outbox.seq, view: project(this.#state, participant) });
      this.#dispatch({ type: 'resume', participant }, SYSTEM);
      this.#media.endpoint(participant)?.resume(media);
      this.#signals.arrived();
    }, refuse);
  }

  handle(numbered: { readonly seq: number; readonly event: BridgeEvent }): void {
    this.#media.handle(numbered);
  }

  signal(signal: ConferenceSignal): void {
    this.#signals.heard(signal);
  }

  /** Events of the bridge were missed. */
  resync(): void {
    this.#media.resync();
  }

  /** Ends the conference for everybody. Idempotent. */
  close(code: number, error: ErrorCode, details?: ErrorDetails): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#deadline?.cancel();
    this.#queue.length = 0;
    for (const seat of this.#seats.values()) {
      if (seat.phase.name === 'joining') seat.phase.cancel();
      seat.session?.close(code, error, details);
    }
    this.#waitingRoom.close(code, error, details);
    this.#seats.clear();
    this.#media.close();
    this.#signals.close();
    this.#options.onOver({ ended: endOf(this.#state), entered: this.#state.access.opened });
  }

  /** What a session may do with a seat, as long as it is the seat's. */
  #place(seat: Seat, session: Session): Place {
    const own = (work: () => void) =>
      this.#do(() => {
        if (seat.session === session) work();
      });
    const { participant } = seat;
    return {
      command: (id, command) => own(() => this.#command(seat, id, command)),
      media: (generation, action) => own(() => this.#act(seat, generation, action)),
      p2p: (generation, action) => own(() => this.#passOn(participant, generation, action)),
      signal: (signal) => own(() => this.#signals.take(participant, signal)),
      leave: (reason) =>
        own(() => {
          seat.session = undefined;
          this.#dispatch({ type: 'leave', participant, reason }, SYSTEM);
        }),
      lost: () =>
        own(() => {
          seat.session = undefined;
          // Nobody was told of the seat, so nobody could come back to it.
          if (seat.phase.name === 'joining')
            this.#dispatch({ type: 'leave', participant, reason: 'left' }, SYSTEM);
          else this.#dispatch({ type: 'interrupt', participant }, SYSTEM);
        }),
    };
  }

  #command(seat: Seat, id: CommandId, command: Command): void {
    const { results, participant } = seat;
    // Repeated, because the answer may have been lost with a socket: the answer is repeated, the command is not.
    if (results.has(id)) return this.#answer(seat, id);
    if (command.type === 'set-password') return this.#setPassword(seat, id, command.password);
    results.set(id, this.#dispatch(command, { kind: 'participant', id: participant }));
    this.#answer(seat, id);
  }

  #answer(seat: Seat, id: CommandId): void {
    const code = seat.results.get(id);
    seat.push({ type: 'result', id, ...(code === undefined ? {} : { code }) }, this.#options.clock.now());
  }

  /** The password itself goes no further than this. Whether its author may set one is asked before and after it is hashed. */
  #setPassword(seat: Seat, id: CommandId, password: string | undefined): void {
    const { access, roles } = this.#state;
    const settle = (result: CommandResult) => {
      seat.results.set(id, result);
      this.#answer(seat, id);
    };
    if (!roles.moderators.has(seat.participant)) return settle('permission/denied');
    const refusal = this.#passwords.refusalOf(password, access.policy.passwordDigits);
    if (refusal !== undefined) return settle(refusal);
    const actor = { kind: 'participant', id: seat.participant } as const;
    void this.#passwords.hash(password).then((outcome) =>
      this.#do(() => {
        if ('code' in outcome) settle(outcome.code);
        else settle(this.#dispatch({ type: 'set-password-hash', hash: outcome.hash }, actor));
      }),
    );
  }

  #act(seat: Seat, generation: Generation, action: ClientMediaAction): void {
    const { participant } = seat;
    const endpoint = this.#media.endpoint(participant);
    const judgement = endpoint?.judge(generation);
    if (endpoint === undefined || judgement === undefined || judgement === 'older') return;
    if (judgement === 'unknown')
      return this.#sendMedia(participant, generation, { action: 'failed', code: 'media/stale-generation' });
    if (action.action === 'publish') return this.#publish(participant, generation, action.publication);
    if (action.action === 'unpublish') {
      const { source } = action;
      const code = this.#dispatch(
        { type: 'remove-source', source },
        { kind: 'participant', id: participant },
      );
      if (code !== undefined) this.#sendMedia(participant, generation, { action: 'failed', code });
      return;
    }
    endpoint.act(action);
  }

  /** To the other end, if it is there: who resumes asks for what it missed. */
  #passOn(participant: ParticipantId, generation: Generation, body: P2pAction): void {
    const { p2p } = this.#state.media.route;
    const peer = peerOf(p2p, participant);
    if (peer === undefined || p2p?.generation !== generation) return;
    const seat = this.#seats.get(peer);
    if (seat?.phase.name === 'seated') seat.session?.send({ type: 'p2p', generation, body });
  }

  #publish(participant: ParticipantId, generation: Generation, publication: Publication): void {
    const { source: id, kind, muted, replaces } = publication;
    const code = this.#dispatch(
      { type: 'add-source', source: { id, kind, muted }, replaces },
      { kind: 'participant', id: participant },
    );
    if (code === undefined) this.#media.endpoint(participant)?.publish(publication);
    else this.#sendMedia(participant, generation, { action: 'source-refused', source: id, code });
  }

  #seatTaken(seat: Seat, media: MediaOffer): void {
    const { session, participant, phase } = seat;
    if (session === undefined || phase.name !== 'joining') return;
    phase.cancel();
    seat.phase = { name: 'seated' };
    session.seated();
    const { region, cameraCaps } = this.#options;
    const view = project(this.#state, participant);
    session.send({
      type: 'joined',
      seq: seat.outbox.seq,
      view,
      token: this.#sign(seat, false),
      media,
      iceServers: session.iceServers(),
      ...(region === undefined ? {} : { region }),
      cameraCaps,
    });
    this.#signals.arrived();
  }

  #refuseJoin(seat: Seat, code: ErrorCode): void {
    const { session, participant, phase } = seat;
    if (phase.name !== 'joining' || !this.#seats.has(participant)) return;
    seat.session = undefined;
    this.#dispatch({ type: 'leave', participant, reason: 'left' }, SYSTEM);
    session?.refuse(code, { retryAfterMs: JOIN_RETRY_AFTER_MS });
  }

  /** Decides, evolves, and tells the seats. The code of a refusal, or `undefined`. */
  #dispatch(command: ConferenceCommand, actor: Actor): CommandResult {
    const decision = decide(this.#state, command, actor, { now: this.#options.clock.now() });
    if (!decision.ok) return decision.code;
    for (const event of decision.events) this.#apply(event);
    return undefined;
  }

  #apply(event: ConferenceEvent): void {
    const before = this.#state;
    const after = evolve(before, event);
    this.#state = after;
    if (event.type === 'participant-left') this.#seatGone(event.participant);
    this.#waitingRoom.see(event);
    const now = this.#options.clock.now();
    for (const seat of this.#seats.values()) {
      // Who is still joining gets the whole view with `joined`.
      if (seat.phase.name !== 'seated') continue;
      for (const seen of projectEvent(before, event, after, seat.participant))
        seat.push({ type: 'event', event: seen }, now);
    }
    if (event.type !== 'participant-joined') return;
    this.#opened ||= before.participants.size === 0;
    const waiting = this.#waitingRoom.take(event.participant.id);
    if (waiting?.session !== undefined)
      this.#seat(waiting.participant, waiting.session, waiting.rtpCapabilities);
  }

  /** What was signed for a place in this conference, or in those that it goes on from. */
  #lostHere(claim: SeatClaim | undefined): SeatClaim | undefined {
    if (claim?.room !== this.room) return undefined;
    return claim.incarnation === this.incarnation || this.#returns.comesFrom(claim) ? claim : undefined;
  }

  #seatGone(participant: ParticipantId): void {
    const seat = this.#seats.get(participant);
    if (seat === undefined) return;
    this.#seats.delete(participant);
    this.#signals.left(participant);
    this.#rotations.set(participant, seat.rotation);
    for (const oldest of this.#rotations.keys()) {
      if (this.#rotations.size <= LIMITS.participants) break;
      this.#rotations.delete(oldest);
    }
    if (seat.phase.name === 'joining') seat.phase.cancel();
    const { session } = seat;
    seat.session = undefined;
    const kick = kickOf(this.#state, participant);
    if (kick === undefined) session?.close(CLOSE.left);
    else if (session !== undefined) tellKicked(session, kick);
  }

  #sendMedia(participant: ParticipantId, generation: Generation | undefined, body: ServerMediaAction): void {
    const current = generation ?? this.#media.endpoint(participant)?.generation;
    if (current === undefined) return;
    this.#seats.get(participant)?.session?.send(mediaMessage(current, body));
  }

  #sign({ participant, rotation }: Pick<Seat, 'participant' | 'rotation'>, waits: boolean): string {
    const { incarnation, room } = this;
    const at = this.#options.clock.now();
    return this.#options.tokens.sign({ incarnation, participant, rotation: rotation.next, room, at, waits });
  }

  /** The rules as they are now are given away to be kept, once there is somebody whom they protect. */
  #keepRules(): void {
    if (!this.#state.access.opened) return;
    const rules = rulesOf(this.#state);
    const text = JSON.stringify(rules);
    if (text === this.#rules) return;
    this.#rules = text;
    this.#options.onRules(rules);
  }

  #returning(lost: SeatClaim | undefined): ParticipantId | undefined {
    if (lost === undefined) return undefined;
    const participant = this.#returns.whom(lost, this.#options.clock.now());
    return participant !== undefined && this.#state.access.expected.has(participant)
      ? participant
      : undefined;
  }

  /** Whose seat it was, in this conference; a token that was overtaken by another is nobody's, as in a resume. */
  #formerly(lost: SeatClaim | undefined): ParticipantId | undefined {
    if (lost?.incarnation !== this.incarnation) return undefined;
    return this.#rotations.get(lost.participant)?.use(lost.rotation) === true ? lost.participant : undefined;
  }

  #newParticipantId(): ParticipantId {
    for (;;) {
      const id = this.#options.makeParticipantId();
      if (!this.#state.participants.has(id) && !this.#state.access.knocking.has(id)) return id;
    }
  }

  /**
   * Runs work to its end before any other work of this conference, then lets media, timer and end follow the state. `onDefect` is
   * called when it threw, which it never should.
   */
  #do(work: () => void, onDefect?: () => void): void {
    if (this.#closed) return;
    this.#queue.push({ work, onDefect });
    if (this.#running) return;
    this.#running = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      try {
        next.work();
      } catch (error) {
        this.#options.logger.error({ err: error }, 'a defect in a conference');
        next.onDefect?.();
      }
    }
    this.#running = false;
    this.#follow();
  }

  #follow(): void {
    if (this.#closed) return;
    this.#keepRules();
    const ended = endOf(this.#state);
    if (ended !== undefined) return this.close(CLOSE.refused, 'room/ended', ended);
    if (isOver(this.#state)) return this.close(CLOSE.left, 'room/gone');
    if (this.#opened) this.#options.onOpened();
    this.#opened = false;
    this.#media.plan(mediaPlan(this.#state));
    const at = nextDeadline(this.#state);
    if (at === this.#deadline?.at) return;
    this.#deadline?.cancel();
    this.#deadline = undefined;
    if (at === undefined) return;
    const { clock } = this.#options;
    const cancel = clock.after(at - clock.now(), () => {
      this.#deadline = undefined;
      this.#do(() => this.#dispatch({ type: 'tick' }, SYSTEM));
    });
    this.#deadline = { at, cancel };
  }
}

function tellKicked(session: Session, { by, reason }: Kick): void {
  session.close(CLOSE.refused, 'session/kicked', { by, ...(reason === '' ? {} : { reason }) });
}

function mediaMessage(generation: Generation, body: ServerMediaAction): ServerMessage {
  return { type: 'media', generation, body };
}
