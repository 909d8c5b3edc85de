import type {
  ConnectionReport,
  DeviceProblem,
  LocalDevice,
  LocalScreen,
  Meeting,
  MeetingPhase,
  MeetingState,
} from '@treff/client/media';
import {
  makeSourceId,
  messageId,
  participantId,
  type ConferenceView,
  type ConnectionDetails,
  type KnockerView,
  type SourceId,
  type SpokenTime,
} from '@treff/protocol';
import { canvasTrack, slideTrack } from './canvasTrack.ts';

export interface FakeOptions {
  readonly people: number;
  /** The phase to begin with; `joined` waits for nothing. */
  readonly phase: MeetingPhase['name'];
  readonly code: string;
  /** At the door: whether one may ask to be let in, and seconds to wait. */
  readonly canKnock: boolean;
  readonly retryAfter: number;
  readonly waitFor: 'host' | 'admission';
  /** How many wait to be let in. */
  readonly knocking: number;
  readonly access: string;
  readonly digits: number;
  readonly role: 'moderator' | 'participant';
  readonly session: 'connected' | 'reconnecting';
  readonly problem: string;
  readonly talkingWhileMuted: boolean;
  /** Milliseconds between changes of the dominant speaker; 0: none. */
  readonly speakEveryMs: number;
  /** How many of the others share a screen. */
  readonly screens: number;
  readonly way: 'p2p' | 'bridge';
  /** How many of the others' pictures do not come. */
  readonly withheld: number;
  /** Milliseconds after which the others' pictures come by other tracks; 0: never. */
  readonly moveEveryMs: number;
  /** Whether there is a relay to be had. */
  readonly relay: boolean;
}

export function fakeOptions(query: URLSearchParams): FakeOptions {
  return {
    people: Number(query.get('people') ?? 3),
    phase: (query.get('phase') ?? 'prejoin') as MeetingPhase['name'],
    code: query.get('code') ?? 'room/full',
    canKnock: query.has('knock'),
    retryAfter: Number(query.get('retry') ?? 0),
    waitFor: query.get('for') === 'host' ? 'host' : 'admission',
    knocking: Number(query.get('knocking') ?? 0),
    access: query.get('access') ?? '',
    digits: Number(query.get('digits') ?? 0),
    role: query.get('role') === 'participant' ? 'participant' : 'moderator',
    session: query.get('session') === 'reconnecting' ? 'reconnecting' : 'connected',
    problem: query.get('problem') ?? '',
    talkingWhileMuted: query.has('talking'),
    speakEveryMs: Number(query.get('speak') ?? 0),
    screens: Number(query.get('screens') ?? 0),
    way: query.get('way') === 'p2p' ? 'p2p' : 'bridge',
    withheld: Number(query.get('withheld') ?? 0),
    moveEveryMs: Number(query.get('move') ?? 0),
    relay: query.has('relay'),
  };
}

const NAMES = [
  'Ann', 'Benjamin Okafor', 'Chiara Rossi', 'Dmitri', 'Élodie Marchand-Lefèvre', 'Farid', '', 'Grażyna Wójcik', '李小龙',
  'Ingeborg von der Heide-Schwarzenberg', 'Jo', 'Kofi Mensah',
]; // prettier-ignore

const NO_SCREEN: LocalScreen = {
  blocked: false,
  status: 'off',
  problem: undefined,
  track: undefined,
  hasSound: false,
  source: undefined,
};

const idOf = (index: number) =>
  participantId.parse((0x1a2b3c00 + index * 0x01010101).toString(16).padStart(8, '0'));

/** A meeting that goes on in this page alone: painted cameras, made-up levels, no network. */
export function createFakeMeeting(options: FakeOptions): Meeting {
  const listeners = new Set<() => void>();
  const levelListeners = new Set<() => void>();
  const tracks = new Map<SourceId, MediaStreamTrack>();
  let state: MeetingState = {
    room: 'team-breakfast',
    phase: phaseOf(options),
    conference: options.phase === 'joined' ? conferenceOf(options, tracks) : undefined,
    earlierEpoch: undefined,
    local: {
      microphone: deviceOf('microphone', options),
      camera: deviceOf('camera', options),
      screen: NO_SCREEN,
      devices: {
        microphones: [
          { deviceId: 'default', label: 'Default' },
          { deviceId: 'm1', label: 'Studio Microphone with a very long name (USB 3.1)' },
        ],
        cameras: [{ deviceId: 'c1', label: '' }],
        speakers: [{ deviceId: 's1', label: 'Headphones' }],
      },
      speakerId: '',
      talkingWhileMuted: options.talkingWhileMuted,
      mutedAtStart: [],
      direct: { choice: 'on', relayAvailable: options.relay },
    },
    tracks,
    withheld: withheldOf(options),
    way: options.people > 1 ? options.way : 'none',
    qualities: new Map(
      (['fair', 'poor', 'lost'] as const).map((quality, index) => [idOf(index + 1), quality] as const),
    ),
    region: 'Frankfurt am Main',
  };

  function change(part: Partial<MeetingState>): void {
    state = { ...state, ...part };
    for (const listener of listeners) listener();
  }
  function setDevice(kind: 'microphone' | 'camera', part: Partial<LocalDevice>): void {
    change({ local: { ...state.local, [kind]: { ...state.local[kind], ...part } } });
  }

  if (options.speakEveryMs > 0) {
    let turn = 0;
    setInterval(() => {
      const { conference } = state;
      const speaker = conference?.participants[++turn % conference.participants.length]?.id;
      if (conference !== undefined && speaker !== undefined) {
        change({
          conference: {
            ...conference,
            speakers: [speaker, ...conference.speakers.filter((id) => id !== speaker)],
          },
        });
      }
    }, options.speakEveryMs);
  }
  if (options.moveEveryMs > 0) {
    setInterval(() => {
      const moved = [...state.tracks.keys()].map((id, index) => [id, canvasTrack(id, index + 1)] as const);
      change({ tracks: new Map(moved), way: state.way === 'p2p' ? 'bridge' : 'p2p' });
    }, options.moveEveryMs);
  }
  setInterval(() => levelListeners.forEach((listener) => listener()), 100);

  return {
    ticket: undefined,
    getState: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    levels: {
      get: (of) =>
        of === 'local' || of === idOf(1) ? 0.3 + 0.3 * Math.sin(performance.now() / 200) ** 2 : 0,
      subscribe(listener) {
        levelListeners.add(listener);
        return () => levelListeners.delete(listener);
      },
    },
    join({ displayName }) {
      const conference = conferenceOf(options, tracks);
      const participants = conference.participants.map((one) =>
        one.id === conference.self ? { ...one, displayName } : one,
      );
      change({
        phase: { name: 'joined', session: options.session, media: 'connected' },
        conference: { ...conference, participants },
      });
    },
    enter(wish) {
      const { phase } = state;
      change({ phase: { name: 'joining' } });
      setTimeout(() => {
        if (wish.knock === true)
          change({
            phase: {
              name: 'waiting',
              for: 'admission',
              session: 'connected',
              messages: [],
              refusal: undefined,
            },
          });
        else if (wish.password === 'tea') this.join({ displayName: wish.displayName ?? '' });
        else if (wish.password === undefined) change({ phase: { ...phase } });
        else change({ phase: phaseOf({ ...options, phase: 'barred', code: 'room/password-wrong' }) });
      }, 700);
    },
    sayInLobby(text) {
      const { phase } = state;
      if (phase.name !== 'waiting') return;
      const mine = { fromKnocker: true, name: 'Robin', text, at: Date.now() };
      const answer = { fromKnocker: false, name: 'Ann', text: 'Just a moment, please.', at: Date.now() };
      change({ phase: { ...phase, messages: [...phase.messages, mine, answer] } });
    },
    leave: () => change({ phase: { name: 'left' }, conference: undefined }),
    retry: () => change({ phase: { name: 'prejoin' } }),
    dispose: () => change({ phase: { name: 'left' }, conference: undefined }),
    setMicrophone: (on) =>
      setDevice('microphone', { wanted: on, status: on ? 'on' : 'off', problem: undefined }),
    setCamera: (on) =>
      setDevice('camera', {
        wanted: on,
        status: on ? 'on' : 'off',
        problem: undefined,
        track: on ? canvasTrack('You', 0) : undefined,
      }),
    canShareScreen: true,
    setScreenShare(on) {
      const { conference } = state;
      if (conference === undefined) return;
      const source = makeSourceId(idOf(0), 'screen', 9);
      const others = conference.sources.filter(({ id }) => id !== source);
      const sources = on
        ? [...others, { id: source, kind: 'screen' as const, muted: false, blocked: false }]
        : others;
      const screen: LocalScreen = { ...NO_SCREEN, status: 'on', track: slideTrack('Mine'), source };
      change({
        conference: { ...conference, sources },
        local: { ...state.local, screen: on ? screen : NO_SCREEN },
      });
    },
    selectMicrophone: (deviceId) => setDevice('microphone', { deviceId }),
    selectCamera: (deviceId) => setDevice('camera', { deviceId }),
    selectSpeaker: (speakerId) => change({ local: { ...state.local, speakerId } }),
    setDirect: (choice) => change({ local: { ...state.local, direct: { ...state.local.direct, choice } } }),
    statistics: {
      readConnection: async () => reportFor(options, state),
      watchConnection(participant, listener) {
        const index = state.conference?.participants.findIndex(({ id }) => id === participant) ?? 0;
        const timer = setInterval(() => listener(index === 4 ? undefined : detailsFor(options, index)), 700);
        return () => clearInterval(timer);
      },
      watchSpeakers(listener) {
        const began = performance.now() - 25 * 60_000;
        const tell = () => listener(speakersFor(state, performance.now() - began));
        const timer = setInterval(tell, 1_000);
        setTimeout(tell, 300);
        return () => clearInterval(timer);
      },
    },
    rename(displayName) {
      const { conference } = state;
      if (conference === undefined) return;
      const participants = conference.participants.map((one) =>
        one.id === conference.self ? { ...one, displayName } : one,
      );
      change({ conference: { ...conference, participants } });
    },
    async ask(command) {
      const { conference } = state;
      if (conference === undefined) return 'protocol/unexpected';
      const { access, knocking } = conference;
      const put = (part: Partial<ConferenceView>) => change({ conference: { ...conference, ...part } });
      switch (command.type) {
        case 'set-password':
          put({ access: { ...access, password: command.password !== undefined } });
          return undefined;
        case 'set-lobby':
          put({ access: { ...access, lobby: command.on }, knocking: command.on ? knocking : [] });
          return undefined;
        case 'set-lock':
          put({ access: { ...access, locked: command.on } });
          return undefined;
        case 'admit':
        case 'reject':
          if (command.knocker === knockerOf(2).id) return 'room/full';
          put({ knocking: knocking.filter(({ id }) => id !== command.knocker) });
          return undefined;
        case 'admit-all':
          put({ knocking: [] });
          return undefined;
        case 'send-lobby-message': {
          const message = { fromKnocker: false, name: 'Robin', text: command.text, at: Date.now() };
          put({
            knocking: knocking.map((one) =>
              one.id === command.knocker ? { ...one, messages: [...one.messages, message] } : one,
            ),
          });
          return undefined;
        }
        default:
          return undefined;
      }
    },
    listen: () => () => undefined,
    async sendMessage({ text, to }) {
      const { conference } = state;
      if (conference === undefined) return 'protocol/unexpected';
      if (text.length > 4_000) return 'chat/too-long';
      const recipient = conference.participants.find(({ id }) => id === to);
      const message = {
        id: messageId.parse(`p${conference.messages.length}`),
        from: conference.self,
        name: 'Robin',
        text,
        at: Date.now(),
        ...(recipient === undefined ? {} : { to: { id: recipient.id, name: recipient.displayName } }),
      };
      change({ conference: { ...conference, messages: [...conference.messages, message] } });
      return undefined;
    },
    setShown(heights) {
      document.documentElement.dataset['shown'] = JSON.stringify([...heights]);
    },
  };
}

/** The last of them, for both reasons in turn. */
function withheldOf({ people, withheld }: FakeOptions): MeetingState['withheld'] {
  return Object.fromEntries(
    Array.from({ length: withheld }, (_, index) => [
      makeSourceId(idOf(people - 1 - index), 'camera', 1),
      index % 2 === 0 ? 'last-n' : 'bandwidth',
    ]),
  );
}

/** Figures that move a little. */
function reportFor({ way, relay }: FakeOptions, { conference }: MeetingState): ConnectionReport | undefined {
  if (conference === undefined) return undefined;
  const some = Math.random();
  const cameras = conference.sources.filter(({ kind, muted }) => kind === 'camera' && !muted);
  return {
    way,
    roundTripMs: 18 + 6 * some,
    sent: { bitsPerSecond: 1_450_000 + 90_000 * some, loss: 0 },
    received: { bitsPerSecond: 2_210_000 + 200_000 * some, loss: 0.004 * some },
    local: relay ? 'relay' : 'srflx',
    remote: way === 'bridge' ? 'host' : 'prflx',
    protocol: 'udp',
    relayed: relay,
    jitterMs: 6 + 3 * some,
    limited: false,
    streams: conference.sources
      .filter(({ id, muted }) => !muted && !id.startsWith(conference.self))
      .map(({ id, kind }) => ({
        source: id,
        bitsPerSecond: (kind === 'microphone' ? 32_000 : 620_000) + 9_000 * some,
        loss: 0.002 * some,
        jitterMs: 4 + 3 * some,
      })),
    videos: cameras.map(({ id }, index) => ({
      source: id,
      isLocal: index === 0,
      width: index === 0 ? 1280 : 640,
      height: index === 0 ? 720 : 360,
      framesPerSecond: 30 - Math.round(2 * some),
      codec: 'VP8',
    })),
    audioCodec: 'opus',
  };
}

/** What the `index`th says of their connection. */
function detailsFor({ way }: FakeOptions, index: number): ConnectionDetails {
  const some = Math.random();
  return {
    quality: (['good', 'fair', 'poor', 'lost'] as const)[index] ?? 'good',
    way,
    roundTripMs: Math.round(40 * (index + some)),
    jitterMs: Math.round(10 * (index + some)),
    sentBitsPerSecond: Math.round(900_000 + 100_000 * some),
    receivedBitsPerSecond: Math.round(2_900_000 + 200_000 * some),
    sentLoss: 0.05 * index,
    receivedLoss: 0.01 * index,
    video: { width: 1280, height: 720, framesPerSecond: 30, codec: 'VP8' },
    audioCodec: 'opus',
    protocol: 'udp',
    relayed: index === 2,
  };
}

/** Some have spoken a lot, some a little, one has left, and the second speaks on. */
function speakersFor({ conference }: MeetingState, sinceMs: number): SpokenTime[] {
  const here = conference?.participants ?? [];
  const spoken = here.slice(0, 7).map(({ id, displayName }, index) => ({
    participant: id,
    displayName,
    ms: index === 1 ? sinceMs / 3 : (25 * 60_000) / (3 + 4 * index),
    speaks: index === 1,
    left: false,
  }));
  const gone = { participant: idOf(99), displayName: 'Olga', ms: 127_000, speaks: false, left: true };
  return [...spoken, gone].map((one) => ({ ...one, ms: Math.round(one.ms) }));
}

function phaseOf({ phase, code, session, canKnock, retryAfter, waitFor }: FakeOptions): MeetingPhase {
  const retryAfterMs = retryAfter > 0 ? retryAfter * 1000 : undefined;
  switch (phase) {
    case 'joined':
      return { name: phase, session, media: 'connected' };
    case 'failed':
      return {
        name: phase,
        code: code as 'room/full',
        retryAfterMs,
        person: { name: 'Ann', reason: undefined },
      };
    case 'barred':
      return { name: phase, code: code as 'room/full', canKnock, retryAfterMs };
    case 'waiting':
      return { name: phase, for: waitFor, session, messages: [], refusal: undefined };
    default:
      return { name: phase };
  }
}

/** Somebody who waits: the second has written, the third is away, and the fourth is signed in. */
function knockerOf(index: number): KnockerView {
  const displayName = NAMES[(index + 5) % NAMES.length] ?? '';
  const messages = [
    {
      fromKnocker: true,
      name: displayName,
      text: 'Hello, it is me, from the kitchen. The link did not work before.',
      at: Date.now(),
    },
  ];
  return {
    id: idOf(60 + index),
    displayName,
    verified: index === 3,
    connection: index === 2 ? 'interrupted' : 'connected',
    messages: index === 1 ? messages : [],
  };
}

function deviceOf(kind: 'microphone' | 'camera', { problem }: FakeOptions): LocalDevice {
  if (problem !== '') {
    return {
      wanted: true,
      blocked: false,
      status: 'off',
      problem: problem as DeviceProblem,
      deviceId: undefined,
      track: undefined,
      source: undefined,
    };
  }
  return {
    wanted: true,
    blocked: false,
    status: 'on',
    problem: undefined,
    deviceId: kind === 'camera' ? 'c1' : 'default',
    track: kind === 'camera' ? canvasTrack('You', 0) : undefined,
    source: makeSourceId(idOf(0), kind, 1),
  };
}

/** Every fourth has no camera, every third is muted, the fifth is interrupted, the third holds a phone upright. */
function conferenceOf(
  { people, screens, role, access, digits, knocking }: FakeOptions,
  tracks: Map<SourceId, MediaStreamTrack>,
): ConferenceView {
  const everybody = Array.from({ length: people }, (_, index) => index);
  const sources = everybody.flatMap((index) => {
    const camera = makeSourceId(idOf(index), 'camera', 1);
    const cameraMuted = index % 4 === 3;
    if (index > 0 && !cameraMuted)
      tracks.set(camera, canvasTrack(NAMES[index % NAMES.length] ?? '', index, index === 5));
    const screen = makeSourceId(idOf(index), 'screen', 3);
    const shares = index > 0 && index <= screens;
    if (shares) tracks.set(screen, slideTrack(`Quarter ${index}`));
    return [
      ...(shares ? [{ id: screen, kind: 'screen' as const, muted: false, blocked: false }] : []),
      { id: camera, kind: 'camera' as const, muted: cameraMuted, blocked: false },
      {
        id: makeSourceId(idOf(index), 'microphone', 2),
        kind: 'microphone' as const,
        muted: index % 3 === 2,
        blocked: false,
      },
    ];
  });
  const epoch = '0'.repeat(32) as ConferenceView['epoch'];
  return {
    epoch,
    room: 'team-breakfast',
    self: idOf(0),
    route: { mode: people > 1 ? 'bridge' : 'none', move: 0, bridge: people > 1 },
    participants: everybody.map((index) => ({
      id: idOf(index),
      displayName: index === 0 ? 'Robin' : (NAMES[index % NAMES.length] ?? ''),
      role: index === 1 ? 'moderator' : index === 0 ? role : 'participant',
      verified: index === 2,
      connection: index === 4 ? 'interrupted' : 'connected',
    })),
    sources,
    speakers: [idOf(1)].filter(() => people > 1),
    hands: [idOf(3), idOf(0), idOf(2)].filter(() => people > 3),
    mediaModeration: [],
    startMuted: { microphone: false, camera: false },
    subject: '',
    access: {
      password: access.includes('password'),
      lobby: access.includes('lobby'),
      locked: access.includes('locked'),
      ...(digits > 0 && { passwordDigits: digits }),
    },
    knocking: role === 'moderator' ? Array.from({ length: knocking }, (_, index) => knockerOf(index)) : [],
    messages: people < 3 ? [] : conversation(),
  };
}

function conversation(): ConferenceView['messages'] {
  const at = Date.UTC(2026, 10, 23, 9, 5);
  const [robin, ben, chiara] = [idOf(0), idOf(1), idOf(2)];
  const lines = [
    {
      from: ben,
      name: 'Benjamin Okafor',
      text: 'Good morning! The plan is here: https://example.org/plan (page 3).',
    },
    { from: ben, name: 'Benjamin Okafor', text: 'Shall we begin?' },
    { from: robin, name: 'Robin', text: 'Yes.\nFirst the kitchen, then <b>the roof</b>.' },
    {
      from: chiara,
      name: 'Chiara Rossi',
      text: 'Can you call me later? 👋',
      to: { id: robin, name: 'Robin' },
    },
    { from: robin, name: 'Robin', text: 'Sure, at noon.', to: { id: chiara, name: 'Chiara Rossi' } },
  ];
  return lines.map((line, index) => ({ id: messageId.parse(`m${index}`), at: at + index * 40_000, ...line }));
}
